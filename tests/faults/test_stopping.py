"""Told to stop, everything stops: also in the very moment in which something happens."""

from __future__ import annotations

import asyncio

import pytest

from core.kernel.waiting import woken


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
