"""People: found by any of their identities, created on first contact, merged when two records prove to be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.customers.events import CustomerAdded, CustomerChanged, CustomerNoted, CustomersMerged
from core.customers.rules import Record
from core.durable.deadlines import clear_deadline, set_deadline
from core.kernel.errors import NotFound, Refused
from core.storage.connection import Reader
from core.storage.engine import Tx

# Look-up order (reference whatsapp §4).
KINDS: Final = ("bsuid", "parent_bsuid", "phone")
NOTES: Final = 2000
RECORD_COLUMNS: Final = "orders, paid, expired, spent, pay_ms, scored"


@dataclass(frozen=True, slots=True)
class Identity:
    """``kind``: bsuid, parent_bsuid (WhatsApp business-scoped ids) or phone (E.164)."""

    kind: str
    value: str


def find(reader: Reader, identities: Sequence[Identity]) -> list[int]:
    """The customers these identities belong to, best identity first, without repeats."""
    found: list[int] = []
    for kind in KINDS:
        for identity in identities:
            if identity.kind == kind:
                row = reader.one(
                    "SELECT customer_id FROM identity WHERE kind = ? AND value = ?", (kind, identity.value)
                )
                if row and row[0] not in found:
                    found.append(row[0])
    return found


def recognise(tx: Tx, identities: Sequence[Identity], name: str = "", language: str = "fr") -> int:
    """The customer with these identities: created if unknown, merged if they belonged to several. → customer id."""
    found = find(tx, identities)
    if found:
        customer_id = found[0]
        for other in found[1:]:
            _merge(tx, customer_id, other)
        if name and tx.run("UPDATE customer SET name = ? WHERE id = ? AND name = ''", (name, customer_id)):
            tx.emit(CustomerChanged(customer_id, "name"))
    else:
        customer_id = tx.insert(
            "INSERT INTO customer(name, language, created_at) VALUES(?,?,?)", (name, language, tx.now)
        )
        tx.emit(CustomerAdded(customer_id))
    for identity in identities:
        _remember(tx, customer_id, identity, new=not found)
    return customer_id


def _remember(tx: Tx, customer_id: int, identity: Identity, *, new: bool) -> None:
    """Seen again, or one more way to recognise this person (told by itself, unless the person is new as a whole)."""
    key = (identity.kind, identity.value)
    if tx.run("UPDATE identity SET last_seen = ? WHERE kind = ? AND value = ?", (tx.now, *key)):
        return
    tx.run(
        "INSERT INTO identity(kind, value, customer_id, first_seen, last_seen) VALUES(?,?,?,?,?)",
        (*key, customer_id, tx.now, tx.now),
    )
    if not new:
        tx.emit(CustomerChanged(customer_id, "identity"))


def set_language(tx: Tx, customer_id: int, language: str) -> None:
    """The language this person was heard in, for what is said later."""
    tx.run("UPDATE customer SET language = ? WHERE id = ?", (language, customer_id))
    tx.emit(CustomerChanged(customer_id, "language"))


def _merge(tx: Tx, kept: int, absorbed: int) -> None:
    """Everything of ``absorbed`` becomes ``kept``'s. The emptied record stays: the journal names it."""
    for table in ("orders", "identity", "quote", "consent"):
        tx.run(f"UPDATE {table} SET customer_id = ? WHERE customer_id = ?", (kept, absorbed))  # noqa: S608 - fixed names
    tx.run("UPDATE outbox SET customer_id = ? WHERE customer_id = ? AND state = 'queued'", (kept, absorbed))
    tx.run(
        "UPDATE outbox SET customer_id = ? WHERE id IN (SELECT m.outbox_id FROM message m JOIN conversation v"
        " ON v.id = m.conversation_id WHERE v.customer_id = ?)",
        (kept, absorbed),
    )
    tx.run("UPDATE OR IGNORE waiting SET customer_id = ? WHERE customer_id = ?", (kept, absorbed))
    tx.run(
        "UPDATE waiting SET state = 'left', reason = 'merged' WHERE customer_id = ? AND state = 'waiting'", (absorbed,)
    )
    _merge_conversations(tx, kept, absorbed)
    tx.run(
        "UPDATE customer AS a SET orders = a.orders + b.orders, paid = a.paid + b.paid,"
        " expired = a.expired + b.expired, spent = a.spent + b.spent, pay_ms = a.pay_ms + b.pay_ms,"
        " name = iif(a.name = '', b.name, a.name),"
        " scored = a.scored AND b.scored,"
        " notes = trim(a.notes || char(10, 10) || b.notes, char(10)),"
        " last_order_at = nullif(max(coalesce(a.last_order_at, 0), coalesce(b.last_order_at, 0)), 0)"
        " FROM customer b WHERE a.id = ? AND b.id = ?",
        (kept, absorbed),
    )
    tx.run(
        "UPDATE customer SET orders = 0, paid = 0, expired = 0, spent = 0, pay_ms = 0, name = '', notes = '',"
        " merged_into = ? WHERE id = ?",
        (kept, absorbed),
    )
    tx.emit(CustomersMerged(kept, absorbed))


