"""Who is spoken to and what is left, read from the books for :mod:`core.conversations.adapting`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from core.catalogue.queries import photo_of
from core.conversations import adapting
from core.conversations.adapting import Situation, Switches
from core.conversations.limits import BODY
from core.conversations.replying import Reply
from core.conversations.texts import say, switches
from core.customers.restricting import restricted
from core.customers.rules import RISK_MINUTES, in_front, prepays, recommendation
from core.customers.service import record
from core.storage.connection import Reader

_LATER: Final = 300  # kept free under a card: a deposit, the next question, what could not be held as asked
_NEXT: Final = 200  # of these, for the deposit and the question
# What somebody last paid for, while there still is one.
_LAST: Final = (
    "SELECT p.id FROM (SELECT id FROM orders WHERE customer_id = ? AND state = 'paid' ORDER BY id DESC LIMIT 1) o"
    " JOIN order_line l ON l.order_id = o.id JOIN product p ON p.id = l.product_id"
    " WHERE p.active AND p.on_hand > p.held AND (p.event_at IS NULL OR p.event_at > ?) ORDER BY l.id LIMIT 1"
)


def situation(reply: Reply, left: int | None = None) -> Situation:
    """``left``: units of the product that is spoken of."""
    known = record(reply.tx, reply.customer_id)
    trust = adapting.trust_of(known.paid, in_front(known), recommendation(known)) if known.scored else "returning"
    return Situation(reply.first_name(), trust, known.paid, left)


def card(reply: Reply, body: str) -> str:
    """The card of what was reserved, with what is said to this very person."""
    found = situation(reply)
    lines = [
        say(key, reply.language, count=found.previous_purchases)
        for key in adapting.card_lines(found, switches(reply.language))
    ]
    return adapting.joined(body, lines, BODY - _LATER)


def with_stock(reply: Reply, body: str, product: Mapping[str, Any]) -> str:
    """The answer about a product, with the one line that says what is left of it."""
    counted = situation(reply, product["left"])
    key = adapting.stock_line(counted, switches(reply.language), places=bool(product.get("places")))
    return adapting.joined(body, [say(key, reply.language, left=product["left"])])


def pays_first(reply: Reply) -> str:
    """What somebody whose orders are paid at once is told plainly (F69); empty for everybody else."""
    if not (restricted(reply.tx, reply.customer_id) or prepays(record(reply.tx, reply.customer_id))):
        return ""
    return say("line_pays_first", reply.language, minutes=RISK_MINUTES)


def below(body: str, lines: Iterable[str]) -> str:
    """What must be said under a card, as far as there is room; the next question still follows."""
    return adapting.joined(body, [f"\n{line}" for line in lines if line], BODY - _NEXT)


def same_again(reply: Reply, body: str, about: Callable[[Reply, int], Mapping[str, Any]]) -> tuple[str, int | None]:
    """A greeting with what was bought last, offered once more, and that product's id; itself where there is none."""
    product_id = last_bought(reply)
    if product_id is None:
        return body, None
    reply.showed(product_id)
    return adapting.joined(body, [say("line_same_again", reply.language, **about(reply, product_id))]), product_id


def last_bought(reply: Reply) -> int | None:
    """The product to offer again, None without one or where the store offers nothing by itself."""
    if not switches(reply.language).suggestions:
        return None
    found: int | None = reply.tx.value(_LAST, (reply.customer_id, reply.tx.now))
    return found


def photo(reader: Reader, language: str, product_id: int) -> str | None:
    """The product's photo, where the store sends any."""
    wanted: Switches = switches(language)
    return None if wanted.simple else photo_of(reader, product_id)
