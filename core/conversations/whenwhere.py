"""Days, times and places of what an order holds, in words: events have a day of their own, services the time chosen."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from core.conversations.limits import fit
from core.kernel.days import moment_in_words
from core.slots import queries as slots
from core.storage.connection import Reader

_EVENTS: Final = (
    "SELECT DISTINCT p.event_at, p.place FROM order_line l JOIN product p ON p.id = l.product_id"
    " WHERE l.order_id = ? AND p.event_at IS NOT NULL ORDER BY p.event_at LIMIT 5"
)


def moments(reader: Reader, order_id: int, zone: tzinfo, language: str) -> list[str]:
    """``sam. 28 nov. · 20 h, Sorano``, a text for each; empty where nothing of the order has a day."""
    events = [at_place(at, place, zone, language) for at, place in reader.all(_EVENTS, (order_id,))]
    taken = [moment_in_words(b.starts_at, zone, language) for b in slots.bookings(reader, order_id)]
    return list(dict.fromkeys([*events, *taken]))


def at_place(at: int, place: str, zone: tzinfo, language: str) -> str:
    """A day and time with its place, where there is one."""
    return ", ".join(part for part in (moment_in_words(at, zone, language), fit(place, 80) if place else "") if part)
