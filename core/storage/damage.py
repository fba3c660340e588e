"""Where a store's file is damaged: the first page that is not as it was written, in bytes of the file."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import apsw

from core.kernel.errors import EnvironmentProblem
from core.storage.connection import DAMAGE, damaged, keyed

PAGE: Final = 4096  # SQLite's default, which no store ever changed


def place_of_damage(path: Path, key: bytes) -> tuple[int, int] | None:
    """First byte of the page and first after it; None where every page can be read.

    SQLite's online backup reads all pages in their order, so the one it stops at is known; the copy is thrown away.
    With another key than the file's, that is the first.
    """
    source = keyed(path, key, apsw.SQLITE_OPEN_READONLY)
    pages: list[int] = []
    try:
        with tempfile.TemporaryDirectory(prefix="reading-", dir=path.parent) as room:
            copy = keyed(Path(room) / "copy.db", key, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
            try:
                copy.execute("PRAGMA synchronous=OFF")
                with suppress(*DAMAGE), copy.backup("main", source, "main") as work:
                    while not work.done:
                        pages = [work.page_count - work.remaining]
                        work.step(1)
                    pages = []
            finally:
                copy.close()
    finally:
        source.close()
    return (pages[0] * PAGE, (pages[0] + 1) * PAGE) if pages else None


def damaged_at(path: Path, key: bytes) -> EnvironmentProblem:
    """What to raise for DAMAGE, with its place where that can be found."""
    try:
        place = place_of_damage(path, key)
    except (OSError, apsw.Error):
        place = None
    if place is None:
        return damaged(path)
    return EnvironmentProblem(
        "The store's data is damaged: {path}, between byte {first} and byte {end}. Restore a backup.",
        path=path,
        first=place[0],
        end=place[1],
    )
