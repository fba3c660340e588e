"""The connection itself: claim, take over, acknowledge.

An event is acknowledged when the store's own door has answered that it is durable. If the program dies between the two,
the relay hands the event over again and the inbox knows it already: once in effect.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Protocol
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from core.adapters.http import why
from core.adapters.replay import BROKEN, dealt_with
from core.adapters.tls import aiohttp
from core.kernel.errors import StorageFailed
from core.kernel.reasons import BROKEN_OFF, NO_RELAY
from core.relay import frames
from core.relay.frames import (
    Ack,
    Claim,
    Denied,
    Event,
    Got,
    Greeting,
    Left,
    Piece,
    Publish,
    Published,
    Received,
    Visit,
    Welcome,
)
from core.relay.keys import StoreKeys, Unreadable
from core.relay.state import LineState
from localserver.line.order import Order
from localserver.line.reaching import HELLO, Broken, reached, signs_of_life
from localserver.line.replay import Loopback, Visits

log = logging.getLogger(__name__)

SYNC: Final = 900.0
AGAIN: Final = (0.5, 1.0, 2.0, 5.0, 10.0)  # s until a door that failed is tried again


class Registration(Struct, frozen=True):
    """Where this store is registered, and as what."""

    url: str
    handle: str
    home: bytes
    epoch: int

    @property
    def domain(self) -> str:
        return urlsplit(self.url).hostname or ""


class Publisher(Protocol):
    """What the relay shows while the store is away."""

    def begin(self, send: Callable[[Publish], None]) -> None:
        """The line is up: everything is told anew, then what changes."""

    def told(self, answer: Published) -> None: ...

    def compare(self) -> None:
        """Ask whether what should be there is."""

    def end(self) -> None: ...


class Refusal(Exception):
    """The relay does not take this store."""

    def __init__(self, denied: Denied) -> None:
        super().__init__(denied.why)
        self.denied = denied


async def _nowhere(event: Received) -> None:
    """For a line without a store to keep anything in."""


class Line:
    """One connection of one store, from its first byte to its end. Who keeps it makes another."""

    def __init__(
        self,
        keys: StoreKeys,
        registration: Registration,
        loopback: Loopback,
        publisher: Publisher,
        changed: Callable[[LineState], None] = lambda state: None,
        silences: int = 0,
        aside: Callable[[Received], Awaitable[None]] = _nowhere,
        sync: float = SYNC,
    ) -> None:
        """``silences``: how many lines in a row fell silent before this one. ``aside`` keeps durably what the door
        fails on each time; raises StorageFailed. ``sync``: seconds between two comparisons of both sides."""
        self._keys = keys
        self._registration = registration
        self._loopback = loopback
        self._publisher = publisher
        self._changed = changed
        self.aside = aside
        self.sync = sync
        self.state = LineState(silences=silences)
        self.up = asyncio.Event()
        """Set when the relay has welcomed the store."""

    async def run(self) -> None:
        """Until it ends or is cancelled. Raises Refusal or Broken, always."""
        silences = 0
        try:
            await self._connected(self._registration)
        except Broken as broken:
            silences = self.state.silences + 1 if broken.silent else 0 if self.state.up else self.state.silences
            raise
        finally:
            self.up.clear()
            self._set(replace(self.state, up=False, published=False, silences=silences))
            await self._loopback.close()

    async def _connected(self, registration: Registration) -> None:
        """Raises Refusal or Broken, always."""
        before = self.state.silences
        # Every other line after one that fell silent is of small packets: where that was the trouble, the next one
        # holds, and where it was not, little is lost.
        async with reached(registration.url, small=before % 2 == 1) as socket:
            async with asyncio.timeout(HELLO):
                welcome = await self._claim(socket, registration)
            self._set(
                LineState(
                    True, welcome.address, welcome.waiting, epoch=registration.epoch, silences=before, now=welcome.now
                )
            )
            self.up.set()
            await Connected(self, self._keys, self._loopback, self._publisher, socket).live()

    async def _claim(self, socket: aiohttp.ClientWebSocketResponse, registration: Registration) -> Welcome:
        """Prove who we are to the relay we meant to reach: the signature names it."""
        greeting = await greeted(socket)
        mine = registration
        signature = self._keys.sign_claim(mine.domain, greeting.nonce, mine.handle, mine.home, mine.epoch)
        await socket.send_bytes(frames.encode(Claim(mine.handle, mine.home, mine.epoch, signature, pieces=True)))
        answer = await _next(socket)
        if isinstance(answer, Denied):
            raise Refusal(answer)
        if not isinstance(answer, Welcome):
            raise Broken(NO_RELAY)
        return answer

    # -- what the connection tells -----------------------------------------------------------------------------

    def taken(self, *, waiting: int, refused: bool) -> None:
        state = self.state
        self._set(replace(state, taken=state.taken + 1, refused=state.refused + refused, waiting=max(0, waiting)))

    def published(self) -> None:
        self._set(replace(self.state, published=True))

    def _set(self, state: LineState) -> None:
        if state != self.state:
            self.state = state
            self._changed(state)


class Connected:
    """One welcomed connection, until it ends."""

    def __init__(
        self,
        line: Line,
        keys: StoreKeys,
        loopback: Loopback,
        publisher: Publisher,
        socket: aiohttp.ClientWebSocketResponse,
    ) -> None:
        self._line = line
        self._keys = keys
        self._loopback = loopback
        self._publisher = publisher
        self._socket = socket
        self._order = Order(self._opened)
        self._publishing: set[asyncio.Task[None]] = set()
        self._visits = Visits(loopback, self._send)
        self._left = line.state.waiting
        self._last = 0

    async def live(self) -> None:
        """Raises Refusal, Broken."""
        taking = asyncio.create_task(self._take_over(), name="taking over")
        beating = asyncio.create_task(signs_of_life(self._socket.pong), name="signs of life")
        comparing = asyncio.create_task(self._compare(), name="comparing")
        try:
            self._publisher.begin(self._publish)
            await self._listen_while(taking)
        finally:
            self._publisher.end()
            await self._visits.stop()
            tasks = (taking, beating, comparing, *self._publishing)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen_while(self, taking: asyncio.Task[None]) -> None:
        """A line whose webhooks are not taken over must not look as if all were well."""
        listening = asyncio.create_task(self._listen(), name="listening")
        try:
            await asyncio.wait((listening, taking), return_when=asyncio.FIRST_COMPLETED)
            if not listening.done():
                if (mistake := taking.exception()) is not None:
                    log.error("Webhooks cannot be taken over: the line is taken up anew", exc_info=mistake)
                raise Broken(BROKEN_OFF)
            await listening
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            match await _next(self._socket):
                case Event() as event:
                    self._order.take(event)
                case Piece() as piece:
                    await self._said(Got(piece.seq, self._order.take_piece(piece)))
                case Visit() as visit:
                    self._visits.begin(visit)
                case Left() as left:
                    self._visits.left(left.number)
                case Published() as answer:
                    self._publisher.told(answer)
                    self._line.published()
                case Denied() as denied:
                    raise Refusal(denied)
                case _:
                    raise Broken(NO_RELAY)

    async def _send(self, frame: frames.Any) -> None:
        await self._socket.send_bytes(frames.encode(frame))

    def _publish(self, frame: Publish) -> None:
        task = asyncio.get_running_loop().create_task(self._said(frame))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _said(self, frame: frames.Any) -> None:
        """Where the line ends meanwhile, whoever listens notices."""
        with suppress(ConnectionError, OSError):
            await self._send(frame)

    async def _take_over(self) -> None:
        """One after the other, as they were accepted: what one customer sends stays in order."""
        while True:
            place, received = await self._order.next()
            status = 400 if received is None else await self._replayed(received)
            last = self._order.done(place)
            if last is not None:
                self._last = last
                try:
                    await self._send(Ack(last))
                except (ConnectionError, OSError):
                    return  # it comes again, and is known then
            self._left = max(self._left - 1, len(self._order))
            self._line.taken(waiting=self._left, refused=not 200 <= status < 300)

    async def _compare(self) -> None:
        """The periodic look behind what is pushed: the relay is told again how far the store is, at which it looks for
        more, and what it should show is asked for."""
        with suppress(ConnectionError, OSError):
            while True:
                await asyncio.sleep(self._line.sync)
                await self._send(Ack(self._last))
                self._publisher.compare()

    def _opened(self, sealed: bytes) -> Received | None:
        try:
            return frames.received(self._keys.open(sealed))
        except (Unreadable, frames.Garbled):
            log.warning("The relay handed over something that is not sealed for this store")
            return None

    async def _replayed(self, received: Received) -> int:
        """→ the final status. A door that cannot keep it is asked until it can, one that fails on it a few times."""
        tries = 0
        while True:
            status = await self._loopback.replay(received)
            if dealt_with(status):
                if status >= 300:
                    log.info("A webhook through the relay was refused: status %d", status)
                return status
            if status == BROKEN and tries >= len(AGAIN):
                # A mistake of ours that this one meets each time: what comes behind it must not wait for ever.
                with suppress(StorageFailed):
                    await self._line.aside(received)
                    log.error("A webhook through the relay is set aside: the store's door fails on it")
                    return status
            await asyncio.sleep(AGAIN[min(tries, len(AGAIN) - 1)])
            tries += 1


async def greeted(socket: aiohttp.ClientWebSocketResponse) -> Greeting:
    """What a relay says first. Raises Broken for whatever else answers there."""
    greeting = await _next(socket)
    if not isinstance(greeting, Greeting) or greeting.protocol != frames.PROTOCOL:
        raise Broken(NO_RELAY)
    return greeting


async def _next(socket: aiohttp.ClientWebSocketResponse) -> frames.Any:
    """Raises Broken."""
    message = await socket.receive()
    if message.type is aiohttp.WSMsgType.ERROR and isinstance(message.data, TimeoutError):
        raise Broken(why(message.data), silent=True)
    if message.type is not aiohttp.WSMsgType.BINARY:
        raise Broken(BROKEN_OFF)
    try:
        return frames.decode(message.data)
    except frames.Garbled:
        raise Broken(NO_RELAY) from None
