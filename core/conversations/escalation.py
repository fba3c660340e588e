"""A conversation as who takes it over needs it: why, what about, in which language, the order, the customer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from core.accounts.guard import account_of
from core.conversations import queries, reasons
from core.conversations.handovers import RESUME
from core.conversations.summary import Fact, facts
from core.conversations.views import ThreadRow
from core.customers.rules import recommendation, score, tier
from core.customers.service import record
from core.kernel.clock import SECOND
from core.kernel.errors import NotFound
from core.storage.connection import Reader
from core.understanding.naming import Products


class OpenOrder(Struct, frozen=True):
    """The order that waits for its money. Amounts in smallest units; ``expires_at`` in ms UTC."""

    id: int
    reference: str
    state: str
    summary: str
    total: int
    received: int
    expires_at: int


class Case(Struct, frozen=True):
    """``waiting_since``: from when on the customer waits for a person (ms UTC), None: for nobody. ``taken_by``: a name,
    or the door it was taken at. ``advice``: normal, vip or restrict."""

    row: ThreadRow
    facts: tuple[Fact, ...]
    waiting_since: int | None
    order: OpenOrder | None
    score: int
    tier: str
    advice: str
    taken_at: int | None
    taken_by: str | None
    place: str | None
    resume_at: int | None
    handed_over: int


# The bot asked for a person; or one has the conversation, and has not answered what was asked or written since.
_WAITS: Final = (
    "CASE WHEN v.escalated_at IS NOT NULL THEN v.escalated_at"  # noqa: S608 - constants
    " WHEN h.answered_at IS NULL AND h.reason IS NOT NULL THEN h.opened_at ELSE"
    " (SELECT min(m.at) FROM message m WHERE m.conversation_id = v.id AND m.author = 'customer'"
    f" AND m.at >= h.taken_at - {SECOND} AND m.id > coalesce((SELECT max(p.id) FROM message p"
    " WHERE p.conversation_id = v.id AND p.author IN ('seller', 'phone')), 0)) END"
)
_FROM: Final = "FROM conversation v LEFT JOIN handover h ON h.conversation_id = v.id AND h.ended_at IS NULL"


def waiting_since(reader: Reader, conversation_id: int) -> int | None:
    """From when on the customer waits for a person, ms UTC; None when they do not."""
    found: int | None = reader.value(f"SELECT {_WAITS} {_FROM} WHERE v.id = ?", (conversation_id,))
    return found


def case(reader: Reader, products: Products, conversation_id: int, now: int) -> Case:
    """Everything of one conversation. Raises NotFound."""
    row = queries.thread(reader, conversation_id)
    if row is None:
        raise NotFound("There is no conversation number {conversation_id}.", conversation_id=conversation_id)
    known = record(reader, row.customer_id)
    taken = reader.one(
        "SELECT taken_at, taken_by, place FROM handover WHERE conversation_id = ? AND ended_at IS NULL",
        (conversation_id,),
    )
    taken_at, actor, place = taken or (None, None, None)
    before = "SELECT count(*) FROM handover WHERE conversation_id = ? AND reason IS NOT NULL"
    return Case(
        row=row,
        facts=facts(reader, products, conversation_id, now),
        waiting_since=waiting_since(reader, conversation_id),
        order=_open_order(reader, row.customer_id),
        score=score(known),
        tier=tier(known),
        advice=recommendation(known),
        taken_at=taken_at,
        taken_by=called(reader, actor),
        place=place,
        resume_at=resume_at(reader, conversation_id),
        handed_over=reader.value(before, (conversation_id,)),
    )


def resume_at(reader: Reader, conversation_id: int) -> int | None:
    """When the bot speaks again by itself, ms UTC."""
    found: int | None = reader.value(
        "SELECT due_at FROM deadline WHERE kind = ? AND subject = ?", (RESUME, conversation_id)
    )
    return found


def called(reader: Reader, actor: str | None) -> str | None:
    """An account by its name or address; the program's own doors by theirs."""
    number = account_of(actor) if actor else None
    if number is None:
        return actor
    found: str | None = reader.value("SELECT coalesce(nullif(name, ''), email) FROM account WHERE id = ?", (number,))
    return found


def _open_order(reader: Reader, customer_id: int) -> OpenOrder | None:
    row = reader.one(
        "SELECT id, reference, state, (SELECT group_concat(quantity || ' × ' || brief, ', ') FROM order_content"
        " WHERE order_id = o.id), total, received, expires_at FROM orders o WHERE customer_id = ?"
        " AND state = 'reserved' ORDER BY id DESC LIMIT 1",
        (customer_id,),
    )
    return OpenOrder(row[0], row[1], row[2], row[3] or "", *row[4:]) if row else None


def queue(reader: Reader, limit: int = 100) -> list[int]:
    """The conversations that wait for a person: the most pressing reason first, then who waits longest. → their ids"""
    pressing = f"iif(v.escalated_at IS NULL, 1, {reasons.by_weight('v.reason')})"
    rows = reader.all(
        f"SELECT id FROM (SELECT v.id, {pressing} AS pressing, {_WAITS} AS since {_FROM} WHERE v.id IN ("  # noqa: S608 - constants
        " SELECT id FROM conversation WHERE escalated_at IS NOT NULL UNION SELECT id FROM conversation"
        " WHERE mode = 'seller')) WHERE since IS NOT NULL ORDER BY pressing, since, id LIMIT ?",
        (limit,),
    )
    return [row[0] for row in rows]


def cases(reader: Reader, products: Products, ids: Iterable[int], now: int) -> list[Case]:
    return [case(reader, products, number, now) for number in ids]
