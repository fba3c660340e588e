"""A relay of two nodes over three NATS servers: kill -9 of the leader, of a node, of all servers at once, and nothing
that was answered is lost."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout
from nats.aio.client import Client
from nats.errors import Error

from core.kernel.clock import SystemClock
from core.relay.frames import Received, received
from core.relay.keys import StoreKeys
from localserver.relay.engine import Store
from localserver.relay.jetstream.engine import JetStreamEngine
from tests.support.nats import NatsServer, nats_cluster
from tests.support.processes import Program
from tests.support.relays import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be told to stop in order there")
AWA, HOST = "awa", "awa.relay.localhost"
PACE: Final = 0.02  # s between two webhooks
LONGEST: Final = 10.0  # s in which nothing at all may be accepted: 4 to 8 measured, busy or not
UNNOTICED: Final = 2.0  # s, when a node is lost: the other one answers
TRIES: Final = 2  # elections draw lots: on a busy machine one in many takes a second round
PATIENCE: Final = 60.0


@dataclass
class Provider:
    """Sends numbered webhooks at a steady pace to whichever node answers, each again until it is answered with 200."""

    nodes: Sequence[Program]
    http: ClientSession
    answered: dict[int, float] = field(default_factory=dict)
    tries: Counter[int] = field(default_factory=Counter)
    stopped: bool = False

    async def send(self) -> None:
        async with asyncio.TaskGroup() as group:
            number = 0
            while not self.stopped:
                group.create_task(self._deliver(number))
                number += 1
                await asyncio.sleep(PACE)

    async def _deliver(self, number: int) -> None:
        while True:
            # What a load balancer does: a node that does not answer is passed over.
            node = self.nodes[(number + self.tries[number]) % len(self.nodes)]
            self.tries[number] += 1
            try:
                path = f"/n/awa/{number}"
                async with self.http.post(node.url + path, data=b"x" * 1500, headers={"Host": HOST}) as answer:
                    if answer.status == 200:
                        self.answered[number] = time.perf_counter()
                        return
            except (ClientError, OSError, TimeoutError):
                pass
            await asyncio.sleep(0.1)

    def gap(self, since: float) -> float:
        """The longest time without an answer from then on."""
        moments = [since, *sorted(at for at in self.answered.values() if at > since)]
        return max((b - a for a, b in pairwise(moments)), default=float("inf"))

    async def goes_on(self, since: float, answers: int = 50) -> None:
        await until(lambda: sum(at > since for at in self.answered.values()) >= answers, PATIENCE)


@asynccontextmanager
async def _node(folder: Path, name: str, servers: Sequence[NatsServer]) -> AsyncIterator[Program]:
    nats = ",".join(server.url for server in servers)
    where = ("--url", "http://relay.localhost", "--listen", "127.0.0.1:0", "--backdoor", "", "--nats", nats)
    program = Program(folder / f"{name}.txt", ("relay", "serve", *where))
    await program.start()
    try:
        yield program
    finally:
        await program.kill()


async def _leader(servers: Sequence[NatsServer]) -> NatsServer:
    """Who leads the events' stream, once all the others have what it has: two that are missing would be a majority.
    Waits for an election that is under way."""
    members = {server.name: server for server in servers}
    client = Client()
    await client.connect([server.url for server in servers])
    leads: list[NatsServer] = []

    async def known() -> bool:
        with suppress(Error, KeyError):  # nobody answers for a stream that has no leader, or nobody is named
            cluster = (await client.jetstream().stream_info("RELAY_EVENTS")).cluster
            assert cluster is not None
            others = cluster.replicas or []
            if len(others) == len(members) - 1 and all(one.current and not one.offline for one in others):
                leads.append(members[cluster.leader or ""])
        return bool(leads)

    await until(known, PATIENCE)
    await client.close()
    return leads[-1]


async def _kept(engine: JetStreamEngine, keys: StoreKeys) -> list[Received]:
    found: list[Received] = []
    cursor = 0
    while part := await engine.read(AWA, cursor, 256):
        found += [received(keys.open(sealed)) for _, sealed in part]
        cursor = part[-1][0]
    return found


@pytest.mark.timeout(600)
async def test_the_leader_a_node_and_then_every_server_are_killed(tmp_path: Path) -> None:
    keys = StoreKeys(bytes(32))
    async with nats_cluster(tmp_path) as servers:
        engine = JetStreamEngine([server.url for server in servers], 3)
        await engine.open()
        await engine.create(Store(AWA, "", keys.seal_key, keys.sign_key, SystemClock().now()))
        async with (
            _node(tmp_path, "one", servers) as one,
            _node(tmp_path, "other", servers) as other,
            ClientSession(timeout=ClientTimeout(total=15)) as http,
        ):
            provider = Provider((one, other), http)
            sending = asyncio.create_task(provider.send())
            await provider.goes_on(0.0)
            gaps: list[float] = []
            while not gaps or (gaps[-1] >= LONGEST and len(gaps) < TRIES):
                killed = await _leader(servers)
                leader_at = time.perf_counter()
                killed.kill()
                await provider.goes_on(leader_at)
                gaps.append(provider.gap(leader_at))
                await killed.start()
            node_gaps: list[float] = []
            while not node_gaps or (node_gaps[-1] >= UNNOTICED and len(node_gaps) < TRIES):
                if not one.running:
                    await one.start()
                await _leader(servers)
                node_at = time.perf_counter()
                await one.kill()
                await provider.goes_on(node_at)
                node_gaps.append(provider.gap(node_at))
            provider.stopped = True
            await sending
            assert "Traceback" not in one.log() + other.log()
        for server in servers:
            server.kill()
        await asyncio.gather(*(server.start() for server in servers))
        kept = await _kept(engine, keys)
        await engine.close()
    again = sum(provider.tries.values()) - len(provider.tries)
    print(
        f"answered {len(provider.answered)}, kept {len(kept)}, tried again {again};"
        f" without the leader nothing was accepted for {[round(gap, 1) for gap in gaps]} s,"
        f" without a node for {[round(gap, 2) for gap in node_gaps]} s"
    )
    assert len({event.id for event in kept}) == len(kept)  # nothing is there twice by a repetition of ours
    times = Counter(int(event.target.rsplit("/", 1)[1]) for event in kept)
    assert provider.answered.keys() <= times.keys()
    # What was sent once is there once; only what its sender had no answer to may be there again, and the store's own
    # keys know it.
    assert {number: times[number] for number in times if times[number] > provider.tries[number]} == {}
    assert gaps[-1] < LONGEST
    assert node_gaps[-1] < UNNOTICED
