"""The customers as rows of a table, for a file: names as they are, amounts as numbers, times as local ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.customers import listing
from core.customers.events import CustomerListExported
from core.customers.listing import Wanted
from core.customers.rules import score, success, tier
from core.kernel.clock import to_datetime
from core.kernel.money import EXPONENT
from core.storage.connection import Reader
from core.storage.engine import Tx

Cell = str | int | Decimal | datetime | None


def asked(tx: Tx, wanted: Wanted) -> int:
    """Note that the list leaves the store: the right to it is looked at here. → how many people."""
    number = listing.count(tx, wanted)
    tx.emit(CustomerListExported(number))
    return number


def rows(
    reader: Reader, wanted: Wanted, currency: str, zone: ZoneInfo, tiers: Mapping[str, str]
) -> Iterator[tuple[Cell, ...]]:
    """Name, phone, score, tier, orders, paid, expired, success in percent, spent, currency, last purchase."""
    for row in listing.every(reader, wanted):
        view, record = row.view, row.view.record
        last = None if view.last_order_at is None else to_datetime(view.last_order_at, zone).replace(tzinfo=None)
        yield (
            view.name,
            view.phone,
            score(record),
            tiers[tier(record)],
            record.orders,
            record.paid,
            record.expired,
            success(record),
            Decimal(record.spent).scaleb(-EXPONENT[currency]),
            currency,
            last,
        )
