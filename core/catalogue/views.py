"""What the catalogue shows: plain values."""

from __future__ import annotations

from msgspec import Struct


class ProductView(Struct, frozen=True):
    """``price`` in smallest units; ``total`` is what the stock bar is measured against (ruling R6).

    ``vat``: a rate of its own in percent, None for the store's. ``event_at``, ``place``: of what takes place on one day
    (ms UTC), None and empty for other goods.
    """

    id: int
    sku: str
    keyword: str
    title: str
    description: str
    category: str
    price: int
    on_hand: int
    held: int
    total: int
    photo: str | None
    active: bool
    vat: int | None = None
    event_at: int | None = None
    place: str = ""

    @property
    def available(self) -> int:
        return self.on_hand - self.held
