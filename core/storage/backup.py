"""A store in one encrypted file: database, secrets, media and key, verified after writing.

Inside the seal (:mod:`core.storage.sealed`, magic ``LIVEPAY-BACKUP-2\\n``): 8-byte length ‖ JSON ‖ the files one after
the other. The JSON, ``inside.json``, comes first and says which files follow and how long each is, so that every byte
of the file belongs to something that has a name. The recovery key belongs to the home, not to the store, so that a
store deleted or lost can come back; elsewhere it is given in ``LIVEPAY_RECOVERY_KEY``.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import apsw
from msgspec import Struct
from msgspec.structs import asdict

from core.kernel.errors import EnvironmentProblem, Refused
from core.kernel.reasons import reason
from core.storage import arriving, backup_v1, sealed
from core.storage.connection import open_connection
from core.storage.folder import Home, StoreCard
from core.storage.migrations import copy_database
from core.storage.vault import KEY_SIZE, Vault, private_file, write_private

MAGIC: Final = b"LIVEPAY-BACKUP-2\n"
_INSIDE: Final = "inside.json"
_DATABASE: Final = ("store.db",)
_LENGTH: Final = 8
_TRIES: Final = 3
_SAID: Final = {
    "changed": "The backup {path} is damaged between byte {first} and byte {end}: {what} is there.",
    "cut": "The backup {path} is cut off at byte {first}, in {what}: copy it again from where it was made.",
    "added": "The backup {path} goes on after its end: what stands from byte {first} on was added.",
    "moved": "The backup {path} is damaged between byte {first} and byte {end}: {what} is not in its place there.",
    "unreadable": "The backup {path} cannot be read from byte {first} on, where {what} is.",
}


Tell = Callable[[int, int], None]
"""So many bytes of so many are done. What it raises ends the work, and nothing is left of it."""


def silent(done: int, total: int) -> None:
    """Nobody wants to know."""


class Written(Struct, frozen=True):
    size: int
    key_path: Path


def recovery_key(home: Home, *, create: bool) -> bytes:
    """The home's key for backups: 32 bytes. Raises EnvironmentProblem when it is missing and not to be made."""
    given = os.environ.get("LIVEPAY_RECOVERY_KEY")
    path = home.path / "recovery.key"
    try:
        if given:
            return bytes.fromhex(given.strip())
        if path.exists():
            return bytes.fromhex(path.read_text("ascii").strip())
    except (ValueError, OSError):
        raise EnvironmentProblem("The recovery key cannot be read: it is 64 characters of 0-9 and a-f.") from None
    if not create:
        raise EnvironmentProblem("The recovery key is missing: put it in {path} or in LIVEPAY_RECOVERY_KEY.", path=path)
    key = secrets.token_bytes(KEY_SIZE)
    home.path.mkdir(parents=True, exist_ok=True)
    write_private(path, key.hex().encode())
    return key


def write(
    home: Home,
    folder: Path,
    card: StoreCard,
    vault: Vault,
    secret_names: list[str],
    target: Path,
    *,
    sealed_with: bytes | None = None,
    more: Mapping[str, Any] | None = None,
    tell: Tell = silent,
    whole: Callable[[Opened], object] = lambda opened: None,
) -> Written:
    """Back a store up while it is open; the file is read back whole. Raises EnvironmentProblem.

    ``sealed_with``: another key than the home's recovery key; ``more`` is kept beside the card. ``whole`` is called
    with the file at its beginning, once all of it is on the disk and was read back, before it takes its place; what
    that raises leaves no file.
    """
    key, recovery = vault.database_key(), sealed_with or recovery_key(home, create=True)
    inside = {"card": asdict(card), "key": key.hex(), "secrets": {n: vault.get(n) for n in secret_names}}
    inside |= more or {}
    with tempfile.TemporaryDirectory(dir=folder) as room:
        copy = Path(room) / "store.db"
        source = open_connection(folder / "store.db", key, write=False)
        try:
            copy_database(source, copy, key)
        finally:
            source.close()
        try:
            with private_file(target) as file:
                _write(file, folder, copy, inside, recovery, tell)
                _verify(file, target, recovery, tell)
                os.fsync(file.fileno())
                size = file.seek(0, os.SEEK_END)
                whole(_open(file, target, recovery))
        except OSError as error:
            raise EnvironmentProblem(
                "The file {path} cannot be written ({detail}).", path=target, detail=reason(error)
            ) from None
    return Written(size, home.path / "recovery.key")


