"""One node's connection to NATS: asked again with patience while a server or a leader is missing, never without end."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, Error, MaxPayloadError, NoRespondersError
from nats.js import JetStreamContext
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError, ServiceUnavailableError

from core.kernel.errors import EnvironmentProblem
from core.kernel.reasons import reason
from core.kernel.waiting import woken
from core.relay.frames import MAX_FRAME
from localserver.relay.engine import Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")
Take = Callable[[Msg], Awaitable[None]]

PATIENCE: Final = 12.0
"""Seconds for an act: a leader that was killed is followed within 4 to 9 (nats-server raft.go, election timeouts)."""
TRY: Final = 2.0
"""Seconds for one try; a repeated one does no harm."""
OPENING: Final = 10.0
_WORD: Final = 0.5
_PAUSES: Final = (0.02, 0.05, 0.1, 0.2)
_PAYLOAD: Final = MAX_FRAME + 256 * 1024
_OLDEST: Final = (2, 12)

STORE_FAILED: Final = 10077
WRONG_SEQUENCE: Final = frozenset((10071, 10164))
IN_PROCESS: Final = 10158
"""Error codes of JetStream: the message cannot be stored (a subject that is full), another revision is the last, the
same message is being stored at this moment."""


class _Acknowledged(msgspec.Struct):
    """JetStream's answer to a message that it was to keep."""

    seq: int = 0
    error: dict[str, Any] | None = None


_acknowledged: Final = msgspec.json.Decoder(_Acknowledged)


def _give_up(answer: asyncio.Future[Msg]) -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())


