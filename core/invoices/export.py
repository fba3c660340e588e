"""Papers as a table for an accountant: a row each, amounts in the currency's own unit, times as the shop's clock.

A credit note is negative, so that the columns of a month add up to what was sold; a receipt is money that is no sale
(yet): its amount stands alone, outside the three columns of sales.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

from core.invoices import queries
from core.invoices.queries import Filter, PaperRow
from core.kernel.clock import to_datetime
from core.kernel.money import EXPONENT
from core.storage.connection import Reader

# Field → an English message id (domain ``documents``)
TITLES: Final[tuple[tuple[str, str], ...]] = (
    ("number", "Number"),
    ("kind", "Kind"),
    ("at", "Issued"),
    ("reference", "Order"),
    ("customer", "Customer"),
    ("invoice", "Invoice credited"),
    ("net", "Before tax"),
    ("tax", "VAT"),
    ("total", "With tax"),
    ("received", "Received"),
    ("currency", "Currency"),
    ("sent", "WhatsApp"),
    ("certified", "Certification"),
)
_PAGE: Final = 1000

Cell = str | int | Decimal | datetime | None


def rows(reader: Reader, wanted: Filter, now: int, currency: str, zone: tzinfo) -> Iterator[tuple[Cell, ...]]:
    """Every paper that fits, in the order that is asked for, read by the page."""
    for row in every(reader, wanted, now):
        yield _row(row, currency, zone)


def every(reader: Reader, wanted: Filter, now: int) -> Iterator[PaperRow]:
    """The same as they are listed."""
    after = None
    while found := queries.papers(reader, wanted, now, after=after, limit=_PAGE):
        yield from found
        after = found[-1].cursor(wanted.sort)


def _row(row: PaperRow, currency: str, zone: tzinfo) -> tuple[Cell, ...]:
    sign = -1 if row.kind == "credit_note" else 1

    def money(units: int | None) -> int | Decimal | None:
        if units is None or not EXPONENT[currency]:
            return units
        return Decimal(units).scaleb(-EXPONENT[currency])

    sale = row.net is not None and row.tax is not None
    return (
        row.number,
        row.kind,
        to_datetime(row.at, zone),
        row.reference,
        row.customer,
        row.invoice,
        money(sign * row.net) if row.net is not None else None,
        money(sign * row.tax) if row.tax is not None else None,
        money(sign * row.total) if sale else None,
        None if sale else money(row.total),
        currency,
        row.sent or "",
        row.certified or "",
    )