class _Moved(Exception):
    """A picture went, or became another, while it was being copied: begin again."""


def _write(file: BinaryIO, folder: Path, copy: Path, inside: dict[str, Any], recovery: bytes, tell: Tell) -> None:
    for left in reversed(range(_TRIES)):
        file.seek(0)
        file.truncate()
        files = {"store.db": copy}
        files |= {f"media/{path.name}": path for path in sorted((folder / "media").glob("*")) if path.is_file()}
        try:
            _stream(file, files, inside, recovery, tell)
        except (_Moved, FileNotFoundError) as error:
            if not left:
                raise OSError(0, f"{error} is being changed") from None
        else:
            return


def _stream(file: BinaryIO, files: dict[str, Path], inside: dict[str, Any], recovery: bytes, tell: Tell) -> None:
    out = sealed.Writer(file, MAGIC, recovery)
    sizes = {name: path.stat().st_size for name, path in files.items()}
    done, total = 0, 2 * sum(sizes.values())  # written, then read back
    head = json.dumps({**inside, "files": list(sizes.items())}).encode()
    out.write(len(head).to_bytes(_LENGTH, "big") + head)
    for name, path in files.items():
        left = sizes[name]
        with path.open("rb") as source:
            while left and (part := source.read(min(left, sealed.CHUNK))):
                out.write(part)
                left -= len(part)
                tell(done := done + len(part), total)
            if left or source.read(1):
                raise _Moved(name)
    out.finish()


def _verify(file: BinaryIO, target: Path, recovery: bytes, tell: Tell) -> None:
    """Read it back as a restore would."""
    file.flush()
    opened = _open(file, target, recovery)
    total = done = sum(length for _, length in opened.files)
    for _, length in opened.files:
        while length:
            read = len(opened.read(min(length, sealed.CHUNK)))
            length -= read
            tell(done := done + read, 2 * total)
    opened.finish()


class OtherKey(Refused):
    """The recovery key is not the one that this was made with."""


class Opened:
    """A backup file as it is read. Every method raises Refused for what is not as it was written, with its place."""

    def __init__(self, file: BinaryIO, size: int, path: Path, recovery: bytes) -> None:
        self._path = path
        self._size = size
        self.files: list[tuple[str, int]] = []
        self._index = 0
        try:
            self._source = sealed.Reader(file, size, MAGIC, recovery)
            self._index = _LENGTH + int.from_bytes(self._source.read(_LENGTH), "big")
            self.inside: dict[str, Any] = json.loads(self._source.read(self._index - _LENGTH))
        except sealed.Harmed as harm:
            raise self._refusal(harm) from None
        except sealed.OtherKey:
            raise OtherKey("The backup {path} was made with another recovery key.", path=path) from None
        except sealed.NotSealed:
            raise Refused("This file is not a LivePay backup.") from None
        self.files = [(str(name), int(length)) for name, length in self.inside["files"]]
        whole = self._index + sum(length for _, length in self.files)
        self._source.whole_size = sealed.sealed_size(MAGIC, whole)

    def read(self, size: int) -> bytes:
        try:
            return self._source.read(size)
        except sealed.Harmed as harm:
            raise self._refusal(harm) from None

    def copy(self, length: int, out: BinaryIO, tell: Tell = silent, done: int = 0, total: int = 0) -> int:
        """So many bytes into another file. → how many are done now, of all."""
        while length:
            part = out.write(self.read(min(length, sealed.CHUNK)))
            length -= part
            tell(done := done + part, total)
        return done

    def finish(self) -> None:
        """Raises Refused when something follows."""
        try:
            self._source.finish()
        except sealed.Harmed as harm:
            raise self._refusal(harm) from None

    def _refusal(self, harm: sealed.Harmed) -> Refused:
        what = self._held(harm.plain, harm.plain + max(1, harm.end - harm.first))
        return Refused(_SAID[harm.how], path=self._path, first=harm.first, end=harm.end, what=what)

    def _held(self, first: int, end: int) -> str:
        """The names of what this stretch of the content belongs to."""
        begin, found = 0, []
        for name, length in [(_INSIDE, self._index), *self.files]:
            if begin < end and first < begin + length:
                found.append(name)
            begin += length
        if not self.files:
            found = [_INSIDE]
        more = len(found) - 3
        return ", ".join(found[:3]) + (f", +{more}" if more > 0 else "") or (self.files[-1][0] if self.files else "")