def _merge_conversations(tx: Tx, kept: int, absorbed: int) -> None:
    target = tx.value("SELECT id FROM conversation WHERE customer_id = ?", (kept,))
    source = tx.value("SELECT id FROM conversation WHERE customer_id = ?", (absorbed,))
    if source is None:
        return
    if target is None:
        tx.run("UPDATE conversation SET customer_id = ? WHERE id = ?", (kept, source))
        return
    tx.run("UPDATE message SET conversation_id = ? WHERE conversation_id = ?", (target, source))
    tx.run("UPDATE note SET conversation_id = ? WHERE conversation_id = ?", (target, source))
    _merge_handovers(tx, target, source)
    tx.run(
        "UPDATE conversation AS a SET unread = a.unread + b.unread,"
        " closed_at = iif(a.closed_at IS NULL OR b.closed_at IS NULL, NULL, max(a.closed_at, b.closed_at)),"
        " mode = iif(b.mode = 'seller', 'seller', a.mode),"  # where a person speaks, the bot stays silent
        " reason = iif(a.escalated_at IS NULL, b.reason, a.reason),"
        " escalated_at = coalesce(a.escalated_at, b.escalated_at),"
        " last_inbound_at = coalesce(max(a.last_inbound_at, b.last_inbound_at), a.last_inbound_at, b.last_inbound_at),"
        " (last_at, last_text, last_author) = (SELECT last_at, last_text, last_author FROM conversation"
        " WHERE id IN (a.id, b.id) ORDER BY last_at DESC, id DESC LIMIT 1)"
        " FROM conversation b WHERE a.id = ? AND b.id = ?",
        (target, source),
    )
    tx.run("DELETE FROM conversation WHERE id = ?", (source,))


def _merge_handovers(tx: Tx, target: int, source: int) -> None:
    """One goes on, of two: the one that a person took. The bot comes back when the later of both ends."""
    tx.run(
        "UPDATE handover SET ended_at = ?1, ended = 'merged' WHERE id = (SELECT id FROM handover"
        " WHERE conversation_id IN (?2, ?3) AND ended_at IS NULL ORDER BY taken_at IS NULL DESC, opened_at DESC"
        " LIMIT 1) AND (SELECT count(*) FROM handover WHERE conversation_id IN (?2, ?3) AND ended_at IS NULL) = 2",
        (tx.now, target, source),
    )
    tx.run("UPDATE handover SET conversation_id = ? WHERE conversation_id = ?", (target, source))
    due = tx.value("SELECT max(due_at) FROM deadline WHERE kind = 'resume' AND subject IN (?, ?)", (target, source))
    clear_deadline(tx, "resume", source)
    if due is not None:
        set_deadline(tx, "resume", target, due)


def set_notes(tx: Tx, customer_id: int, text: str) -> None:
    """Keep what the seller wants to remember of a person. Raises NotFound, Refused when it is too long."""
    notes = text.strip()
    if len(notes) > NOTES:
        raise Refused("The note has {length} characters; at most {limit} are kept.", length=len(notes), limit=NOTES)
    if not tx.run("UPDATE customer SET notes = ? WHERE id = ?", (notes, customer_id)):
        raise NotFound("There is no customer number {customer_id}.", customer_id=customer_id)
    tx.emit(CustomerNoted(customer_id))


def record(reader: Reader, customer_id: int) -> Record:
    """What the score is computed from."""
    row = reader.one(f"SELECT {RECORD_COLUMNS} FROM customer WHERE id = ?", (customer_id,))  # noqa: S608 - fixed columns
    return Record(*row) if row else Record(0, 0, 0, 0, 0)


def phone_of(reader: Reader, customer_id: int) -> str | None:
    """The phone last seen for this person, E.164; None when only a business-scoped id is known."""
    value: str | None = reader.value(
        "SELECT value FROM identity WHERE customer_id = ? AND kind = 'phone' ORDER BY last_seen DESC LIMIT 1",
        (customer_id,),
    )
    return value


def bsuid_of(reader: Reader, customer_id: int) -> str | None:
    """The business-scoped id last seen for this person."""
    value: str | None = reader.value(
        "SELECT value FROM identity WHERE customer_id = ? AND kind = 'bsuid' ORDER BY last_seen DESC LIMIT 1",
        (customer_id,),
    )
    return value
