"""Between the window's thread and the shop's: changes come in, verbs go out.

Changes are posted from any thread. The first of a quiet moment reaches the window at once; those that follow are
handed over together at most every 33 ms (reference stack: painted at p99 36 ms instead of 104 with a fixed tick).
Verbs run in a small pool; their result or error comes back on the window's thread, and errors are said to the seller.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.support.mishaps import report
from desktop.texts import Texts
from desktop.widgets.notices import Notice

log = logging.getLogger(__name__)
T = TypeVar("T")
BATCH_MS: Final = 33


class Change(Protocol):
    """What changed: the area's name and the id of the object, 0 for all. ``core.kernel.events.Event`` is one."""

    @property
    def area(self) -> str: ...

    @property
    def subject(self) -> int: ...


class Stopped(Exception):
    """Long work was asked to stop, and ended where it stood."""


class Control:
    """Handed to long work: tell how far it is, ask whether it should stop."""

    def __init__(self, report: Callable[[int, int], None]) -> None:
        self._report = report
        self._stop = threading.Event()

    def report(self, done: int, total: int) -> None:
        """So many of so many are done. From any thread."""
        self._report(done, total)

    def advance(self, done: int, total: int = 0) -> None:
        """As :meth:`report`; ``total`` 0: nobody knows. Raises Stopped where the work should end."""
        self._report(done, total)
        if self.stopped:
            raise Stopped

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()


class Task(Generic[T]):
    """One verb under way. ``cancel`` asks long work to stop and drops a result that comes all the same."""

    def __init__(
        self,
        name: str,
        owner: QObject | None,
        done: Callable[[T], object] | None,
        failed: Callable[[Exception], object] | None,
        progress: Callable[[int, int], object] | None,
        report: Callable[[int, int], None],
    ) -> None:
        self.name = name
        self.control = Control(report)
        self.running = True
        self._owner, self._done, self._failed, self._progress = owner, done, failed, progress

    def cancel(self) -> None:
        self.control.stop()
        self.running = False

    def _wanted(self) -> bool:
        return self._owner is None or shiboken6.isValid(self._owner)


