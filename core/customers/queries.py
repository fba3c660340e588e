"""Reading customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from core.customers.rules import Record
from core.customers.views import CustomerView
from core.kernel.errors import NotFound
from core.kernel.text import fitting
from core.storage.connection import Reader

_CUSTOMER: Final = (
    "SELECT c.id, c.name, (SELECT value FROM identity i WHERE i.customer_id = c.id AND i.kind = 'phone'"
    " ORDER BY last_seen DESC LIMIT 1), c.language, c.created_at, c.last_order_at, c.notes,"
    " c.orders, c.paid, c.expired, c.spent, c.pay_ms, c.scored FROM customer c"
)


def page(reader: Reader, *, before: int = 2**63 - 1, limit: int = 50) -> list[CustomerView]:
    """The latest customers below an id, newest first; records emptied by a merge are left out."""
    return _read(
        reader,
        f"{_CUSTOMER} WHERE c.id < ? AND EXISTS (SELECT 1 FROM identity i WHERE i.customer_id = c.id)"  # noqa: S608 - fixed text
        " ORDER BY c.id DESC LIMIT ?",
        (before, limit),
    )


def customer(reader: Reader, customer_id: int) -> CustomerView:
    """Raises NotFound."""
    found = _read(reader, f"{_CUSTOMER} WHERE c.id = ?", (customer_id,))
    if not found:
        raise NotFound("There is no customer number {customer_id}.", customer_id=customer_id)
    return found[0]


def search(reader: Reader, text: str, limit: int) -> list[CustomerView]:
    """Who fits: words of the name, or digits of the phone; all must be found. The latest known first."""
    rows = reader.connection.execute(
        "SELECT c.id, c.name || ' ' || group_concat(CASE i.kind WHEN 'phone' THEN i.value ELSE '' END, ' ')"
        " FROM customer c JOIN identity i ON i.customer_id = c.id GROUP BY c.id ORDER BY c.id DESC"
    )
    found = fitting(rows, text.replace("+", " "), limit)
    marks = ",".join("?" * len(found))
    return _read(reader, f"{_CUSTOMER} WHERE c.id IN ({marks}) ORDER BY c.id DESC", found)


def _read(reader: Reader, sql: str, parameters: Sequence[Any]) -> list[CustomerView]:
    return [
        CustomerView(number, name, phone, language, Record(*record), created_at, last_order_at, notes)
        for number, name, phone, language, created_at, last_order_at, notes, *record in reader.all(sql, parameters)
    ]
