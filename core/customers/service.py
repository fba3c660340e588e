"""People: found by any of their identities, created on first contact, merged when two records prove to be one, unless
somebody took that merge back.

A number that changed with its country's plan is found under its old and its new form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from core.customers.events import CustomerAdded, CustomerChanged, CustomerNoted
from core.customers.merges import apart
from core.customers.merging import absorb
from core.customers.rules import Record
from core.kernel.errors import NotFound, Refused
from core.kernel.numbering import forms
from core.storage.connection import Reader
from core.storage.engine import Tx

# Look-up order (reference whatsapp §4).
KINDS: Final = ("bsuid", "parent_bsuid", "phone")
NOTES: Final = 2000
RECORD_COLUMNS: Final = "orders, paid, expired, spent, pay_ms, scored"


class Identity(Struct, frozen=True):
    """``kind``: bsuid, parent_bsuid (WhatsApp business-scoped ids) or phone (E.164)."""

    kind: str
    value: str


def find(reader: Reader, identities: Sequence[Identity]) -> list[int]:
    """The customers these identities belong to, best identity first, without repeats."""
    found: list[int] = []
    for kind in KINDS:
        for identity in identities:
            if identity.kind == kind:
                found += [owner for owner in _owners(reader, identity) if owner not in found]
    return found


def _owners(reader: Reader, identity: Identity) -> list[int]:
    """Whose this is: of a phone in any of its forms, the one given first."""
    values = forms(identity.value) if identity.kind == "phone" else (identity.value,)
    sql = "SELECT customer_id FROM identity WHERE kind = ? AND value = ?"
    owners = (reader.value(sql, (identity.kind, value)) for value in values)
    return [owner for owner in dict.fromkeys(owners) if owner is not None]


def recognise(tx: Tx, identities: Sequence[Identity], name: str = "", language: str = "fr") -> int:
    """The customer with these identities: created if unknown, merged if they belonged to several. → customer id."""
    found = find(tx, identities)
    if found:
        customer_id = found[0]
        for other in found[1:]:
            if not apart(tx, customer_id, other):
                absorb(tx, customer_id, other)
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


def phones_of(reader: Reader, customer_id: int) -> list[str]:
    """Every phone known of this person, the one seen last first."""
    sql = "SELECT value FROM identity WHERE customer_id = ? AND kind = 'phone' ORDER BY last_seen DESC"
    return [row[0] for row in reader.all(sql, (customer_id,))]


def bsuid_of(reader: Reader, customer_id: int) -> str | None:
    """The business-scoped id last seen for this person."""
    value: str | None = reader.value(
        "SELECT value FROM identity WHERE customer_id = ? AND kind = 'bsuid' ORDER BY last_seen DESC LIMIT 1",
        (customer_id,),
    )
    return value
