"""« Ajoute SAC2 pour −10 % »: what costs less in the very order that has just been opened (F86)."""

from __future__ import annotations

from collections.abc import Callable

from core.conversations.limits import fit
from core.conversations.replying import Reply
from core.conversations.texts import say
from core.orders.together import may_propose, note, paired
from core.storage.connection import Reader


def line(reply: Reply, order_id: int, money: Callable[[int], str]) -> str:
    """A line under the card of a new order; empty when nothing is proposed."""
    tx, customer_id = reply.tx, reply.customer_id
    found = paired(tx, order_id) if may_propose(tx, order_id, customer_id, tx.now) else None
    if found is None:
        return ""
    note(tx, order_id, customer_id, found)
    title, keyword, price = shown(tx, found.product_id)
    values = {"product": title, "keyword": keyword, "percent": found.percent, "price": money(price)}
    return say("upsell_add", reply.language, **values)


def shown(reader: Reader, product_id: int) -> tuple[str, str, int]:
    """(title, keyword, price) of what is proposed."""
    row = reader.one("SELECT title, keyword, price FROM product WHERE id = ?", (product_id,)) or ("", "", 0)
    return fit(row[0], 60), row[1], row[2]
