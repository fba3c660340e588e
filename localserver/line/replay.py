"""What the relay hands over is asked of the store's own server, as if it had come straight from the world.

So there is one door with one set of checks: signatures, quotas, forms. The relay's word counts for nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from yarl import URL

from core.adapters.tls import aiohttp
from core.relay import frames
from core.relay.address import Way, way_of
from core.relay.frames import Body, Head, Left, Received, Visit

if TYPE_CHECKING:
    from multidict import CIMultiDict

log = logging.getLogger(__name__)

Send = Callable[[frames.Any], Awaitable[None]]
_MADE_ANEW: Final = frames.HOP | {"content-length"}
PATIENCE: Final = 60.0
BROKEN: Final = 599
AT_ONCE: Final = 50


class Loopback:
    """Asks this computer's own server. ``local_url`` gives its address once it serves."""

    def __init__(self, local_url: Callable[[], str]) -> None:
        self._local_url = local_url
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @asynccontextmanager
    async def _asked(
        self, method: str, target: str, headers: frames.Pairs, body: bytes, patience: float | None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                connector=aiohttp.TCPConnector(limit=AT_ONCE + 8, force_close=False),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            )
        url = URL(self._local_url() + target, encoded=True)
        timeout = aiohttp.ClientTimeout(total=patience, sock_connect=5.0)
        async with self._session.request(
            method, url, headers=_multi(headers), data=body or None, timeout=timeout, allow_redirects=False
        ) as response:
            yield response

    async def replay(self, event: Received) -> int:
        """A webhook. → the status the store's door answered with; 0 when it did not answer, BROKEN when the door has a
        mistake of its own (it says itself when only the disk refuses)."""
        path = event.target.partition("?")[0]
        if way_of(URL(path, encoded=True).path) is not Way.KEPT:
            return 404  # a relay may ask for nothing else in the dark
        try:
            headers = tuple((name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in event.headers)
            async with self._asked(event.method, event.target, headers, event.body, PATIENCE) as response:
                said = await response.read()
                return BROKEN if response.status == 500 and said != b"not stored" else response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return 0

    async def visit(self, asked: Visit, send: Send) -> None:
        """A visitor's page, sent in parts as it comes. Cancelled when the visitor left."""
        path = asked.target.partition("?")[0]
        if way_of(URL(path, encoded=True).path) is not Way.SHOWN:
            await send(Left(asked.number))
            return
        try:
            async with self._asked(asked.method, asked.target, asked.headers, asked.body, None) as response:
                await send(Head(asked.number, response.status, frames.pairs(response.headers, frames.HOP)))
                async for chunk in response.content.iter_any():
                    for start in range(0, len(chunk), frames.CHUNK):
                        await send(Body(asked.number, chunk[start : start + frames.CHUNK], last=False))
                await send(Body(asked.number, b"", last=True))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            await send(Left(asked.number))


def _multi(headers: frames.Pairs) -> CIMultiDict[str]:
    from multidict import CIMultiDict

    return CIMultiDict((name, value) for name, value in headers if name.lower() not in _MADE_ANEW)


class Visits:
    """The visits under way, each a task of its own."""

    def __init__(self, loopback: Loopback, send: Send) -> None:
        self._loopback = loopback
        self._send = send
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def begin(self, asked: Visit) -> None:
        task = asyncio.create_task(self._one(asked), name="visit")
        self._tasks[asked.number] = task

    async def _one(self, asked: Visit) -> None:
        try:
            if len(self._tasks) > AT_ONCE:
                await self._send(Left(asked.number))
            else:
                await self._loopback.visit(asked, self._send)
        except OSError:  # the line broke: whoever asked is told by the relay
            pass
        except Exception:  # boundary: one visitor's page must not end the line
            log.exception("A page could not be passed on")
        finally:
            self._tasks.pop(asked.number, None)

    def left(self, number: int) -> None:
        if (task := self._tasks.get(number)) is not None:
            task.cancel()

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
