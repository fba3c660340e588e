"""What happens to the risk of an order."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class VisitNoted(Event, frozen=True):
    """The page of an order was opened, or paid from, on a phone or at an address not seen with it before. Kept in the
    order's marks for a time, never journalled."""

    area: ClassVar[str] = "orders"
    audited: ClassVar[bool] = False
    order_id: int

    @property
    def subject(self) -> int:
        return self.order_id


class RiskAssessed(Event, frozen=True):
    """The score of an order changed. ``signals``: codes and points, as ``talk:30 velocity:15``."""

    area: ClassVar[str] = "orders"
    order_id: int
    score: int
    signals: str

    @property
    def subject(self) -> int:
        return self.order_id
