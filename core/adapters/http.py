"""The one HTTP client that every adapter shares: bounded, patient, honest about what may have happened.

It never follows redirects (credentials would travel), keeps no cookies, and logs nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import threading
import weakref
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from time import monotonic
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from msgspec import Struct, field
from multidict import CIMultiDict, CIMultiDictProxy

from core.adapters.names import connector
from core.adapters.tls import aiohttp, trust
from core.kernel.clock import Clock
from core.kernel.errors import OutsideWorld
from core.kernel.reasons import BROKEN_OFF, NO_SUCH_HOST, NOT_SECURE, REASONS, TIMED_OUT

# Some providers' firewalls refuse programs that do not look like a browser (reference payments §3.1).
USER_AGENT: Final = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)
MAX_BODY: Final = 8 * 1024 * 1024

Form = Mapping[str, str] | Sequence[tuple[str, str]]


def why(error: Exception) -> str:
    """Why nobody answered. What TLS and the name service raise has numbers, too, but not those of the system."""
    if isinstance(error, TimeoutError):
        return TIMED_OUT
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return NO_SUCH_HOST
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return NOT_SECURE
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return BROKEN_OFF
    if isinstance(error, OSError):
        return REASONS.get(error.errno or 0) or type(error).__name__
    return type(error).__name__


class NoAnswer(OutsideWorld):
    """Nobody answered, or the answer broke off.

    ``sent`` False: the request never left, so nothing can have happened and it may be repeated. ``sent`` True: unknown.
    """

    def __init__(self, host: str, why: str, sent: bool) -> None:
        super().__init__("{host} did not answer ({why}).", host=host, why=why)
        self.host = host
        self.why = why
        self.sent = sent


class BadReply(OutsideWorld):
    """The answer arrived but cannot be read: HTML from a firewall, cut JSON, other bytes."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__("The answer cannot be read (status {status}: {why}).", status=status, why=why)
        self.status = status


class Reply(Struct, frozen=True):
    """``headers`` are case-insensitive; ``body`` is decompressed."""

    status: int
    headers: CIMultiDictProxy[str] = field(default_factory=lambda: CIMultiDictProxy(CIMultiDict()))
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The decoded body. Raises BadReply when it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            kind = self.headers.get("Content-Type", "").split(";")[0][:40] or "no type"
            raise BadReply(self.status, f"{kind}, {len(self.body)} bytes") from None

    def retry_after(self, now: int) -> float | None:
        """Seconds to wait as the ``Retry-After`` header asks (a number or a date), never negative."""
        value = self.headers.get("Retry-After", "").strip()
        if value.isascii() and value.isdigit() and len(value) < 9:
            return float(value)
        date = _http_date(value)
        return None if date is None else max(0.0, (date - now) / 1000)


