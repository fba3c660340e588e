"""A disk whose ``fsync`` takes 4 ms, as a hard disk or a cheap memory card does: everything else is the real one."""

from __future__ import annotations

import time
from typing import Final

import apsw

NAME: Final = "slowdisk"
FSYNC: Final = 0.004


class SlowDisk(apsw.VFS):
    """Registered under :data:`NAME` for as long as the object lives."""

    def __init__(self) -> None:
        super().__init__(NAME, "")

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> apsw.VFSFile:
        return _SlowFile("", name, flags)


class _SlowFile(apsw.VFSFile):
    def xSync(self, flags: int) -> None:
        time.sleep(FSYNC)
        super().xSync(flags)
