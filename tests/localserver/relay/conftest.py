"""Both engines, and a NATS server for as long as a module's tests run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from core.kernel.clock import ManualClock
from localserver.relay.engine import Engine
from localserver.relay.jetstream.engine import JetStreamEngine
from localserver.relay.sqlite import SqliteEngine
from tests.support.engines import Kind, clean
from tests.support.nats import NatsServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """One server for the module, each test in a clean one: streams are deleted after it."""
    made = NatsServer(tmp_path_factory.mktemp("nats"), sync=False)
    asyncio.run(made.start())
    yield made
    made.kill()


@pytest.fixture(params=["sqlite", "nats"])
async def kind(request: pytest.FixtureRequest, tmp_path: Path, server: NatsServer) -> AsyncIterator[Kind]:
    clock = ManualClock()
    if request.param == "sqlite":
        made = Kind(lambda: SqliteEngine(tmp_path, clock), False, clock)
    else:
        made = Kind(lambda: JetStreamEngine([server.url], 1, clock), True, clock)
    try:
        yield made
    finally:
        for engine in made.opened:
            await engine.close()
        if request.param == "nats":
            await clean(server.url)


@pytest.fixture
async def engine(kind: Kind) -> Engine:
    return await kind.open()


@pytest.fixture
async def node(server: NatsServer) -> AsyncIterator[Callable[..., JetStreamEngine]]:
    """Makes engines on the module's server, closed at the end."""
    made: list[JetStreamEngine] = []

    def make(replicas: int = 1, url: str = "") -> JetStreamEngine:
        made.append(JetStreamEngine([url or server.url], replicas, ManualClock()))
        return made[-1]

    yield make
    for engine in made:
        await engine.close()
    await clean(server.url)
