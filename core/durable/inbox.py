"""The inbox: what came in from outside, stored under a unique key before it is acknowledged, applied once and in order.

An item's *lane* (a customer, a payment attempt) is what must stay in order; lanes do not wait for each other.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from core.kernel.clock import DAY, MINUTE, SECOND
from core.kernel.errors import LivePayError, StorageFailed
from core.kernel.waiting import woken
from core.storage.connection import Reader, Row
from core.storage.engine import Engine, Tx

log = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 8
KEEP_DAYS: Final = 30  # longer than any sender's retries (WhatsApp: 7 days), so that a late duplicate is still known
PAGE: Final = 64
# Senders repeat what is not accepted in time, and one busy interpreter does both: when more comes than SPARED a second,
# accepting goes first, and applying, a few at once, rests the longer the more comes (at ten times SPARED: 9/10 rest).
SPARED: Final = 1500
LOOK: Final = 0.02  # s over which that is measured
FEW: Final = 4
LONGEST_REST: Final = 0.2  # s
DISK_PAUSE: Final = 0.5  # s
_INSERT: Final = "INSERT OR IGNORE INTO inbox(key, source, lane, payload, received_at) VALUES(?,?,?,?,?)"


class Item(Struct, frozen=True):
    """One thing to apply. ``key`` is unique for ever (source prefixed); ``payload`` is JSON bytes."""

    key: str
    source: str
    lane: str
    payload: bytes


Handler = Callable[[Tx, bytes], None]
_Part = tuple["asyncio.Future[None]", Sequence[Item]]


def store(tx: Tx, items: Sequence[Item]) -> int:
    """Keep the items; returns how many were new. Duplicates are silently the same item."""
    execute, now, connection = tx.connection.execute, tx.now, tx.connection
    new = 0
    for item in items:
        execute(_INSERT, (item.key, item.source, item.lane, item.payload, now))
        new += connection.changes()
    return new


def rest_per_work(per_second: float) -> float:
    """How long applying pauses, in parts of the time it took, when so many items come in; 0: it never does."""
    return max(0.0, per_second / SPARED - 1)


def apply(tx: Tx, item_id: int, handlers: Mapping[str, Handler]) -> bool:
    """Apply one stored item and mark it done, in this transaction. False when it is done already."""
    row = tx.one("SELECT source, payload FROM inbox WHERE id = ? AND state = 'new'", (item_id,))
    if row is None:
        return False
    handlers[row[0]](tx, row[1])
    tx.run("UPDATE inbox SET state = 'done', done_at = ? WHERE id = ?", (tx.now, item_id))
    return True


def failed(tx: Tx, item_id: int, error: str) -> str:
    """Note a failed attempt; the item waits 2, 4, 8 … s, and after MAX_ATTEMPTS is set aside. → the new state."""
    attempts = tx.value("SELECT attempts FROM inbox WHERE id = ?", (item_id,)) + 1
    state = "dead" if attempts >= MAX_ATTEMPTS else "new"
    tx.run(
        "UPDATE inbox SET attempts = ?, state = ?, not_before = ?, error = ? WHERE id = ?",
        (attempts, state, tx.now + SECOND * 2**attempts, error[:500], item_id),
    )
    return state


def replay(tx: Tx, item_id: int) -> None:
    """Put a dead item back in the queue."""
    tx.run("UPDATE inbox SET state = 'new', attempts = 0, not_before = 0 WHERE id = ? AND state = 'dead'", (item_id,))


def forget_old(tx: Tx) -> int:
    """Drop applied items older than KEEP_DAYS."""
    return tx.run("DELETE FROM inbox WHERE state = 'done' AND received_at < ?", (tx.now - KEEP_DAYS * DAY,))


class InboxWorker:
    """Applies stored items in order per lane, in the background of the writer, until told to stop.

    ``pressing(reader)``: lanes whose items go before others when more wait than can be seen at once.
    """

    def __init__(
        self,
        engine: Engine,
        handlers: Mapping[str, Handler],
        pressing: Callable[[Reader], Collection[str]] = lambda reader: (),
    ) -> None:
        self._engine = engine
        self._handlers = handlers
        self._pressing = pressing
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._brought: list[_Part] = []
        self._kept = 0
        self._looked = (0.0, 0)
        self._rest = 0.0

    # -- keeping -----------------------------------------------------------------------------------------------

    async def keep(self, items: Sequence[Item]) -> None:
        """Store what came in; durable when this returns. Raises StorageFailed. Called on the worker's loop only.

        What the handlers of one turn of the loop bring shares one command (and each waits for its own answer), so that
        a hundred webhooks at once cost one savepoint, one hand-over between threads and one look of the worker.
        """
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        if not self._brought:
            loop.call_soon(self._store_brought)
        self._brought.append((waiter, items))
        await waiter

    def _store_brought(self) -> None:
        parts, self._brought = self._brought, []
        self._store(parts)

    def _store(self, parts: Sequence[_Part]) -> None:
        items = [item for _, part in parts for item in part]
        self._kept += len(items)
        try:
            stored = self._engine.begin(lambda tx: store(tx, items), actor="webhook")
        except StorageFailed as error:
            _answer(parts, error)
        else:
            stored.add_done_callback(lambda done: self._stored(done, parts))

    def _stored(self, done: asyncio.Future[int], parts: Sequence[_Part]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None and not isinstance(error, StorageFailed) and len(parts) > 1:
            for part in parts:  # one of them cannot be stored: the others must not suffer
                self._store([part])
            return
        _answer(parts, error)
        if error is None:
            self._wake.set()

    # -- applying ----------------------------------------------------------------------------------------------

    def nudge(self) -> None:
        """Something was stored: look at once. Safe from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Work until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            pause = await self.drain()
            await woken(self._wake, pause)

    async def drain(self) -> float:
        """Apply everything that may be applied now. → seconds until something that failed may be tried again."""
        loop = asyncio.get_running_loop()
        while True:
            start = loop.time()
            rest = self._needed_rest(start)
            ready, pause = self._ready(FEW if rest else PAGE)
            if not ready:
                return pause
            await asyncio.gather(*(self._apply(i) for i in ready))
            if rest:
                await asyncio.sleep(min((loop.time() - start) * rest, LONGEST_REST))

    def _needed_rest(self, now: float) -> float:
        """:func:`rest_per_work` for what comes in now, judged every LOOK."""
        since, kept = self._looked
        if now - since >= LOOK:
            self._rest = rest_per_work((self._kept - kept) / (now - since))
            self._looked = (now, self._kept)
        return self._rest

    def _ready(self, most: int) -> tuple[list[int], float]:
        """The next item ids: at most one per lane, none whose lane has an earlier item awaiting its retry."""
        now = self._engine.clock.now()
        waiting: dict[str, int] = {}
        while True:  # once, unless all there is to see belongs to lanes that wait: then behind them, too
            first, full = self._first_of_lanes(waiting)
            held = {lane: not_before for lane, (_, not_before) in first.items() if not_before > now}
            waiting |= held
            if not (held and full):
                break
        ready = [item_id for item_id, not_before in first.values() if not_before <= now]
        soonest = min(waiting.values(), default=now + MINUTE)
        return ready[:most], max(0.05, min(soonest - now, MINUTE) / SECOND)

    def _first_of_lanes(self, except_for: Collection[str]) -> tuple[dict[str, tuple[int, int]], bool]:
        """Lane → (id, not before) of its first item, among the oldest PAGE * 4; and whether there may be more."""
        marks = ",".join("?" * len(except_for))
        with self._engine.reader() as reader:
            rows = reader.all(
                f"SELECT id, lane, not_before FROM inbox WHERE state = 'new' AND lane NOT IN ({marks})"  # noqa: S608
                " ORDER BY id LIMIT ?",
                (*except_for, PAGE * 4),
            )
            full = len(rows) == PAGE * 4
            if full and (pressing := set(self._pressing(reader)).difference(except_for)):
                rows = [*self._of_lanes(reader, pressing), *rows]
        first: dict[str, tuple[int, int]] = {}
        for item_id, lane, not_before in rows:
            first.setdefault(lane, (item_id, not_before))
        return first, full

    @staticmethod
    def _of_lanes(reader: Reader, lanes: Collection[str]) -> list[Row]:
        """The oldest items of these lanes, wherever they stand."""
        return reader.all(
            "SELECT id, lane, not_before FROM inbox WHERE state = 'new' AND lane IN (SELECT value FROM json_each(?))"
            " ORDER BY id LIMIT ?",
            (json.dumps(list(lanes)), PAGE),
        )

    async def _apply(self, item_id: int) -> None:
        try:
            await self._engine.run(lambda tx: apply(tx, item_id, self._handlers), actor="inbox", background=True)
        except StorageFailed:
            await asyncio.sleep(DISK_PAUSE)  # nothing was tried: the item waits for the disk as it is
        except LivePayError as error:
            await self._fail(item_id, error)
        except Exception as error:  # boundary: one bad item must not stop the others
            log.exception("Inbox item %d could not be applied", item_id)
            await self._fail(item_id, error)

    async def _fail(self, item_id: int, error: Exception) -> None:
        detail = f"{type(error).__name__}: {error}"
        try:
            state = await self._engine.run(lambda tx: failed(tx, item_id, detail), actor="inbox")
        except StorageFailed:
            await asyncio.sleep(DISK_PAUSE)
            return
        log.info("Inbox item %d: %s (%s)", item_id, detail, state)


def _answer(parts: Iterable[_Part], error: BaseException | None) -> None:
    for waiter, _ in parts:
        if waiter.done():  # its sender hung up; what it brought is kept all the same
            continue
        if error is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)
