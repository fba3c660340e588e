"""Events that come while one commit is under way share the next: one command of the writer for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from msgspec import Struct

from core.kernel.errors import LivePayError
from core.storage.engine import Tx

_KEEP: Final = "INSERT OR IGNORE INTO event(handle, id, kept_at, sealed) VALUES "
ROWS: Final = 64
_KNOWN: Final = "SELECT seq FROM event WHERE handle = ? AND id = ?"
Run = Callable[[Callable[[Tx], Sequence[int]]], Awaitable[Sequence[int]]]


class _Waiting(Struct, frozen=True):
    handle: str
    event_id: bytes
    sealed: bytes
    kept: asyncio.Future[int]


class Batch:
    """``run`` carries a command out durably, or raises for all of it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._next: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def keep(self, handle: str, event_id: bytes, sealed: bytes) -> int:
        """→ the event's sequence number; its negative where the event was there already. Raises what ``run`` raises."""
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[int] = loop.create_future()
        self._next.append(_Waiting(handle, event_id, sealed, kept))
        if self._task is None:
            self._task = loop.create_task(self._work(), name="keeping events")
        return await kept

    async def _work(self) -> None:
        try:
            while self._next:
                batch, self._next = self._next, []
                await self._carry_out(batch)
        finally:
            self._task = None

    async def _carry_out(self, batch: Sequence[_Waiting]) -> None:
        try:
            seqs = await self._run(partial(_keep, batch))
        except LivePayError as error:
            for one in batch:
                if not one.kept.done():  # whoever sent it may have left
                    one.kept.set_exception(error)
            return
        for one, seq in zip(batch, seqs, strict=True):
            if not one.kept.done():
                one.kept.set_result(seq)

    async def end(self) -> None:
        """Wait until what is under way is durable."""
        if self._task is not None:
            await asyncio.shield(self._task)


def _keep(batch: Sequence[_Waiting], tx: Tx) -> Sequence[int]:
    """A statement for many rows: each would give the interpreter away and wait to have it back."""
    kept: dict[tuple[str, bytes], int] = {}
    for start in range(0, len(batch), ROWS):
        some = batch[start : start + ROWS]
        values = [value for one in some for value in (one.handle, one.event_id, tx.now, one.sealed)]
        rows = tx.all(_KEEP + ",".join(("(?,?,?,?)",) * len(some)) + " RETURNING handle, id, seq", values)
        kept |= {(handle, event_id): seq for handle, event_id, seq in rows}
    # What was there already (or twice in this batch) is looked up.
    return [
        kept.pop((one.handle, one.event_id), 0) or -int(tx.value(_KNOWN, (one.handle, one.event_id))) for one in batch
    ]
