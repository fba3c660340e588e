"""Reading the inbox."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Final

from core.conversations import reasons
from core.conversations.handovers import RESUME
from core.conversations.sender import WINDOW
from core.conversations.views import CustomerCard, InboxCounts, MessageView, OrderBrief, OrderMark, ThreadRow
from core.customers.rules import badges, in_front, pattern, recommendation, score, score_lines, stars, success, tier
from core.customers.service import phone_of, record
from core.fraud.service import read_signals
from core.kernel.text import fitting
from core.orders.holds import STANDS
from core.storage.connection import Reader, Row

_THREAD: Final = (
    "SELECT v.id, v.customer_id, c.name, (SELECT value FROM identity i WHERE i.customer_id = c.id AND i.kind = 'phone'"  # noqa: S608
    " ORDER BY last_seen DESC LIMIT 1), c.language, v.mode, v.reason, v.unread, v.last_text, v.last_author, v.last_at,"
    " v.last_inbound_at, (SELECT o.id FROM orders o WHERE o.customer_id = c.id AND o.state = 'reserved' LIMIT 1),"
    " v.escalated_at, coalesce(s.kind, 'text'), CASE WHEN v.escalated_at IS NOT NULL THEN s.text END,"
    f" CASE v.mode WHEN 'seller' THEN (SELECT due_at FROM deadline WHERE kind = '{RESUME}' AND subject = v.id) END,"
    " v.closed_at"
    " FROM conversation v JOIN customer c ON c.id = v.customer_id LEFT JOIN message s ON s.id = (SELECT m.id FROM"
    " message m WHERE m.conversation_id = v.id AND (v.escalated_at IS NULL OR m.author = 'customer')"
    " ORDER BY m.id DESC LIMIT 1)"
)
# Among those that wait, money and people upset first, then who waits longest.
_NEED_FIRST: Final = f"{reasons.by_weight('v.reason')}, v.escalated_at, v.id"
_URGENT_FIRST: Final = "(v.escalated_at IS NOT NULL) DESC, v.last_at DESC, v.id DESC"
_OPEN: Final = (
    "v.escalated_at IS NULL AND (v.mode = 'seller'"
    " OR v.customer_id IN (SELECT o.customer_id FROM orders o WHERE o.state = 'reserved'))"
)
_ORDER_BRIEF: Final = (
    "SELECT o.id, o.reference, o.state, CASE WHEN o.undecided THEN coalesce((SELECT kind FROM decision"  # noqa: S608
    " WHERE order_id = o.id AND choice IS NULL ORDER BY id LIMIT 1), o.exception) ELSE o.exception END,"
    " (SELECT group_concat(l.quantity || ' × ' || l.brief, ', ') FROM order_content l WHERE l.order_id = o.id),"
    " o.total, coalesce(o.paid_at, o.closed_at, o.reserved_at), o.undecided, r.score, r.signals,"
    f" iif(o.state = 'reserved' AND NOT o.agreed AND {STANDS}, o.total - o.received, 0),"
    " (SELECT min(s.starts_at) FROM booking b JOIN slot s ON s.id = b.slot_id WHERE b.order_id = o.id) FROM orders o"
    " LEFT JOIN risk r ON r.order_id = o.id"
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
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        need,
        row[6],
        row[7],
        row[8],
        row[9],
        row[10],
        window,
        row[12],
        row[14],
        row[15],
        row[13],
        row[16],
        row[17],
    )


def inbox(
    reader: Reader,
    *,
    need: str | None = None,
    search: str = "",
    limit: int = 100,
    among: Collection[int] | None = None,
) -> list[ThreadRow]:
    """The top of the inbox: those that need a person first, then the latest. ``need``: escalated, open or all; the
    first of those that are escalated is the one to take first.

    ``search``: words of the name, of the last message or of an order's reference, digits of a phone; all must be found.
    ``among``: of these conversations only.
    """
    where = {"escalated": "v.escalated_at IS NOT NULL", "open": _OPEN}.get(need or "", "1")
    if among is not None:
        where += f" AND v.id IN (SELECT value FROM json_each('[{','.join(str(int(each)) for each in among)}]'))"  # noqa: S608 - numbers
    order = _NEED_FIRST if need == "escalated" else _URGENT_FIRST
    # The ids first: what a row shows is looked up for the few that are shown, not for every conversation of the store.
    if search.strip():
        ids = _search(reader, where, order, search, limit)
    else:
        pick = f"SELECT v.id FROM conversation v WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608 - constants
        ids = [row[0] for row in reader.all(pick, (limit,))]
    marks = ",".join("?" * len(ids))
    return [_thread(r) for r in reader.all(f"{_THREAD} WHERE v.id IN ({marks}) ORDER BY {order}", ids)]


def _search(reader: Reader, where: str, order: str, search: str, limit: int) -> list[int]:
    rows = reader.connection.execute(
        "SELECT v.id, c.name || ' ' || v.last_text || ' ' || coalesce((SELECT group_concat(value, ' ') FROM identity i"  # noqa: S608 - constants
        " WHERE i.customer_id = c.id AND i.kind = 'phone'), '') || ' ' || coalesce((SELECT group_concat(reference, ' ')"
        " FROM orders o WHERE o.customer_id = c.id), '') FROM conversation v JOIN customer c ON c.id = v.customer_id"
        f" WHERE {where} ORDER BY {order}"
    )
    return fitting(rows, search, limit)


def counts(reader: Reader) -> InboxCounts:
    """How many conversations stand under each chip of the inbox."""
    sums = f"coalesce(sum(v.escalated_at IS NOT NULL), 0), coalesce(sum({_OPEN}), 0), count(*)"
    row = reader.one(f"SELECT {sums} FROM conversation v")  # noqa: S608 - constants
    return InboxCounts(*row) if row else InboxCounts(0, 0, 0)


def messages(reader: Reader, conversation_id: int, *, before: int | None = None, limit: int = 60) -> list[MessageView]:
    """The latest messages (or those before one), oldest first."""
    rows = reader.all(
        "SELECT m.id, m.author, m.kind, m.text, m.payload, m.media, m.at, coalesce(p.state, o.state),"
        " coalesce(p.error, o.error), coalesce(p.error_code, o.error_code) FROM message m"
        " LEFT JOIN outbox o ON o.id = m.outbox_id LEFT JOIN outbox p ON p.id = o.merged_into"
        " WHERE m.conversation_id = ? AND m.id < ? ORDER BY m.id DESC LIMIT ?",
        (conversation_id, before or 2**62, limit),
    )
    found: list[MessageView] = []
    for message_id, author, kind, text, raw, media, at, status, error, code in reversed(rows):
        payload = json.loads(raw)
        # Ours are a list of titles; a customer's payload is WhatsApp's own, where the word could mean anything.
        buttons = tuple(payload.get("buttons", ())) if author in ("bot", "seller") else ()
        found.append(MessageView(message_id, author, kind, text, buttons, media, at, status, error, payload, code))
    return found


def marks(reader: Reader, customer_id: int, limit: int = 100) -> list[OrderMark]:
    """What happened to the customer's orders and when, the oldest order first; for the journal of a thread."""
    rows = reader.all(
        "SELECT o.id, o.reference, o.state, (SELECT group_concat(l.quantity || ' × ' || l.brief, ', ')"
        " FROM order_content l WHERE l.order_id = o.id), o.total, o.reserved_at, o.expires_at, o.paid_at, o.closed_at,"
        " o.close_reason, (SELECT name FROM customer c WHERE c.id = o.next_customer) FROM orders o"
        " WHERE o.customer_id = ? ORDER BY o.id DESC LIMIT ?",
        (customer_id, limit),
    )
    return [OrderMark(r[0], r[1], r[2], r[3] or "", *r[4:]) for r in reversed(rows)]


