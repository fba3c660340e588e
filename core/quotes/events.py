"""What happens to quotes."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class QuoteDrafted(Event, frozen=True):
    """``number`` is gapless within the year; ``valid_until`` in ms UTC."""

    area: ClassVar[str] = "quotes"
    quote_id: int
    customer_id: int | None
    year: int
    number: int
    total: int
    valid_until: int

    @property
    def subject(self) -> int:
        return self.quote_id
