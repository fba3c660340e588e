"""When something went wrong in LivePay: nothing is hidden, and nothing is saved before the person has seen it.

Errors of our own making end in the log with their trace; here each becomes a report that the window offers to show.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final

from PySide6.QtCore import QObject, Signal

from core.support.mishaps import report

log = logging.getLogger(__name__)
_FEW: Final = 20
BRIDGE: Final = "desktop.bridge"


class Mishaps(QObject):
    """``happened`` with a report, on the window's thread. Listens from :meth:`listen` to :meth:`leave`."""

    happened = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._handler = _Listener(self.happened.emit)
        self._before: tuple[object, object] | None = None

    def listen(self) -> None:
        """Take what nobody caught, on any thread, into the log; and everything the log calls an error."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread
        logging.getLogger().addHandler(self._handler)

    def leave(self) -> None:
        """Idempotent."""
        logging.getLogger().removeHandler(self._handler)
        if self._before is not None:
            sys.excepthook, threading.excepthook = self._before  # type: ignore[assignment]
            self._before = None


class _Listener(logging.Handler):
    """Errors with a trace become a report; no more than a few, so that a storm of them stays readable."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell
        self._told = 0

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.name != BRIDGE and self._told < _FEW:  # the bridge tells its own
            self._told += 1
            self._tell(report(f"{record.name}: {record.getMessage()}", record.exc_info[1]))


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.error("nobody caught this", exc_info=(kind, error, trace))


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None:
        _uncaught(given.exc_type, given.exc_value, given.exc_traceback)