class Cable:
    """A connection that comes back by itself. ``urls``: nats:// or tls://, with credentials in them if need be."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = list(urls)
        self._nc: Client | None = None
        self._js: JetStreamContext | None = None
        self._inboxes: dict[str, Take] = {}
        self._acks: dict[str, asyncio.Future[Msg]] = {}
        self._prefix = ""
        self._numbers = 0
        self._trouble = ""
        self._opening = False
        self.again: Callable[[], Awaitable[None]] | None = None
        """Called when the connection has come back: words said meanwhile were not heard."""

    @property
    def nc(self) -> Client:
        assert self._nc is not None, "opened first"
        return self._nc

    @property
    def js(self) -> JetStreamContext:
        assert self._js is not None, "opened first"
        return self._js

    async def open(self) -> None:
        """Raises Unavailable, EnvironmentProblem."""
        nc, self._opening = Client(), True
        try:
            async with asyncio.timeout(OPENING):
                await nc.connect(
                    self._urls,
                    name="livepay-relay",
                    error_cb=self._failed,
                    reconnected_cb=self._reconnected,
                    connect_timeout=2,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=1,
                    ping_interval=3,
                    max_outstanding_pings=2,
                    pending_size=4 * MAX_FRAME,
                )
        except EnvironmentProblem:
            await _close(nc)
            raise
        except (TimeoutError, OSError, Error, ValueError) as error:
            await _close(nc)
            raise Unavailable("NATS does not answer ({detail}).", detail=self._trouble or said(error)) from None
        self._opening = False
        self._nc, self._js = nc, nc.jetstream(timeout=TRY)
        try:
            self._check()
            self._prefix = nc.new_inbox()
            await nc.subscribe(f"{self._prefix}.*", cb=self._route, pending_msgs_limit=0, pending_bytes_limit=0)
        except BaseException:
            await self.close()
            raise

    def _check(self) -> None:
        version = self.nc.connected_server_version
        if (version.major, version.minor) < _OLDEST:
            raise EnvironmentProblem("The relay needs NATS 2.12 or newer.")
        if self.nc.max_payload < _PAYLOAD:
            raise EnvironmentProblem("NATS must allow larger messages: max_payload: 8MB in its configuration.")

    async def close(self) -> None:
        if self._nc is not None:
            nc, self._nc, self._js = self._nc, None, None
            await _close(nc)

    async def _failed(self, error: Exception) -> None:
        """What the library tells of: a server that is not there, mostly; every act says itself what became of it."""
        self._trouble = said(error)
        if self._opening and "Authorization Violation" in self._trouble:
            # Out of connect(), which would try for ever.
            raise EnvironmentProblem("NATS does not accept the name and password in its address.")
        log.info("NATS: %s", self._trouble)

    async def _reconnected(self) -> None:
        log.info("NATS: connected again")
        if self.again is not None:
            await self.again()

    # -- JetStream ---------------------------------------------------------------------------------------------

    async def told(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do what may be done twice, until it is answered. Raises Unavailable; APIError for an answer that a repetition
        does not change (not found, full, another revision)."""
        loop = asyncio.get_running_loop()
        end, pauses = loop.time() + PATIENCE, iter(_PAUSES)
        while True:
            try:
                done = await act()
                _still_wanted()
                return done
            except (Error, OSError, TimeoutError) as error:
                _still_wanted()
                if _final(error):
                    raise
                pause = next(pauses, _PAUSES[-1])
                if not _passing(error) or loop.time() + pause > end:
                    raise Unavailable("NATS does not answer ({detail}).", detail=said(error)) from None
            await asyncio.sleep(pause)

    async def patiently(self, act: Callable[[], Awaitable[T]]) -> T:
        """As :meth:`told`, where every answer but success is a failure. Raises Unavailable."""
        try:
            return await self.told(act)
        except APIError as error:
            raise Unavailable("NATS does not answer ({detail}).", detail=said(error)) from None

    async def keep(self, subject: str, payload: bytes, headers: Mapping[str, str]) -> int:
        """Publish to a stream until it is acknowledged. → its sequence number. Raises as :meth:`told`."""

        return await self.told(lambda: self._publish(subject, payload, headers))

    async def _publish(self, subject: str, payload: bytes, headers: Mapping[str, str]) -> int:
        """As nats-py's own ``publish``, which makes a random name, a dataclass and a task's timeout for each."""
        loop = asyncio.get_running_loop()
        self._numbers += 1
        token = str(self._numbers)
        self._acks[token] = answer = loop.create_future()
        late = loop.call_later(TRY, _give_up, answer)
        try:
            await self.nc.publish(subject, payload, f"{self._prefix}.{token}", dict(headers))
            msg = await answer
        finally:
            late.cancel()
            del self._acks[token]
        if msg.headers and msg.headers.get("Status") == "503":  # no stream listens, for the moment
            raise NoStreamResponseError
        ack = _acknowledged.decode(msg.data)
        if ack.error is not None:
            raise APIError.from_error(ack.error)
        if ack.seq < 1:
            raise Error("no acknowledgement")
        return ack.seq

    async def purge(self, stream: str, subject: str, below: int | None = None) -> None:
        """Forget the messages of a subject (below a sequence number)."""
        await self.patiently(lambda: self.js.purge_stream(stream, subject=subject, seq=below))

    async def gather(self, subject: str, asked: Mapping[str, Any]) -> list[Msg]:
        """Every message of an answer that comes in many, up to the one that says it was the last."""
        found: list[Msg] = []
        last: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def take(msg: Msg) -> None:
            status = (msg.headers or {}).get("Status")
            if status is None:
                found.append(msg)
            elif not last.done():
                last.set_result(status)

        with self.inbox(take) as inbox:
            await self.nc.publish(subject, json.dumps(asked).encode(), reply=inbox)
            async with asyncio.timeout(2 * TRY):
                status = await last
        if status not in ("204", "404"):  # end of batch, nothing
            raise NoRespondersError
        return found

    # -- core NATS ---------------------------------------------------------------------------------------------

    async def say(self, subject: str, payload: bytes = b"", reply: str = "") -> None:
        """To whoever listens now; lost while there is no connection."""
        with suppress(Error, OSError):
            await self.nc.publish(subject, payload, reply=reply)
        _still_wanted()

    async def heard(self) -> None:
        """The server has everything that was said so far (or there is no connection).

        A word to oneself tells: it comes back after all before it was read. nats-py's own ``flush`` does not, as its
        PING overtakes what waits to be written (2.16, ``_send_ping``).
        """
        back = asyncio.Event()

        async def take(_: Msg) -> None:
            back.set()

        with self.inbox(take) as inbox:
            await self.say(inbox)
            await woken(back, TRY)

    async def ask(self, subject: str, payload: bytes = b"") -> bytes | None:
        """One answer; None when nobody is there to give it."""
        try:
            return (await self.nc.request(subject, payload, timeout=_WORD)).data
        except (Error, TimeoutError, OSError):
            return None

    @contextmanager
    def inbox(self, take: Take) -> Iterator[str]:
        """An address of this node's own. ``take`` is called for each message in order, and must not wait for long."""
        self._numbers += 1
        token = str(self._numbers)
        self._inboxes[token] = take
        try:
            yield f"{self._prefix}.{token}"
        finally:
            del self._inboxes[token]

    async def _route(self, msg: Msg) -> None:
        token = msg.subject.rsplit(".", 1)[1]
        if (answer := self._acks.get(token)) is not None:
            if not answer.done():
                answer.set_result(msg)
        elif (take := self._inboxes.get(token)) is not None:
            await take(msg)


def _still_wanted() -> None:
    """nats-py loses a cancellation that meets it while it flushes, and wherever it waits before Python 3.12."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _final(error: Exception) -> bool:
    """A repetition would be answered alike."""
    return isinstance(error, NotFoundError) or (
        isinstance(error, APIError) and (error.err_code == STORE_FAILED or error.err_code in WRONG_SEQUENCE)
    )


def _passing(error: Exception) -> bool:
    """A server or a leader is missing, and will not be for long."""
    if isinstance(error, APIError):
        return isinstance(error, ServiceUnavailableError) or error.err_code == IN_PROCESS
    return not isinstance(error, ConnectionClosedError | MaxPayloadError)


def said(error: Exception) -> str:
    """Why, in a few words."""
    return reason(error) if isinstance(error, OSError) else str(error) or type(error).__name__


async def _close(nc: Client) -> None:
    if not nc.is_connected:
        # What waits for a connection that will not be is not written to the one that broke: nats-py 2.16 would raise
        # there, and leave its tasks running.
        nc._pending, nc._pending_data_size = [], 0
    with suppress(OSError):
        await nc.close()
    # It cancels its tasks once and does not look back; one that was just connecting anew goes on with that.
    tasks = [nc._reconnection_task, nc._reading_task, nc._flusher_task, nc._ping_interval_task]
    while running := [task for task in tasks if task is not None and not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=0.1)
