"""A snapshot: the list of pieces that make a store at one moment, with its key and secrets, sealed by the recovery key.

``LIVEPAY-SNAPSHOT-1\\n`` ‖ 12-byte nonce ‖ AES-256-GCM(recovery key, zlib(JSON)). It is written after its pieces, so a
backup that was interrupted leaves pieces nobody asks for, never a list with holes.
"""

from __future__ import annotations

import json
import secrets
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from core.backups.pieces import Keep, Sealer, database_pieces, file_pieces, name_of
from core.kernel.clock import to_datetime
from core.kernel.errors import OutsideWorld, Refused
from core.storage.connection import Reader, open_connection
from core.storage.folder import StoreCard

MAGIC: Final = b"LIVEPAY-SNAPSHOT-1\n"
SUFFIX: Final = ".snapshot"
DATABASE: Final = ("store.db", "store.db-wal")
_NONCE: Final = 12
_HEADER: Final = 32  # bytes of a log's header
_TRIES: Final = 5
_STAMP: Final = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as the names of its pieces, in order. ``sealed``: each is sealed with the store's key."""

    name: str
    size: int
    pieces: tuple[str, ...]
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``at`` in ms UTC; ``entries`` and ``head`` are the journal's at that moment, for checking what comes back."""

    at: int
    card: StoreCard
    key: bytes
    secrets: dict[str, str]
    files: tuple[KeptFile, ...]
    entries: int
    head: str

    @property
    def pieces(self) -> set[str]:
        return {piece for file in self.files for piece in file.pieces}

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def prefix_of(card: StoreCard) -> str:
    """A store's folder in a backup place: two stores, or a copy restored under another name, never share one."""
    return f"{card.slug}-{card.id[:12]}"


def stamp_of(at: int) -> str:
    """``20261125T201503123Z``: sorts by time, and every file system takes it."""
    return f"{to_datetime(at).strftime(_STAMP)}{at % 1000:03d}Z"


def parse_stamp(text: str) -> int:
    """ms UTC of a stamp. Raises ValueError."""
    return round(datetime.strptime(text[:15], _STAMP).replace(tzinfo=UTC).timestamp()) * 1000 + int(text[15:18])


def stamps(names: Iterable[str], prefix: str) -> dict[int, str]:
    """The snapshots among a place's names: time → name."""
    found: dict[int, str] = {}
    for name in names:
        folder, _, last = name.rpartition("/")
        if folder == f"{prefix}/snapshots" and last.endswith(SUFFIX):
            try:
                found[parse_stamp(last.removesuffix(SUFFIX))] = name
            except ValueError:
                continue
    return found


def looks(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of change of all that :func:`take` reads: the same looks mean that nothing was written."""
    found = [*(folder / name for name in DATABASE), *sorted((folder / "media").glob("*"))]
    stats = ((path.name, path.stat()) for path in found if path.is_file())
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def take(folder: Path, card: StoreCard, key: bytes, inside: dict[str, str], at: int, keep: Keep) -> Snapshot:
    """Read a whole open store; ``keep(name, piece)`` is given every piece, known or not. Raises OutsideWorld."""
    with tempfile.TemporaryDirectory(prefix="saving-", dir=folder) as room:
        entries, head = _stage(folder / "store.db", key, Path(room))
        files = [_kept(name, file_pieces(Path(room) / name), keep) for name in DATABASE]
    sealer = Sealer(key)
    media = (path for path in sorted((folder / "media").glob("*")) if path.is_file())
    files.extend(_kept(f"media/{path.name}", file_pieces(path), keep, sealer) for path in media)
    return Snapshot(at, card, key, inside, tuple(files), entries, head)


def _stage(database: Path, key: bytes, room: Path) -> tuple[int, str]:
    """Copy the database and its log aside, as quickly as the disk allows: keeping the pieces may take minutes.

    While a read transaction is open, SQLite neither overwrites what this transaction may read in the file nor, unless
    the log was wholly in the file already, starts its log anew. A log that did start anew shows in its header; the file
    is then still the same, and the log is read again. The file with the log on top of it is therefore always a
    committed state, at least as new as the transaction (sqlite.org/wal.html, sqlite.org/walformat.html §2.3 and §4).
    → entries and head of the journal.
    """
    connection = open_connection(database, key, write=False)
    try:
        connection.execute("BEGIN")
        row = Reader(connection).one("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
        with (room / DATABASE[0]).open("wb") as copy:
            copy.writelines(database_pieces(database))
        log = database.with_name(DATABASE[1])
        for _ in range(_TRIES):
            began = _header(log)
            with (room / DATABASE[1]).open("wb") as copy:
                copy.writelines(file_pieces(log))
            if began == _header(log) == _header(room / DATABASE[1]):
                break
        else:
            raise OutsideWorld("The store is too busy to be backed up just now.")
        connection.execute("COMMIT")
    except OSError as error:
        raise OutsideWorld("The disk refuses the backup ({detail}).", detail=error.strerror) from None
    finally:
        connection.close()
    return (row[0], row[1].hex()) if row else (0, "")


def _header(log: Path) -> bytes:
    """With its salts, which change whenever the log starts anew."""
    try:
        with log.open("rb") as file:
            return file.read(_HEADER)
    except FileNotFoundError:
        return b""


def _kept(name: str, pieces: Iterator[bytes], keep: Keep, sealer: Sealer | None = None) -> KeptFile:
    names: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        content = sealer.seal(piece) if sealer else piece
        names.append(name_of(content))
        keep(names[-1], content)
    return KeptFile(name, size, tuple(names), sealer is not None)


def seal(snapshot: Snapshot, recovery: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    content: dict[str, Any] = {**asdict(snapshot), "key": snapshot.key.hex()}
    nonce = secrets.token_bytes(_NONCE)
    packed = zlib.compress(json.dumps(content).encode())
    return MAGIC + nonce + AESGCM(recovery).encrypt(nonce, packed, MAGIC)


def unseal(data: bytes, recovery: bytes) -> Snapshot:
    """Raises Refused: not a snapshot, damaged, or of another recovery key."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not data.startswith(MAGIC):
        raise Refused("This file is not a LivePay backup.")
    start = len(MAGIC) + _NONCE
    try:
        packed = AESGCM(recovery).decrypt(data[len(MAGIC) : start], data[start:], MAGIC)
    except InvalidTag:
        raise Refused("The backup is damaged, or was made with another recovery key.") from None
    content = json.loads(zlib.decompress(packed))
    files = tuple(KeptFile(f["name"], f["size"], tuple(f["pieces"]), f["sealed"]) for f in content["files"])
    return Snapshot(
        content["at"],
        StoreCard(**content["card"]),
        bytes.fromhex(content["key"]),
        content["secrets"],
        files,
        content["entries"],
        content["head"],
    )
