"""A relay on a real port of this loop, and stores that stand behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, web
from yarl import URL

from core.adapters.names import connector
from core.kernel.clock import Clock, ManualClock
from core.relay.frames import Publish, Published
from core.relay.keys import StoreKeys
from localserver.line.line import Line, Refusal, Registration
from localserver.line.reaching import Broken
from localserver.line.replay import Loopback
from localserver.relay import joining
from localserver.relay.app import create_relay
from localserver.relay.engine import Engine, Store
from localserver.relay.node import Address, Node
from localserver.relay.sqlite import SqliteEngine

DOMAIN = "relay.localhost"


@dataclass
class Relay:
    """A node and its address; ``ask`` is the world."""

    node: Node
    engine: Engine
    port: int
    http: ClientSession
    clock: Clock

    @property
    def url(self) -> str:
        return f"http://{DOMAIN}:{self.port}"

    def address(self, handle: str) -> str:
        return f"http://{handle}.{DOMAIN}:{self.port}"

    async def ask(self, handle: str, method: str, path: str, **how: Any) -> tuple[int, bytes, ClientResponse]:
        async with self.http.request(
            method, URL(self.address(handle) + path, encoded=True), allow_redirects=False, **how
        ) as answer:
            return answer.status, await answer.read(), answer

    async def store(self, handle: str, seed: bytes = bytes(32)) -> StoreKeys:
        """Registered as a host would see it: with its keys, without an installation yet."""
        keys = StoreKeys(seed)
        assert await self.engine.create(Store(handle, "", keys.seal_key, keys.sign_key, self.clock.now()))
        return keys

    async def invite(self, handle: str = "") -> str:
        return await joining.invite(self.engine, self.clock.now(), "test", handle)


@asynccontextmanager
async def relay(
    folder: Path,
    *,
    engine: Engine | None = None,
    clock: Clock | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    domain: str = DOMAIN,
) -> AsyncIterator[Relay]:
    """``port``: to come back at the same address."""
    clock = clock or ManualClock()
    engine = engine or SqliteEngine(folder / "relay", clock)
    await engine.open()
    node = Node(engine, Address("http", domain, None), clock)
    runner = web.ServerRunner(create_relay(node), shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        node.address = Address("http", domain, runner.addresses[0][1])
        async with ClientSession(connector=connector(), auto_decompress=False) as http:
            yield Relay(node, engine, runner.addresses[0][1], http, clock)
    finally:
        await runner.cleanup()
        await engine.close()


@dataclass
class Door:
    """A store's own server, as small as can be: it notes what it is asked, and answers as it is told."""

    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    headers: list[list[tuple[str, str]]] = field(default_factory=list)
    answer: Callable[[web.Request], Any] = lambda request: web.Response(text="ok")
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append((request.method, request.raw_path, body))
        self.headers.append(list(request.headers.items()))
        answered = self.answer(request)
        answered = await answered if asyncio.iscoroutine(answered) else answered
        assert isinstance(answered, web.StreamResponse)
        return answered


@asynccontextmanager
async def door() -> AsyncIterator[Door]:
    made = Door()
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    made.url = f"http://{host}:{port}"
    try:
        yield made
    finally:
        await runner.cleanup()


class Silent:
    """A store that publishes what a test gives it."""

    def __init__(self) -> None:
        self.send: Callable[[Publish], None] | None = None
        self.answers: list[Published] = []
        self.compared = 0

    def begin(self, send: Callable[[Publish], None]) -> None:
        self.send = send

    def told(self, answer: Published) -> None:
        self.answers.append(answer)

    def compare(self) -> None:
        self.compared += 1

    def end(self) -> None:
        self.send = None


@dataclass
class Held:
    """A line that is taken up again after each end, unless it shall not come ``again``; ``why``: how the one before
    ended."""

    make: Callable[[], Line]
    publisher: Silent
    why: str = ""
    epoch: int = 0
    again: bool = True
    line: Line = field(init=False)
    task: asyncio.Task[None] = field(init=False)

    def __post_init__(self) -> None:
        self.line = self.make()
        self.task = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            try:
                await self.line.run()
            except Refusal as refusal:
                self.why, self.epoch = refusal.denied.why, refusal.denied.epoch
            except Broken as broken:
                self.why = broken.why
            if not self.again:
                return
            await asyncio.sleep(0.05)
            self.line = self.make()

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def until(true: Callable[[], Any], patience: float = 60.0) -> None:
    """Wait until something holds; fails after ``patience`` seconds."""
    async with asyncio.timeout(patience):
        while True:
            found = true()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def held(
    url: str, handle: str, keys: StoreKeys, local_url: str, *, home: bytes = bytes(16), epoch: int = 1
) -> AsyncIterator[Held]:
    """A store's line, up to the end of the block."""
    publisher = Silent()
    registration = Registration(url, handle, home, epoch)
    made = Held(lambda: Line(keys, registration, Loopback(lambda: local_url), publisher), publisher)
    try:
        yield made
    finally:
        await made.stop()
