"""What a tunnel is: something outside that takes requests at a public address and hands them to a port here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from core.bootstrap import Shop
from core.kernel.errors import OutsideWorld, Refused


class Lost(OutsideWorld):
    """It could not be opened, or has broken; it is tried again by itself."""


class Stuck(Refused):
    """It cannot be opened until a person changes something: tried again when they did, and rarely without."""


class Asks(Stuck):
    """A server seen for the first time: ``fingerprint`` is its key's, for a person to confirm."""

    def __init__(self, host: str, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        super().__init__(
            "{host} is seen for the first time. Compare its fingerprint with the one its owner gives: {fingerprint}",
            host=host,
            fingerprint=fingerprint,
        )


class Tunnel(Protocol):
    """One try: started once, stopped once. The supervisor makes another to connect again."""

    async def start(self, port: int) -> str:
        """Lead the world to this port of this computer. → the public address, without a path.

        Raises Lost, Stuck. May be cancelled; :meth:`stop` follows in any case.
        """
        ...

    async def changed(self) -> str:
        """Wait until the address changes. → the new one. Raises Lost as soon as the tunnel has broken: its health, seen
        from inside. (From outside the supervisor asks the address itself.)"""
        ...

    async def stop(self) -> None:
        """Let everything go: no task, socket or process is left. Never raises."""
        ...


class Kind(Struct, frozen=True):
    """``make`` reads the store's settings; raises Stuck while one is missing. ``keeps``: whether the address is still
    the store's while the tunnel is closed. ``watched``: it finds out by itself when it has broken, so that a question
    to the address without an answer says only that the network is slow; and opening it anew costs nothing."""

    name: str
    make: Callable[[Shop], Tunnel]
    keeps: Callable[[Shop], bool]
    watched: bool = False
