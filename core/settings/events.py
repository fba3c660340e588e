"""What happens to settings."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class SettingChanged(Event, frozen=True):
    """The value itself is not journalled: it may be a name or a number of somebody."""

    area: ClassVar[str] = "settings"
    key: str
    secret: bool
