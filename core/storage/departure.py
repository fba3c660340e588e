"""That a store was moved to another computer: a mark in its folder, durable before the file it went in is in place.

So at every instant at most one of the two can be opened: the store while the mark is not there, the file once it is.
Killed between the two, what stands beside the file's name (``.partial``) is whole, and :func:`finish` puts it there.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from core.storage.vault import beside, write_private

ARCHIVED: Final = "archived"
"""The file that says a store is put away; empty, or this mark."""
_MOVED: Final = "moved"


class Departure(Struct, frozen=True):
    """``at``: ms UTC, 0 where a former version did not note it; ``file``: where it was written, empty likewise."""

    at: int = 0
    file: str = ""

    @property
    def path(self) -> Path | None:
        return Path(self.file) if self.file else None


def read(folder: Path) -> Departure | None:
    """None: it was not moved. A mark that cannot be read in full still says that it was."""
    try:
        first, _, rest = (folder / ARCHIVED).read_text("utf-8", "replace").partition("\n")
    except OSError:
        return None
    if first.strip() != _MOVED:
        return None
    try:
        noted = json.loads(rest or "{}")
        return Departure(int(noted.get("at", 0)), str(noted.get("file", "")))
    except (ValueError, TypeError, AttributeError):
        return Departure()


def write(folder: Path, departure: Departure) -> None:
    """On the disk when this returns. Raises OSError."""
    noted = json.dumps({"at": departure.at, "file": departure.file}, ensure_ascii=False)
    write_private(folder / ARCHIVED, f"{_MOVED}\n{noted}\n".encode())
    flush_names(folder)


def finish(folder: Path) -> None:
    """Put a file into place that a stop in the middle left beside it. Idempotent; without its disk nothing changes."""
    departure = read(folder)
    path = departure.path if departure else None
    if path is None:
        return
    with suppress(OSError):
        if not path.exists() and beside(path).is_file():
            beside(path).replace(path)
            flush_names(path.parent)


def destroy_file(departure: Departure) -> bool:
    """Remove the file it went in, so that nobody opens it later by mistake. → whether it is certainly gone."""
    path = departure.path
    if path is None or not path.parent.is_dir():
        return False
    try:
        found = path.exists() or beside(path).exists()
        path.unlink(missing_ok=True)
        beside(path).unlink(missing_ok=True)
        flush_names(path.parent)
    except OSError:
        return False
    return found


def flush_names(folder: Path) -> None:
    """Have the disk keep the names in a folder, where the system lets one ask for that."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some file systems refuse; they keep names in their own way
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
