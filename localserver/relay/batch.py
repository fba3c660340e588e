"""Events that come while one commit is under way share the next: one command of the writer for all of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import Final

import apsw

from core.kernel.errors import LivePayError
from core.storage.engine import Tx

ROWS: Final = 64
_KEEP: Final = "INSERT INTO event(handle, id, kept_at, sealed) VALUES "
_ONE: Final = "(?,?,?,?)"
_KNOWN: Final = "SELECT seq FROM event WHERE handle = ? AND id = ?"

Row = tuple[str, bytes, int, bytes]
"""Handle, id, when it came (ms UTC), what is kept."""
_Waiting = tuple[Row, asyncio.Future[int]]
Begin = Callable[[Callable[[Tx], None]], asyncio.Future[None]]


class Batch:
    """``begin`` hands a command to the writer; its future is done after the commit, or fails for all that is in it.

    There is at most one command that has not begun, and it takes with it what waits at the moment it begins: the writer
    finds the next commit's events gathered, and the loop is not asked for them in between.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._waiting: deque[_Waiting] = deque()
        self._handed_over = False
        self._under_way: set[asyncio.Future[None]] = set()

    async def keep(self, row: Row) -> int:
        """→ the event's sequence number; its negative where the event was there already. Raises what ``begin`` does."""
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[int] = loop.create_future()
        self._waiting.append((row, kept))  # before the look at the flag, which the writer takes down before it takes
        if not self._handed_over:
            self._handed_over = True
            loop.call_soon(self._hand_over)  # behind what came in the same turn of the loop: it is one commit
        return await kept

    def _hand_over(self) -> None:
        taken: list[_Waiting] | None = None
        seqs: Sequence[int] = ()

        def command(tx: Tx) -> None:  # on the writer's thread
            nonlocal taken, seqs
            self._handed_over = False
            taken = self._take()
            seqs = _keep(tx, [row for row, _ in taken])

        def answer(done: asyncio.Future[None]) -> None:
            self._under_way.discard(done)
            error = done.exception()
            if error is not None:
                self._fail(taken, error)
                return
            for (_, kept), seq in zip(taken or (), seqs, strict=True):
                if not kept.done():  # whoever sent it may have left
                    kept.set_result(seq)

        try:
            done = self._begin(command)
        except LivePayError as error:
            self._fail(None, error)
            return
        self._under_way.add(done)
        done.add_done_callback(answer)

    def _take(self) -> list[_Waiting]:
        """What waits, each for one taker only: also while somebody else adds or takes."""
        taken: list[_Waiting] = []
        with suppress(IndexError):
            while True:
                taken.append(self._waiting.popleft())
        return taken

    def _fail(self, taken: list[_Waiting] | None, error: BaseException) -> None:
        """``taken``: by a command that began; None: it never did, and what waited for it waits for nobody."""
        if taken is None:
            self._handed_over = False
            taken = self._take()
        for _, kept in taken:
            if not kept.done():
                kept.set_exception(error)

    async def end(self) -> None:
        """Wait until what is under way is durable."""
        await asyncio.sleep(0)  # for what is just to be handed over
        while self._under_way:
            await asyncio.wait(self._under_way)


@lru_cache(maxsize=ROWS)
def _insert(rows: int) -> str:
    return _KEEP + ",".join([_ONE] * rows)


def _keep(tx: Tx, rows: Sequence[Row]) -> Sequence[int]:
    """A statement for many rows, which returns none: with each the interpreter is given away and waited for."""
    seqs: list[int] = []
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        try:
            tx.connection.execute(_insert(len(some)), tuple(chain.from_iterable(some)))
        except apsw.ConstraintError:  # one was there already, or twice: nothing of the statement was done
            seqs += [_keep_one(tx, row) for row in some]
        else:  # AUTOINCREMENT, and one writer: they follow each other
            last = tx.connection.last_insert_rowid()
            seqs += range(last - len(some) + 1, last + 1)
    return seqs


def _keep_one(tx: Tx, row: Row) -> int:
    try:
        return tx.insert(_insert(1), row)
    except apsw.ConstraintError:
        return -int(tx.value(_KNOWN, row[:2]))
