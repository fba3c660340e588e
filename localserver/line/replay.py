"""What the relay hands over is asked of the store's own server, as if it had come straight from the world.

So there is one door with one set of checks: signatures, quotas, forms. The relay's word counts for nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Final

from core.adapters.replay import Door, leads
from core.adapters.tls import aiohttp
from core.relay import frames
from core.relay.address import Way
from core.relay.frames import Body, Head, Left, Visit

log = logging.getLogger(__name__)

Send = Callable[[frames.Any], Awaitable[None]]
PAGES: Final = 50
"""Pages asked for at once; who comes meanwhile waits a moment."""
STREAMS: Final = 200
"""Open pages that follow their order: two sockets each here. The others ask every now and then (pay.js)."""
MOST: Final = 1000
_STREAM: Final = "text/event-stream"
_ENOUGH: Final = (("Content-Length", "0"), ("Retry-After", "30"))


class Loopback(Door):
    """The door, for what a relay hands over: webhooks, and visitors."""

    async def visit(self, asked: Visit, send: Send, follow: Callable[[], bool] = lambda: True) -> None:
        """A visitor's page, sent in parts as it comes. Cancelled when the visitor left. ``follow`` is asked whether
        there is room for an answer that goes on and on."""
        if not leads(asked.target, Way.SHOWN):
            await send(Left(asked.number))
            return
        try:
            async with self.asked(asked.method, asked.target, asked.headers, asked.body, None) as response:
                if response.content_type == _STREAM and not follow():
                    await send(Head(asked.number, 503, _ENOUGH))
                    await send(Body(asked.number, b"", last=True))
                    return
                await send(Head(asked.number, response.status, frames.pairs(response.headers, frames.HOP)))
                async for chunk in response.content.iter_any():
                    for start in range(0, len(chunk), frames.CHUNK):
                        await send(Body(asked.number, chunk[start : start + frames.CHUNK], last=False))
                await send(Body(asked.number, b"", last=True))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            await send(Left(asked.number))


class Visits:
    """The visits under way, each a task of its own."""

    def __init__(self, loopback: Loopback, send: Send) -> None:
        self._loopback = loopback
        self._send = send
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._pages = asyncio.Semaphore(PAGES)
        self._streams = 0

    def begin(self, asked: Visit) -> None:
        task = asyncio.create_task(self._one(asked), name="visit")
        self._tasks[asked.number] = task

    async def _one(self, asked: Visit) -> None:
        try:
            if len(self._tasks) > MOST:
                await self._send(Left(asked.number))
                return
            await self._pages.acquire()
            with ExitStack() as place:
                place.callback(self._pages.release)
                await self._loopback.visit(asked, self._send, lambda: self._follows(place))
        except OSError:  # the line broke: whoever asked is told by the relay
            pass
        except Exception:  # boundary: one visitor's page must not end the line
            log.exception("A page could not be passed on")
        finally:
            self._tasks.pop(asked.number, None)

    def _follows(self, place: ExitStack) -> bool:
        """A stream gives its place among the pages to the next; hundreds of buyers may watch while others come."""
        if self._streams >= STREAMS:
            return False
        self._streams += 1
        place.close()
        place.callback(self._left_off)
        return True

    def _left_off(self) -> None:
        self._streams -= 1

    def left(self, number: int) -> None:
        if (task := self._tasks.get(number)) is not None:
            task.cancel()

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
