"""E-mails on their way, queued in the transaction that decided them, sent once, followed to their end.

queued → sending → sent, or failed (refused for good), unknown (handed over, but no answer came: never sent again by
itself). A row says what it is about, not what it says: the words are made when it leaves, so that nobody's name waits
in it.
"""

from __future__ import annotations

from msgspec import Struct

from core.storage.connection import Reader
from core.storage.engine import Tx


class Letter(Struct, frozen=True):
    """``kind`` with the id it is about; ``attempts``: begun so far."""

    id: int
    key: str
    kind: str
    subject_id: int
    attempts: int
    created_at: int


def put(tx: Tx, key: str, kind: str, subject_id: int) -> bool:
    """Queue a letter under its idempotency key. → False when it was queued before."""
    return bool(
        tx.run(
            "INSERT OR IGNORE INTO letter(key, kind, subject_id, created_at, changed_at) VALUES(?,?,?,?,?)",
            (key, kind, subject_id, tx.now, tx.now),
        )
    )


def waiting(reader: Reader, now: int, limit: int = 20) -> list[Letter]:
    """Queued letters whose time has come, the oldest first."""
    sql = (
        "SELECT id, key, kind, subject_id, attempts, created_at FROM letter"
        " WHERE state = 'queued' AND not_before <= ? ORDER BY id LIMIT ?"
    )
    return [Letter(*row) for row in reader.all(sql, (now, limit))]


def begin(tx: Tx, letter_id: int) -> bool:
    """Mark as being sent, before the call. False when it no longer waits."""
    return _move(tx, letter_id, "queued", "sending", 0, None, more=1)


def sent(tx: Tx, letter_id: int) -> None:
    _move(tx, letter_id, "sending", "sent", 0, None)


def later(tx: Tx, letter_id: int, not_before: int, error: str) -> None:
    """It was certainly not sent: again, not before a time in ms UTC."""
    _move(tx, letter_id, "sending", "queued", not_before, error)


def end(tx: Tx, letter_id: int, state: str, error: str) -> None:
    """``state`` failed or unknown, with the reason."""
    _move(tx, letter_id, "sending", state, 0, error)


def _move(tx: Tx, letter_id: int, was: str, state: str, not_before: int, error: str | None, *, more: int = 0) -> bool:
    sql = (
        "UPDATE letter SET state = ?, not_before = ?, error = ?, attempts = attempts + ?, changed_at = ?"
        " WHERE id = ? AND state = ?"
    )
    return bool(tx.run(sql, (state, not_before, error, more, tx.now, letter_id, was)))


def interrupted(tx: Tx) -> int:
    """At start: what was being sent when the program stopped has an unknown end. → how many."""
    return tx.run(
        "UPDATE letter SET state = 'unknown', error = 'The program stopped while this was being sent.',"
        " changed_at = ? WHERE state = 'sending'",
        (tx.now,),
    )


def hold_back(tx: Tx) -> int:
    """In a store brought back from a backup: what waits there may have left since. → how many."""
    return tx.run(
        "UPDATE letter SET state = 'unknown', changed_at = ?,"
        " error = 'The store was brought back from a backup: this may have been sent before.'"
        " WHERE state IN ('queued', 'sending')",
        (tx.now,),
    )
