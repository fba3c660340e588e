"""Reading times: what is free, what an order has, whom the seller is to call."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.storage.connection import Reader


class Slot(Struct, frozen=True):
    """A time of a product; ``starts_at`` in ms UTC."""

    id: int
    product_id: int
    starts_at: int
    minutes: int
    capacity: int
    taken: int

    @property
    def free(self) -> int:
        return self.capacity - self.taken


class Booking(Struct, frozen=True):
    """The time an order has for one of its products. ``confirmed_at``: when the seller called, None before."""

    order_id: int
    product_id: int
    title: str
    slot_id: int
    starts_at: int
    minutes: int
    places: int
    confirmed_at: int | None


class Call(Struct, frozen=True):
    """A buyer to call: their order is paid and its time not confirmed. ``phone`` in E.164 or None."""

    order_id: int
    reference: str
    customer_id: int
    customer_name: str
    phone: str | None
    title: str
    starts_at: int


_SLOT: Final = "SELECT id, product_id, starts_at, minutes, capacity, taken FROM slot"
_BOOKING: Final = (
    "SELECT b.order_id, b.product_id, l.title, b.slot_id, s.starts_at, s.minutes, b.places, b.confirmed_at"
    " FROM booking b JOIN slot s ON s.id = b.slot_id JOIN order_line l ON l.order_id = b.order_id"
    " AND l.product_id = b.product_id WHERE b.order_id = ? ORDER BY s.starts_at, b.product_id"
)
_CALLS: Final = (
    "SELECT o.id, o.reference, o.customer_id, c.name, (SELECT value FROM identity i WHERE i.customer_id = c.id"
    " AND i.kind = 'phone' ORDER BY last_seen DESC LIMIT 1), l.title, s.starts_at FROM booking b"
    " JOIN orders o ON o.id = b.order_id JOIN customer c ON c.id = o.customer_id JOIN slot s ON s.id = b.slot_id"
    " JOIN order_line l ON l.order_id = b.order_id AND l.product_id = b.product_id WHERE b.confirmed_at IS NULL"
    " AND s.starts_at > ? AND (o.state = 'paid' OR (o.state = 'reserved' AND ((o.deposit > 0"
    " AND o.received >= o.deposit) OR coalesce(o.terms_days, 0) > 0))) ORDER BY s.starts_at, o.id LIMIT ?"
)


def free(reader: Reader, product_id: int, places: int, now: int, *, after: int = 0, limit: int = 10) -> list[Slot]:
    """The next times at which so many people can still come, from ``after`` (ms UTC) on."""
    sql = f"{_SLOT} WHERE product_id = ? AND starts_at > ? AND capacity - taken >= ? ORDER BY starts_at LIMIT ?"
    return [Slot(*row) for row in reader.all(sql, (product_id, max(now, after), places, limit))]


def page(reader: Reader, product_id: int, *, after: int, limit: int) -> list[Slot]:
    """All times of a product that begin after this moment, taken ones too."""
    sql = f"{_SLOT} WHERE product_id = ? AND starts_at > ? ORDER BY starts_at LIMIT ?"
    return [Slot(*row) for row in reader.all(sql, (product_id, after, limit))]


def bookings(reader: Reader, order_id: int) -> list[Booking]:
    """The times an order has."""
    return [Booking(*row) for row in reader.all(_BOOKING, (order_id,))]


def nearest(reader: Reader, product_id: int, places: int, now: int, target: int, *, limit: int = 10) -> list[Slot]:
    """The free times nearest to a moment (ms UTC), in their order."""
    sql = f"{_SLOT} WHERE product_id = ? AND starts_at > ? AND capacity - taken >= ?"
    sql += " ORDER BY abs(starts_at - ?) LIMIT ?"
    found = [Slot(*row) for row in reader.all(sql, (product_id, now, places, target, limit))]
    return sorted(found, key=lambda slot: slot.starts_at)


def within(reader: Reader, product_id: int, places: int, since: int, until: int, *, limit: int = 10) -> list[Slot]:
    """The free times that begin from one moment on and before another (ms UTC)."""
    sql = f"{_SLOT} WHERE product_id = ? AND starts_at >= ? AND starts_at < ? AND capacity - taken >= ?"
    rows = reader.all(f"{sql} ORDER BY starts_at LIMIT ?", (product_id, since, until, places, limit))
    return [Slot(*row) for row in rows]


def most_free(reader: Reader, product_id: int, now: int) -> int:
    """The places that are left in the time to come that has most of them."""
    sql = "SELECT coalesce(max(capacity - taken), 0) FROM slot WHERE product_id = ? AND starts_at > ?"
    found: int = reader.value(sql, (product_id, now))
    return found


def has_times(reader: Reader, product_id: int) -> bool:
    """Whether it is sold by times at all."""
    return reader.value("SELECT 1 FROM slot WHERE product_id = ? LIMIT 1", (product_id,)) is not None


def without_time(reader: Reader, order_id: int) -> tuple[int, int, str] | None:
    """(product, units, title) of the first line with times to choose from and units for which none is chosen yet."""
    row = reader.one(
        "SELECT product_id, quantity - booked, title FROM (SELECT l.id, l.product_id, l.quantity, l.title, (SELECT"
        " coalesce(sum(b.places), 0) FROM booking b WHERE b.order_id = ?1 AND b.product_id = l.product_id) AS booked"
        " FROM order_line l WHERE l.order_id = ?1 AND EXISTS (SELECT 1 FROM slot s WHERE s.product_id = l.product_id))"
        " WHERE quantity > booked ORDER BY id LIMIT 1",
        (order_id,),
    )
    return row if row is None else (row[0], row[1], row[2])


def to_call(reader: Reader, now: int, limit: int = 200) -> list[Call]:
    """Whom the seller is to call, the soonest time first."""
    return [Call(*row) for row in reader.all(_CALLS, (now, limit))]
