"""Questions to the outside from the window: on a loop of their own, and given up when the seller stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, TypeVar

from core.adapters.http import Http
from desktop.bridge import Control

_LOOK_EVERY: Final = 0.1  # s
T = TypeVar("T")


def ask(http: Http, question: Callable[[], Coroutine[Any, Any, Sequence[T]]], control: Control) -> tuple[T, ...]:
    """The answer; empty when it was given up. The connections it opened end with it."""

    async def run() -> tuple[T, ...]:
        task = asyncio.create_task(question())
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_LOOK_EVERY)
                if control.stopped:
                    task.cancel()
                    await asyncio.wait({task})
                    return ()
            return tuple(task.result())
        finally:
            await http.close_here()

    return asyncio.run(run())
