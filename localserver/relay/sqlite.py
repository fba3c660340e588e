"""The embedded engine: one SQLite file, for a relay on one host.

An acknowledgement means: the event is in a transaction that was committed with ``synchronous=FULL``, so it survives a
kill and a power cut (as far as the disk does what it says). What waits together shares one commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

import apsw
import msgspec
from filelock import FileLock

from core.kernel.clock import DAY, Clock, SystemClock
from core.kernel.errors import Refused, StorageFailed
from core.storage.connection import Reader
from core.storage.engine import Engine as Writer
from core.storage.engine import Tx
from core.storage.migrations import migrate
from localserver.relay.batch import Batch
from localserver.relay.engine import (
    LARGEST_PAGE,
    Backlog,
    Conflict,
    Full,
    Invite,
    KeptPage,
    Presence,
    Quota,
    Store,
    Unavailable,
)
from localserver.relay.folder import DATABASE, KEY, hold, key_of, make, read_key
from localserver.relay.local import Here

T = TypeVar("T")
KEEP: Final = 7 * DAY
"""WhatsApp itself gives up after as long (reference whatsapp §2.2); providers are asked again by then."""

SCHEMA: Final = """
CREATE TABLE store (handle TEXT PRIMARY KEY, revision INTEGER NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE invite (mark TEXT PRIMARY KEY, until INTEGER NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
-- seq is never given twice: a store's cursor must never meet another event under a number it has passed.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, handle TEXT NOT NULL, id BLOB NOT NULL, kept_at INTEGER NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX event_store ON event(handle, seq);
CREATE UNIQUE INDEX event_id ON event(handle, id);
CREATE INDEX event_age ON event(kept_at);
CREATE TABLE page (
  handle TEXT NOT NULL, id BLOB NOT NULL, until INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (handle, id)
) WITHOUT ROWID;
CREATE INDEX page_until ON page(until);
"""


_SUM: Final = "SELECT count(*), coalesce(sum(length(sealed)), 0) FROM event WHERE handle = ?"
_EVENTS: Final = "SELECT seq, sealed FROM event WHERE handle = ? AND seq > ? ORDER BY seq LIMIT ?"
ENOUGH: Final = 4 * 1024 * 1024
"""Bytes after which events are handed over before more are read."""
RECOUNT: Final = 60.0  # s


@dataclass(slots=True)
class Count:
    """What waits for one store, and when that was read (monotonic seconds)."""

    events: int
    bytes: int
    read_at: float

    def add(self, events: int, size: int) -> None:
        self.events += events
        self.bytes += size


def _start(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)


STEPS: Final = (_start,)


class SqliteEngine:
    """Implements :class:`localserver.relay.engine.Engine` over ``folder/relay.db`` and its key beside it."""

    name = "sqlite"

    def __init__(self, folder: Path, clock: Clock | None = None, *, serves: bool = True) -> None:
        """``serves`` False: for the host's own commands, beside the one that serves; they make no relay."""
        self._folder = folder
        self._serves = serves
        self._lock: FileLock | None = None
        self._clock = clock or SystemClock()
        self._here = Here()
        self._counts: dict[str, Count] = {}
        self._batch = Batch(self._begin)
        self._writer: Writer | None = None

    async def open(self) -> None:
        if self._writer is None:
            self._writer = await asyncio.to_thread(self._open)

    def _open(self) -> Writer:
        """Raises Refused, EnvironmentProblem."""
        path = self._folder / DATABASE
        if self._serves:
            make(self._folder)
            self._lock = hold(self._folder)
        elif not path.is_file():
            raise Refused("There is no relay in {path}.", path=self._folder)
        try:
            key = (read_key if path.is_file() else key_of)(self._folder / KEY)
            migrate(path, key, steps=STEPS)
            return Writer(path, key, self._clock)
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    async def close(self) -> None:
        if self._writer is not None:
            await self._batch.end()
            await asyncio.to_thread(self._writer.close)
            self._writer = None
            self._let_go()

    @property
    def writer(self) -> Writer:
        assert self._writer is not None, "opened first"
        return self._writer

    async def _run(self, command: Callable[[Tx], T]) -> T:
        try:
            return await self.writer.run(command)
        except StorageFailed as error:
            raise Unavailable(error.message, **error.params) from None

    def _begin(self, command: Callable[[Tx], T]) -> asyncio.Future[T]:
        return self.writer.begin(command)

    async def _read(self, question: Callable[[Reader], T]) -> T:
        return self.writer.read(question)  # by key, from memory nearly always: a thread would cost more

    # -- stores ------------------------------------------------------------------------------------------------

    async def store(self, handle: str) -> Store | None:
        row = await self._read(lambda r: r.one("SELECT record FROM store WHERE handle = ?", (handle,)))
        return None if row is None else msgspec.msgpack.decode(row[0], type=Store)

    async def stores(self) -> Sequence[Store]:
        rows = await asyncio.to_thread(self.writer.read, lambda r: r.all("SELECT record FROM store ORDER BY handle"))
        return [msgspec.msgpack.decode(row[0], type=Store) for row in rows]

    async def create(self, store: Store) -> bool:
        record = msgspec.msgpack.encode(msgspec.structs.replace(store, revision=1))

        def add(tx: Tx) -> bool:
            return bool(tx.run("INSERT OR IGNORE INTO store VALUES(?, 1, ?)", (store.handle, record)))

        return await self._run(add)

    async def update(self, store: Store) -> Store:
        kept = msgspec.structs.replace(store, revision=store.revision + 1)
        record = msgspec.msgpack.encode(kept)

        def change(tx: Tx) -> int:
            return tx.run(
                "UPDATE store SET revision = ?, record = ? WHERE handle = ? AND revision = ?",
                (kept.revision, record, store.handle, store.revision),
            )

        if not await self._run(change):
            raise Conflict
        return kept

    async def remove(self, handle: str) -> None:
        def drop(tx: Tx) -> None:
            for table in ("store", "event", "page"):
                tx.run(f"DELETE FROM {table} WHERE handle = ?", (handle,))  # noqa: S608
            for mark, record in tx.all("SELECT mark, record FROM invite"):
                if msgspec.msgpack.decode(record, type=Invite).used_by == handle:
                    tx.run("DELETE FROM invite WHERE mark = ?", (mark,))

        await self._run(drop)
        self._counts.pop(handle, None)

    async def save_invite(self, invite: Invite) -> None:
        record = msgspec.msgpack.encode(invite)
        await self._run(lambda tx: tx.run("INSERT INTO invite VALUES(?, ?, ?)", (invite.mark, invite.until, record)))

    async def take_invite(self, mark: str, handle: str, now: int) -> Invite | None:
        def take(tx: Tx) -> Invite | None:
            row = tx.one("SELECT record FROM invite WHERE mark = ?", (mark,))
            invite = None if row is None else msgspec.msgpack.decode(row[0], type=Invite)
            if invite is None or invite.until <= now or invite.used_by not in ("", handle):
                return None
            used = msgspec.structs.replace(invite, used_by=handle)
            tx.run("UPDATE invite SET record = ? WHERE mark = ?", (msgspec.msgpack.encode(used), mark))
            return used

        return await self._run(take)

    async def invites(self) -> Sequence[Invite]:
        rows = await self._read(lambda r: r.all("SELECT record FROM invite ORDER BY until"))
        return [msgspec.msgpack.decode(row[0], type=Invite) for row in rows]

    # -- events ------------------------------------------------------------------------------------------------

    async def append(self, handle: str, event_id: bytes, sealed: bytes, quota: Quota) -> int:
        count = self._count(handle)
        if count.events >= quota.events or count.bytes + len(sealed) > quota.bytes:
            raise Full
        count.add(1, len(sealed))  # before it is kept: what comes meanwhile must not be let in too

        try:
            seq = await self._batch.keep((handle, event_id, self._clock.now(), sealed))
        except BaseException as error:
            count.add(-1, -len(sealed))
            if isinstance(error, StorageFailed):
                raise Unavailable(error.message, **error.params) from None
            raise
        if seq < 0:
            count.add(-1, -len(sealed))
        return abs(seq)

    def _count(self, handle: str) -> Count:
        """What waits for a store, counted here; looked up again now and then, for the host's own commands."""
        found = self._counts.get(handle)
        if found is None or monotonic() - found.read_at > RECOUNT:
            events, size = self.writer.read(lambda r: r.one(_SUM, (handle,))) or (0, 0)
            found = self._counts[handle] = Count(events, size, monotonic())
        return found

    async def read(self, handle: str, after: int, limit: int) -> Sequence[tuple[int, bytes]]:
        def events(reader: Reader) -> list[tuple[int, bytes]]:
            found: list[tuple[int, bytes]] = []
            size = 0
            for seq, sealed in reader.connection.execute(_EVENTS, (handle, after, limit)):
                found.append((seq, sealed))
                size += len(sealed)
                if size > ENOUGH:
                    break
            return found

        return await self._read(events)

    async def ack(self, handle: str, seq: int) -> None:
        self._forgotten(await self._run(lambda tx: _forget(tx, "handle = ? AND seq <= ?", (handle, seq))))

    def _forgotten(self, sums: dict[str, tuple[int, int]]) -> int:
        for handle, (events, size) in sums.items():
            if (count := self._counts.get(handle)) is not None:
                count.add(-events, -size)
        return sum(events for events, _ in sums.values())

    async def waiting(self, handle: str) -> int:
        sql = "SELECT count(*) FROM event WHERE handle = ?"
        return int(await self._read(lambda r: r.value(sql, (handle,))))

    async def waiting_in_all(self) -> int:
        count = "SELECT count(*) FROM event"
        return int(await asyncio.to_thread(self.writer.read, lambda r: r.value(count)))

    async def backlog(self, handle: str) -> Backlog:
        return Backlog(*(await self._read(lambda r: r.one(_SUM, (handle,))) or (0, 0)))

    # -- pages -------------------------------------------------------------------------------------------------

    async def publish(self, handle: str, pages: Sequence[KeptPage], gone: Sequence[bytes], quota: Quota) -> None:
        if any(len(page.sealed) > LARGEST_PAGE for page in pages):
            raise Full

        def keep(tx: Tx) -> None:
            tx.connection.executemany("DELETE FROM page WHERE handle = ? AND id = ?", [(handle, one) for one in gone])
            tx.connection.executemany(
                "INSERT OR REPLACE INTO page VALUES(?, ?, ?, ?)", [(handle, p.id, p.until, p.sealed) for p in pages]
            )
            if pages and tx.value("SELECT count(*) FROM page WHERE handle = ?", (handle,)) > quota.pages:
                raise Full

        await self._run(keep)

    async def page(self, handle: str, page_id: bytes) -> KeptPage | None:
        sql = "SELECT id, sealed, until FROM page WHERE handle = ? AND id = ? AND until > ?"
        row = await self._read(lambda r: r.one(sql, (handle, page_id, self._clock.now())))
        return None if row is None else KeptPage(*row)

    async def expire(self, now: int) -> int:
        def forget(tx: Tx) -> tuple[int, dict[str, tuple[int, int]]]:
            gone = tx.run("DELETE FROM page WHERE until <= ?", (now,))
            gone += tx.run("DELETE FROM invite WHERE until <= ?", (now,))
            return gone, _forget(tx, "kept_at <= ?", (now - KEEP,))

        gone, sums = await self._run(forget)
        return gone + self._forgotten(sums)

    # -- between nodes: there is one ---------------------------------------------------------------------------

    async def present(self, handle: str, presence: Presence) -> Callable[[], Awaitable[None]]:
        return self._here.enter(handle, presence)

    async def nudge(self, handle: str) -> None:
        self._here.nudge(handle)

    async def is_present(self, handle: str) -> bool:
        return self._here.holds(handle)

    def ask(self, handle: str, request: bytes) -> AsyncGenerator[bytes, None]:
        return self._here.ask(handle, request)


def _forget(tx: Tx, where: str, values: tuple[object, ...]) -> dict[str, tuple[int, int]]:
    """Delete events. → for each store how many, and their bytes."""
    sums: dict[str, tuple[int, int]] = {}
    for handle, size in tx.all(f"DELETE FROM event WHERE {where} RETURNING handle, length(sealed)", values):  # noqa: S608
        events, total = sums.get(handle, (0, 0))
        sums[handle] = (events + 1, total + size)
    return sums
