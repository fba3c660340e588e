"""Who might be the same person: under the other form of a number that changed with its country's plan, or of the very
same name. Proposed, never done by itself."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from core.customers import ranking
from core.customers.merges import apart
from core.customers.queries import customer
from core.customers.service import phones_of
from core.customers.views import CustomerView
from core.kernel.numbering import forms
from core.storage.connection import Reader

MOST: Final = 3


class Proposal(Struct, frozen=True):
    """``why``: number (``number`` is theirs, ``mine`` the same line's other form) or name."""

    person: CustomerView
    why: Literal["number", "name"]
    number: str = ""
    mine: str = ""


def proposals(reader: Reader, customer_id: int) -> list[Proposal]:
    """At most three, the surest first."""
    found: dict[int, Proposal] = {}
    for mine in phones_of(reader, customer_id):
        for other in forms(mine)[1:]:
            sql = "SELECT customer_id FROM identity WHERE kind = 'phone' AND value = ?"
            owner = reader.value(sql, (other,))
            if owner is not None and owner != customer_id and not apart(reader, customer_id, owner):
                found.setdefault(owner, Proposal(customer(reader, owner), "number", other, mine))
    rows = reader.all(
        f"SELECT id FROM customer WHERE {ranking.NAME} = (SELECT {ranking.NAME} FROM customer WHERE id = ?1)"  # noqa: S608 - fixed words
        " AND name <> '' AND id <> ?1 AND merged_into IS NULL AND erased_at IS NULL ORDER BY id DESC LIMIT ?2",
        (customer_id, MOST),
    )
    for (owner,) in rows:
        if apart(reader, customer_id, owner):
            continue
        found.setdefault(owner, Proposal(customer(reader, owner), "name"))
    return list(found.values())[:MOST]
