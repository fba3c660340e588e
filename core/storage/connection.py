"""Opening one encrypted SQLite connection, and the small vocabulary spoken over it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import apsw

from core.kernel.errors import EnvironmentProblem

if TYPE_CHECKING:
    from core.storage.given import GivenConnection

# AEGIS-256 (SQLite3 Multiple Ciphers): authenticated, 256-bit key, built on the AES round function, and the only cipher
# of the build that costs nothing measurable here (docs/architecture.md, decision D3). Answers F121.
CIPHER: Final = "aegis"

DAMAGE: Final = (apsw.CorruptError, apsw.NotADBError, apsw.IOError)

# A row is a tuple; its columns are typed where they are put into a dataclass.
Row = Any


def open_connection(path: Path, key: bytes, *, write: bool, vfs: str | None = None) -> apsw.Connection:
    """Open the store's database.

    ``key`` is 32 raw bytes. Raises EnvironmentProblem when the file cannot be read or the key does not open it.
    """
    flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if write else 0)
    try:
        connection = keyed(path, key, flags, vfs)
        if write:
            # Paid money and accepted webhooks survive a power cut: every commit reaches the disk.
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        else:
            connection.execute("PRAGMA query_only=1")
        connection.execute("PRAGMA foreign_keys=1")
        connection.execute("PRAGMA cache_size=-8000")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except apsw.NotADBError:
        raise EnvironmentProblem("The store's data cannot be opened with the key found: {path}.", path=path) from None
    except (apsw.CantOpenError, apsw.IOError, apsw.PermissionsError, apsw.ReadOnlyError):
        raise EnvironmentProblem("The store's data cannot be read: {path}.", path=path) from None
    except apsw.CorruptError:
        raise damaged(path) from None
    return connection


def keyed(path: Path, key: bytes, flags: int, vfs: str | None = None) -> apsw.Connection:
    """A connection that has read nothing yet. Raises apsw's errors."""
    connection = apsw.Connection(str(path), flags=flags, vfs=vfs)
    connection.execute(f"PRAGMA cipher='{CIPHER}'")
    # The key is random already: given raw, it skips a key derivation of 30 ms and 20 MB for each connection.
    connection.execute(f"PRAGMA key='raw:{key.hex()}'")
    connection.set_busy_timeout(5000)
    return connection


def damaged(path: Path) -> EnvironmentProblem:
    """What to raise for DAMAGE: the file is a store's, and part of it is not what was written."""
    return EnvironmentProblem("The store's data is damaged: {path}. Restore a backup.", path=path)


class Reader:
    """Read-only questions over one connection: plain SQL for lists and boards, ``db`` for peewee."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        self._db: GivenConnection | None = None

    @property
    def db(self) -> GivenConnection:
        """peewee's handle: ``Model.select()….execute(reader.db)``."""
        if self._db is None:
            from core.storage.given import GivenConnection

            self._db = GivenConnection(self.connection)
        return self._db

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self.connection.execute(sql, parameters).fetchone()
        return row

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.connection.execute(sql, parameters).fetchone()
        return None if row is None else row[0]

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Every row."""
        rows: list[Row] = self.connection.execute(sql, parameters).fetchall()
        return rows
