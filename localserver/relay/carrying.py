"""A large webhook on its way to a store: in pieces, of which few are on the way at once.

Whatever lies between (a proxy, a router) takes in what it is given at once and hands it on at the pace of the store's
line. So a piece goes out when the store has another one: what else is to be said to the store passes between two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from core.relay import frames
from core.relay.frames import Got, Piece

PIECE: Final = 16 * 1024
AHEAD: Final = 2
"""Pieces on the way: 4 s of a line of 64 kbit/s."""


class Carrier:
    """One at a time."""

    def __init__(self, send: Callable[[frames.Any], Awaitable[None]]) -> None:
        self._send = send
        self._seq = 0
        self._sealed = b""
        self._sent = 0
        self._got = 0
        self._heard = asyncio.Event()

    @property
    def under_way(self) -> int | None:
        """The event that the store does not have whole: nothing from it on can be acknowledged."""
        return self._seq if self._sent < len(self._sealed) else None

    async def begin(self, seq: int, sealed: bytes) -> None:
        """Send the first piece: it has the event's place in the order."""
        self._seq, self._sealed, self._sent, self._got = seq, sealed, 0, 0
        await self._next()

    async def rest(self) -> None:
        while self._sent < len(self._sealed):
            while self._sent - self._got >= AHEAD * PIECE:
                self._heard.clear()
                await self._heard.wait()
            await self._next()
        self._sealed = b""

    async def _next(self) -> None:
        data = self._sealed[self._sent : self._sent + PIECE]
        self._sent += len(data)
        await self._send(Piece(self._seq, data, self._sent == len(self._sealed)))

    def got(self, word: Got) -> None:
        if word.seq == self._seq:
            self._got = word.size
            self._heard.set()
