"""A store's files as pieces that are kept once each.

The database file is encrypted page by page, and a page that did not change keeps its bytes. So the raw file, cut into
pieces named by their SHA-256, is a backup in which only changed pieces are new, and which needs no second encryption:
whoever keeps the pieces cannot read them.

Media files are plain on this computer and are sealed on the way out, always the same way for the same content, so that
a picture has one name for ever and is kept once. AES-256-GCM with a nonce that is a keyed hash of the content is a
synthetic-IV scheme (Rogaway and Shrimpton, 2006): the nonce repeats only with the very same content, where it gives the
very same bytes; two contents share one by chance once in some 2⁴⁸ pieces. All it shows is that two pieces of one store
are equal, and nobody can test a guess at a content without the key. Both keys are the store's alone, so no picture is
recognised across stores. AES-GCM-SIV would do the same, and is not in every build of the library.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import apsw

from core.kernel.errors import OutsideWorld
from core.storage.vault import derive

PAGES: Final = 16 * 1024
"""Bytes of a piece of the database and its log: four pages. A changed page costs its piece, and a line may be slow."""
PIECE: Final = 64 * 1024
"""Of a picture, which does not change."""
_NONCE: Final = 12
_RAW_SYSTEMS: Final = ("unix", "win32")


class Stopped(Exception):
    """The program ends: what was under way is dropped, and begun anew after the next start."""


Check = Callable[[], None]
"""Asked again and again by what takes long. Raises Stopped."""


def never() -> None:
    """A :data:`Check` for what nobody stops."""


class Damaged(OutsideWorld):
    """What is kept is not what was written. (Out of reach is another thing.)"""


class Harmed(Damaged):
    """A piece of a backup is not what was kept, or is gone: ``piece`` is its name."""

    def __init__(self, message: str, piece: str, **params: Any) -> None:
        super().__init__(message, name=piece, **params)
        self.piece = piece


def database_pieces(path: Path) -> Iterator[bytes]:
    """The raw bytes of an open database, a piece at a time.

    Read through SQLite's own file system: closing an ordinary file handle of a database would drop the locks that this
    process has on it (sqlite.org/howtocorrupt.html §2.2).
    """
    system = next(name for name in apsw.vfs_names() if name in _RAW_SYSTEMS)
    flags = apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY
    file = apsw.VFSFile(system, str(path.resolve()), [flags, 0])
    try:
        size = file.xFileSize()
        for offset in range(0, size, PAGES):
            yield file.xRead(min(PAGES, size - offset), offset)
    finally:
        file.xClose()


def file_pieces(path: Path, size: int = PIECE) -> Iterator[bytes]:
    """The bytes of an ordinary file, a piece at a time; nothing when there is none."""
    try:
        with path.open("rb") as file:
            while piece := file.read(size):
                yield piece
    except FileNotFoundError:
        return


class Sealer:
    """Seals what is plain. One content always gives one piece, so that it is kept once."""

    def __init__(self, store_key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._naming = derive(store_key, "backup names")
        self._aead: Any = AESGCM(derive(store_key, "backup media"))

    def seal(self, plain: bytes) -> bytes:
        """The nonce is taken from a keyed hash of the content: equal nonces mean equal contents."""
        nonce = hmac.digest(self._naming, plain, "sha256")[:_NONCE]
        sealed: bytes = self._aead.encrypt(nonce, plain, None)
        return nonce + sealed

    def open(self, sealed: bytes) -> bytes:
        plain: bytes = self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        return plain


def name_of(piece: bytes) -> str:
    return hashlib.sha256(piece).hexdigest()


def path_of(prefix: str, name: str) -> str:
    """Where a piece is kept: ``<store>/pieces/ab/abcd…``."""
    return f"{prefix}/pieces/{name[:2]}/{name}"
