"""What a buyer wants, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

MAX_QUANTITY: Final = 9_999
MAX_LINES: Final = 50
NOTE_MAX: Final = 60  # characters of what is said of size and colour


class Wanted(Struct, frozen=True):
    """``quantity`` None: the buyer named no number (one, or what they already hold). ``note``: size, colour."""

    product_id: int
    quantity: int | None = None
    note: str = ""


class Outcome(Struct, frozen=True):
    """What became of one wanted item. ``place``: position in the waiting list, None when not waiting."""

    product_id: int
    asked: int
    held: int
    place: int | None = None


class Claimed(Struct, frozen=True):
    """``order_id`` None: everything wanted is sold out. ``joined``: added to an order already open."""

    order_id: int | None
    outcomes: tuple[Outcome, ...]
    joined: bool


def merge_wanted(wanted: Sequence[Wanted]) -> list[Wanted]:
    """One entry per product: numbers named in the same message add up."""
    merged: dict[int, Wanted] = {}
    for item in wanted:
        before = merged.get(item.product_id)
        if before is None:
            merged[item.product_id] = item
        else:
            number = (before.quantity or 1) + (item.quantity or 1)
            said = ", ".join(dict.fromkeys(filter(None, (before.note, item.note))))
            merged[item.product_id] = replace(before, quantity=number, note=said)
    return list(merged.values())
