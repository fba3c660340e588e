"""The journal in a file for others: canonical lines with their hashes, whole or a year at a time, each linked to the
one before. ``resources/tools/livepay_verify.py`` says the format and checks it without this program.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, tzinfo
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct
from msgspec.structs import asdict

from core.kernel.clock import to_datetime
from core.kernel.errors import EnvironmentProblem, NotFound
from core.kernel.paths import resource
from core.kernel.reasons import reason
from core.storage import journal
from core.storage.connection import Reader

VERIFIER: Final = "livepay_verify.py"


class Part(Struct, frozen=True):
    """A stretch of the journal, first to last entry; ``previous`` and ``head`` are the hashes before and at its end."""

    first: int
    last: int
    previous: str
    head: str

    @property
    def entries(self) -> int:
        return self.last - self.first + 1


def whole(reader: Reader) -> Part:
    """Everything written up to now."""
    return _part(reader, 1, reader.value("SELECT coalesce(max(seq), 0) FROM journal"))


def years(reader: Reader, zone: tzinfo) -> list[int]:
    """The years of the store's calendar in which something was written, in order."""
    ends = reader.one("SELECT min(at), max(at) FROM journal")
    if ends is None or ends[0] is None:
        return []
    found = range(to_datetime(ends[0], zone).year, to_datetime(ends[1], zone).year + 1)
    return [year for year in found if _bounds(reader, year, zone)[0] <= _bounds(reader, year, zone)[1]]


def year_part(reader: Reader, year: int, zone: tzinfo) -> Part:
    """A year: from the first entry on or after its 1 January to the one before the next year's first. Years so cut
    follow each other without a gap, also where a wrong clock once went back. Raises NotFound."""
    first, last = _bounds(reader, year, zone)
    if first > last:
        raise NotFound("Nothing was written in the journal in {year}.", year=year)
    return _part(reader, first, last)


def _bounds(reader: Reader, year: int, zone: tzinfo) -> tuple[int, int]:
    end = reader.value("SELECT coalesce(max(seq), 0) FROM journal")
    begin = [
        reader.value("SELECT min(seq) FROM journal WHERE at >= ?", (_january(y, zone),)) or end + 1
        for y in (year, year + 1)
    ]
    return begin[0], begin[1] - 1


def _january(year: int, zone: tzinfo) -> int:
    return round(datetime(year, 1, 1, tzinfo=zone).timestamp() * 1000)


def _part(reader: Reader, first: int, last: int) -> Part:
    def hash_of(seq: int) -> str:
        found: bytes | None = reader.value("SELECT hash FROM journal WHERE seq = ?", (seq,))
        return (found or journal.GENESIS).hex()

    return Part(first, last, hash_of(first - 1), hash_of(last))


def write(
    reader: Reader, part: Part, store_id: str, file: BinaryIO, watch: Callable[[int], object] | None = None
) -> None:
    """The header, then one line for each entry, as a stream. ``watch``: called with how many are written; what it
    raises ends the writing."""
    facts = {"livepay_journal": 1, "store": store_id, **asdict(part), "entries": part.entries}
    header = json.dumps(facts, separators=(",", ":")).encode()
    file.write(_line(header, hashlib.sha256(header).digest()))
    for entry in journal.entries(reader, after=part.first - 1):
        if entry.seq > part.last:
            return
        file.write(_line(journal.body(entry), entry.hash))
        done = entry.seq - part.first + 1
        if watch is not None and not done % journal.TOLD:
            watch(done)


def _line(body: bytes, digest: bytes) -> bytes:
    return body[:-1] + b',"hash":"' + digest.hex().encode() + b'"}\n'


@contextmanager
def in_place(path: Path) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all. Raises EnvironmentProblem."""
    partial = path.with_name(path.name + ".partial")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, path.name)
        if path.exists() and not path.is_file():  # a pipe or a terminal: nothing to put in place
            with path.open("wb") as file:
                yield file
            return
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise EnvironmentProblem(
            "The file {path} cannot be written ({detail}).", path=path, detail=reason(error)
        ) from None
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def add_verifier(folder: Path) -> Path:
    """Put the stand-alone verifier beside an export. Raises EnvironmentProblem."""
    target = folder / VERIFIER
    try:
        shutil.copyfile(resource("tools", VERIFIER), target)
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be written ({detail}).", path=target, detail=reason(error)
        ) from None
    return target