def look_into(path: Path, recovery: bytes) -> Mapping[str, Any]:
    """What stands at the head of a file: ``card`` and what was kept beside it. Raises Refused, EnvironmentProblem."""
    try:
        with path.open("rb") as file:
            return _open(file, path, recovery).inside
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be read ({detail}).", path=path, detail=reason(error)
        ) from None


def restore(home: Home, path: Path, name: str | None, recovery: bytes | None = None, tell: Tell = silent) -> StoreCard:
    """Bring a store back, under its own name or another; ``recovery``: another key than this computer's.

    Raises Refused (not a backup, name taken, other key; damaged, with the place), EnvironmentProblem.
    """
    recovery = recovery or recovery_key(home, create=False)
    try:
        with path.open("rb") as file:
            old = _old(file, path, recovery)
            if old is not None:
                return _restore_v1(home, old, name)
            opened = _open(file, path, recovery)
            card = arriving.named(StoreCard(**opened.inside["card"]), name)
            done, total = 0, sum(length for _, length in opened.files)
            with arriving.arrival(home, card) as folder:
                for file_name, length in opened.files:
                    with (folder / arriving.plain_name(file_name, _DATABASE)).open("wb") as out:
                        done = opened.copy(length, out, tell, done, total)
                opened.finish()
                return _settle(folder, card, opened.inside)
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be read ({detail}).", path=path, detail=reason(error)
        ) from None


def _open(file: BinaryIO, path: Path, recovery: bytes) -> Opened:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return Opened(file, size, path, recovery)


def _old(file: BinaryIO, path: Path, recovery: bytes) -> backup_v1.Content | None:
    """What a former version wrote; None where this is none of its files."""
    if file.read(len(backup_v1.MAGIC)) != backup_v1.MAGIC:
        return None
    try:
        return backup_v1.read(path, recovery)
    except Refused as refusal:
        try:
            _open(file, path, recovery)  # it may be a present one, harmed in the very byte that tells them apart
        except OtherKey:
            raise refusal from None
        raise


def _restore_v1(home: Home, content: backup_v1.Content, name: str | None) -> StoreCard:
    card = arriving.named(StoreCard(**content.inside["card"]), name)
    with arriving.arrival(home, card) as folder:
        for file_name, data in content.files.items():
            (folder / arriving.plain_name(file_name, _DATABASE)).write_bytes(data)
        return _settle(folder, card, content.inside)


def _settle(folder: Path, card: StoreCard, inside: dict[str, Any]) -> StoreCard:
    key = bytes.fromhex(inside["key"])
    try:
        open_connection(folder / "store.db", key, write=True).close()
    except apsw.Error as error:
        raise Refused("The backup is damaged: {name} ({detail}).", name="store.db", detail=str(error)) from None
    return arriving.settle(folder, card, key, inside["secrets"])
