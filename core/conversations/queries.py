"""Reading the inbox."""

from __future__ import annotations

import json
from typing import Final

from core.conversations.sender import WINDOW
from core.conversations.views import CustomerCard, MessageView, OrderBrief, ThreadRow
from core.customers.rules import score, score_lines, tier
from core.customers.service import phone_of, record
from core.storage.connection import Reader, Row

_THREAD: Final = (
    "SELECT v.id, v.customer_id, c.name, (SELECT value FROM identity i WHERE i.customer_id = c.id AND i.kind = 'phone'"
    " ORDER BY last_seen DESC LIMIT 1), c.language, v.mode, v.reason, v.unread, v.last_text, v.last_author, v.last_at,"
    " v.last_inbound_at, (SELECT o.id FROM orders o WHERE o.customer_id = c.id AND o.state = 'reserved' LIMIT 1),"
    " v.escalated_at FROM conversation v JOIN customer c ON c.id = v.customer_id"
)
_ORDER_BRIEF: Final = (
    "SELECT o.id, o.reference, o.state, o.exception,"
    " (SELECT group_concat(l.quantity || ' × ' || l.sku, ', ') FROM order_line l WHERE l.order_id = o.id), o.total,"
    " coalesce(o.paid_at, o.closed_at, o.reserved_at) FROM orders o"
)


def threads(reader: Reader, *, need: str | None = None, before: int | None = None, limit: int = 100) -> list[ThreadRow]:
    """Conversations, those that need a person first, then the latest. ``need``: escalated, seller, bot."""
    where = ["1"]
    if need == "escalated":
        where.append("v.escalated_at IS NOT NULL")
    elif need is not None:
        where.append("v.mode = 'seller'" if need == "seller" else "v.mode = 'bot' AND v.escalated_at IS NULL")
    if before is not None:
        where.append(f"v.id < {int(before)}")
    order = "v.id DESC" if before is not None else "(v.escalated_at IS NOT NULL) DESC, v.last_at DESC"
    rows = reader.all(f"{_THREAD} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ?", (limit,))
    return [_thread(r) for r in rows]


def thread(reader: Reader, conversation_id: int) -> ThreadRow | None:
    row = reader.one(f"{_THREAD} WHERE v.id = ?", (conversation_id,))
    return None if row is None else _thread(row)


def _thread(row: Row) -> ThreadRow:
    need = "escalated" if row[13] is not None else row[5]
    window = row[11] + WINDOW if row[11] is not None else None
    return ThreadRow(
        row[0], row[1], row[2], row[3], row[4], need, row[6], row[7], row[8], row[9], row[10], window, row[12]
    )


def messages(reader: Reader, conversation_id: int, *, before: int | None = None, limit: int = 60) -> list[MessageView]:
    """The latest messages (or those before one), oldest first."""
    rows = reader.all(
        "SELECT m.id, m.author, m.kind, m.text, m.payload, m.media, m.at, coalesce(p.state, o.state),"
        " coalesce(p.error, o.error) FROM message m"
        " LEFT JOIN outbox o ON o.id = m.outbox_id LEFT JOIN outbox p ON p.id = o.merged_into"
        " WHERE m.conversation_id = ? AND m.id < ? ORDER BY m.id DESC LIMIT ?",
        (conversation_id, before or 2**62, limit),
    )
    found: list[MessageView] = []
    for message_id, author, kind, text, raw, media, at, status, error in reversed(rows):
        payload = json.loads(raw)
        buttons = tuple(payload.get("buttons", ()))
        found.append(MessageView(message_id, author, kind, text, buttons, media, at, status, error, payload))
    return found


def orders_of(reader: Reader, customer_id: int, limit: int = 10) -> list[OrderBrief]:
    """The customer's orders, newest first."""
    rows = reader.all(f"{_ORDER_BRIEF} WHERE o.customer_id = ? ORDER BY o.id DESC LIMIT ?", (customer_id, limit))
    return [OrderBrief(r[0], r[1], r[2], r[3], r[4] or "", r[5], r[6]) for r in rows]


def card(reader: Reader, customer_id: int) -> CustomerCard | None:
    """Who the seller is talking to."""
    row = reader.one(
        "SELECT name, language, created_at, last_order_at, notes FROM customer WHERE id = ?", (customer_id,)
    )
    if row is None:
        return None
    known = record(reader, customer_id)
    latest = orders_of(reader, customer_id, 1)
    return CustomerCard(
        customer_id=customer_id,
        name=row[0],
        phone=phone_of(reader, customer_id),
        language=row[1],
        since=row[2],
        score=score(known),
        tier=tier(known),
        score_lines=score_lines(known),
        orders=known.orders,
        paid=known.paid,
        spent=known.spent,
        average_pay_ms=known.average_pay_ms,
        last_order_at=row[3],
        open_order=latest[0] if latest else None,
        notes=row[4],
    )
