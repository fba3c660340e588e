"""The five kinds of shop as configuration (F103–F109), and what is asked next of an order under one. Pure.

Nothing elsewhere asks for the name of a segment: what differs is a field of :class:`Segment`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace


class Segment(Struct, frozen=True):
    """How a shop of this kind sells; the fields of F109 under their own names, and three that no seller changes.

    ``deposit_percentage`` counts where ``require_deposit`` holds; ``payment_terms_days``: how long a business that the
    seller trusts may take to pay, 0 for nobody. ``confirms``: an order is confirmed by a word before it is paid;
    ``quotes``: a quote is offered beside it. ``most_pieces``: of one product in one message, beyond which a number is
    rather a price or a slip of the finger, and a person is asked; the stock is the limit of what is held.
    """

    name: str
    allow_quantity_selection: bool = False
    require_delivery_address: bool = False
    require_deposit: bool = False
    deposit_percentage: int = 50
    require_date_time_slot: bool = False
    generate_invoice: bool = False
    payment_terms_days: int = 0
    default_reservation_minutes: int = 10
    confirms: bool = False
    quotes: bool = False
    most_pieces: int = 99

    def deposit_of(self, total: int) -> int:
        """The first part of a sum in smallest units, rounded up; 0 where the whole is asked for at once."""
        part = -(-total * self.deposit_percentage // 100) if self.require_deposit else 0
        return part if 0 < part < total else 0


SEGMENTS: Final[tuple[Segment, ...]] = (
    Segment("live_seller"),
    Segment("shop", allow_quantity_selection=True, default_reservation_minutes=30, confirms=True, most_pieces=999),
    Segment("events", require_deposit=True, most_pieces=999),
    Segment("services", require_date_time_slot=True),
    Segment("b2b", generate_invoice=True, payment_terms_days=30, confirms=True, quotes=True, most_pieces=9_999),
)
NAMES: Final = tuple(segment.name for segment in SEGMENTS)
DEFAULT: Final = SEGMENTS[0]
HOLD: Final = "orders.hold_minutes"
KEY: Final = "store.segment"
MAX_TERMS_DAYS: Final = 120
# Field → the setting that changes it.
KEYS: Final[dict[str, str]] = {
    name: HOLD if name == "default_reservation_minutes" else f"segment.{name}"
    for name in Segment.__struct_fields__
    if name not in ("name", "confirms", "quotes", "most_pieces")
}


class Readable(Protocol):
    """What a store's settings can be asked."""

    def get(self, key: str) -> str: ...
    def number(self, key: str) -> int: ...
    def switch(self, key: str) -> bool: ...


def named(name: str) -> Segment:
    """The segment of this name; an unknown one is a live seller's (F88)."""
    return next((segment for segment in SEGMENTS if segment.name == name), DEFAULT)


def segment_of(settings: Readable) -> Segment:
    """How this store sells now: its segment, with what the seller changed of it."""
    base = named(settings.get(KEY))
    values = {
        field: settings.switch(key) if isinstance(getattr(base, field), bool) else settings.number(key)
        for field, key in KEYS.items()
    }
    return replace(base, **values)


def defaults(field: str) -> dict[str, str]:
    """Segment → what a setting holds where the seller changed nothing, as text."""
    return {segment.name: _text(getattr(segment, field)) for segment in SEGMENTS}


def _text(value: bool | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# -- what is asked next ------------------------------------------------------------------------------------------


class Ask(StrEnum):
    """The next thing between a claim and the end of a sale. A claim is held all the while: no question stops that."""

    QUANTITY = "quantity"  # how many
    SLOT = "slot"  # which day and time
    CONFIRM = "confirm"  # « OUI », or quote or order
    TERMS = "terms"  # pay now, or after so many days
    PAY = "pay"  # the deposit or the whole
    ADDRESS = "address"  # where to deliver
    NOTHING = "nothing"


class Facts(Struct, frozen=True):
    """What is known of an order. ``counted``: a number was said, or only one can be had. ``timed``: something of it has
    slots; ``slotted``: all of these are chosen. ``trusted``: this customer may pay later, so many days; ``cash``: they
    chose to pay now. ``settled``: what was asked for came in, or is due later."""

    counted: bool = True
    timed: bool = False
    slotted: bool = False
    confirmed: bool = False
    trusted: int = 0
    cash: bool = False
    settled: bool = False
    addressed: bool = False


Applies = Callable[[Segment, Facts], bool]
# In this order: the first that applies is asked.
STEPS: Final[tuple[tuple[Ask, Applies], ...]] = (
    (Ask.QUANTITY, lambda s, f: s.allow_quantity_selection and not (f.counted or f.confirmed or f.settled)),
    (Ask.SLOT, lambda s, f: s.require_date_time_slot and f.timed and not f.slotted),
    (Ask.CONFIRM, lambda s, f: s.confirms and not (f.confirmed or f.settled)),
    (Ask.TERMS, lambda s, f: terms_days(s, f) > 0 and not (f.cash or f.settled)),
    (Ask.PAY, lambda s, f: not f.settled),
    (Ask.ADDRESS, lambda s, f: s.require_delivery_address and not f.addressed),
)


def next_ask(segment: Segment, facts: Facts) -> Ask:
    """The one thing to ask for now."""
    return next((ask for ask, applies in STEPS if applies(segment, facts)), Ask.NOTHING)


def blocks_paying(ask: Ask) -> bool:
    """Whether who says « payer » is asked this first: without a time there is nothing to pay for. A number or a yes
    that was not said is understood from the paying."""
    return ask is Ask.SLOT


def terms_days(segment: Segment, facts: Facts) -> int:
    """How many days after the invoice this customer may pay: what the seller allows them, where the shop sells so."""
    return facts.trusted if segment.payment_terms_days else 0
