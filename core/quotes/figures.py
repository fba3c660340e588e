"""What a quote comes to: sums, tax and the first part, by the one arithmetic that the paper and the order use."""

from __future__ import annotations

from msgspec import Struct

from core.invoices.rules import Rounding, Share, Taxed, taxed
from core.invoices.service import rate_of
from core.quotes.service import Quote, Wording


class Figures(Struct, frozen=True):
    """Smallest units. ``lines``: what each costs after its own discount, which add up to ``subtotal``; ``off`` is taken
    off the whole; ``shares`` of ``total`` by VAT rate (one of rate 0 where no VAT applies); ``deposit`` 0: none."""

    lines: tuple[int, ...]
    subtotal: int
    off: int
    total: int
    shares: tuple[Share, ...]
    deposit: int

    @property
    def tax(self) -> int:
        return sum(share.tax for share in self.shares)

    @property
    def net(self) -> int:
        return self.total - self.tax


def figures(wording: Wording, store_rate: int, rounding: Rounding) -> Figures:
    """``store_rate``: the store's VAT in percent, 0 when it charges none. Raises Refused for what cannot be quoted."""
    sums = wording.sums
    shares = taxed(list(zip(sums.amounts, rates(wording, store_rate), strict=True)), rounding).shares
    deposit = wording.terms.first(sums.total)
    return Figures(tuple(x.amount for x in wording.lines), sums.subtotal, sums.off, sums.total, shares, deposit)


def figures_of(quote: Quote) -> Figures:
    """As the quote was made: under the seller's rate of that day."""
    return figures(quote.wording, int(quote.seller.get("vat_rate") or 0), quote.rounding)


def rates(wording: Wording, store_rate: int) -> tuple[int, ...]:
    """The VAT of each line in percent."""
    return tuple(rate_of(line.rate, store_rate) for line in wording.lines)


def by_line(wording: Wording, store_rate: int, rounding: Rounding) -> Taxed:
    """The lines taxed before the whole quote's discount: what stands in the table."""
    amounts = [line.amount for line in wording.lines]
    return taxed(list(zip(amounts, rates(wording, store_rate), strict=True)), rounding)
