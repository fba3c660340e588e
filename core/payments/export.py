"""Payments as a table for an accountant: a row each, amounts in the currency's own unit, times as the shop's clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

from msgspec import Struct, field

from core.kernel.clock import to_datetime
from core.kernel.money import EXPONENT
from core.payments import queries
from core.payments.queries import Filter, PaymentRow, State
from core.storage.connection import Reader

# Field → an English message id (domain ``documents``)
TITLES: Final[tuple[tuple[str, str], ...]] = (
    ("at", "Received"),
    ("reference", "Order"),
    ("customer", "Customer"),
    ("provider", "Provider"),
    ("method", "Means"),
    ("txn", "Transaction"),
    ("amount", "Amount"),
    ("fee", "Fee"),
    ("refunded", "Given back"),
    ("net", "Net"),
    ("currency", "Currency"),
    ("state", "State"),
)
STATE_WORDS: Final[dict[State, str]] = {
    "received": "Received",
    "part_refunded": "Given back in part",
    "refunded": "Given back",
    "refunding": "Being given back",
    "to_decide": "To decide",
}
_PAGE: Final = 1000

Cell = str | int | Decimal | datetime | None


class Words(Struct, frozen=True):
    """How people call a provider, a means and a state, by our names for them; one without a word keeps its name."""

    providers: Mapping[str, str] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[State, str] = field(default_factory=dict)


def rows(
    reader: Reader, wanted: Filter, currency: str, zone: tzinfo, words: Words = Words()
) -> Iterator[tuple[Cell, ...]]:
    """Every payment that fits, in the order that is asked for, read by the page."""
    after = None
    while found := queries.page(reader, wanted, after=after, limit=_PAGE):
        for row in found:
            yield _row(row, currency, zone, words)
        after = found[-1].cursor(wanted.sort)


def _row(row: PaymentRow, currency: str, zone: tzinfo, words: Words) -> tuple[Cell, ...]:
    def money(units: int | None) -> int | Decimal | None:
        if units is None or not EXPONENT[currency]:
            return units
        return Decimal(units).scaleb(-EXPONENT[currency])

    return (
        to_datetime(row.at, zone),
        row.reference,
        row.customer,
        words.providers.get(row.provider, row.provider),
        row.method and words.means.get(row.method, row.method),
        row.txn_id,
        money(row.amount),
        money(row.fee),
        money(row.refunded),
        money(row.amount - (row.fee or 0) - row.refunded),
        currency,
        words.states.get(row.state, row.state),
    )
