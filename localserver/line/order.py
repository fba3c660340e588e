"""What has come from the relay and is not yet acknowledged, in the order it was accepted in.

A large webhook comes in pieces, for minutes where the line is narrow. Only WhatsApp sends such ones (the relay takes
no others), so what WhatsApp sent after it waits, and the providers' notices do not: each source keeps its order. Until
it is whole nothing behind it is acknowledged; after a break that comes again, and is known.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.adapters.replay import path_of
from core.kernel.reasons import NO_RELAY
from core.relay.address import may_be_large
from core.relay.frames import MAX_FRAME, WINDOW, Event, Piece, Received
from localserver.line.reaching import Broken

_UNREAD: Final = object()


@dataclass(slots=True, eq=False)
class Place:
    """One webhook's place in the order."""

    seq: int
    sealed: bytearray | bytes
    whole: bool
    done: bool = False
    read: object = _UNREAD


class Order:
    """``read`` opens what was sealed; None for what is not for this store."""

    def __init__(self, read: Callable[[bytes], Received | None]) -> None:
        self._read = read
        self._places: deque[Place] = deque()
        self._came = asyncio.Event()

    def __len__(self) -> int:
        return sum(not place.done for place in self._places)

    def take(self, event: Event) -> None:
        """Raises Broken for more than a relay has on the way."""
        if len(self._places) >= 2 * WINDOW:
            raise Broken(NO_RELAY)
        self._places.append(Place(event.seq, event.sealed, whole=True))
        self._came.set()

    def take_piece(self, piece: Piece) -> int:
        """→ how much of it is here. Raises Broken for what no relay sends."""
        place = next((each for each in self._places if not each.whole), None)
        if place is None:
            place = Place(piece.seq, bytearray(), whole=False)
            self._places.append(place)
        if place.seq != piece.seq or len(place.sealed) + len(piece.data) > MAX_FRAME:
            raise Broken(NO_RELAY)
        place.sealed += piece.data
        if piece.last:
            place.whole = True
            self._came.set()
        return len(place.sealed)

    async def next(self) -> tuple[Place, Received | None]:
        """The next that may be taken over now."""
        while (place := self._ready()) is None:
            self._came.clear()
            await self._came.wait()
        return place, self._content(place)

    def _ready(self) -> Place | None:
        coming = False
        for place in self._places:
            if not place.whole:
                coming = True
            elif not place.done and not (coming and self._waits(place)):
                return place
        return None

    def _waits(self, place: Place) -> bool:
        received = self._content(place)
        return received is not None and may_be_large(path_of(received.target))

    def _content(self, place: Place) -> Received | None:
        if place.read is _UNREAD:
            place.read = self._read(bytes(place.sealed))
        return place.read if isinstance(place.read, Received) else None

    def done(self, place: Place) -> int | None:
        """→ the last of those that are all done, where there is a new one."""
        place.done = True
        last = None
        while self._places and self._places[0].done:
            last = self._places.popleft().seq
        return last
