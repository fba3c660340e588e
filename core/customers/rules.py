"""Trust score (rulings F66–F68, R7) and tier (F70, R8): pure formulas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BASE: Final = 50
FAST_PAY_MS: Final = 120_000
LARGE_SPENDER: Final = 100_000
AT_RISK: Final = 30  # recommendation (R13); reminders use 40


@dataclass(frozen=True, slots=True)
class Record:
    """What the score is made of. ``pay_ms``: total time from claim to payment over all paid orders.

    ``scored`` False: the person refuses it (F125); they then count as a newcomer.
    """

    orders: int
    paid: int
    expired: int
    spent: int
    pay_ms: int
    scored: bool = True

    @property
    def average_pay_ms(self) -> int | None:
        return self.pay_ms // self.paid if self.paid else None


def potential_fake(record: Record) -> bool:
    """F68: many reservations let go, hardly any paid."""
    return record.expired > 3 and record.paid < 2


def score_lines(record: Record) -> tuple[tuple[str, int], ...]:
    """The score as a sum, line by line: (label message id, points)."""
    lines = [("Base", BASE)]
    if not record.scored:
        return tuple(lines)
    if record.paid:
        lines.append(("Successful payments", min(record.paid * 5, 25)))
    average = record.average_pay_ms
    if average is not None and average < FAST_PAY_MS:
        lines.append(("Pays fast", 10))
    if record.spent > LARGE_SPENDER:
        lines.append(("Large total spent", 10))
    if record.expired:
        lines.append(("Expired reservations", -10 * record.expired))
    if potential_fake(record):
        lines.append(("Potential fake buyer", -20))
    return tuple(lines)


def score(record: Record) -> int:
    """0 to 100."""
    return max(0, min(100, sum(points for _, points in score_lines(record))))


def tier(record: Record) -> str:
    """diamond, gold, silver or bronze, on paid orders."""
    value = score(record)
    if not record.scored:
        return "bronze"
    if record.paid >= 10 and value >= 80:
        return "diamond"
    if record.paid >= 6 and value >= 70:
        return "gold"
    if record.paid >= 3 and value >= 60:
        return "silver"
    return "bronze"


def badge(record: Record) -> str | None:
    """What the board shows beside a name: ``risk``, ``new`` or nothing."""
    if not record.scored:
        return None
    if potential_fake(record) or score(record) < AT_RISK:
        return "risk"
    return "new" if record.orders <= 1 and record.paid == 0 else None
