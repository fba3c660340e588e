"""What there was between the shop and a person, as one time line: orders, quotes, payments, messages."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from core.storage.connection import Reader

Kind = Literal["order", "quote", "payment", "message"]
_WORDS: Final = 160  # characters of a message


class Moment(Struct, frozen=True):
    """``subject`` leads to it: an order, a quote, a payment, or for a message its conversation. ``state``: of an order
    or quote, the provider of a payment, the author of a message. ``amount`` in smallest units, None for a message;
    ``at`` in ms UTC."""

    kind: Kind
    subject: int
    at: int
    text: str
    state: str
    amount: int | None


# Each part takes its own newest rows by an index, so that a talkative person costs no more than a silent one.
_ORDERS: Final = (
    "SELECT 'order', o.id, o.reserved_at, o.reference || coalesce(' · ' || (SELECT group_concat(l.quantity || ' × ' ||"
    " l.title, ', ') FROM order_line l WHERE l.order_id = o.id), ''), o.state, o.total FROM orders o"
    " WHERE o.customer_id = ?1 ORDER BY o.id DESC LIMIT ?2"
)
_QUOTES: Final = (
    "SELECT 'quote', q.id, coalesce(q.sent_at, q.created_at), q.reference, q.state, q.total FROM quote q"
    " WHERE q.customer_id = ?1 ORDER BY q.id DESC LIMIT ?2"
)
_PAYMENTS: Final = (
    "SELECT 'payment', p.id, p.received_at, o.reference, p.provider, p.amount FROM payment p JOIN orders o"
    " ON o.id = p.order_id WHERE o.customer_id = ?1 ORDER BY p.id DESC LIMIT ?2"
)
_MESSAGES: Final = (
    f"SELECT 'message', m.conversation_id, m.at, substr(m.text, 1, {_WORDS}), m.author, NULL FROM message m"  # noqa: S608 - fixed words
    " JOIN conversation v ON v.id = m.conversation_id WHERE v.customer_id = ?1 ORDER BY m.id DESC LIMIT ?2"
)


def moments(reader: Reader, customer_id: int, limit: int) -> list[Moment]:
    """The latest of all, newest first."""
    parts = (_ORDERS, _QUOTES, _PAYMENTS, _MESSAGES)
    found = [Moment(*row) for sql in parts for row in reader.all(sql, (customer_id, limit))]
    return sorted(found, key=lambda one: (-one.at, one.kind))[:limit]
