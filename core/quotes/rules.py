"""What a quote may hold, how its discounts add up, how it is numbered, and its life as one table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from core.kernel.errors import Refused
from core.kernel.money import apportion
from core.kernel.text import one_line

SERIES: Final = "DV"
DRAFT: Final = "draft"
SENT: Final = "sent"
SEEN: Final = "seen"
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
EXPIRED: Final = "expired"
CONVERTED: Final = "converted"
REPLACED: Final = "replaced"
STATES: Final = (DRAFT, SENT, SEEN, ACCEPTED, REFUSED, EXPIRED, CONVERTED, REPLACED)
OPEN: Final = (SENT, SEEN)  # the customer may answer

EVENTS: Final = ("send", "open", "accept", "refuse", "expire", "replace", "convert")

# (state, event) → state. What was sent never changes: another offer is a new version, and only its sending replaces.
TRANSITIONS: Final[dict[tuple[str, str], str]] = {
    (DRAFT, "send"): SENT,
    (SENT, "open"): SEEN,
    (SEEN, "open"): SEEN,
    (SENT, "accept"): ACCEPTED,
    (SEEN, "accept"): ACCEPTED,
    (SENT, "refuse"): REFUSED,
    (SEEN, "refuse"): REFUSED,
    (SENT, "expire"): EXPIRED,
    (SEEN, "expire"): EXPIRED,
    (SENT, "replace"): REPLACED,
    (SEEN, "replace"): REPLACED,
    (REFUSED, "replace"): REPLACED,
    (EXPIRED, "replace"): REPLACED,
    (ACCEPTED, "replace"): REPLACED,  # accepted, but the goods were short: the shop offers something else
    (ACCEPTED, "convert"): CONVERTED,
}

MAX_LINES: Final = 200
MAX_QUANTITY: Final = 100_000
MAX_PRICE: Final = 10**12
MAX_DESCRIPTION: Final = 300
MAX_NOTE: Final = 1000
MAX_REASON: Final = 300
MAX_RATE: Final = 100
MAX_VALID_DAYS: Final = 365
VALID_DAYS: Final = 30
PAY_DAYS: Final = 7
BALANCE_DAYS: Final = 30


def next_state(state: str, event: str) -> str:
    """The state after an event. Raises Refused, with what is the matter, for a pair that is not in the table."""
    try:
        return TRANSITIONS[(state, event)]
    except KeyError:
        raise Refused(_REFUSALS.get((state, event)) or _STATE_SAYS[state]) from None


_STATE_SAYS: Final = {
    DRAFT: "This quote has not been sent yet.",
    SENT: "This quote was sent: make a new version to change it.",
    SEEN: "This quote was sent: make a new version to change it.",
    ACCEPTED: "This quote was accepted already.",
    REFUSED: "This quote was refused. Make a new version to offer something else.",
    EXPIRED: "This quote has expired. Make a new version to offer it again.",
    CONVERTED: "This quote has become an order already.",
    REPLACED: "This quote was replaced by a newer one.",
}
_REFUSALS: Final = {
    (SENT, "convert"): "Only an accepted quote can become an order.",
    (SEEN, "convert"): "Only an accepted quote can become an order.",
}


class Discount(Struct, frozen=True):
    """``percent``: whole percents of the sum it is taken off, halves rounded up; ``amount``: smallest units."""

    kind: Literal["percent", "amount"]
    value: int

    def off(self, gross: int) -> int:
        """What it takes off a sum. Raises Refused when that is more than there is."""
        if self.value < 0 or (self.kind == "percent" and self.value > 100):
            raise Refused("A discount is between 0 and 100 percent.")
        found = (2 * gross * self.value + 100) // 200 if self.kind == "percent" else self.value
        if found > gross:
            raise Refused("A discount cannot be larger than what it is taken off.")
        return found


class QuoteLine(Struct, frozen=True):
    """``sku`` empty: not from the catalogue. ``unit_price`` in smallest units.

    ``rate``: the VAT of this line in percent, None for the store's.
    """

    description: str
    quantity: int
    unit_price: int
    sku: str = ""
    rate: int | None = None
    discount: Discount | None = None

    @property
    def gross(self) -> int:
        return self.quantity * self.unit_price

    @property
    def off(self) -> int:
        return self.discount.off(self.gross) if self.discount else 0

    @property
    def amount(self) -> int:
        """After the line's own discount, before the whole quote's."""
        return self.gross - self.off


class Sums(Struct, frozen=True):
    """How a quote adds up, in smallest units. ``amounts``: what each line finally costs, the whole quote's discount
    spread over them in proportion; they add up to ``total`` exactly."""

    subtotal: int
    off: int
    amounts: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.subtotal - self.off


class Terms(Struct, frozen=True):
    """How a quote is to be answered and paid. ``deposit``: percent asked for first, or ``deposit_amount`` of it in
    smallest units; 0 and 0 for the whole at once. Days count from the sending (``valid_days``) and from the acceptance
    (the others); each lasts to its midnight in the store's time zone."""

    valid_days: int = VALID_DAYS
    deposit: int = 0
    pay_days: int = PAY_DAYS
    balance_days: int = BALANCE_DAYS
    deposit_amount: int = 0

    def first(self, total: int) -> int:
        """The part that is asked for first, 0 when it is the whole."""
        return self.deposit_amount or deposit_of(total, self.deposit)


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
    if line.rate is not None and not 0 <= line.rate <= MAX_RATE:
        raise Refused("A VAT rate is between 0 and 100 percent.")
    if line.discount is not None:
        line.discount.off(line.gross)
    return replace(line, description=description)


def checked_terms(terms: Terms, total: int) -> Terms:
    """Raises Refused when nobody could keep them for a quote of ``total``."""
    if not 1 <= terms.valid_days <= MAX_VALID_DAYS:
        raise Refused("A quote is valid between 1 and {most} days.", most=MAX_VALID_DAYS)
    if not 0 <= terms.deposit <= 99:
        raise Refused("A deposit is between 0 and 99 percent.")
    if terms.deposit_amount < 0 or (terms.deposit and terms.deposit_amount):
        raise Refused("A deposit is either a share of the total or an amount.")
    if not (1 <= terms.pay_days <= MAX_VALID_DAYS and 1 <= terms.balance_days <= MAX_VALID_DAYS):
        raise Refused("A time to pay is between 1 and {most} days.", most=MAX_VALID_DAYS)
    if terms.deposit_amount and terms.deposit_amount >= total:
        raise Refused("A deposit must be less than the total of the quote.")
    return terms


def sums(lines: Sequence[QuoteLine], discount: Discount | None) -> Sums:
    """Raises Refused when there is no line, or a sum nobody could owe."""
    if not 1 <= len(lines) <= MAX_LINES:
        raise Refused("A quote needs between 1 and {most} lines.", most=MAX_LINES)
    amounts = [line.amount for line in lines]
    subtotal = sum(amounts)
    if subtotal > MAX_PRICE:
        raise Refused("The amount “{text}” is too large.", text=subtotal)
    off = discount.off(subtotal) if discount else 0
    if off:
        spread = apportion(off, [off * amount for amount in amounts], subtotal)
        amounts = [amount - part for amount, part in zip(amounts, spread, strict=True)]
    return Sums(subtotal, off, tuple(amounts))


def deposit_of(total: int, percent: int) -> int:
    """The first part, rounded up to the unit; 0 when the whole is asked for at once."""
    return -(-total * percent // 100) if percent else 0
