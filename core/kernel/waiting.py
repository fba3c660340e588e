"""Waiting for an event, but not for ever."""

from __future__ import annotations

import asyncio


async def woken(event: asyncio.Event, seconds: float | None) -> bool:
    """Wait until the event is set, at most so long (None: as long as it takes). → whether it is set.

    Not ``asyncio.wait_for``: before Python 3.12 it loses a cancellation that comes together with the event, and a
    worker told to stop in that moment would go on for ever.
    """
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
