"""The outbox: every message to a customer, queued in the transaction that decided it, sent once, followed to its end.

queued → sending → accepted → sent → delivered → read/played, or failed, dropped (no longer worth sending), merged (into
another message), unknown (sent, but no answer came: never sent again by itself). States only move forward.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from core.storage.connection import Reader
from core.storage.engine import Tx

# Smaller goes first.
PAYMENT: Final = 0
LIVE: Final = 1  # an answer to a buyer of the running live
REPLY: Final = 2
REMINDER: Final = 3
BROADCAST: Final = 4
RECEIPT: Final = 5

_SKIPPED: Final = 100_000  # more than anybody sends within the time that a backup may be old

# failed may follow accepted, sent or even delivered (several devices); delivered may follow failed. Never backwards
# among the good ones (reference whatsapp §3.4).
RANK: Final[Mapping[str, int]] = {
    "queued": 0,
    "sending": 1,
    "unknown": 2,
    "accepted": 3,
    "sent": 4,
    "failed": 5,
    "delivered": 6,
    "read": 7,
    "played": 8,
}


class Queued(Struct, frozen=True):
    """One message waiting to be sent. ``deadline``: a hold's end, for {remaining} in the text, set when sent (R3)."""

    id: int
    customer_id: int
    kind: str
    body: dict[str, Any]
    priority: int
    deadline: int | None
    valid_until: int | None
    attempts: int
    created_at: int


def put(
    tx: Tx,
    key: str,
    customer_id: int,
    kind: str,
    body: Mapping[str, Any],
    *,
    priority: int = REPLY,
    deadline: int | None = None,
    valid_until: int | None = None,
) -> int | None:
    """Queue a message under its idempotency key; None when the key was queued before. Times in ms UTC."""
    tx.run(
        "INSERT OR IGNORE INTO outbox(key, customer_id, kind, body, priority, created_at, valid_until, deadline,"
        " changed_at) VALUES(?,?,?,?,?,?,?,?,?)",
        (
            key,
            customer_id,
            kind,
            json.dumps(body, ensure_ascii=False),
            priority,
            tx.now,
            valid_until,
            deadline,
            tx.now,
        ),
    )
    return tx.connection.last_insert_rowid() if tx.connection.changes() else None


def waiting(reader: Reader, now: int, limit: int = 200) -> list[Queued]:
    """Queued messages whose time has come, most pressing first, in order within a customer."""
    rows = reader.all(
        "SELECT id, customer_id, kind, body, priority, deadline, valid_until, attempts, created_at FROM outbox"
        " WHERE state = 'queued' AND not_before <= ? ORDER BY priority, id LIMIT ?",
        (now, limit),
    )
    return [Queued(r[0], r[1], r[2], json.loads(r[3]), *r[4:]) for r in rows]


def first_answer(reader: Reader, customer_id: int, now: int) -> Queued | None:
    """The oldest answer that waits for this customer: what they asked first is answered first."""
    row = reader.one(
        "SELECT id, customer_id, kind, body, priority, deadline, valid_until, attempts, created_at FROM outbox"
        " WHERE customer_id = ? AND state = 'queued' AND priority <= ? AND not_before <= ? ORDER BY id LIMIT 1",
        (customer_id, REPLY, now),
    )
    return None if row is None else Queued(row[0], row[1], row[2], json.loads(row[3]), *row[4:])


def next_due(reader: Reader) -> int | None:
    """When the earliest queued message may go, ms UTC; None when nothing is queued."""
    due: int | None = reader.value("SELECT min(not_before) FROM outbox WHERE state = 'queued'")
    return due


def begin(tx: Tx, outbox_id: int) -> bool:
    """Mark as being sent, before the call. False when it is no longer queued (sent, dropped or merged meanwhile)."""
    return (
        tx.run(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1, sent_at = ?, changed_at = ?"
            " WHERE id = ? AND state = 'queued'",
            (tx.now, tx.now, outbox_id),
        )
        == 1
    )


def merge(tx: Tx, outbox_id: int, into: int) -> None:
    """A queued text goes out as part of another."""
    tx.run(
        "UPDATE outbox SET state = 'merged', merged_into = ?, changed_at = ? WHERE id = ? AND state = 'queued'",
        (into, tx.now, outbox_id),
    )


