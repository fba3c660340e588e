"""A conversation that was said to be settled, taken up again as it stood."""

from __future__ import annotations

from msgspec import Struct

from core.conversations import handovers, threads
from core.conversations.events import TakenUpAgain
from core.durable.deadlines import set_deadline
from core.kernel.errors import Refused
from core.storage.engine import Tx


class Standing(Struct, frozen=True):
    """How it stood before ``at`` (ms UTC), when it was resolved. ``handover`` was open; ``resume_at``: when the bot
    was to speak again."""

    conversation_id: int
    at: int
    mode: str
    escalated_at: int | None
    reason: str | None
    misses: int
    unread: int
    closed_at: int | None
    handover: int | None
    resume_at: int | None


def resolve(tx: Tx, conversation_id: int) -> Standing | None:
    """As :func:`threads.resolve`. → what :func:`take_up_again` needs, None when it rested already."""
    row = tx.one(
        "SELECT mode, escalated_at, reason, misses, unread, closed_at, (SELECT id FROM handover"
        " WHERE conversation_id = v.id AND ended_at IS NULL), (SELECT due_at FROM deadline WHERE kind = ?"
        " AND subject = v.id) FROM conversation v WHERE id = ?",
        (handovers.RESUME, conversation_id),
    )
    if not threads.resolve(tx, conversation_id) or row is None:
        return None
    return Standing(conversation_id, tx.now, *row)


def take_up_again(tx: Tx, before: Standing) -> None:
    """Give back how it stood. Raises Refused when something came of it since: what is new must not be hidden."""
    number = before.conversation_id
    if not tx.run(
        "UPDATE conversation SET mode = ?, escalated_at = ?, reason = ?, misses = ?, unread = ?, closed_at = ?"
        " WHERE id = ? AND closed_at = ? AND mode = 'bot' AND escalated_at IS NULL AND unread = 0",
        (
            before.mode,
            before.escalated_at,
            before.reason,
            before.misses,
            before.unread,
            before.closed_at,
            number,
            before.at,
        ),
    ):
        raise Refused("This conversation went on meanwhile: it stays as it is.")
    if before.handover is not None:
        tx.run("UPDATE handover SET ended_at = NULL, ended = NULL WHERE id = ?", (before.handover,))
    if before.resume_at is not None:
        set_deadline(tx, handovers.RESUME, number, before.resume_at)
    tx.emit(TakenUpAgain(number))
