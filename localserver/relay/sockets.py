"""A store's connection: it proves who it is, is handed what waits for it, and answers for its visitors.

Nothing here trusts the other end: a store that reads slowly, speaks nonsense or falls silent costs its own connection.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Final

import msgspec
from aiohttp import WSMsgType, web

from core.kernel.waiting import woken
from core.relay import frames
from core.relay.address import HANDLE, LARGE
from core.relay.frames import (
    Ack,
    Body,
    Claim,
    Denied,
    Event,
    Got,
    Greeting,
    Head,
    Left,
    Publish,
    Published,
    Visit,
    Welcome,
)
from core.relay.keys import claim_holds
from localserver.relay.carrying import Carrier
from localserver.relay.engine import Away, Conflict, Full, KeptPage, Store, Unavailable
from localserver.relay.node import Known, Node

log = logging.getLogger(__name__)

HEARTBEAT: Final = 20.0
"""Seconds between pings; a connection that does not answer within half of that is over, however open it looks."""
GREETED: Final = 10.0
LOOK: Final = 5.0
"""Seconds after which a connection makes sure that the place is still its store's, and that no nudge was lost."""
PARTS: Final = 64
"""Parts of one answer that may wait for a slow visitor (4 MB); then the visit ends."""
HELD: Final = 16 * 1024 * 1024
"""Bytes of all answers of one store that may wait for slow visitors."""
VISITS: Final = 1000
LARGEST_HEAD: Final = 64 * 1024
HOME: Final = 16  # bytes
MOST_PAGES: Final = 500
_LONGEST: Final = 90 * 24 * 3600 * 1000


async def connect(node: Node, request: web.BaseRequest) -> web.WebSocketResponse:
    """The whole life of one connection."""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=frames.MAX_FRAME, compress=False)
    await socket.prepare(request)
    nonce = os.urandom(32)
    try:
        await socket.send_bytes(frames.encode(Greeting(frames.PROTOCOL, node.address.domain, nonce)))
        claim = frames.decode(await socket.receive_bytes(timeout=GREETED))
    except (frames.Garbled, TypeError, TimeoutError, OSError):
        await socket.close()
        return socket
    judged = await _judge(node, claim, nonce)
    node.figures.claims.labels(judged.why if isinstance(judged, Denied) else "welcome").inc()
    if isinstance(judged, Denied):
        with suppress(OSError):
            await socket.send_bytes(frames.encode(judged))
        await socket.close()
        return socket
    assert isinstance(claim, Claim), "judged"
    await Connection(node, judged, socket, pieces=claim.pieces).live()
    return socket


async def _judge(node: Node, claim: frames.Any, nonce: bytes) -> Known | Denied:
    """Whose connection this is. Proof first: who is not the store learns nothing about it."""
    if not isinstance(claim, Claim) or len(claim.home) != HOME:
        return Denied("protocol")
    try:
        known = await node.known(claim.handle, fresh=True) if HANDLE.fullmatch(claim.handle) else None
        signed = (node.address.domain, nonce, claim.handle, claim.home, claim.epoch)
        if known is None or not claim_holds(known.store.sign_key, claim.signature, *signed):
            return Denied("unknown")
        refusal = _place(known.store, claim)
        if refusal is None and claim.epoch > known.store.epoch:
            await node.engine.update(msgspec.structs.replace(known.store, home=claim.home, epoch=claim.epoch))
            known = await node.known(claim.handle, fresh=True)
        return refusal or known or Denied("unknown")
    except Conflict:
        return Denied("replaced")
    except Unavailable:
        return Denied("busy")


def _place(store: Store, claim: Claim) -> Denied | None:
    """The place goes to a higher epoch only: a copy of a store (a restored backup, a copied folder) has another home
    and the same epoch, and stays outside until its owner moves the store there."""
    if store.suspended:
        return Denied("suspended")
    if claim.epoch < store.epoch:
        return Denied("moved", store.epoch)
    if claim.epoch == store.epoch and claim.home != store.home:
        return Denied("elsewhere", store.epoch)
    return None