def message_of(
    reader: Reader, *, message_id: int | None = None, outbox_id: int | None = None
) -> tuple[int, MessageView] | None:
    """(conversation id, message) by its own number or by that of its way out."""
    row = reader.one("SELECT conversation_id, id FROM message WHERE id = ? OR outbox_id = ?", (message_id, outbox_id))
    found = messages(reader, row[0], before=row[1] + 1, limit=1) if row else []
    return (row[0], found[0]) if row and found else None


def orders_of(reader: Reader, customer_id: int, limit: int = 10) -> list[OrderBrief]:
    """The customer's orders, newest first."""
    rows = reader.all(f"{_ORDER_BRIEF} WHERE o.customer_id = ? ORDER BY o.id DESC LIMIT ?", (customer_id, limit))
    return [_brief(row) for row in rows]


def _brief(row: Row) -> OrderBrief:
    reasons = read_signals(row[9]) if row[8] else ()
    told = (row[0], row[1], row[2], row[3], row[4] or "", row[5], row[6])
    return OrderBrief(*told, bool(row[7]), row[8] or 0, reasons, left=row[10], starts_at=row[11])


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
        scored=known.scored,
        advice=recommendation(known),
        habit=pattern(known),
        earned=badges(known),
        stars=stars(known),
        success=success(known),
        front=in_front(known),
    )
