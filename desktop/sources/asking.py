"""Questions to the outside, asked for the window and given up when the person stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from core.bootstrap import Shop
from desktop.bridge import Control

T = TypeVar("T")
_LOOK_EVERY: Final = 0.1  # s between two looks whether a question was given up


def asked(shop: Shop, question: Callable[[], Coroutine[Any, Any, T]], control: Control) -> T | None:
    """Ask on a loop of our own, which lives as long as the question; None when the person gave it up."""

    async def ask() -> T | None:
        task = asyncio.create_task(question())
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_LOOK_EVERY)
                if control.stopped:
                    task.cancel()
                    await asyncio.wait({task})
                    return None
            return task.result()
        finally:
            await shop.http.close_here()

    return asyncio.run(ask())
