"""What a buyer is shown: the lines of an order, how its money stands, their purchases, the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.conversations import outgoing
from core.conversations.outgoing import Outgoing, Row, Section, fit
from core.conversations.texts import say
from core.orders.questions import SUSPECT, under_review
from core.orders.rules import CANCELLED, EXPIRED, PAID, REFUNDED, RESERVED
from core.orders.service import Order
from core.storage.connection import Reader
from core.storage.engine import Tx

ORDERS: Final = 8
MORE: Final = "catalogue"  # the verb of the row that shows what follows
ROWS: Final = 10  # WhatsApp's limit for a list, all sections together
# Unusual money: what is said when it comes, and as long as the seller has not decided.
EXCEPTIONS: Final = {
    "paid_late": "payment_late_received",
    "underpaid": "payment_partial",
    "overpaid": "payment_over",
    "paid_twice": "payment_twice",
}
_ENDED_SHORT: Final = {EXPIRED: "hold_expired_partial", CANCELLED: "order_cancelled_partial"}
# What goes back, and what went, by the seller's own will.
_GIVEN_BACK: Final = (
    "SELECT coalesce(sum(amount) FILTER (WHERE state NOT IN ('done', 'withdrawn')), 0),"
    " coalesce(sum(amount) FILTER (WHERE state = 'done'), 0) FROM refund WHERE order_id = ? AND decision_id IS NULL"
)
_ON_SALE: Final = (
    "SELECT keyword FROM product WHERE active AND on_hand > held AND (event_at IS NULL OR event_at > ?)"
    " ORDER BY id LIMIT 1"
)
Money = Callable[[int], str]


def lines(reader: Reader, order_id: int, joint: str = "\n", most: int = 8) -> str:
    """``2 × Robe Wax Ankara (ROBE1)``, one for each product."""
    content = "SELECT quantity, title, sku, note FROM order_content WHERE order_id = ? ORDER BY extra, id"
    rows = reader.all(content, (order_id,))
    shown = joint.join(
        f"{quantity} × {fit(title, 60)}" + (f" ({sku})" if sku else "") + (f", {note}" if note else "")
        for quantity, title, sku, note in rows[:most]
    )
    return shown + ("…" if len(rows) > most else "")


def money_state(reader: Reader, order: Order) -> tuple[str, int]:
    """(the text that says how the money of an order stands, the sum it speaks of): the books' word, nothing hoped."""
    row = reader.one(
        "SELECT kind, amount, refund FROM decision WHERE order_id = ?"
        " AND (choice IS NULL AND kind <> 'suspect' OR refund IS NOT NULL)"
        " ORDER BY (choice IS NULL) DESC, id DESC LIMIT 1",
        (order.id,),
    )
    if row is not None and row[2] is None:
        if row[0] == "underpaid" and order.state in _ENDED_SHORT:  # nothing can be added to it any more
            return _ENDED_SHORT[order.state], order.received
        return EXCEPTIONS[row[0]], row[1]
    if row is not None and row[0] in ("paid_late", "underpaid", SUSPECT):  # given back whole, not a part beside a sale
        return ("decision_refund" if row[2] == "todo" else "payment_talk_answer_refunded"), row[1]
    if order.state == PAID and under_review(reader, order.id):
        return "payment_checked", order.received
    going, gone = reader.one(_GIVEN_BACK, (order.id,)) or (0, 0)
    if going:
        return "refund_started", going
    if order.state == REFUNDED:
        return "payment_talk_answer_refunded", gone
    if order.state == RESERVED and order.stands:
        return f"payment_talk_answer_{'terms' if order.on_terms else 'deposit'}", order.received
    state = order.state if order.state in (PAID, RESERVED) else EXPIRED
    return f"payment_talk_answer_{state}", order.received


def example(reader: Reader, key: str, language: str, now: int) -> str:
    """« , par exemple ROBE1 »: with the code of something this shop sells now; empty where it sells nothing."""
    keyword = reader.value(_ON_SALE, (now,))
    return "" if keyword is None else say(key, language, keyword=keyword)


# What is still to be paid of an order that stands without its money, by why it does.
_STANDING: Final = (
    "iif(coalesce(terms_days, 0) > 0, 'terms', iif(deposit > 0 AND received >= deposit, 'deposit', state))"
)


def my_orders(reader: Reader, customer_id: int, language: str, money: Money) -> Outgoing:
    """« Mes achats » (F49): the latest orders with their true state."""
    rows = reader.all(
        f"SELECT reference, iif(state = 'reserved', {_STANDING}, state), total, id, total - received FROM orders"  # noqa: S608
        " WHERE customer_id = ? ORDER BY id DESC LIMIT ?",
        (customer_id, ORDERS),
    )
    if not rows:
        return outgoing.text(say("my_orders_empty", language))
    listed = "\n".join(
        say(
            f"my_orders_line_{state}",
            language,
            reference=reference,
            total=money(total),
            lines=lines(reader, order_id, ", ", 3),
            due=money(max(0, due)),
        )
        for reference, state, total, order_id, due in rows
    )
    return outgoing.text(say("my_orders", language, lines=listed))


def catalogue(tx: Tx, language: str, money: Money, verb: str, skip: int = 0) -> Outgoing:
    """What is available, by category; a row claims the product (``verb``:id), the last one shows what follows.

    ``skip``: so many products were shown already; from the beginning again where there are no more of them.
    """
    rows = tx.all(
        "SELECT id, title, price, keyword, on_hand - held, category FROM product WHERE active AND on_hand > held"
        " AND (event_at IS NULL OR event_at > ?) ORDER BY category, id LIMIT ? OFFSET ?",
        (tx.now, ROWS + 1, skip),
    )
    if not rows:
        return catalogue(tx, language, money, verb) if skip else outgoing.text(say("catalogue_empty", language))
    more = len(rows) > ROWS
    rows = rows[: ROWS - 1] if more else rows
    sections: dict[str, list[Row]] = {}
    for product_id, title, price, keyword, left, category in rows:
        description = fit(say("catalogue_row", language, price=money(price), keyword=keyword, left=left), 72)
        sections.setdefault(category, []).append(Row(f"{verb}:{product_id}", fit(title, 24), description))
    named = [Section(fit(name or say("catalogue_other", language), 24), found) for name, found in sections.items()]
    if more:
        onward = Row(f"{MORE}:{skip + len(rows)}", say("catalogue_more", language))
        named.append(Section(say("catalogue_next", language), [onward]))
    return outgoing.list_message(say("catalogue", language), say("button_catalogue", language), named)
