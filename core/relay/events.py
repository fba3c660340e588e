"""What happens between a store and its relay."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class RelayJoined(Event, frozen=True):
    """The store is registered at a relay."""

    area: ClassVar[str] = "relay"


class RelayLeft(Event, frozen=True):
    """The store is not reached through a relay any more."""

    area: ClassVar[str] = "relay"


class PlaceTaken(Event, frozen=True):
    """This computer answers for the store from now on; the one before does not."""

    area: ClassVar[str] = "relay"
    epoch: int
