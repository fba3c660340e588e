"""``relay``: webhooks accepted durably over HTTP, how long one takes to the store, and what a connection costs.

The relay is one process, the load another. References of the same moment: the engine's own raw rate with the same
durability, and bare aiohttp answering the same requests.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientWebSocketResponse

from core.adapters.names import connector
from core.relay import frames
from core.relay.frames import Claim, Greeting
from core.relay.keys import StoreKeys
from tests.bench import raw
from tests.bench.figures import Measured, median, percentile
from tests.bench.processes import Process
from tests.bench.relay_raw import Cluster
from tests.support.ports import free_ports
from tests.support.relays import door, held, until

_SEEDS: Final = itertools.count(1)
ADDED_MS: Final = 50.0
KILOBYTES: Final = 100.0
BATCH: Final = 64


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured; the bounds are about the default."""

    rounds: int = 3
    seconds: float = 2.0
    connections: int = 64
    events: int = 400
    stores: int = 10_000
    connected: int = 1_000


class Batches(raw.Inserts):
    """The engine's own raw rate: as many rows to one durable commit as requests are under way."""

    def one(self, number: int) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for n in range(BATCH):
            self.connection.execute("INSERT INTO t(key, payload) VALUES(?,?)", (f"{number:012}{n:012}", raw.PAYLOAD))
        self.connection.execute("COMMIT")

    def rate(self, seconds: float) -> float:
        return super().rate(seconds) * BATCH


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    with Process("tests.bench.load") as load, Process("tests.bench.bare") as bare, Batches(folder) as inserts:
        (port,) = free_ports(1)
        how = {"folder": str(folder / "relay"), "port": port, "stores": scale.stores}
        with Process("tests.bench.relayside", _json(how)) as relay:
            rate = _rate("sqlite", load, bare, inserts, (relay, port), scale)
            added = asyncio.run(_added(port, scale))
            memory = asyncio.run(_memory(relay, port, scale))
        with Cluster(folder / "nats") as cluster:
            (port,) = free_ports(1)
            how = {"nats": cluster.urls, "port": port, "stores": 2}
            with Process("tests.bench.relayside", _json(how)) as relay:
                spread = _rate("nats", load, bare, cluster, (relay, port), scale)
    return [rate, spread, added, memory]


def _rate(
    name: str, load: Process, bare: Process, reference: Any, relay: tuple[Process, int], scale: Scale
) -> Measured:
    """Flood all three in turns; the smaller of the two references counts."""
    process, port = relay
    bare_port = urlsplit(bare.ready["url"]).port or 0
    raws, bares, rates = [], [], []
    _flood(load, port, 0.3, scale)
    for _ in range(scale.rounds):
        raws.append(reference.rate(scale.seconds / 5))
        bares.append(_flood(load, bare_port, scale.seconds, scale)["rate"])
        before = process.ask(do="count")["accepted"]
        found = _flood(load, port, scale.seconds, scale)
        if process.ask(do="count")["accepted"] - before != found["good"]:
            raise RuntimeError("not every webhook that was answered was kept")
        rates.append(found["rate"])
    ratio = median(r / min(a, b) for r, a, b in zip(rates, raws, bares, strict=True))
    figures = {"rate": median(rates), "raw": median(raws), "aiohttp": median(bares)}
    return Measured(f"relay.{name}", ratio, "at least", 0.5, figures, aim=0.7)


def _flood(load: Process, port: int, seconds: float, scale: Scale) -> dict[str, Any]:
    load.ask(
        do="make",
        host=f"s0x.relay.localhost:{port}",
        count=int(15_000 * seconds) + scale.connections,
        buyers=500,
        products=20,
        at=int(time.time()),
        seed=next(_SEEDS),
    )
    found = load.ask(do="flood", host="127.0.0.1", port=port, connections=scale.connections, seconds=seconds)
    if found["bad"]:
        raise RuntimeError(f"{found['bad']} webhooks were not taken")
    return found


async def _added(port: int, scale: Scale) -> Measured:
    """From sending a webhook to its arrival at the store's own door; through the relay, and straight."""
    async with door() as shop, ClientSession(connector=connector()) as http:
        arrived: dict[str, float] = {}

        def note(request: Any) -> Any:
            from aiohttp import web

            arrived[request.path] = time.perf_counter()
            return web.Response(text="ok")

        shop.answer = note

        async def one(base: str, path: str) -> float:
            sent = time.perf_counter()
            async with http.post(base + path, data=b"x" * 600) as answer:
                await answer.read()
            await until(lambda: path in arrived)
            return (arrived[path] - sent) * 1000

        async with held(f"http://relay.localhost:{port}", "s1x", StoreKeys(bytes(32)), shop.url) as line:
            await until(lambda: line.line.state.up)
            address = f"http://s1x.relay.localhost:{port}"
            through = [await one(address, f"/n/a/{n}") for n in range(scale.events)]
        straight = [await one(shop.url, f"/n/b/{n}") for n in range(scale.events)]
    added = {f"added_p{p}_ms": percentile(through, p / 100) - percentile(straight, p / 100) for p in (50, 99)}
    return Measured("relay.added", added["added_p99_ms"] / ADDED_MS, "at most", 1.0, {"limit_ms": ADDED_MS, **added})


async def _memory(relay: Process, port: int, scale: Scale) -> Measured:
    """What one connected store costs the relay, and what all of them do, with ten times as many registered."""
    keys, url = StoreKeys(bytes(32)), f"http://relay.localhost:{port}"
    before = relay.ask(do="count")["memory_mb"]
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(ClientSession(connector=connector(limit=0)))
        held_open: list[ClientWebSocketResponse] = []
        for start in range(0, scale.connected, 50):
            some = range(start, min(scale.connected, start + 50))
            held_open += await asyncio.gather(*(_connect(http, url, keys, f"s{n}x") for n in some))
        after = relay.ask(do="count")
    if after["connected"] != len(held_open):
        raise RuntimeError(f"{after['connected']} of {len(held_open)} stores are connected")
    each = (after["memory_mb"] - before) * 1024 / scale.connected
    figures = {
        "limit_kb": KILOBYTES,
        "kb_each": each,
        "connected": after["connected"],
        "registered": scale.stores,
        "memory_mb": after["memory_mb"],
    }
    return Measured("relay.memory", each / KILOBYTES, "at most", 1.0, figures)


async def _connect(http: ClientSession, url: str, keys: StoreKeys, handle: str) -> ClientWebSocketResponse:
    socket_ = await http.ws_connect(url + frames.PATH, compress=0)
    greeting = frames.decode(await socket_.receive_bytes())
    assert isinstance(greeting, Greeting)
    home = bytes(16)
    signature = keys.sign_claim("relay.localhost", greeting.nonce, handle, home, 1)
    await socket_.send_bytes(frames.encode(Claim(handle, home, 1, signature)))
    await socket_.receive_bytes()
    return socket_


def _json(value: Any) -> str:
    import json

    return json.dumps(value)
