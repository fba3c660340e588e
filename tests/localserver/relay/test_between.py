"""Between a store's connection and who asks for it, on each engine; over NATS the two are at different nodes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from localserver.relay.engine import Away, Engine
from localserver.relay.jetstream import between
from tests.support.engines import AWA, BINTOU, Connected, Kind, append
from tests.support.relays import until


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is not taken for a node that fell silent, and nothing that shall come at once comes by silence."""
    monkeypatch.setattr(between, "SILENCE", 600.0)


@asynccontextmanager
async def _nodes(kind: Kind) -> AsyncIterator[tuple[Engine, Engine]]:
    """The node that holds the store, and the one that a visitor comes to."""
    first = await kind.open()
    yield first, (await kind.open() if kind.nodes else first)


async def _answer(engine: Engine, request: bytes = b"GET") -> list[bytes]:
    async with aclosing(engine.ask(AWA, request)) as parts:
        return [part async for part in parts]


async def test_a_store_that_is_away_is_told_of_at_once(kind: Kind) -> None:
    async with _nodes(kind) as (node, other), asyncio.timeout(60.0):
        assert not await other.is_present(AWA)
        with pytest.raises(Away):
            await _answer(other)
        leave = await node.present(AWA, Connected())
        await until(lambda: other.is_present(AWA))
        await leave()
        await until(lambda: _away(other))
        with pytest.raises(Away):
            await _answer(other)


async def _away(engine: Engine) -> bool:
    return not await engine.is_present(AWA)


async def test_the_last_to_connect_is_the_stores_wherever_it_does(kind: Kind) -> None:
    older, newer = Connected([b"old"]), Connected([b"new"])
    async with _nodes(kind) as (node, other):
        leave_older = await node.present(AWA, older)
        leave_newer = await other.present(AWA, newer)
        await until(older.given_way.is_set)
        assert not newer.given_way.is_set()
        await leave_older()  # which does not take the newer one away
        await until(lambda: node.is_present(AWA))
        assert [await _answer(at) for at in (node, other)] == [[b"new"], [b"new"]]
        await leave_newer()
        await until(lambda: _away(node))


async def test_a_store_is_nudged_wherever_it_is_connected(kind: Kind) -> None:
    connected, neighbour = Connected(), Connected()
    async with _nodes(kind) as (node, other):
        await node.present(AWA, connected)
        await node.present(BINTOU, neighbour)
        await until(lambda: other.is_present(AWA))
        seq = await append(other, 1)
        await other.nudge(AWA)
        await other.nudge("nobody")
        await until(lambda: connected.nudges)
        assert [found for found, _ in await node.read(AWA, 0, 10)] == [seq]
        assert neighbour.nudges == 0


async def test_an_answer_comes_in_its_parts_and_order(kind: Kind) -> None:
    connected = Connected([bytes([n % 256]) * 60_000 for n in range(100)])
    async with _nodes(kind) as (node, other):
        await node.present(AWA, connected)
        await until(lambda: other.is_present(AWA))
        assert await _answer(other, b"GET /p/1") == connected.parts
        assert connected.asked == [b"GET /p/1"]
        answers = await asyncio.gather(*(_answer(other, bytes([n])) for n in range(8)))
        assert answers == [connected.parts] * 8


async def test_parts_come_as_they_are_made_however_long_the_next_one_takes(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(between, "BEAT", 0.05)
    monkeypatch.setattr(between, "SILENCE", 2.0)
    connected = Connected([b"one"])
    connected.hold = asyncio.Event()
    async with _nodes(kind) as (node, other):
        await node.present(AWA, connected)
        await until(lambda: other.is_present(AWA))
        async with aclosing(other.ask(AWA, b"GET")) as parts:
            assert await anext(parts) == b"one"
            rest = asyncio.create_task(anext(parts, b"end"))
            done, _ = await asyncio.wait([rest], timeout=3.0 if kind.nodes else 0.1)
            assert not done
            connected.hold.set()
            assert await rest == b"end"


async def test_a_store_that_breaks_off_leaves_no_whole_answer(kind: Kind) -> None:
    connected = Connected([b"half"])
    connected.breaks = True
    async with _nodes(kind) as (node, other):
        await node.present(AWA, connected)
        await until(lambda: other.is_present(AWA))
        async with aclosing(other.ask(AWA, b"GET")) as parts:
            assert await anext(parts) == b"half"
            with pytest.raises(Away):
                await anext(parts)


async def test_a_visitor_who_leaves_is_told_of(kind: Kind) -> None:
    connected = Connected([b"one"])
    connected.hold = asyncio.Event()
    async with _nodes(kind) as (node, other):
        await node.present(AWA, connected)
        await until(lambda: other.is_present(AWA))
        async with aclosing(other.ask(AWA, b"GET")) as parts:
            assert await anext(parts) == b"one"
        async with asyncio.timeout(60.0):
            await connected.closed.wait()


async def test_a_slow_visitor_costs_a_window_and_holds_nobody_up(kind: Kind) -> None:
    connected = Connected([b"x" * 60_000] * 400)
    async with _nodes(kind) as (node, other):
        await node.present(AWA, connected)
        await until(lambda: other.is_present(AWA))
        async with aclosing(other.ask(AWA, b"slow")) as slow:
            await anext(slow)
            quick = Connected([b"quick"])
            await node.present(BINTOU, quick)
            await until(lambda: other.is_present(BINTOU))
            async with aclosing(other.ask(BINTOU, b"GET")) as parts:
                assert [part async for part in parts] == [b"quick"]
            assert connected.handed < 40
            rest = 1
            async for _ in slow:
                rest += 1
            assert rest == 400
