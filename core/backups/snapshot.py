"""A snapshot: the list of pieces that make a store at one moment, with its key and secrets, sealed by the recovery key.

``LIVEPAY-SNAPSHOT-2\\n`` ‖ 8-byte mark of the recovery key ‖ 12-byte nonce ‖ AES-256-GCM(recovery key, zlib(JSON));
the first version had no mark. It is written after its pieces, so a backup that was interrupted leaves pieces nobody
asks for, never a list with holes.
"""

from __future__ import annotations

import json
import secrets
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from msgspec import Struct, to_builtins

from core.backups.pieces import PAGES, Damaged, Sealer, database_pieces, file_pieces, name_of
from core.kernel.clock import to_datetime
from core.kernel.errors import OutsideWorld, Refused
from core.kernel.reasons import reason
from core.storage.connection import Reader, open_connection
from core.storage.folder import StoreCard
from core.storage.sealed import MARK, mark_of

MAGIC: Final = b"LIVEPAY-SNAPSHOT-2\n"
_MAGIC_1: Final = b"LIVEPAY-SNAPSHOT-1\n"
SUFFIX: Final = ".snapshot"
DATABASE: Final = ("store.db", "store.db-wal")
_NONCE: Final = 12
_HEADER: Final = 32  # bytes of a log's header
_TRIES: Final = 5
_SETTLED: Final = 2_000_000_000  # ns: no file system's times of change are coarser
_STAMP: Final = "%Y%m%dT%H%M%S"


class KeptFile(Struct, frozen=True):
    """A file as the names of its pieces, in order. ``sealed``: each is sealed with the store's key."""

    name: str
    size: int
    pieces: tuple[str, ...]
    sealed: bool = False


class Snapshot(Struct, frozen=True):
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


class Keeping(Protocol):
    """Who is given the pieces. Both raise Stopped."""

    def has(self, name: str) -> bool:
        """Whether this piece is kept already."""
        ...

    def keep(self, name: str, piece: bytes) -> None: ...


Seen = dict[str, tuple[int, int, tuple[str, ...]]]
"""Name of a picture → its size, its time of change (ns) and its pieces, as they were when it was read last."""


def take(
    folder: Path, card: StoreCard, key: bytes, inside: dict[str, str], at: int, keeping: Keeping, seen: Seen
) -> Snapshot:
    """Read a whole open store; ``keeping`` is given every piece that it has not. ``seen`` is read and brought up to
    date. Raises OutsideWorld, Stopped."""
    with tempfile.TemporaryDirectory(prefix="saving-", dir=folder) as room:
        stage = _Stage(Path(room) / "new", keeping)
        entries, head, files = stage.fill(folder / "store.db", key)
        for name, piece in stage.pieces():
            keeping.keep(name, piece)
        sure = Path(room).stat().st_mtime_ns - _SETTLED
    sealer = Sealer(key)
    media = [path for path in sorted((folder / "media").glob("*")) if path.is_file()]
    files += [_picture(path, keeping, sealer, seen, sure) for path in media]
    for gone in seen.keys() - {path.name for path in media}:
        del seen[gone]
    return Snapshot(at, card, key, inside, tuple(files), entries, head)


