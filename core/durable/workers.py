"""What goes on by itself keeps going: a mistake ends one part for a moment, a full disk only delays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

from core.kernel.errors import StorageFailed
from core.storage.engine import Engine, Tx

log = logging.getLogger(__name__)

BEGIN_AGAIN: Final = 1.0  # s


class Part(Protocol):
    async def run(self) -> None:
        """Work until cancelled; may be called again after it has failed."""
        ...


async def always(part: Part) -> None:
    """Run one part, and begin it again when a mistake has ended it: the others, and the sale, go on meanwhile."""
    while True:
        try:
            await part.run()
        except Exception:  # boundary: worker
            log.exception("%s was ended by a mistake and begins again", type(part).__name__)
        await asyncio.sleep(BEGIN_AGAIN)


async def at_last(engine: Engine, command: Callable[[Tx], Any], actor: str) -> None:
    """Run a command, however long the disk refuses it."""
    while True:
        try:
            await engine.run(command, actor=actor)
            return
        except StorageFailed:
            await asyncio.sleep(BEGIN_AGAIN)