class Connection:
    """One welcomed connection. Implements :class:`localserver.relay.engine.Presence`."""

    def __init__(self, node: Node, known: Known, socket: web.WebSocketResponse, *, pieces: bool) -> None:
        self._node = node
        self._engine = node.engine
        self.store: Store = known.store
        self._socket = socket
        self._pieces = pieces
        self._carrier = Carrier(self._send)
        self._carrying: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._acked = asyncio.Event()
        self._out: deque[int] = deque()
        self._seq = 0
        self._ack = 0
        self._visits: dict[int, asyncio.Queue[bytes | None]] = {}
        self._held = 0
        self._numbers = 0
        self._ending: asyncio.Task[None] | None = None

    async def live(self) -> None:
        handle = self.store.handle
        leave = await self._engine.present(handle, self)
        self._node.figures.connected.inc()
        tasks: list[asyncio.Task[None]] = []
        try:
            address, waiting = self._node.address.of(handle), await self._engine.waiting(handle)
            await self._send(Welcome(address, waiting, self._node.clock.now()))
            tasks = [asyncio.create_task(self._while(part)) for part in (self._pump, self._forget, self._watch)]
            await self._listen()
        except (Unavailable, OSError):
            log.info("A store's connection ended: the engine or the network failed")
        finally:
            # Begun before anything is waited for: the server may cut this short when the other end is gone.
            self._node.figures.connected.dec()
            for queue in self._visits.values():
                self._end(queue)
            leaving = asyncio.ensure_future(leave())
            tasks += [task for task in (self._ending, self._carrying) if task]
            for task in tasks:
                task.cancel()
            await asyncio.shield(leaving)
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._socket.close()

    async def _while(self, part: Callable[[], Awaitable[None]]) -> None:
        """A connection that cannot be served is ended: the store comes again, here or to a node that can."""
        try:
            await part()
        except (Unavailable, OSError):
            await self._socket.close()

    # -- out ---------------------------------------------------------------------------------------------------

    async def _send(self, frame: frames.Any) -> None:
        await self._socket.send_bytes(frames.encode(frame))

    async def _pump(self) -> None:
        """Hand over what waits, in order, never more than a window of it."""
        while True:
            self._wake.clear()
            room = frames.WINDOW - len(self._out)
            found = await self._engine.read(self.store.handle, self._seq, room) if room else ()
            for seq, sealed in found:
                self._out.append(seq)
                self._seq = seq
                await (self._carry if self._pieces and len(sealed) > LARGE else self._hand_over)(seq, sealed)
            if len(found) < max(room, 1):
                await woken(self._wake, LOOK)

    async def _hand_over(self, seq: int, sealed: bytes) -> None:
        await self._send(Event(seq, sealed))

    async def _carry(self, seq: int, sealed: bytes) -> None:
        """Begin it, and let what follows pass; one at a time."""
        if self._carrying is not None:
            await asyncio.wait((self._carrying,))
        await self._carrier.begin(seq, sealed)
        self._carrying = asyncio.create_task(self._while(self._carrier.rest))

    async def _forget(self) -> None:
        """Acknowledgements reach the engine one at a time, the newest for all before it."""
        while True:
            await self._acked.wait()
            self._acked.clear()
            seq = self._ack
            await self._engine.ack(self.store.handle, seq)

    async def _watch(self) -> None:
        """The place may go to another home while this connection lives, at a node that could not tell us.

        And a sign of life with each look: a store that sends something large through a narrow line must not take the
        answer to its own question, which waits behind that, for missing.
        """
        while True:
            await asyncio.sleep(LOOK)
            await self._socket.pong()
            known = await self._node.known(self.store.handle)
            if known is None or known.store.suspended:
                await self._deny(Denied("suspended" if known else "unknown"))
            elif (known.store.home, known.store.epoch) != (self.store.home, self.store.epoch):
                await self._deny(Denied("moved", known.store.epoch))

    async def _deny(self, denied: Denied) -> None:
        with suppress(OSError):
            await self._send(denied)
            await self._socket.close()

    # -- in ----------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type is not WSMsgType.BINARY:
                return
            try:
                frame = frames.decode(message.data)
            except frames.Garbled:
                return
            match frame:
                case Ack():
                    self._take_ack(frame.seq)
                case Got():
                    self._carrier.got(frame)
                case Head() if len(message.data) > LARGEST_HEAD:
                    return
                case Head() | Body():
                    self._take_part(frame.number, message.data, last=isinstance(frame, Body) and frame.last)
                case Left():
                    if (queue := self._visits.get(frame.number)) is not None:
                        self._end(queue)
                case Publish():
                    refused = await self._publish(frame)
                    await self._send(Published(frame.number, refused, await self._missing(frame.asked)))
                case _:
                    return

    def _take_ack(self, seq: int) -> None:
        before, whole = self._ack, self._carrier.under_way
        if whole is not None:
            seq = min(seq, whole - 1)
        while self._out and self._out[0] <= seq:
            self._ack = self._out.popleft()
            self._node.figures.delivered.inc()
        if self._ack != before:
            self._acked.set()
        self._wake.set()

    def _take_part(self, number: int, data: bytes, *, last: bool) -> None:
        queue = self._visits.get(number)
        if queue is None:
            return
        if self._held + len(data) > HELD or queue.qsize() + last >= PARTS:
            self._end(queue, b"")
            return
        self._held += len(data)
        queue.put_nowait(data)
        if last:
            queue.put_nowait(None)

    def _end(self, queue: asyncio.Queue[bytes | None], last: bytes | None = None) -> None:
        """What waited is dropped, for half an answer is none. ``last``: empty where the store does not know it yet."""
        while not queue.empty():
            self._held -= len(queue.get_nowait() or b"")
        queue.put_nowait(last)

    async def _publish(self, frame: Publish) -> str:
        longest = self._node.clock.now() + _LONGEST
        pages = [KeptPage(page.id, page.sealed, min(page.until, longest)) for page in frame.pages]
        if len(pages) > MOST_PAGES:
            return "many"
        try:
            await self._engine.publish(self.store.handle, pages, frame.gone, self.store.quota)
            if frame.challenges is not None:
                await self._learn(frame.challenges)
        except Full:
            return "full"
        except Unavailable:
            return "busy"
        return ""

    async def _missing(self, asked: tuple[bytes, ...]) -> tuple[bytes, ...]:
        page, handle = self._engine.page, self.store.handle
        with suppress(Unavailable):
            return tuple([one for one in asked if await page(handle, one) is None])
        return ()

    async def _learn(self, challenges: tuple[bytes, ...]) -> None:
        for _ in range(5):
            known = await self._node.known(self.store.handle, fresh=True)
            if known is None or known.store.challenges == challenges:
                return
            with suppress(Conflict):
                await self._engine.update(msgspec.structs.replace(known.store, challenges=challenges))
                await self._node.known(self.store.handle, fresh=True)
                return

    # -- as the engine sees it ---------------------------------------------------------------------------------

    def nudged(self) -> None:
        self._wake.set()

    def replaced(self) -> None:
        self._ending = asyncio.create_task(self._give_way())

    async def _give_way(self) -> None:
        """To this home's newer connection, or to the home that the store has moved to."""
        try:
            known = await self._node.known(self.store.handle, fresh=True)
        except Unavailable:
            known = None
        here = known is None or (known.store.home, known.store.epoch) == (self.store.home, self.store.epoch)
        await self._deny(Denied("replaced") if here or known is None else Denied("moved", known.store.epoch))

    async def visit(self, request: bytes) -> AsyncGenerator[bytes, None]:
        """Raises Away."""
        if self._socket.closed or len(self._visits) >= VISITS:
            raise Away
        self._numbers += 1
        number = self._numbers
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(PARTS)
        self._visits[number] = queue
        over = False
        try:
            asked = frames.decode(request)
            assert isinstance(asked, Visit)
            await self._send(msgspec.structs.replace(asked, number=number))
            while part := await queue.get():
                self._held -= len(part)
                yield part
            over = part is None
        except OSError:
            raise Away from None
        finally:
            del self._visits[number]
            self._end(queue)
            if not over:
                with suppress(OSError, RuntimeError):
                    await self._send(Left(number))
