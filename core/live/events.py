"""What happens to live sessions."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class LiveEvent(Event, frozen=True):
    area: ClassVar[str] = "live"
    session_id: int

    @property
    def subject(self) -> int:
        return self.session_id


class LiveStarted(LiveEvent, frozen=True):
    pass


class LiveEnded(LiveEvent, frozen=True):
    orders: int
    paid: int
    revenue: int


class OnScreenChanged(LiveEvent, frozen=True):
    """The product shown to the camera now; None: none in particular."""

    audited: ClassVar[bool] = False
    product_id: int | None
