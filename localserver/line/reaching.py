"""The way out to the relay: one WebSocket, and what it means when somebody else answers in the relay's place."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from core.adapters.http import why
from core.adapters.names import connector
from core.adapters.tls import aiohttp, trust
from core.kernel.reasons import NO_RELAY, OUT_OF_ORDER, SIGN_IN
from core.relay import frames

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ClientWebSocketResponse

HEARTBEAT: Final = 20.0
"""Seconds without a byte until the relay is asked for one; half of that later the line is over."""
BEAT: Final = 8.0
"""Seconds between signs of life that nobody asked for (RFC 6455 §5.5.3). While one side sends something large through a
narrow line, its question waits behind that and the answer is late: the other side's own signs are not."""
ANSWER: Final = 15.0
HELLO: Final = 30.0
"""Seconds from the first packet to the welcome: six ways there and back with a handshake, each of which may be lost."""
SMALL: Final = 536
"""Bytes of a TCP segment that pass everywhere (RFC 9293 §3.7.1). Behind some routers large packets vanish and nobody is
told; the line then stands, and falls silent with the first thing that is large."""
_SIGN_IN: Final = 511  # RFC 6585 §6


class Broken(Exception):
    """The line ended; ``why`` is a text of the errors domain. ``silent``: nobody said so, it only fell silent."""

    def __init__(self, why: str, *, silent: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.silent = silent


class _Answered(Exception):
    """An ordinary answer, where a connection was asked for."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@asynccontextmanager
async def reached(url: str, *, small: bool) -> AsyncIterator[ClientWebSocketResponse]:
    """The socket to a relay. Raises Broken, for what the block raises of the network too."""
    there = url.rstrip("/").replace("http", "ws", 1) + frames.PATH
    how: dict[str, Any] = {"socket_factory": _in_small_parts} if small else {}
    try:
        async with (
            aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=ANSWER, sock_read=HELLO),
                connector=connector(**how),
                middlewares=(_no_other,),
            ) as session,
            session.ws_connect(
                there,
                heartbeat=HEARTBEAT,
                max_msg_size=frames.MAX_FRAME,
                compress=0,
                ssl=trust() if there.startswith("wss:") else True,
            ) as opened,
        ):
            yield opened
    except _Answered as other:
        raise Broken(_meaning(other.status)) from None
    except aiohttp.WSServerHandshakeError:  # 101, and yet no WebSocket
        raise Broken(NO_RELAY) from None
    except aiohttp.ConnectionTimeoutError as error:
        raise Broken(why(error)) from None
    except TimeoutError as error:
        raise Broken(why(error), silent=True) from None
    except (aiohttp.ClientError, OSError) as error:
        raise Broken(why(error)) from None


async def signs_of_life(pong: Callable[[], Any]) -> None:
    """Until cancelled."""
    with suppress(ConnectionError, OSError):
        while True:
            await asyncio.sleep(BEAT)
            await pong()


async def _no_other(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """A relay leads nowhere else, and never answers its door with a page."""
    answer = await handler(request)
    if answer.status != 101:
        answer.close()
        raise _Answered(answer.status)
    return answer


def _meaning(status: int) -> str:
    if status < 400 or status == _SIGN_IN:  # a page, or the way to one: what a hotspot does with every question
        return SIGN_IN
    return OUT_OF_ORDER if status >= 500 or status == 429 else NO_RELAY


def _in_small_parts(where: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, *_ = where
    made = socket.socket(family, kind, protocol)
    with suppress(OSError, AttributeError):  # Windows takes no number, and finds such routers out by itself
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SMALL)
    return made
