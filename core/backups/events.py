"""What happens to backups."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class StoreRestored(Event, frozen=True):
    """The store came back from a backup; ``held_back`` messages may have left before, and are not sent again."""

    area: ClassVar[str] = "backups"
    held_back: int
