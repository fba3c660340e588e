"""What happens to live sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class LiveEvent(Event):
    area: ClassVar[str] = "live"
    session_id: int

    @property
    def subject(self) -> int:
        return self.session_id


@dataclass(frozen=True, slots=True)
class LiveStarted(LiveEvent):
    pass


@dataclass(frozen=True, slots=True)
class LiveEnded(LiveEvent):
    orders: int
    paid: int
    revenue: int


@dataclass(frozen=True, slots=True)
class OnScreenChanged(LiveEvent):
    """The product shown to the camera now; None: none in particular."""

    audited: ClassVar[bool] = False
    product_id: int | None
