"""The inbox when one sender's items cannot be applied: the others do not wait, and nothing is thrown away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.durable import inbox
from core.durable.inbox import MAX_ATTEMPTS, InboxWorker, Item, store
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Refused
from core.storage.engine import Engine, Tx
from tests.support.stores import bare_engine


class Desk:
    """A handler that writes down what it applied, and refuses what is « bad »."""

    def __init__(self) -> None:
        self.applied: list[bytes] = []
        self.healed = False

    def __call__(self, tx: Tx, payload: bytes) -> None:
        if payload.startswith(b"bad") and not self.healed:
            tx.run("INSERT INTO setting(key, value) VALUES('half', 'done')")
            raise Refused("no")
        self.applied.append(payload)


@asynccontextmanager
async def _working(engine: Engine, desk: Desk) -> AsyncIterator[InboxWorker]:
    worker = InboxWorker(engine, {"test": desk})
    task = asyncio.create_task(worker.run())
    try:
        await asyncio.sleep(0)
        yield worker
    finally:
        task.cancel()
        await asyncio.wait({task})


def _put(engine: Engine, *items: tuple[str, bytes]) -> None:
    engine.call(lambda tx: store(tx, [Item(f"{lane}:{n}", "test", lane, body) for n, (lane, body) in enumerate(items)]))


async def _until(engine: Engine, sql: str, wanted: object) -> None:
    async with asyncio.timeout(60):
        while True:
            if engine.read(lambda r: r.value(sql)) == wanted:
                return
            await asyncio.sleep(0.005)


async def test_a_lane_that_waits_hides_nobody_behind_it(tmp_path: Path) -> None:
    """One bad item and a thousand of the same sender after it, before the first of anybody else."""
    clock, desk = ManualClock(), Desk()
    with bare_engine(tmp_path, clock) as engine:
        _put(engine, ("a", b"bad"), *(("a", b"later %d" % n) for n in range(1000)), ("b", b"other"))
        async with _working(engine, desk) as worker:
            await _until(engine, "SELECT count(*) FROM inbox WHERE lane = 'b' AND state = 'done'", 1)
            assert desk.applied == [b"other"], "the first sender's later items wait for the bad one: order is kept"
            assert engine.read(lambda r: r.value("SELECT count(*) FROM setting")) == 0, "nothing half done"
            desk.healed = True
            clock.advance(MINUTE)
            worker.nudge()
            await _until(engine, "SELECT count(*) FROM inbox WHERE state = 'new'", 0)
            assert desk.applied == [b"other", b"bad", *(b"later %d" % n for n in range(1000))]


async def test_what_never_works_is_set_aside_and_can_be_played_again(tmp_path: Path) -> None:
    clock, desk = ManualClock(), Desk()
    with bare_engine(tmp_path, clock) as engine:
        _put(engine, ("a", b"bad"), ("a", b"good"))
        async with _working(engine, desk) as worker:
            for attempt in range(1, MAX_ATTEMPTS + 1):
                await _until(engine, "SELECT max(attempts) FROM inbox", attempt)
                clock.advance(10 * MINUTE)
                worker.nudge()
            await _until(engine, "SELECT count(*) FROM inbox WHERE state = 'done'", 1)
            assert desk.applied == [b"good"]
            assert engine.read(lambda r: r.all("SELECT state, error FROM inbox WHERE state <> 'done'")) == [
                ("dead", "Refused: no")
            ]
            desk.healed = True
            engine.call(lambda tx: inbox.replay(tx, 1))
            worker.nudge()
            await _until(engine, "SELECT count(*) FROM inbox WHERE state = 'done'", 2)
            assert desk.applied == [b"good", b"bad"]


@pytest.mark.parametrize("parts", [1, 7])
async def test_what_is_kept_together_is_answered_together_and_once(tmp_path: Path, parts: int) -> None:
    """Handlers of one turn of the loop share a command; the same key from all of them is one item."""
    desk = Desk()
    with bare_engine(tmp_path) as engine:
        async with _working(engine, desk) as worker:
            await asyncio.gather(*(worker.keep([Item("x:1", "test", "x", b"once")]) for _ in range(parts)))
            assert engine.read(lambda r: r.value("SELECT count(*) FROM inbox")) == 1
            await _until(engine, "SELECT count(*) FROM inbox WHERE state = 'done'", 1)
            assert desk.applied == [b"once"]
