"""Money: an integer of the currency's smallest unit in use, with its currency. Never a float."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.patterns import late

# Decimals in practice (ruling R2): ISO 4217 lists 2 for MGA, but neither wallets nor shops use them.
EXPONENT: Final[dict[str, int]] = {"XOF": 0, "XAF": 0, "GNF": 0, "KMF": 0, "MGA": 0, "EUR": 2, "USD": 2}
# Neither 1e3 nor 1_000: what a person types, and nothing that could overflow.
_PLAIN: Final = late(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_SIGN: Final[dict[str, str]] = {
    "XOF": "F\u202fCFA",
    "XAF": "F\u202fCFA",
    "GNF": "FG",
    "KMF": "FC",
    "MGA": "Ar",
    "EUR": "€",
    "USD": "$",
}


class Money(Struct, frozen=True):
    """``amount`` in smallest units of ``currency`` (15000 XOF is fifteen thousand francs; 1250 EUR is 12.50 euros)."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in EXPONENT:
            raise Refused("Unknown currency {currency}.", currency=self.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.amount * quantity, self.currency)

    def _same(self, other: Money) -> None:
        if other.currency != self.currency:
            raise ValueError(f"mixed currencies: {self.currency} and {other.currency}")

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)


def group_digits(value: int) -> str:
    """``15 000`` with narrow no-break spaces (U+202F), as French numbers are set."""
    return f"{value:,}".replace(",", "\u202f").replace("-", "\u2212")


def format_amount(amount: int, currency: str) -> str:
    """The number alone, without the currency: ``15 000`` or ``12,50``."""
    exponent = EXPONENT[currency]
    if exponent == 0:
        return group_digits(amount)
    whole, rest = divmod(abs(amount), 10**exponent)
    sign = "\u2212" if amount < 0 else ""
    return f"{sign}{group_digits(whole)},{rest:0{exponent}d}"


def format_money(amount: int, currency: str) -> str:
    """``15 000 F CFA``: grouped by U+202F, U+00A0 before the unit (CLDR's form for fr_SN and its neighbours)."""
    return f"{format_amount(amount, currency)}\u00a0{_SIGN[currency]}"


def currency_sign(currency: str) -> str:
    """What is written behind an amount: ``F CFA``, ``Ar``, ``€``."""
    return _SIGN[currency]


def parse_amount(text: str, currency: str) -> int:
    """Smallest units from what a person typed: ``15 000``, ``15.000``, ``15000 F``, ``12,50 €``.

    A dot or comma followed by exactly three digits groups thousands; anything else is a decimal mark.
    Raises Refused for no number, a negative number or more decimals than the currency has.
    """
    cleaned = "".join(c for c in text if not c.isspace()).upper()
    for suffix in ("FCFA", "CFA", "XOF", "XAF", "MGA", "EUR", "USD", "AR", "FG", "FC", "F", "€", "$"):
        if cleaned.endswith(suffix):
            cleaned = cleaned[: -len(suffix)]
            break
    separators = [c for c in cleaned if c in ".,'"]
    digits = cleaned
    if separators:
        last = separators[-1]
        head, tail = cleaned.rsplit(last, 1)
        grouped = len(tail) == 3 and EXPONENT[currency] != 3 and head.lstrip("-") not in ("", "0")
        if grouped or last == "'":
            digits = "".join(c for c in cleaned if c not in ".,'")
        else:
            digits = "".join(c for c in head if c not in ".,'") + "." + tail
    if _PLAIN.fullmatch(digits) is None:
        raise Refused("“{text}” is not an amount.", text=text.strip())
    units = Decimal(digits).scaleb(EXPONENT[currency])
    if units != units.to_integral_value():
        raise Refused("“{text}” has more decimals than {currency} allows.", text=text.strip(), currency=_SIGN[currency])
    if units < 0:
        raise Refused("The amount “{text}” is negative.", text=text.strip())
    if units > 10**12:
        raise Refused("The amount “{text}” is too large.", text=text.strip())
    return int(units)


def apportion(total: int, parts: Sequence[int], divisor: int) -> list[int]:
    """Whole numbers that add up to ``total``, each at most one from its part ÷ ``divisor``; the largest remainders are
    rounded up, the first of equals before the others. ``total`` is the rounded sum of the parts ÷ ``divisor``."""
    found = [part // divisor for part in parts]
    order = sorted(range(len(parts)), key=lambda place: (-(parts[place] % divisor), place))
    for place in order[: total - sum(found)]:
        found[place] += 1
    return found
