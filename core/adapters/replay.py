"""A webhook that a relay kept, asked of the store's own door as if it had come straight from the world."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final

from yarl import URL

from core.adapters.tls import aiohttp
from core.relay import frames
from core.relay.address import LARGE, Way, way_of
from core.relay.frames import Received

if TYPE_CHECKING:
    from multidict import CIMultiDict

_MADE_ANEW: Final = frames.HOP | {"content-length"}
_NEVER: Final = 404
PATIENCE: Final = 60.0
BROKEN: Final = 599


class Door:
    """This computer's own server. ``local_url`` gives its address once it serves."""

    def __init__(self, local_url: Callable[[], str]) -> None:
        self._local_url = local_url
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @asynccontextmanager
    async def asked(
        self, method: str, target: str, headers: frames.Pairs, body: bytes, patience: float | None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """``target`` goes as it came, encoded as its sender did. Raises what the client raises, ValueError too."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                connector=aiohttp.TCPConnector(limit=0),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            )
        url = URL(self._local_url() + target, encoded=True)
        timeout = aiohttp.ClientTimeout(total=patience, sock_connect=5.0)
        async with self._session.request(
            method, url, headers=_multi(headers), data=_data(body), timeout=timeout, allow_redirects=False
        ) as response:
            yield response

    async def replay(self, event: Received) -> int:
        """→ the status the door answered with; 0 when it did not answer, BROKEN when the door has a mistake of its own
        (it says itself when only the disk refuses)."""
        if not leads(event.target, Way.KEPT):
            return _NEVER  # a relay may ask for nothing else in the dark
        headers = tuple((name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in event.headers)
        try:
            async with self.asked(event.method, event.target, headers, event.body, PATIENCE) as response:
                said = await response.read()
                return BROKEN if response.status == 500 and said != b"not stored" else response.status
        except ValueError:  # no request can be made of it: neither could the world, and asking again changes nothing
            return _NEVER
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0


def leads(target: str, way: Way) -> bool:
    """Whether a request's target is a path of this store, and of this kind."""
    return target.startswith("/") and way_of(path_of(target)) is way


def path_of(target: str) -> str:
    """A target's path, decoded as the door will; empty where it has none."""
    try:
        return URL(target.partition("?")[0], encoded=True).path
    except ValueError:
        return ""


def dealt_with(status: int) -> bool:
    """Whether the door has said its last word: it took it, or refused it for good."""
    return 200 <= status < 500 and status not in (408, 429)


def _data(body: bytes) -> bytes | BytesIO | None:
    """As a file where it is large: the client would send it in one turn of the loop."""
    return None if not body else body if len(body) <= LARGE else BytesIO(body)


def _multi(headers: frames.Pairs) -> CIMultiDict[str]:
    from multidict import CIMultiDict

    return CIMultiDict((name, value) for name, value in headers if name.lower() not in _MADE_ANEW)
