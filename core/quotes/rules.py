"""What a quote may hold, and how it is numbered. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.kernel.errors import Refused
from core.kernel.text import one_line

SERIES: Final = "DV"
DRAFT: Final = "draft"
STATES: Final = (DRAFT,)
MAX_LINES: Final = 200
MAX_QUANTITY: Final = 100_000
MAX_PRICE: Final = 10**12
MAX_DESCRIPTION: Final = 300
MAX_NOTE: Final = 1000
MAX_VALID_DAYS: Final = 365
VALID_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """``sku`` empty: not from the catalogue. ``unit_price`` in smallest units.

    ``rate``: the VAT of this line in percent, None for the store's.
    """

    description: str
    quantity: int
    unit_price: int
    sku: str = ""
    rate: int | None = None

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_price


def reference(year: int, number: int) -> str:
    """``DV-2026-0001``."""
    return f"{SERIES}-{year}-{number:04d}"


def number_of(text: str) -> int:
    """The number within the year of a reference."""
    return int(text.rpartition("-")[2])


def checked_line(line: QuoteLine) -> QuoteLine:
    """The line as kept, its description on one line. Raises Refused when it cannot be quoted."""
    description = one_line(line.description, MAX_DESCRIPTION)
    if not description:
        raise Refused("A line of a quote needs a description.")
    if not 1 <= line.quantity <= MAX_QUANTITY:
        raise Refused("The quantity must be between 1 and {most}.", most=MAX_QUANTITY)
    if not 0 <= line.unit_price <= MAX_PRICE:
        raise Refused("The amount “{text}” is too large.", text=line.unit_price)
    return QuoteLine(description, line.quantity, line.unit_price, line.sku, line.rate)


def total_of(lines: Sequence[QuoteLine]) -> int:
    """The sum in smallest units. Raises Refused when there is no line, or a sum nobody could owe."""
    if not 1 <= len(lines) <= MAX_LINES:
        raise Refused("A quote needs between 1 and {most} lines.", most=MAX_LINES)
    total = sum(line.amount for line in lines)
    if total > MAX_PRICE:
        raise Refused("The amount “{text}” is too large.", text=total)
    return total