class _Stage:
    """The new pieces of a database and its log, put aside as quickly as the disk allows: keeping them may take minutes.

    While a read transaction is open, SQLite neither overwrites what this transaction may read in the file nor, unless
    the log was wholly in the file already, starts its log anew. A log that did start anew shows in its header; the file
    is then still the same, and the log is read again. The file with the log on top of it is therefore always a
    committed state, at least as new as the transaction (sqlite.org/wal.html, sqlite.org/walformat.html §2.3 and §4).
    """

    def __init__(self, room: Path, keeping: Keeping) -> None:
        self._room = room
        self._keeping = keeping
        self._sizes: dict[str, int] = {}  # in order of their bytes in the room

    def fill(self, database: Path, key: bytes) -> tuple[int, str, list[KeptFile]]:
        """→ entries and head of the journal, and the two files."""
        connection = open_connection(database, key, write=False)
        try:
            connection.execute("BEGIN")
            row = Reader(connection).one("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
            with self._room.open("wb") as room:
                file = self._take(DATABASE[0], database_pieces(database), room)
                log = self._log(database.with_name(DATABASE[1]), room)
            connection.execute("COMMIT")
        except OSError as error:
            raise OutsideWorld("The disk refuses the backup ({detail}).", detail=reason(error)) from None
        finally:
            connection.close()
        return (row[0], row[1].hex(), [file, log]) if row else (0, "", [file, log])

    def _log(self, log: Path, room: BinaryIO) -> KeptFile:
        before, end = dict(self._sizes), room.tell()
        for _ in range(_TRIES):
            began = _header(log)
            pieces = file_pieces(log, PAGES)
            first = next(pieces, b"")
            read = first[:_HEADER]
            taken = self._take(DATABASE[1], chain([first] if first else [], pieces), room)
            if began == _header(log) == read:
                return taken
            self._sizes = dict(before)
            room.seek(end)
            room.truncate()
        raise OutsideWorld("The store is too busy to be backed up just now.")

    def _take(self, name: str, pieces: Iterable[bytes], room: BinaryIO) -> KeptFile:
        names: list[str] = []
        size = 0
        for piece in pieces:
            size += len(piece)
            names.append(name_of(piece))
            if names[-1] not in self._sizes and not self._keeping.has(names[-1]):
                room.write(piece)
                self._sizes[names[-1]] = len(piece)
        return KeptFile(name, size, tuple(names))

    def pieces(self) -> Iterator[tuple[str, bytes]]:
        """What was put aside."""
        with self._room.open("rb") as room:
            for name, size in self._sizes.items():
                yield name, room.read(size)


def _header(log: Path) -> bytes:
    """With its salts, which change whenever the log starts anew."""
    try:
        with log.open("rb") as file:
            return file.read(_HEADER)
    except FileNotFoundError:
        return b""


def _picture(path: Path, keeping: Keeping, sealer: Sealer, seen: Seen, sure: int) -> KeptFile:
    """``sure``: a picture changed before that (ns) cannot change again without a new time of change."""
    try:
        stat = path.stat()
        known = seen.get(path.name)
        if known is not None and known[:2] == (stat.st_size, stat.st_mtime_ns) and all(map(keeping.has, known[2])):
            return KeptFile(f"media/{path.name}", stat.st_size, known[2], sealed=True)
        names, size = [], 0
        for piece in file_pieces(path):
            size += len(piece)
            content = sealer.seal(piece)
            names.append(name_of(content))
            if not keeping.has(names[-1]):
                keeping.keep(names[-1], content)
    except OSError as error:
        raise OutsideWorld("The disk refuses the backup ({detail}).", detail=reason(error)) from None
    if size == stat.st_size and stat.st_mtime_ns < sure:
        seen[path.name] = (size, stat.st_mtime_ns, tuple(names))
    else:
        seen.pop(path.name, None)
    return KeptFile(f"media/{path.name}", size, tuple(names), sealed=True)


def seal(snapshot: Snapshot, recovery: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    content: dict[str, Any] = {**to_builtins(snapshot), "key": snapshot.key.hex()}
    nonce = secrets.token_bytes(_NONCE)
    packed = zlib.compress(json.dumps(content).encode())
    return MAGIC + mark_of(recovery) + nonce + AESGCM(recovery).encrypt(nonce, packed, MAGIC)


class DamagedList(Damaged):
    """The list of a snapshot's pieces is not what was written."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "The backup is damaged: its list {name} is not what was written. An older one may be whole: choose it by"
            " its time.",
            name=name,
        )


class OtherKey(Refused):
    """Another recovery key is needed."""

    def __init__(self, name: str) -> None:
        super().__init__("The backup {name} was made with another recovery key.", name=name)


def unseal(data: bytes, recovery: bytes, name: str) -> Snapshot:
    """``name``: of the list in its place. Raises DamagedList, OtherKey."""
    old = data.startswith(_MAGIC_1)  # without a mark: a wrong key and a harm are not told apart
    start = len(MAGIC) + (0 if old else MARK)
    marked = data[len(MAGIC) : len(MAGIC) + MARK] == mark_of(recovery)
    packed = _opened(data[start:], recovery, _MAGIC_1 if old else MAGIC)
    if packed is None and not marked and data.startswith((MAGIC, _MAGIC_1)):
        raise OtherKey(name)
    if packed is None or not (old or (marked and data.startswith(MAGIC))):
        raise DamagedList(name)
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


def _opened(sealed: bytes, recovery: bytes, magic: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        plain: bytes = AESGCM(recovery).decrypt(sealed[:_NONCE], sealed[_NONCE:], magic)
    except (InvalidTag, ValueError):
        return None
    return plain
