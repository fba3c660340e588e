"""What happens to free times and to who took them."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class SlotEvent(Event, frozen=True):
    area: ClassVar[str] = "catalogue"
    product_id: int

    @property
    def subject(self) -> int:
        return self.product_id


class SlotsAdded(SlotEvent, frozen=True):
    """The seller offers new times for a product: how many, and how many people can come in all."""

    count: int
    places: int


class SlotRemoved(SlotEvent, frozen=True):
    """A time that nobody had taken is offered no more."""

    slot_id: int


class SlotPassed(SlotEvent, frozen=True):
    """A time begins: what nobody took of it can be sold no more."""

    slot_id: int


class BookingEvent(Event, frozen=True):
    area: ClassVar[str] = "orders"
    order_id: int

    @property
    def subject(self) -> int:
        return self.order_id


class SlotBooked(BookingEvent, frozen=True):
    """An order has its time. ``starts_at`` in ms UTC; ``places``: for how many people."""

    product_id: int
    slot_id: int
    starts_at: int
    places: int


class SlotReleased(BookingEvent, frozen=True):
    """The time of an order is free again."""

    product_id: int
    slot_id: int


class CallMade(BookingEvent, frozen=True):
    """The seller called the buyer, and the time stands."""

    customer_id: int
