"""Engines of a relay for tests, of either kind, and what is put into them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

import msgspec
from nats.aio.client import Client

from core.kernel.clock import ManualClock
from localserver.relay.engine import Away, Engine, KeptPage, Quota, Store

AWA, BINTOU = "awa", "bintou"
WIDE = Quota()


@dataclass
class Kind:
    """``make`` gives another node of the same relay, or (embedded) the same one after a restart."""

    make: Callable[[], Engine]
    nodes: bool
    clock: ManualClock
    opened: list[Engine] = field(default_factory=list)

    async def open(self) -> Engine:
        engine = self.make()
        await engine.open()
        self.opened.append(engine)
        return engine


async def clean(url: str) -> None:
    client = Client()
    await client.connect([url])
    stream = client.jetstream()
    for info in await stream.streams_info():
        assert info.config.name
        await stream.delete_stream(info.config.name)
    await client.close()


def store(handle: str = AWA, **changed: object) -> Store:
    made = Store(handle, "Chez " + handle, bytes([1]) * 32, bytes([2]) * 32, 5)
    return msgspec.structs.replace(made, **changed)


def event_id(number: int) -> bytes:
    return number.to_bytes(16, "big")


async def append(engine: Engine, number: int, handle: str = AWA, quota: Quota = WIDE, size: int = 10) -> int:
    return await engine.append(handle, event_id(number), number.to_bytes(2, "big") * (size // 2), quota)


def page_of(number: int, until: int, sealed: bytes = b"sealed") -> KeptPage:
    return KeptPage(event_id(number), sealed, until)


class Connected:
    """A store's connection as a test has it."""

    def __init__(self, parts: list[bytes] | None = None) -> None:
        self.parts = parts or []
        self.nudges = 0
        self.given_way = asyncio.Event()
        self.asked: list[bytes] = []
        self.handed = 0
        self.closed = asyncio.Event()
        self.hold: asyncio.Event | None = None
        self.breaks = False

    def nudged(self) -> None:
        self.nudges += 1

    def replaced(self) -> None:
        self.given_way.set()

    async def visit(self, request: bytes) -> AsyncGenerator[bytes, None]:
        self.asked.append(request)
        try:
            for part in self.parts:
                self.handed += 1
                yield part
            if self.hold is not None:
                await self.hold.wait()
            if self.breaks:
                raise Away
        finally:
            self.closed.set()
