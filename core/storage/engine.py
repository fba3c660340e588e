"""The engine of one store: one writer thread with group commit, readers beside it (WAL).

A command is a plain function of a :class:`Tx`. Waiting commands share one durable commit, each inside a savepoint of
its own, and each caller is answered only after that commit. Nothing here knows what is sold.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import apsw

from core.kernel.clock import Clock
from core.kernel.errors import LivePayError, StorageFailed
from core.kernel.events import Event
from core.storage.connection import DAMAGE, Reader, damaged, open_connection
from core.storage.journal import Chain

log = logging.getLogger(__name__)

T = TypeVar("T")
Reactor = Callable[["Tx", Any], None]
Guard = Callable[["Tx", Event], None]
Subscriber = Callable[[Sequence[Event]], None]

BATCH_LIMIT = 256
BATCH_SECONDS = 0.02  # a batch stops taking commands after this, so that nobody's commit waits for a long queue
PROBE_SECONDS = 1.0  # how often a disk that refused is tried again when nothing else is written
_DISK = (apsw.FullError, apsw.ReadOnlyError, apsw.CantOpenError, *DAMAGE)


class Tx(Reader):
    """What a command sees: reads and writes inside one open transaction, the time, and who acts."""

    def __init__(self, connection: apsw.Connection, chain: Chain, reactors: dict[type[Event], list[Reactor]]) -> None:
        super().__init__(connection)
        self.now = 0
        self.actor = "system"
        self.events: list[Event] = []
        self._chain = chain
        self._reactors = reactors
        self.guard: Guard | None = None

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute and return the number of rows changed."""
        self.connection.execute(sql, parameters)
        return self.connection.changes()

    def insert(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Execute an INSERT and return the new row's id."""
        self.connection.execute(sql, parameters)
        return self.connection.last_insert_rowid()

    def emit(self, event: Event) -> None:
        """Journal the event, let higher areas react in this same transaction, tell subscribers after the commit.

        Raises Forbidden when whoever acts may not do this.
        """
        if self.guard is not None:
            self.guard(self, event)
        if event.audited:
            self._chain.append(self.connection, self.now, self.actor, event)
        self.events.append(event)
        for reactor in self._reactors.get(type(event), ()):
            reactor(self, event)


class _Job:
    __slots__ = ("actor", "answer", "background", "command", "error", "loop", "result")

    def __init__(
        self,
        command: Callable[[Tx], Any],
        actor: str,
        answer: Any,
        loop: asyncio.AbstractEventLoop | None,
        background: bool = False,
    ) -> None:
        self.background = background
        self.command = command
        self.actor = actor
        self.answer = answer
        self.loop = loop
        self.result: Any = None
        self.error: BaseException | None = None


class Engine:
    """Opens the database, owns its writer thread and its readers. ``close`` drains what waits, then stops."""

    def __init__(self, path: Path, key: bytes, clock: Clock, *, vfs: str | None = None) -> None:
        self.path = path
        self.clock = clock
        self._key = key
        self._vfs = vfs
        self._reactors: dict[type[Event], list[Reactor]] = {}
        self._subscribers: tuple[Subscriber, ...] = ()
        self._urgent: deque[_Job] = deque()
        self._background: deque[_Job] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._gate = threading.Lock()
        self._readers: deque[Reader] = deque()
        self._connection = open_connection(path, key, write=True, vfs=vfs)
        self.chain = Chain.resume(self._connection)
        self._tx = Tx(self._connection, self.chain, self._reactors)
        self.storage_failing = False
        self.on_storage: Callable[[bool], None] | None = None
        self.acting: dict[str, str] = {}
        self._thread = threading.Thread(target=self._work, name=f"writer-{path.parent.name}", daemon=True)
        self._thread.start()

    # -- wiring ------------------------------------------------------------------------------------------------

    def react(self, event: type[Event], reactor: Reactor) -> None:
        """Run ``reactor(tx, event)`` inside the transaction that emits ``event``. Only bootstrap calls this."""
        self._reactors.setdefault(event, []).append(reactor)

    def guard(self, guard: Guard) -> None:
        """Ask before every event whether the one who acts may do this. Only bootstrap calls this."""
        self._tx.guard = guard

    def act_as(self, door: str, actor: str | None) -> None:
        """From now on what comes from this door (``seller``: the window) is done by somebody known; None: by nobody."""
        others = {name: who for name, who in self.acting.items() if name != door}
        self.acting = {**others, door: actor} if actor else others

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call ``subscriber(events)`` on the writer thread after each commit; it must only hand over. → unsubscribe."""
        self._subscribers = (*self._subscribers, subscriber)

        def unsubscribe() -> None:
            self._subscribers = tuple(s for s in self._subscribers if s is not subscriber)

        return unsubscribe

    # -- writing -----------------------------------------------------------------------------------------------

    async def run(self, command: Callable[[Tx], T], *, actor: str = "system", background: bool = False) -> T:
        """Run a command and wait for its commit, from any event loop. Raises what the command raised, StorageFailed."""
        return await self.begin(command, actor=actor, background=background)

    def begin(
        self, command: Callable[[Tx], T], *, actor: str = "system", background: bool = False
    ) -> asyncio.Future[T]:
        """As :meth:`run`, without waiting: the future of the running loop is done after the commit."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._put(_Job(command, actor, answer, loop, background))
        return answer

    def call(self, command: Callable[[Tx], T], *, actor: str = "system") -> T:
        """Run a command and block until its commit; for threads that are not event loops."""
        answer: Future[T] = Future()
        self._put(_Job(command, actor, answer, None))
        return answer.result()

    def _put(self, job: _Job) -> None:
        with self._gate:  # what is let in before the end is carried out
            if self._closing:
                raise StorageFailed("The store is closing; nothing was written.")
            (self._background if job.background else self._urgent).append(job)
        if not self._wake.is_set():
            self._wake.set()

    # -- reading -----------------------------------------------------------------------------------------------

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Borrow a read-only connection; it sees the last commit. Safe from any thread, never blocked by the writer."""
        try:
            reader = self._readers.pop()
        except IndexError:
            reader = Reader(open_connection(self.path, self._key, write=False, vfs=self._vfs))
        try:
            yield reader
        except DAMAGE as error:
            raise damaged(self.path) from error
        finally:
            with self._gate:
                kept = not self._closing
                if kept:
                    self._readers.append(reader)
            if not kept:
                reader.connection.close()

    def read(self, question: Callable[[Reader], T]) -> T:
        """``question(reader)`` on a borrowed connection."""
        with self.reader() as reader:
            return question(reader)

    def fold_log(self) -> bool:
        """Fold the log beside the file into it and empty it: nothing that was erased is left in an old page of it.

        → False when somebody was reading; it is folded in later, as always.
        """
        connection = open_connection(self.path, self._key, write=True, vfs=self._vfs)
        try:
            return not Reader(connection).value("PRAGMA wal_checkpoint(TRUNCATE)")
        except apsw.Error:
            return False
        finally:
            connection.close()

    # -- the writer thread -------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            woken = self._wake.wait(PROBE_SECONDS if self.storage_failing else None)
            self._wake.clear()
            closing = self._closing  # before the queue is looked at: after this nothing more comes
            if not woken:  # nobody may dare to write while the banner says the disk is full: see whether it still is
                self._urgent.append(_Job(_probe, "engine", Future(), None))
            while self._urgent or self._background:
                self._batch()
            if closing:
                return

    def _take(self, count: int, urgent: int, deadline: float) -> _Job | None:
        """The next command of this batch: urgent ones first, with one of the background so that it never stands still.

        ``count`` and ``urgent``: how many the batch has. Background commands alone go on until an urgent one comes.
        """
        full = count >= BATCH_LIMIT or (count > 0 and time.perf_counter() > deadline)
        try:
            if self._urgent and not full:
                return self._urgent.popleft()
            if count > urgent and (full or urgent):
                return None
            return self._background.popleft()
        except IndexError:
            return None

    def _batch(self) -> None:
        done: list[_Job] = []
        urgent = 0
        events: list[Event] = []
        head = self.chain.head
        failure: LivePayError | None = None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            deadline = time.perf_counter() + BATCH_SECONDS
            while (job := self._take(len(done), urgent, deadline)) is not None:
                urgent += not job.background
                done.append(job)
                self._execute(job, events)
            self._connection.execute("COMMIT")
        except apsw.Error as error:
            failure = self._undo(error, head)
        if failure is not None:
            events.clear()
            if not done:  # not even begun: who waits is told, or the writer would go round in circles
                done = [job for _ in range(BATCH_LIMIT) if (job := self._take(0, 0, 0.0)) is not None]
            for job in done:
                job.error = failure
        self._report_storage(failure is not None)
        self._answer(done)
        if events:
            for subscriber in self._subscribers:
                try:
                    subscriber(events)
                except Exception:  # boundary: one view's failure must not stop the writer or the other views
                    log.exception("A subscriber failed")

    def _execute(self, job: _Job, events: list[Event]) -> None:
        """One command in its savepoint. Its own exception is its caller's; a lost transaction is everybody's."""
        tx, connection = self._tx, self._connection
        head = self.chain.head
        tx.now, tx.actor, tx.events = self.clock.now(), self.acting.get(job.actor, job.actor), []
        connection.execute("SAVEPOINT command")
        try:
            job.result = job.command(tx)
        except Exception as error:  # boundary: handed to the caller
            job.error = error
            if not connection.in_transaction or isinstance(error, _DISK):
                raise apsw.FullError(str(error)) from error
            connection.execute("ROLLBACK TO command")
            self.chain.head = head
        else:
            events.extend(tx.events)
        connection.execute("RELEASE command")

    def _undo(self, error: apsw.Error, head: tuple[int, bytes]) -> StorageFailed:
        with suppress(apsw.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        self.chain.head = head
        log.log(logging.DEBUG if self.storage_failing else logging.ERROR, "The database refused a commit: %s", error)
        return StorageFailed(
            "The disk refused to store this ({detail}). Free some space, then try again.", detail=str(error)
        )

    def _report_storage(self, failing: bool) -> None:
        if failing != self.storage_failing:
            self.storage_failing = failing
            if self.on_storage is not None:
                try:
                    self.on_storage(failing)
                except Exception:  # boundary: as for subscribers
                    log.exception("The banner could not be told")

    @staticmethod
    def _answer(done: list[_Job]) -> None:
        """One wake-up per event loop for the whole batch."""
        by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        for job in done:
            if job.loop is None:
                if job.error is not None:
                    job.answer.set_exception(job.error)
                else:
                    job.answer.set_result(job.result)
            else:
                by_loop.setdefault(job.loop, []).append(job)
        for loop, jobs in by_loop.items():
            try:
                loop.call_soon_threadsafe(_resolve, jobs)
            except RuntimeError:  # the loop closed while its command was committed: nobody is waiting any more
                log.debug("A loop closed before its answer")

    # -- the end -----------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Finish what waits, stop the writer, close every connection. Idempotent."""
        with self._gate:
            if self._closing:
                return
            self._closing = True
        self._wake.set()
        self._thread.join()
        connections = [*(reader.connection for reader in self._readers), self._connection]
        self._readers.clear()
        for connection in connections:
            with suppress(apsw.Error):  # a full disk: what is committed is safe in the log beside the file
                connection.close()


def _probe(tx: Tx) -> None:
    """A write of one page that changes nothing."""
    tx.run(f"PRAGMA user_version={tx.value('PRAGMA user_version')}")


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.answer.done():  # cancelled by its waiter; the commit stands
            continue
        if job.error is not None:
            job.answer.set_exception(job.error)
        else:
            job.answer.set_result(job.result)
