"""The program's log on this computer: a small file beside the stores, with nobody's data in it."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
from pathlib import Path
from typing import Final, TextIO

from core.kernel.clock import Clock, SystemClock, rfc3339
from core.support.redact import redact

FILE: Final = "livepay.log"
FAULT: Final = "fault.log"
_SIZE: Final = 1_000_000  # bytes of one file
_KEPT: Final = 3  # older ones
_OURS: Final = ("core", "desktop", "livepay", "localserver")


class Plain(logging.Formatter):
    """``2026-11-26T07:05:23.123Z WARNING core.x: message``, and under it the trace of an error; all of it redacted."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def format(self, record: logging.LogRecord) -> str:
        line = f"{rfc3339(self._clock.now())} {record.levelname} {record.name}: {redact(record.getMessage())}"
        if record.exc_info:
            line += "\n" + redact(self.formatException(record.exc_info))
        return line


def folder(home: Path) -> Path:
    return home / "logs"


class Logbook:
    """Writes from :meth:`open` to :meth:`close`. A disk that takes nothing costs the log, never the sale."""

    def __init__(self, home: Path, clock: Clock | None = None) -> None:
        self.folder = folder(home)
        self._clock = clock or SystemClock()
        self._handler: logging.Handler | None = None
        self._fault: TextIO | None = None

    def open(self) -> None:
        """Begin to write; our own parts from INFO on, others' warnings."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handler = logging.handlers.RotatingFileHandler(
                self.folder / FILE, maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8", delay=True
            )
            self._fault = (self.folder / FAULT).open("a", encoding="utf-8")
        except OSError:
            return
        handler.setFormatter(Plain(self._clock))
        handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.split(".")[0] in _OURS)
        for name in _OURS:
            logging.getLogger(name).setLevel(logging.INFO)
        logging.getLogger().addHandler(handler)
        faulthandler.enable(self._fault)
        self._handler = handler

    def close(self) -> None:
        """Idempotent."""
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
            self._handler.close()
            self._handler = None
        if self._fault is not None:
            faulthandler.disable()
            self._fault.close()
            self._fault = None


def files(home: Path) -> list[Path]:
    """What is kept, the newest first."""
    names = [FILE, *(f"{FILE}.{n}" for n in range(1, _KEPT + 1))]
    return [path for name in names if (path := folder(home) / name).is_file()]


def tail(home: Path, lines: int = 500) -> list[str]:
    """The last lines, oldest first; empty when nothing was written."""
    found: list[str] = []
    for path in files(home):
        try:
            found = path.read_text("utf-8", errors="replace").splitlines() + found
        except OSError:
            continue
        if len(found) >= lines:
            break
    return found[-lines:]


def last_fault(home: Path) -> str:
    """What the program left when it was torn down by the system, redacted; empty when it never was."""
    try:
        return redact((folder(home) / FAULT).read_text("utf-8", errors="replace")).strip()
    except OSError:
        return ""


def forget_fault(home: Path) -> None:
    """Once a person has seen it."""
    try:
        (folder(home) / FAULT).write_text("", "utf-8")
    except OSError:
        return
