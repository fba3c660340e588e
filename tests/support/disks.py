"""A disk that runs full and is freed again, under real SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


class Disk(apsw.VFS):
    """SQLite's own file system; while ``full`` is set, no byte of the given kinds of files can be written.

    ``refused`` counts the writes that were refused.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.full = False
        self.refused = 0
        super().__init__(name, "")

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> apsw.VFSFile:
        return _File(self, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: apsw.URIFilename | str | None, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._disk.full:
            self._disk.refused += 1
            raise apsw.FullError("disk full")
        super().xWrite(data, offset)


@contextmanager
def disk(name: str) -> Iterator[Disk]:
    """A disk under this name (``vfs=name``), as long as stores on it are open."""
    made = Disk(name)
    try:
        yield made
    finally:
        made.full = False
        made.unregister()
