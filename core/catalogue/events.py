"""What happens to products and stock."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class ProductSaved(Event, frozen=True):
    """Added or changed by a person, an import or the API; ``on_hand`` and ``price`` after the change."""

    area: ClassVar[str] = "catalogue"
    product_id: int
    sku: str
    price: int
    on_hand: int

    @property
    def subject(self) -> int:
        return self.product_id


class StockMoved(Event, frozen=True):
    """Units held, released or sold. Not journalled by itself: the order's event says why."""

    area: ClassVar[str] = "catalogue"
    audited: ClassVar[bool] = False
    product_id: int
    on_hand: int
    held: int

    @property
    def subject(self) -> int:
        return self.product_id


class CatalogueImported(Event, frozen=True):
    """A whole file went in at once."""

    area: ClassVar[str] = "catalogue"
    added: int
    updated: int
