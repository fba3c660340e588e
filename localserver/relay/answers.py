"""What a relay's requests and answers have in common, on aiohttp's low-level server.

Its application (routing, middlewares, signals) would cost a webhook more than it costs to keep it, and there is nothing
to route: the host says which store, the path what is done.
"""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate
from typing import Any, Final

from aiohttp import HttpVersion11, hdrs, web

MAX_BODY: Final = 4 * 1024 * 1024  # WhatsApp sends up to 3 MB (reference whatsapp §2.2)
LATER: Final = {"Retry-After": "60"}
SLOWEST: Final = 20.0
"""Seconds in which a connection's first request must have come, and each request's body."""
_NAME: Final = "LivePay"
_GO_ON: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Asked(web.BaseRequest):
    """A request. Every answer to it goes out under the relay's own name."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        response.headers[hdrs.SERVER] = _NAME


class Server(web.Server):
    """Whoever connects and does not say what for is let go: aiohttp waits for a first request without end."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self._silent: dict[Any, asyncio.TimerHandle] = {}

    def connection_made(self, handler: Any, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self._silent[handler] = asyncio.get_running_loop().call_later(SLOWEST, transport.abort)

    def heard(self, handler: Any) -> None:
        """A request has come on this connection."""
        if (timer := self._silent.pop(handler, None)) is not None:
            timer.cancel()

    def connection_lost(self, handler: Any, exc: BaseException | None = None) -> None:
        self.heard(handler)
        super().connection_lost(handler, exc)


async def expected(request: web.BaseRequest) -> None:
    """``Expect: 100-continue``, as aiohttp's application would answer it. Raises HTTPExpectationFailed."""
    expect = request.headers.get(hdrs.EXPECT)
    if expect and request.version == HttpVersion11:
        if expect.lower() != "100-continue":
            raise web.HTTPExpectationFailed(text="unknown expectation")
        await request.writer.write(_GO_ON)
        request.writer.output_size = 0  # the answer has not begun


class Room:
    """For bodies on their way: bytes that have come, not those that were announced, so that who announces much and
    sends little takes nothing from anybody."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, size: int) -> bool:
        if size > self._left:
            return False
        self._left -= size
        return True

    def give_back(self, size: int) -> None:
        self._left += size


async def body_of(request: web.BaseRequest, *rooms: Room) -> bytes:
    """The whole body. Raises HTTPRequestTimeout, HTTPRequestEntityTooLarge, HTTPServiceUnavailable without room."""
    if request.content.is_eof():  # it came with its head, and is small
        return await request.read()
    taken = [0] * len(rooms)
    body = bytearray()
    try:
        async with asyncio.timeout(SLOWEST):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_BODY:
                    raise web.HTTPRequestEntityTooLarge(MAX_BODY, len(body))
                for at, room in enumerate(rooms):
                    if not room.take(len(chunk)):
                        raise web.HTTPServiceUnavailable(text="full", headers=LATER)
                    taken[at] += len(chunk)
    except TimeoutError:
        raise _closing(web.HTTPRequestTimeout(text="too slow")) from None
    finally:
        for room, size in zip(rooms, taken, strict=True):
            room.give_back(size)
    return bytes(body)


def _closing(answer: web.HTTPException) -> web.HTTPException:
    answer.force_close()
    return answer


class _Ready(web.StreamResponse):
    """An answer whose bytes are the same every time: one object answers all requests of HTTP/1.1 whose connection goes
    on. The date is of the second."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.content_type = "text/plain"
        self.content_length = len(body)
        self.headers[hdrs.SERVER] = _NAME
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        self._head = f"HTTP/1.1 {self.status} {self.reason}\r\n{lines}".encode()
        self._ok = body
        self._whole = b""
        self._second = 0

    @property
    def keep_alive(self) -> bool:
        return True

    async def prepare(self, request: web.BaseRequest) -> None:
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError
        second = int(time.time())
        if second != self._second:
            date = f"Date: {formatdate(second, usegmt=True)}\r\n\r\n".encode()
            self._whole, self._second = self._head + date + self._ok, second
        transport.write(self._whole)

    async def write_eof(self, data: Any = b"") -> None:
        """All of it is written."""


_KEPT: Final = b"ok"
_READY: Final = _Ready(_KEPT)


def kept(request: web.BaseRequest) -> web.StreamResponse:
    """200: the event is durable."""
    if request.version == HttpVersion11 and request.keep_alive:
        return _READY
    return web.Response(body=_KEPT, content_type="text/plain")
