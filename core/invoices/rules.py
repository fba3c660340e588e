"""The arithmetic of invoices and credit notes, in smallest units. Pure.

Prices include VAT. An amount is split as reference credit-and-compliance §4.2 says: HT = round(TTC ÷ (1 + rate)), VAT
is the rest, so that the two always add up to what was paid. Computed for each rate on the sum of its lines, or on each
line: the store chooses, and the choice is kept with the document.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from core.kernel.money import apportion


class Rounding(StrEnum):
    TOTAL = "total"  # once for each rate, on the sum: three lines are taxed as one of their sum
    LINE = "line"


class Share(Struct, frozen=True):
    """What is taxed at one rate (percent): ``net`` + ``tax`` = ``gross``."""

    rate: int
    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax


class Taxed(Struct, frozen=True):
    """``nets``: before tax, line by line; they add up to the nets of ``shares`` (one for each rate, lowest first)."""

    nets: tuple[int, ...]
    shares: tuple[Share, ...]

    @property
    def net(self) -> int:
        return sum(share.net for share in self.shares)

    @property
    def tax(self) -> int:
        return sum(share.tax for share in self.shares)


def split_vat(total: int, rate: int) -> tuple[int, int]:
    """(before tax, tax) of an amount that includes ``rate`` percent; their sum is the amount. Halves are rounded up."""
    whole = 100 + rate
    net = (total * 200 + whole) // (2 * whole)
    return net, total - net


def taxed(lines: Sequence[tuple[int, int]], rounding: Rounding) -> Taxed:
    """Split (amount with tax, rate) of every line."""
    nets = [0] * len(lines)
    shares = []
    for rate in sorted({rate for _, rate in lines}):
        places = [place for place, line in enumerate(lines) if line[1] == rate]
        gross = [lines[place][0] for place in places]
        if rounding is Rounding.LINE:
            parts = [split_vat(amount, rate)[0] for amount in gross]
        else:
            parts = apportion(split_vat(sum(gross), rate)[0], [100 * amount for amount in gross], 100 + rate)
        for place, part in zip(places, parts, strict=True):
            nets[place] = part
        shares.append(Share(rate, sum(parts), sum(gross) - sum(parts)))
    return Taxed(tuple(nets), tuple(shares))


def credited(shares: Sequence[Share], before: Sequence[Share], amount: int) -> tuple[Share, ...]:
    """What a credit note of ``amount`` takes from an invoice's ``shares``, after the credits ``before`` it.

    The amount is spread over the rates as what is left of them. Each part's tax is the difference of two points on one
    straight line from nothing to the whole, so that credits are never negative and the last one ends at the invoice's
    own tax, however many there are. ``amount`` is at most what is left.
    """
    gone = {share.rate: share for share in before}
    left = [share.gross - (gone[share.rate].gross if share.rate in gone else 0) for share in shares]
    rest = sum(left)
    taken = apportion(amount, [amount * part for part in left], rest) if rest else [0] * len(left)
    return credited_parts(shares, before, taken)


def credited_parts(shares: Sequence[Share], before: Sequence[Share], parts: Sequence[int]) -> tuple[Share, ...]:
    """The same for known parts of each of the ``shares``, each at most what is left of it."""
    gone = {share.rate: share for share in before}
    found = []
    for share, part in zip(shares, parts, strict=True):
        if part:
            start = gone[share.rate].gross if share.rate in gone else 0
            net = _line(share, start + part) - _line(share, start)
            found.append(Share(share.rate, net, part - net))
    return tuple(found)


def _line(share: Share, gross: int) -> int:
    """The net that belongs to the first ``gross`` of a share."""
    return (2 * gross * share.net + share.gross) // (2 * share.gross)
