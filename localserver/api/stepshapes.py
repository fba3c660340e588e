"""What the API takes and answers about segments, free times, deliveries and payment after a time."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from localserver.api.answers import Amount, Person, Shown, Time
from localserver.api.requests import Id, Moment, Request

Name = Literal["live_seller", "shop", "events", "services", "b2b"]
Minutes = Annotated[int, Meta(ge=5, le=1440)]
Places = Annotated[int, Meta(ge=1, le=500)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Segment(Shown, frozen=True):
    """How the store sells: its segment, and each field as it holds now."""

    name: Name
    allow_quantity_selection: bool
    require_delivery_address: bool
    require_deposit: bool
    deposit_percentage: int
    require_date_time_slot: bool
    generate_invoice: bool
    payment_terms_days: int
    default_reservation_minutes: int


class SegmentChange(Request, frozen=True):
    """Only what is named changes; a field that was never set follows the segment."""

    name: Name | UnsetType = UNSET
    allow_quantity_selection: bool | UnsetType = UNSET
    require_delivery_address: bool | UnsetType = UNSET
    require_deposit: bool | UnsetType = UNSET
    deposit_percentage: Annotated[int, Meta(ge=1, le=99)] | UnsetType = UNSET
    require_date_time_slot: bool | UnsetType = UNSET
    generate_invoice: bool | UnsetType = UNSET
    payment_terms_days: Annotated[int, Meta(ge=0, le=120)] | UnsetType = UNSET
    default_reservation_minutes: Annotated[int, Meta(ge=5, le=30)] | UnsetType = UNSET


class NewSlot(Request, frozen=True):
    starts_at: Moment
    minutes: Minutes = 60
    capacity: Places = 1


class NewSlots(Request, frozen=True):
    """Times to offer; one that would run beside another of the product is left out."""

    slots: Annotated[list[NewSlot], Meta(min_length=1, max_length=500)]


class WeeklySlots(Request, frozen=True):
    """The same times every week, one after the other between two hours of the store's own clock."""

    days: Annotated[list[Day], Meta(min_length=1, max_length=7)]
    opens: Clock
    closes: Clock
    minutes: Minutes = 60
    capacity: Places = 1
    weeks: Annotated[int, Meta(ge=1, le=26)] = 4
    first: dt.date | UnsetType = UNSET


class SlotsAdded(Shown, frozen=True):
    added: int
    left_out: int


class Slot(Shown, frozen=True):
    id: int
    product_id: int
    starts_at: Time
    minutes: int
    capacity: int
    taken: int


class SlotList(Shown, frozen=True):
    items: list[Slot]
    next: str | None


class ChosenSlot(Request, frozen=True):
    slot_id: Id


class BookedTime(Shown, frozen=True):
    """``confirmed_at``: when the seller called, null before."""

    slot_id: int
    product_id: int
    starts_at: Time
    minutes: int
    places: int
    confirmed_at: Time | None


class Delivery(Shown, frozen=True):
    """As the buyer wrote or shared it."""

    address: str
    latitude: float | None
    longitude: float | None


class Steps(Shown, frozen=True):
    """``next``: what is asked of the buyer now. ``balance``: what is left to pay; ``due_at``: until when, where it is
    paid later. ``delivery`` null before it is told, and for who may not see buyers."""

    order_id: int
    next: Literal["quantity", "slot", "confirm", "terms", "pay", "address", "nothing"]
    confirmed_at: Time | None
    times: list[BookedTime]
    deposit: Amount
    balance: Amount
    terms_days: int
    due_at: Time | None
    delivery: Delivery | None


class Cash(Request, frozen=True):
    """What came, in smallest units; all that is left where it is not said."""

    amount: Annotated[int, Meta(ge=1, le=10**12)] | UnsetType = UNSET


class Terms(Request, frozen=True):
    """So many days after the invoice; 0: pays at once."""

    days: Annotated[int, Meta(ge=0, le=120)]


class CustomerTerms(Shown, frozen=True):
    customer_id: int
    days: int


class Call(Shown, frozen=True):
    """A buyer to call to confirm a time that is paid."""

    order_id: int
    reference: str
    customer: Person
    title: str
    starts_at: Time


class CallList(Shown, frozen=True):
    items: list[Call]


class OwedPage(Request, frozen=True):
    """``overdue`` true: only what should have come by now."""

    overdue: Literal["true", "false"] = "false"


class Owed(Shown, frozen=True):
    """An invoice that is paid later."""

    order_id: int
    reference: str
    customer: Person
    total: Amount
    due: Amount
    due_at: Time


class OwedList(Shown, frozen=True):
    items: list[Owed]