class Http:
    """One client for the whole program; keeps one connection pool per event loop, opened at first use.

    ``connect_timeout`` and ``total_timeout`` (which holds from the next request on) are seconds.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        user_agent: str = USER_AGENT,
        connect_timeout: float = 5.0,
        total_timeout: float = 20.0,
        max_body: int = MAX_BODY,
    ) -> None:
        self._clock = clock
        self._user_agent = user_agent
        self._connect_timeout = connect_timeout
        self.total_timeout = total_timeout
        self._max_body = max_body
        self._offsets: dict[str, int] = {}
        self._closed = False
        self._lock = threading.Lock()
        self._sessions: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = (
            weakref.WeakKeyDictionary()
        )
        self._left: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, list[tuple[float, aiohttp.ClientSession]]] = (
            weakref.WeakKeyDictionary()
        )

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Form | None = None,
        data: bytes | None = None,
        params: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - a limit of the client, finer than asyncio.timeout
    ) -> Reply:
        """Send one request and read the whole answer, whatever its status.

        At most one of ``json``, ``form`` and ``data`` is the body; ``timeout`` (seconds, all in all) replaces the
        client's own. Raises NoAnswer.
        """
        body, kind = encode(json, form, data)
        sending = CIMultiDict(headers or {})
        if kind and "Content-Type" not in sending:
            sending["Content-Type"] = kind
        seen = SimpleNamespace(sent=False)
        limits = aiohttp.ClientTimeout(total=timeout or self.total_timeout, sock_connect=self._connect_timeout)
        began = self._clock.now()
        if self._closed:
            raise NoAnswer(_host(url), BROKEN_OFF, False)
        try:
            async with self._session().request(
                method,
                url,
                headers=sending,
                data=body,
                params=params,
                timeout=limits,
                allow_redirects=False,
                ssl=trust() if url[:6].lower() == "https:" else True,
                trace_request_ctx=seen,
            ) as response:
                content = await self._read(response)
                reply = Reply(response.status, response.headers, content)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # ValueError: an address or a header that cannot be written. Its text may hold a secret: name the kind only.
            sent = seen.sent and not isinstance(error, ValueError)
            raise NoAnswer(_host(url), why(error), sent) from error
        self._learn_offset(url, reply, began)
        return reply

    def clock_offset(self, url: str) -> int:
        """Milliseconds to add to our clock to have that host's, learned from its ``Date`` headers; 0 when unknown.

        Sellers' computers have wrong clocks (reference payments §1 point 9).
        """
        return self._offsets.get(_host(url), 0)

    def time_at(self, url: str) -> int:
        """The time on that host's clock, in ms UTC, as far as known."""
        return self._clock.now() + self.clock_offset(url)

    async def ask_time(self, url: str) -> int:
        """As :meth:`time_at`, having asked a host that was never heard before; for requests that carry the time."""
        if _host(url) not in self._offsets:
            with contextlib.suppress(NoAnswer):
                await self.request("HEAD", url)
        return self.time_at(url)

    async def renew(self) -> None:
        """Open every connection of this event loop anew from the next request on: what was open from an address that
        this computer has no more is dead, and nobody says so. Requests under way end as they will."""
        here, now = asyncio.get_running_loop(), monotonic()
        with self._lock:
            session = self._sessions.pop(here, None)
            left = self._left.setdefault(here, [])
            ended = [one for since, one in left if now - since > self.total_timeout]
            left[:] = [pair for pair in left if pair[1] not in ended]
            if session is not None:
                left.append((now, session))
        for one in ended:
            await one.close()

    async def close(self) -> None:
        """Close the pools of this event loop and of every other loop still running, for good: who is late finds nobody,
        instead of opening a connection that nobody would give back."""
        self._closed = True
        with self._lock:
            sessions = [*self._sessions.items(), *((loop, one) for loop, left in self._left.items() for _, one in left)]
            self._sessions.clear()
            self._left.clear()
        here = asyncio.get_running_loop()
        for loop, session in sessions:
            if loop is here:
                await session.close()
            elif loop.is_running():
                await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(session.close(), loop))

    async def close_here(self) -> None:
        """Close the pool of this event loop only: a loop made for one question leaves the server's requests alone."""
        here = asyncio.get_running_loop()
        with self._lock:
            session = self._sessions.pop(here, None)
            sessions = [one for _, one in self._left.pop(here, [])] + ([session] if session is not None else [])
        for one in sessions:
            await one.close()

    def _session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        with self._lock:
            session = self._sessions.get(loop)
            if session is None or session.closed:
                trace = aiohttp.TraceConfig()
                trace.on_request_headers_sent.append(_mark_sent)
                session = aiohttp.ClientSession(
                    connector=connector(),
                    headers={"User-Agent": self._user_agent, "Accept": "application/json, */*;q=0.5"},
                    cookie_jar=aiohttp.DummyCookieJar(),
                    trace_configs=[trace],
                )
                self._sessions[loop] = session
        return session

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.content.iter_chunked(65536):
            size += len(part)
            if size > self._max_body:
                raise aiohttp.ClientPayloadError("the answer is too large")
            parts.append(part)
        return b"".join(parts)

    def _learn_offset(self, url: str, reply: Reply, began: int) -> None:
        date = _http_date(reply.headers.get("Date", ""))
        if date is not None:
            # Date has whole seconds: on average half a second has passed since. Compare with the middle of the call.
            self._offsets[_host(url)] = date + 500 - (began + self._clock.now()) // 2


async def _mark_sent(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: Any) -> None:
    context.trace_request_ctx.sent = True


def encode(json_body: Any, form: Form | None, data: bytes | None = None) -> tuple[bytes | None, str]:
    """The bytes to send and their Content-Type; for callers that sign exactly what is sent."""
    if json_body is not None:
        return json.dumps(json_body, ensure_ascii=False, separators=(",", ":")).encode(), "application/json"
    if form is not None:
        return urlencode(form if isinstance(form, Sequence) else list(form.items())).encode(), (
            "application/x-www-form-urlencoded"
        )
    return data, ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower() or "?"
    except ValueError:
        return "?"


def _http_date(value: str) -> int | None:
    try:
        return round(parsedate_to_datetime(value).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return None
