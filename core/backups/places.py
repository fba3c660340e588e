"""Where backups go. A place keeps named pieces of bytes; a folder or a removable disk here, a bucket in adapters."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Protocol

from core.kernel.errors import OutsideWorld
from core.storage.vault import write_private

MISSING: Final = "The backup is incomplete: {name} is missing in {place}."
_TOGETHER: Final = 256
_GONE: Final = "The backup place {place} cannot be used ({detail})."


class Missing(OutsideWorld):
    """A piece that should be there is not."""


class Place(Protocol):
    """Names are relative paths with ``/``. Every method raises OutsideWorld when the place is out of reach."""

    label: str

    def put(self, name: str, content: bytes) -> None:
        """Keep a piece, whole or not at all, and durably; the same name twice keeps the later one."""
        ...

    def put_later(self, name: str, content: bytes) -> None:
        """As :meth:`put`, but it may be there, and last, only after :meth:`finish`: many pieces are quicker so."""
        ...

    def finish(self) -> None:
        """All that was put before is there now, durably."""
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
            raise Missing(
                "The backup is incomplete: {name} is missing in {place}.", name=name, place=self.label
            ) from None
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
            raise OutsideWorld(
                "The backup folder {place} is not there: plug its disk in, or choose another folder.", place=self.label
            )

    def _gone(self, error: OSError) -> OutsideWorld:
        return OutsideWorld(_GONE, place=self.label, detail=error.strerror or type(error).__name__)


def _again(error: OSError) -> None:
    raise error
