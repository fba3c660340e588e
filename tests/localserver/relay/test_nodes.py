"""Two nodes over one NATS: whichever a webhook, a buyer or the store comes to, it is the same relay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from core.kernel.clock import ManualClock
from localserver.relay import node as nodes
from localserver.relay.jetstream import cable
from localserver.relay.jetstream.engine import JetStreamEngine
from tests.support.nats import NatsServer, nats_server
from tests.support.relays import Relay, door, held, relay, until

AWA, LINK = "awa", "/p/token-of-38-characters"


@asynccontextmanager
async def _two(folder: Path) -> AsyncIterator[tuple[Relay, Relay, NatsServer]]:
    async with nats_server(folder / "nats") as server:
        clock = ManualClock()
        one, other = (JetStreamEngine([server.url], 1, clock) for _ in range(2))
        async with (
            relay(folder / "one", engine=one, clock=clock) as first,
            relay(folder / "other", engine=other, clock=clock) as second,
        ):
            yield first, second, server


async def test_a_buyer_and_a_webhook_reach_a_store_that_is_connected_to_another_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localserver.relay.sockets.LOOK", 600.0)  # told at once, not found by looking
    async with _two(tmp_path) as (one, other, _), door() as shop:
        shop.answer = lambda request: web.Response(body=request.path.encode() * 10_000, status=201)
        keys = await one.store(AWA)
        for number in range(3):
            await other.ask(AWA, "POST", f"/n/awa/{number}", data=b"x")
        async with held(one.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.taken == 3)
            status, body, _ = await other.ask(AWA, "GET", LINK)
            assert (status, body) == (201, LINK.encode() * 10_000)
            await other.ask(AWA, "POST", "/n/awa/3", data=b"x")
            await until(lambda: line.line.state.taken == 4)
        assert [path[-1] for _, path, _ in shop.asked if path.startswith("/n/")] == ["0", "1", "2", "3"]
        assert (await other.ask(AWA, "GET", LINK))[0] == 503


async def test_a_store_that_comes_to_another_node_is_asked_there(tmp_path: Path) -> None:
    async with _two(tmp_path) as (one, other, _), door() as before, door() as after:
        keys = await one.store(AWA)
        async with held(one.url, AWA, keys, before.url) as older:
            await until(lambda: older.line.state.up)
            older.again = False  # or the two would replace each other in turn
            async with held(other.url, AWA, keys, after.url) as newer:
                await until(lambda: older.why == "replaced")
                await older.stop()
                await until(lambda: newer.line.state.up)
                assert (await one.ask(AWA, "GET", LINK))[0] == 200
                await one.ask(AWA, "POST", "/n/awa/1", data=b"x")
                await until(lambda: newer.line.state.taken == 1)
        assert [path for _, path, _ in after.asked] == [LINK, "/n/awa/1"]
        assert before.asked == []


async def test_while_nats_is_away_nothing_is_accepted_and_afterwards_everything_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cable, "PATIENCE", 0.3)
    monkeypatch.setattr(nodes, "QUICK", 0.05)
    async with _two(tmp_path) as (one, other, server), door() as shop:
        keys = await one.store(AWA)
        async with held(one.url, AWA, keys, shop.url) as line:
            await until(lambda: line.line.state.up)
            assert (await one.ask(AWA, "POST", "/n/awa/1", data=b"x"))[0] == 200
            server.kill()
            assert (await one.ask(AWA, "POST", "/n/awa/2", data=b"x"))[0] == 503  # known: the event is not kept
            assert (await other.ask(AWA, "POST", "/n/awa/3", data=b"x"))[0] == 503  # not known here
            await server.start()
            monkeypatch.setattr(cable, "PATIENCE", 30.0)
            await until(lambda: _accepted(one))
            await until(lambda: "/n/awa/4" in [path for _, path, _ in shop.asked])


async def _accepted(host: Relay) -> bool:
    return (await host.ask(AWA, "POST", "/n/awa/4", data=b"x"))[0] == 200