class Bridge(QObject):
    """``changed`` carries a list of :class:`Change`; ``notice`` a :class:`Notice` for the window to show; ``mishap`` a
    report of a fault of ours that the person wants to read."""

    changed = Signal(list)
    notice = Signal(object)
    mishap = Signal(str)
    _wake = Signal()
    _ended = Signal(object, object, object)
    _advanced = Signal(object, int, int)

    def __init__(self, t: Texts, workers: int = 3, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._t = t
        self._lock = threading.Lock()
        self._waiting: list[Change] = []
        self._woken = False
        self._closed = False
        self._delivered_at = 0.0
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="window")
        self._tasks: set[Task[Any]] = set()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._deliver)
        self._wake.connect(self._deliver)
        self._ended.connect(self._finish)
        self._advanced.connect(self._tell_progress)

    def post(self, changes: Iterable[Change]) -> None:
        """Hand changes over to the window. From any thread; never waits."""
        with self._lock:
            self._waiting.extend(changes)
            wake = bool(self._waiting) and not self._woken and not self._closed
            self._woken = self._woken or wake
        if wake:
            self._wake.emit()

    def run(
        self,
        work: Callable[[], T | Future[T]],
        *,
        owner: QObject | None = None,
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        name: str = "",
    ) -> Task[T]:
        """Run a verb off the window's thread; call back on it.

        ``work`` returns the result or a future of it. Without ``failed``, or when ``failed`` returns False, an error is
        shown as a notice. Nothing is called back once ``owner`` is gone; an error is then shown as a notice too, and
        nothing at all is said of a task that was cancelled.
        """

        def ignoring(_: Control) -> T | Future[T]:
            return work()

        return self.run_long(ignoring, owner=owner, done=done, failed=failed, name=name)

    def run_long(
        self,
        work: Callable[[Control], T | Future[T]],
        *,
        owner: QObject | None = None,
        done: Callable[[T], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        progress: Callable[[int, int], object] | None = None,
        name: str = "",
    ) -> Task[T]:
        """As :meth:`run`, for work that takes a :class:`Control`, reports progress and can be stopped."""
        task: Task[T] = Task(name, owner, done, failed, progress, lambda n, of: self._advanced.emit(task, n, of))
        if self._closed:  # a field that loses the keyboard as the window goes still wants to save
            task.running = False
            return task
        self._tasks.add(task)
        self._pool.submit(self._work, task, work)
        return task

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    @property
    def tasks(self) -> tuple[str, ...]:
        """The names of what runs."""
        return tuple(task.name for task in self._tasks)

    def close(self) -> None:
        """Stop taking changes and wait for what runs. Results that come later are dropped."""
        self.quiet()
        self.drain()

    def quiet(self) -> None:
        """The first half of :meth:`close`, on the window's thread: from now on nothing is called back."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self._timer.stop()

    def drain(self) -> None:
        """The second half: wait for what runs. From any thread."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, task: Task[Any], work: Callable[[Control], Any]) -> None:
        result: Any = None
        error: Exception | None = None
        try:
            result = work(task.control)
            if isinstance(result, Future):
                result = result.result()
        except Exception as raised:  # noqa: BLE001 - boundary: task; whatever it raises is told to the seller
            error = raised
        if not self._closed:
            self._ended.emit(task, result, error)

    def _deliver(self) -> None:
        wait = self._delivered_at + BATCH_MS / 1000 - time.monotonic()
        if wait > 0:
            self._timer.start(max(1, round(wait * 1000)))
            return
        with self._lock:
            changes, self._waiting = self._waiting, []
            self._woken = False
        self._delivered_at = time.monotonic()
        if changes:
            self.changed.emit(changes)

    def _finish(self, task: Task[Any], result: Any, error: Exception | None) -> None:
        self._tasks.discard(task)
        if not task.running:
            return
        task.running = False
        wanted = task._wanted()
        if error is None:
            if task._done and wanted:
                task._done(result)
        elif not wanted or task._failed is None or task._failed(error) is False:
            self.explain(error, task.name)  # also when who asked has closed their dialog: it was not done

    def _tell_progress(self, task: Task[Any], done: int, total: int) -> None:
        if task.running and task._progress and task._wanted():
            task._progress(done, total)

    def explain(self, error: Exception, name: str = "") -> None:
        """Say an error to the seller: our own errors in their words, anything else as our fault, with a log."""
        if isinstance(error, LivePayError):
            self.notice.emit(Notice(explain(error, self._t.language), "danger"))
            return
        log.error("window task %s failed", name or "?", exc_info=error)
        self.tell_mishap(report(f"window task {name or '?'} failed", error))

    def tell_mishap(self, text: str) -> None:
        """Say that it was our fault, and offer what a helper needs to know of it."""
        said = self._t("Something went wrong in LivePay. Nothing was lost; the details are in the log.")
        self.notice.emit(Notice(said, "danger", self._t("See the report"), partial(self.mishap.emit, text)))


class Branch(Bridge):
    """Another shop in the same window, such as a practice sale's: its changes reach its own page only, and its verbs
    run with the window's."""

    def __init__(self, trunk: Bridge) -> None:
        super().__init__(trunk._t, parent=trunk)
        self._trunk = trunk

    def post(self, changes: Iterable[Change]) -> None:
        if not self._trunk._closed:
            super().post(changes)

    def run_long(self, *args: Any, **how: Any) -> Task[Any]:
        return self._trunk.run_long(*args, **how)

    @property
    def busy(self) -> bool:
        return self._trunk.busy

    def explain(self, error: Exception, name: str = "") -> None:
        self._trunk.explain(error, name)

    def leave(self) -> None:
        """The other shop is closed, or will be."""
        self.close()
        self.deleteLater()
