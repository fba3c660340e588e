"""Told to stop, everything stops: also in the very moment in which something happens."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.kernel.waiting import woken
from tests.faults.steps import say
from tests.support.shops import world


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancellation_that_comes_with_the_event_is_not_lost(turns: int) -> None:
    """``asyncio.wait_for`` of Python 3.11 loses it; a worker would go on and the program could not end."""
    event = asyncio.Event()
    waiting = asyncio.create_task(woken(event, 60))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    event.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    told = waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled() == told


async def test_the_wait_ends_with_the_event_or_with_the_time() -> None:
    event = asyncio.Event()
    assert not await woken(event, 0.001)
    event.set()
    assert await woken(event, 60)
    assert await woken(event, None)


@pytest.mark.expect_log("Sender was ended by a mistake and begins again")
async def test_a_part_that_fails_takes_no_other_with_it_and_begins_again(tmp_path: Path) -> None:
    """A row that nobody can read ends the sending; messages come in, holds are made, and sending begins again."""
    async with world(tmp_path) as w:
        w.product("ROBE1")
        w.buyer("Awa Ndour")
        await say(w, "Awa Ndour", "bonjour")
        w.shop.engine.call(
            lambda tx: tx.run(
                "INSERT INTO outbox(key, customer_id, kind, body, priority, created_at, changed_at)"
                " VALUES('odd', 1, 'message', 'no json', 0, 0, 0)"
            )
        )
        w.shop.sender.nudge()
        w.graph.acts("Awa Ndour").say("je prends ROBE1")
        await w.until(lambda: w.order("Awa Ndour"))
        assert w.work is not None
        assert not w.work.done()
        said = len(w.thread("Awa Ndour"))
        w.shop.engine.call(lambda tx: tx.run("DELETE FROM outbox WHERE key = 'odd'"))
        await w.until(lambda: len(w.thread("Awa Ndour")) > said)
        w.work.cancel()
        await asyncio.wait({w.work})
        assert w.work.cancelled()
