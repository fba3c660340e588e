"""Handovers: a person is asked for, or steps in, until the bot speaks again. A row each, for who looks back later.

While a person speaks, the bot is silent for talk. Payments and reservations go on: confirmations, reminders, ends of
holds, offers to the next in line, and the answers to the buttons under them.
"""

from __future__ import annotations

from typing import Final

from core.conversations.events import MessageProgressed
from core.durable import outbox
from core.durable.deadlines import clear_deadline
from core.storage.connection import Reader
from core.storage.engine import Tx

RESUME: Final = "resume"
"""The kind of deadline at which the bot speaks again; its subject is the conversation."""
HELD_BACK: Final = "Held back: a person answers now."
# What the bot says for the sake of the conversation; what serves a payment goes ahead of it (outbox.PAYMENT).
TALK: Final = f"kind = 'message' AND priority >= {outbox.REPLY} AND (key LIKE 'reply:%' OR key LIKE 'slow:%')"


def asked(tx: Tx, conversation_id: int, reason: str) -> None:
    """The bot asks for a person, or has a better reason to."""
    changed = tx.run(
        "UPDATE handover SET reason = iif(taken_at IS NULL, ?, reason) WHERE conversation_id = ? AND ended_at IS NULL",
        (reason, conversation_id),
    )
    if not changed:
        tx.insert(
            "INSERT INTO handover(conversation_id, opened_at, reason) VALUES(?,?,?)", (conversation_id, tx.now, reason)
        )


def taken(tx: Tx, conversation_id: int, where: str) -> None:
    """A person takes it, asked or not."""
    tx.run(
        "UPDATE handover SET taken_at = ?, taken_by = ?, place = ? WHERE conversation_id = ? AND ended_at IS NULL"
        " AND taken_at IS NULL",
        (tx.now, tx.actor, where, conversation_id),
    )
    if tx.value("SELECT 1 FROM handover WHERE conversation_id = ? AND ended_at IS NULL", (conversation_id,)) is None:
        tx.insert(
            "INSERT INTO handover(conversation_id, opened_at, taken_at, taken_by, place) VALUES(?,?,?,?,?)",
            (conversation_id, tx.now, tx.now, tx.actor, where),
        )


def told(tx: Tx, conversation_id: int) -> None:
    """The customer was told that a person answers: not to be said again."""
    tx.run(
        "UPDATE handover SET told_at = coalesce(told_at, ?) WHERE conversation_id = ? AND ended_at IS NULL",
        (tx.now, conversation_id),
    )


def was_told(reader: Reader, conversation_id: int) -> bool:
    return bool(
        reader.value(
            "SELECT 1 FROM handover WHERE conversation_id = ? AND ended_at IS NULL AND told_at IS NOT NULL",
            (conversation_id,),
        )
    )


def answered(tx: Tx, conversation_id: int, at: int) -> int:
    """A person wrote, ``at`` in ms UTC. → when they last did."""
    tx.run(
        "UPDATE handover SET answered_at = coalesce(answered_at, max(?1, opened_at)),"
        " last_answer_at = max(coalesce(last_answer_at, 0), ?1) WHERE conversation_id = ?2 AND ended_at IS NULL",
        (at, conversation_id),
    )
    return int(
        tx.value(
            "SELECT last_answer_at FROM handover WHERE conversation_id = ? AND ended_at IS NULL", (conversation_id,)
        )
        or at
    )


def ended(tx: Tx, conversation_id: int, how: str) -> None:
    """It is over; ``how``: resolved, given_back, timer."""
    tx.run(
        "UPDATE handover SET ended_at = ?, ended = ? WHERE conversation_id = ? AND ended_at IS NULL",
        (tx.now, how, conversation_id),
    )
    clear_deadline(tx, RESUME, conversation_id)


def person_speaks(reader: Reader, customer_id: int) -> bool:
    return bool(reader.value("SELECT 1 FROM conversation WHERE customer_id = ? AND mode = 'seller'", (customer_id,)))


def hold_back(tx: Tx, customer_id: int) -> int:
    """Where a person speaks: what the bot had to say before, and did not yet, stays unsaid. → how many messages."""
    row = tx.one(
        "SELECT v.id, h.id, h.taken_at FROM conversation v JOIN handover h ON h.conversation_id = v.id"
        " AND h.ended_at IS NULL WHERE v.customer_id = ? AND v.mode = 'seller'",
        (customer_id,),
    )
    if row is None:
        return 0
    conversation_id, handover_id, since = row
    waiting = tx.all(
        f"SELECT id, created_at FROM outbox WHERE customer_id = ? AND state = 'queued' AND created_at <= ? AND {TALK}",  # noqa: S608 - constants
        (customer_id, since),
    )
    for outbox_id, created_at in waiting:
        outbox.give_up(tx, outbox_id, "dropped", None, HELD_BACK)
        # It may have been the very message that a person answers.
        tx.run("UPDATE handover SET told_at = NULL WHERE id = ? AND told_at = ?", (handover_id, created_at))
        tx.emit(MessageProgressed(conversation_id, outbox_id, "dropped"))
    return len(waiting)
