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


class WebhookSetAside(Event, frozen=True):
    """The store's own door failed on it each time: it waits to be asked again. ``target``: its path."""

    area: ClassVar[str] = "relay"
    aside_id: int
    target: str


class WebhookAskedAgain(Event, frozen=True):
    """And the door took it, or refused it for good (``status``)."""

    area: ClassVar[str] = "relay"
    aside_id: int
    target: str
    status: int
