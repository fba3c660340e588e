"""Orders as a table for a spreadsheet: a row each, amounts in the currency's own unit, times as the shop's clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

from core.kernel.clock import to_datetime
from core.kernel.money import EXPONENT
from core.orders import listing
from core.orders.listing import Filter, OrderRow
from core.storage.connection import Reader

# Field → an English message id (domain ``documents``)
TITLES: Final[tuple[tuple[str, str], ...]] = (
    ("reference", "Order"),
    ("reserved_at", "Date"),
    ("state", "State"),
    ("customer", "Customer"),
    ("goods", "Articles"),
    ("total", "Total"),
    ("received", "Received"),
    ("currency", "Currency"),
    ("paid_at", "Paid"),
    ("means", "Means"),
    ("source", "Source"),
    ("live", "Live"),
)
STATE_WORDS: Final = {
    "reserved": "Reserved",
    "paid": "Paid",
    "expired": "Expired",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "to_decide": "To decide",
}
Cell = str | int | Decimal | datetime | None


def rows(
    reader: Reader, wanted: Filter, currency: str, zone: tzinfo, say: Callable[[str], str]
) -> Iterator[tuple[Cell, ...]]:
    """Every order that fits, in the order that is asked for. ``say``: our words for states in the store's language."""
    for row in listing.every(reader, wanted):
        yield _row(row, currency, zone, say)


def _row(row: OrderRow, currency: str, zone: tzinfo, say: Callable[[str], str]) -> tuple[Cell, ...]:
    def money(units: int) -> int | Decimal:
        return Decimal(units).scaleb(-EXPONENT[currency]) if EXPONENT[currency] else units

    state = "to_decide" if row.question or row.claimed else row.state
    return (
        row.reference,
        to_datetime(row.reserved_at, zone),
        say(STATE_WORDS[state]),
        row.customer,
        row.goods,
        money(row.total),
        money(row.received),
        currency,
        to_datetime(row.paid_at, zone) if row.paid_at else None,
        row.means or "",
        row.source,
        row.session or "",
    )
