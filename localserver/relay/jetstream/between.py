"""Between nodes, over core NATS: who holds a store's connection, what came for it, and visits with their answers.

Nothing here is kept. A subject of each connected store has the node that holds it for a listener, so that NATS itself
says at once when nobody does. An answer comes in numbered parts: a part that was lost, or a node that falls silent,
ends the visit, and half an answer never looks like a whole one. The visitor's node confirms what was taken from it;
a slow visitor makes the other side wait, and costs a window of parts.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error

from core.kernel.waiting import woken
from localserver.relay.engine import Away, Presence, Unavailable
from localserver.relay.jetstream.cable import Cable

log = logging.getLogger(__name__)

_WINDOW: Final = 16
"""Parts on their way, 1 MB at most."""
_CONFIRM: Final = 4
BEAT: Final = 1.0
MOMENT: Final = 0.02
"""Seconds for which a node tells another of a store's events but once."""
SILENCE: Final = 4.0
"""Seconds without a word after which the other node counts as gone."""


class Word(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of what two nodes say of one visit."""


class Part(Word, frozen=True):
    """The ``number``-th part of the answer, from 1. ``back``: where the answering node listens."""

    number: int
    back: str
    data: bytes


class Beat(Word, frozen=True):
    """Still here; so many parts were sent."""

    number: int
    back: str


class End(Word, frozen=True):
    """After so many parts. Not ``whole``: it broke off."""

    number: int
    back: str
    whole: bool


class Taken(Word, frozen=True):
    """Visitor's node → answering node: so many parts were taken."""

    number: int


class Left(Word, frozen=True):
    """Visitor's node → answering node: nobody waits any more."""


_encode: Final = msgspec.msgpack.Encoder().encode
_answers: Final = msgspec.msgpack.Decoder(Part | Beat | End)
_words: Final = msgspec.msgpack.Decoder(Taken | Left)


def _subject(handle: str, verb: str) -> str:
    return f"relay.at.{handle}.{verb}"


@dataclass(slots=True, eq=False)
class Held:
    """A connection that this node holds."""

    presence: Presence
    listening: Subscription | None = None


class Between:
    """This node's part in it. ``heard(handle, seq)``: another node kept an event."""

    def __init__(self, cable: Cable, heard: Callable[[str, int], None], newest: Callable[[str], int]) -> None:
        self._cable = cable
        self._heard = heard
        self._newest = newest
        self._node = secrets.token_bytes(8)
        self._held: dict[str, Held] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._nudged: dict[str, bool] = {}
        cable.again = self._again

    async def close(self) -> None:
        self._nudged.clear()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._held.clear()

    # -- presence ----------------------------------------------------------------------------------------------

    async def present(self, handle: str, presence: Presence) -> Callable[[], Awaitable[None]]:
        """Two that enter at the same moment at two nodes both give way: a store has one line, which comes again."""

        held = Held(presence)

        async def told(msg: Msg) -> None:
            await self._told(handle, held, msg)

        try:
            held.listening = await self._cable.nc.subscribe(_subject(handle, "*"), cb=told)
        except Error as error:
            raise Unavailable("NATS does not answer ({detail}).", detail=str(error)) from None
        before = self._held.get(handle)
        self._held[handle] = held
        if before is not None:
            await self._give_up(handle, before)
            before.presence.replaced()
        await self._cable.say(_subject(handle, "here"), self._node)
        await self._cable.heard()  # by the server, before anybody is told that the store is here

        async def leave() -> None:
            await self._give_up(handle, held)

        return leave

    async def _give_up(self, handle: str, held: Held) -> None:
        if self._held.get(handle) is held:
            del self._held[handle]
        listening, held.listening = held.listening, None
        if listening is not None:
            with suppress(Error):
                await listening.unsubscribe()

    async def _again(self) -> None:
        """Connected again: who came meanwhile was not heard, neither was what came for whom."""
        for handle, held in [*self._held.items()]:
            await self._cable.say(_subject(handle, "here"), self._node)
            held.presence.nudged()

    async def _told(self, handle: str, held: Held, msg: Msg) -> None:
        match msg.subject.rsplit(".", 1)[1]:
            case "here":
                if msg.data != self._node and self._held.get(handle) is held:
                    # The listener's own task runs this, and ends with it.
                    held.presence.replaced()
                    await self._give_up(handle, held)
            case "nudge":
                self._heard(handle, int.from_bytes(msg.data, "big"))
                held.presence.nudged()
            case "there":
                await self._cable.say(msg.reply, self._node)
            case "ask":
                self._own(_Answer(self._cable, held.presence, msg).give())

    async def nudge(self, handle: str) -> None:
        """Of the events of a moment the first is told of at once, the others together at its end."""
        held = self._held.get(handle)
        if held is not None:
            held.presence.nudged()
        elif handle in self._nudged:
            self._nudged[handle] = True
        else:
            self._nudged[handle] = False
            asyncio.get_running_loop().call_later(MOMENT, self._moment_over, handle)
            await self._cable.say(_subject(handle, "nudge"), self._newest(handle).to_bytes(8, "big"))

    def _moment_over(self, handle: str) -> None:
        if self._nudged.pop(handle, False):
            self._own(self.nudge(handle))

    def _own(self, act: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(act)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def is_present(self, handle: str) -> bool:
        return handle in self._held or bool(await self._cable.ask(_subject(handle, "there")))

    # -- visits ------------------------------------------------------------------------------------------------

    async def ask(self, handle: str, request: bytes) -> AsyncGenerator[bytes, None]:
        """Raises Away."""
        held = self._held.get(handle)
        if held is not None:
            async with aclosing(held.presence.visit(request)) as parts:
                async for own in parts:
                    yield own
            return
        answer = _Asked(self._cable)
        with self._cable.inbox(answer.take) as inbox:
            await self._cable.say(_subject(handle, "ask"), request, inbox)
            try:
                while (part := await answer.next()) is not None:
                    yield part
            finally:
                await answer.leave()


class _Asked:
    """The visitor's end."""

    def __init__(self, cable: Cable) -> None:
        self._cable = cable
        self._parts: deque[bytes] = deque()
        self._came = asyncio.Event()
        self._back = ""
        self._got = 0
        self._taken = 0
        self._over = False
        self._whole = False

    async def take(self, msg: Msg) -> None:
        self._came.set()
        if (msg.headers or {}).get("Status"):  # 503: nobody listens
            self._over = True
            return
        word = _answers.decode(msg.data)
        self._back = self._back or word.back
        if word.back != self._back:  # two nodes hold the store for a moment; one answer is enough
            await self._cable.say(word.back, _encode(Left()))
            return
        expected = self._got + isinstance(word, Part)
        if word.number != expected or len(self._parts) > _WINDOW:
            self._over = True  # one was lost, or it does not wait for us
            return
        self._got = expected
        if isinstance(word, Part):
            self._parts.append(word.data)
        elif isinstance(word, End):
            self._over, self._whole = True, word.whole
        else:
            await self._confirm()

    async def next(self) -> bytes | None:
        """The next part; None: that was all. Raises Away."""
        while not self._parts:
            if self._whole:
                return None
            self._came.clear()
            if self._over or not await woken(self._came, SILENCE):
                raise Away
        self._taken += 1
        if self._taken % _CONFIRM == 0:
            await self._confirm()
        return self._parts.popleft()

    async def _confirm(self) -> None:
        await self._cable.say(self._back, _encode(Taken(self._taken)))

    async def leave(self) -> None:
        if self._back and not self._whole:
            await self._cable.say(self._back, _encode(Left()))


class _Answer:
    """The store's end."""

    def __init__(self, cable: Cable, presence: Presence, msg: Msg) -> None:
        self._cable = cable
        self._presence = presence
        self._request = msg.data
        self._to = msg.reply
        self._back = ""
        self._sent = 0
        self._taken = 0
        self._heard = asyncio.Event()
        self._room = asyncio.Event()
        self._left = False

    async def give(self) -> None:
        with self._cable.inbox(self._take) as self._back:
            parts = [asyncio.create_task(act()) for act in (self._send, self._beat, self._listen)]
            try:
                await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for part in parts:
                    part.cancel()
                ended = await asyncio.gather(*parts, return_exceptions=True)
            for failed in ended:
                if isinstance(failed, Exception):
                    log.error("A visit failed", exc_info=failed)

    async def _take(self, msg: Msg) -> None:
        word = _words.decode(msg.data)
        if isinstance(word, Taken):
            self._taken = max(self._taken, word.number)
            self._room.set()
        else:
            self._left = True
        self._heard.set()

    async def _send(self) -> None:
        whole = False
        try:
            async with aclosing(self._presence.visit(self._request)) as parts:
                async for part in parts:
                    while self._sent - self._taken >= _WINDOW:
                        self._room.clear()
                        await self._room.wait()
                    self._sent += 1
                    await self._say(Part(self._sent, self._back, part))
            whole = True
        except Away:
            pass
        await self._say(End(self._sent, self._back, whole))

    async def _beat(self) -> None:
        while True:
            await self._say(Beat(self._sent, self._back))
            await asyncio.sleep(BEAT)

    async def _listen(self) -> None:
        """Ends when the visitor's node has left, or is gone."""
        while not self._left:
            self._heard.clear()
            if not await woken(self._heard, SILENCE):
                return

    async def _say(self, word: Word) -> None:
        await self._cable.say(self._to, _encode(word))