def accepted(tx: Tx, outbox_id: int, wamid: str | None) -> None:
    """The service took it under this id. A status may have arrived before this answer: never step back."""
    tx.run("UPDATE outbox SET wamid = coalesce(wamid, ?) WHERE id = ?", (wamid, outbox_id))
    advance(tx, outbox_id, "accepted")


def retry(tx: Tx, outbox_id: int, not_before: int, code: int | None, error: str) -> None:
    """It was certainly not sent: back to the queue, not before a time in ms UTC, and what was to go with it, too."""
    if tx.run(
        "UPDATE outbox SET state = 'queued', not_before = ?, error_code = ?, error = ?, sent_at = NULL, changed_at = ?"
        " WHERE id = ? AND state = 'sending'",
        (not_before, code, error, tx.now, outbox_id),
    ):
        tx.run(
            "UPDATE outbox SET state = 'queued', merged_into = NULL, changed_at = ? WHERE merged_into = ?"
            " AND state = 'merged'",
            (tx.now, outbox_id),
        )


def give_up(tx: Tx, outbox_id: int, state: str, code: int | None, error: str) -> None:
    """End it as failed, dropped or unknown, with the reason."""
    tx.run(
        "UPDATE outbox SET state = ?, error_code = ?, error = ?, changed_at = ? WHERE id = ? AND state IN"
        " ('queued', 'sending')",
        (state, code, error, tx.now, outbox_id),
    )


def advance(tx: Tx, outbox_id: int, state: str, code: int | None = None, error: str | None = None) -> bool:
    """Move forward to a state the service reported; False when that would be backwards or changes nothing."""
    current = tx.value("SELECT state FROM outbox WHERE id = ?", (outbox_id,))
    if current is None or state not in RANK or RANK.get(current, -1) >= RANK[state]:
        return False
    tx.run(
        "UPDATE outbox SET state = ?, error_code = coalesce(?, error_code), error = coalesce(?, error), changed_at = ?"
        " WHERE id = ?",
        (state, code, error, tx.now, outbox_id),
    )
    return True


def find(reader: Reader, wamid: str | None, outbox_id: int | None) -> int | None:
    """The message a status speaks of, by the service's id, else by ours (callback data)."""
    found: int | None = None
    if wamid:
        found = reader.value("SELECT id FROM outbox WHERE wamid = ?", (wamid,))
    if found is None and outbox_id is not None:
        found = reader.value("SELECT id FROM outbox WHERE id = ?", (outbox_id,))
    return found


def interrupted(tx: Tx) -> list[int]:
    """At start: what was being sent when the program stopped has an unknown end. → those messages; receipts are
    nobody's loss and are dropped."""
    tx.run(
        "UPDATE outbox SET state = 'dropped', changed_at = ? WHERE state = 'sending' AND kind = 'receipt'", (tx.now,)
    )
    rows = tx.all("SELECT id FROM outbox WHERE state = 'sending'")
    tx.run(
        "UPDATE outbox SET state = 'unknown', error = 'The program stopped while this was being sent.', changed_at = ?"
        " WHERE state = 'sending'",
        (tx.now,),
    )
    return [r[0] for r in rows]


def skip_numbers(tx: Tx) -> None:
    """In a store brought back from a backup: the numbers after its last may have been given, and the service's word on
    those messages is still to come. It must not be taken for word on others: a row that is none stands in between."""
    tx.run(
        "INSERT INTO outbox(id, key, customer_id, kind, body, priority, state, created_at, changed_at)"
        " SELECT coalesce(max(id), 0) + ?, 'skipped:' || coalesce(max(id), 0), 0, 'receipt', '{}', ?, 'dropped', ?, ?"
        " FROM outbox",
        (_SKIPPED, RECEIPT, tx.now, tx.now),
    )


def hold_back(tx: Tx, after: int = 0) -> int:
    """In a store brought back from a backup: what waits there may have left since. → how many messages.

    ``after``: only those with a higher number.
    """
    tx.run(
        "UPDATE outbox SET state = 'dropped', changed_at = ? WHERE state IN ('queued', 'sending') AND kind = 'receipt'"
        " AND id > ?",
        (tx.now, after),
    )
    return tx.run(
        "UPDATE outbox SET state = 'unknown', changed_at = ?,"
        " error = 'The store was brought back from a backup: this may have been sent before.'"
        " WHERE state IN ('queued', 'sending') AND id > ?",
        (tx.now, after),
    )
