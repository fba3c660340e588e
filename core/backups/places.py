"""Where backups go. A place keeps named pieces of bytes; a folder or a removable disk here, a bucket in adapters."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from core.backups.pieces import Check
from core.kernel.errors import OutsideWorld
from core.kernel.reasons import reason
from core.storage.vault import write_private

MISSING: Final = "The backup is incomplete: {name} is missing in {place}."
_UNPLUGGED: Final = "The backup folder {place} is not there: plug its disk in, or choose another folder."
_SAID: Final = (  # errno, Windows' own numbers (learn.microsoft.com/windows/win32/debug/system-error-codes), a sentence
    (
        {errno.ENOSPC, errno.EDQUOT},
        {112},
        "The backup disk {place} is full: free some room on it, or choose another one.",
    ),
    (
        {errno.EROFS, errno.EACCES, errno.EPERM},
        {5, 19},
        "The backup disk {place} cannot be written: it is protected, or not yours to write on.",
    ),
    (
        {errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE},
        {21, 55, 433, 1006, 1167},
        "The backup disk {place} was pulled out or fails: plug it in again, or choose another one.",
    ),
)
_TOGETHER: Final = 256
_GONE: Final = "The backup place {place} cannot be used ({detail})."


class Missing(OutsideWorld):
    """A piece that should be there is not."""


class Place(Protocol):
    """Names are relative paths with ``/``. Every method raises OutsideWorld when the place is out of reach."""

    label: str

    def heed(self, check: Check) -> None:
        """Whatever takes long from now on asks this, and ends when it raises."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Keep a piece, whole or not at all, and durably; the same name twice keeps the later one."""
        ...

    def put_later(self, name: str, content: bytes) -> None:
        """As :meth:`put`, but it may be there, and last, only after :meth:`finish`: many pieces are quicker so."""
        ...

    def finish(self) -> None:
        """All that was put before is there now, durably."""
        ...

    def abandon(self) -> None:
        """Give up what was put for later. Never raises."""
        ...

    def get(self, name: str) -> bytes:
        """Raises Missing when there is no such piece."""
        ...

    def names(self, folder: str = "") -> list[str]:
        """All pieces below a folder, in no promised order."""
        ...

    def remove(self, name: str) -> None:
        """Forget a piece; one that is gone already is no error."""
        ...


class FolderPlace:
    """A folder of this computer, of a removable disk or of another computer. It is never created: an unplugged disk
    must not turn into a folder on the very disk it protects."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._later: list[tuple[Path, Path]] = []
        self.label = str(root)

    def heed(self, check: Check) -> None:
        """Nothing here takes long: who keeps and fetches pieces asks between them."""

    def put(self, name: str, content: bytes) -> None:
        self._look()
        try:
            path = self._root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, content)
        except OSError as error:
            raise self._gone(error) from None

    def put_later(self, name: str, content: bytes) -> None:
        """Written now, synced and named with many others: a name stands for a whole file only."""
        self._look()
        try:
            path = self._root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(path.name + ".partial")
            partial.write_bytes(content)
        except OSError as error:
            raise self._gone(error) from None
        self._later.append((partial, path))
        if len(self._later) >= _TOGETHER:
            self.finish()

    def abandon(self) -> None:
        for partial, _ in self._later:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        self._later.clear()

    def finish(self) -> None:
        try:
            for partial, _ in self._later:
                with partial.open("rb+") as file:
                    os.fsync(file.fileno())
            for partial, path in self._later:
                partial.replace(path)
        except OSError as error:
            raise self._gone(error) from None
        finally:
            self._later.clear()

    def get(self, name: str) -> bytes:
        self._look()
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            self._look()
            raise Missing(MISSING, name=name, place=self.label) from None
        except OSError as error:
            raise self._gone(error) from None

    def names(self, folder: str = "") -> list[str]:
        self._look()
        found: list[str] = []
        try:
            for where, _, files in os.walk(self._root / folder, onerror=_again):
                base = Path(where).relative_to(self._root)
                found += [(base / file).as_posix() for file in files if not file.endswith(".partial")]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._gone(error) from None
        return found

    def remove(self, name: str) -> None:
        try:
            (self._root / name).unlink(missing_ok=True)
        except OSError as error:
            raise self._gone(error) from None

    def _look(self) -> None:
        if not self._root.is_dir():
            raise OutsideWorld(_UNPLUGGED, place=self.label)

    def _gone(self, error: OSError) -> OutsideWorld:
        """One sentence for what can happen to a disk."""
        if isinstance(error, FileNotFoundError | NotADirectoryError) and not self._root.is_dir():
            return OutsideWorld(_UNPLUGGED, place=self.label)
        windows = getattr(error, "winerror", None)
        for numbers, theirs, sentence in _SAID:
            if windows in theirs if windows else error.errno in numbers:
                return OutsideWorld(sentence, place=self.label)
        return OutsideWorld(_GONE, place=self.label, detail=reason(error))


def _again(error: OSError) -> None:
    raise error
