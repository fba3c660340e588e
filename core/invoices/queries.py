"""Reading the list of invoices; what stands on one is in ``documents``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.invoices.numbering import number_text
from core.kernel.errors import NotFound
from core.storage.connection import Reader


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """``issued_at`` in ms UTC, ``total`` in smallest units."""

    id: int
    number: str
    order_id: int
    issued_at: int
    total: int


_INVOICE: Final = "SELECT id, series, year, number, order_id, issued_at, total FROM invoice"


def page(reader: Reader, *, before: int = 2**63 - 1, limit: int = 50) -> list[InvoiceView]:
    """The latest invoices below an id, newest first."""
    return _read(reader, f"{_INVOICE} WHERE id < ? ORDER BY id DESC LIMIT ?", (before, limit))


def of_order(reader: Reader, order_id: int) -> list[InvoiceView]:
    """The invoice of an order, if it has one."""
    return _read(reader, f"{_INVOICE} WHERE order_id = ?", (order_id,))


def invoice(reader: Reader, invoice_id: int) -> InvoiceView:
    """Raises NotFound."""
    found = _read(reader, f"{_INVOICE} WHERE id = ?", (invoice_id,))
    if not found:
        raise NotFound("There is no invoice number {invoice_id}.", invoice_id=invoice_id)
    return found[0]


def _read(reader: Reader, sql: str, parameters: Sequence[int]) -> list[InvoiceView]:
    return [
        InvoiceView(number, number_text(series, year, count), order, issued_at, total)
        for number, series, year, count, order, issued_at, total in reader.all(sql, parameters)
    ]
