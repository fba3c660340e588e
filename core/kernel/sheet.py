"""A table as people really save it (CSV of any spreadsheet or provider): its text, delimiter and records. Pure.

Encoding and delimiter are found, never asked (reference lessons c20). A file that cannot be read at all is Refused with
one sentence; a record that cannot be read says why, and the others go on.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.patterns import late

MAX_BYTES: Final = 64 * 1024 * 1024
_DELIMITERS: Final = (";", ",", "\t", "|")
_HEADER_WITHIN: Final = 10  # titles above the table are skipped when the column names follow this soon

_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"PK\x03\x04", "Excel (.xlsx)"),
    (b"PK\x05\x06", "ZIP"),
    (b"\xd0\xcf\x11\xe0", "Excel (.xls)"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"SQLite format 3", "SQLite"),
    (b"{\\rtf", "RTF"),
)
_MARKUP = late(r"\s*<(!doctype|html|\?xml|table|head|body)\b", re.IGNORECASE)
UNREADABLE = late(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200e\u200f\u2060"))
# What French and Malagasy are written with beyond ASCII, and where a letter stands well: tells old encodings apart.
_SMALL, _CAPITAL = "àâäçéèêëîïìñôöòùûüÿœæ", "ÀÂÄÇÉÈÊËÎÏÑÔÖÙÛÜŒÆ"
_EXPECTED = late(f"[{_SMALL}{_CAPITAL}«»’‘“”–—…€£°²×·•\u00a0\u202f]")
_WELL_PLACED = late(
    f"(?<=[a-z])[{_SMALL}]|[{_SMALL}](?=[a-z])|(?<=[A-Z])[{_CAPITAL}]|[{_CAPITAL}](?=[A-Z])|\\b[{_CAPITAL}](?=[a-z])|\\bà\\b"
    # « L’ensemble », « Robe bleue… », as Windows writes them: the same bytes are DOS's Æ and à.
    "|(?<=[A-Za-z])’(?=[A-Za-z])|(?<=[A-Za-z])…(?![A-Za-z])"
)
_OLD_ENCODINGS: Final = ("cp1252", "mac_roman", "cp850")


class Record(Struct, frozen=True):
    """One row: ``line`` counts the file's lines as an editor does, ``row`` the rows as a spreadsheet does.

    ``error`` says why it cannot be read, as an English message id; it has no cells then.
    """

    line: int
    row: int
    cells: list[str]
    error: str = ""


def text_of(data: bytes) -> tuple[str, str]:
    """The file's text and the encoding it was read with. Raises Refused for what is not text."""
    if len(data) > MAX_BYTES:
        raise Refused("The file is larger than {maximum} MB.", maximum=MAX_BYTES // 1024 // 1024)
    for start, kind in _MAGIC:
        if data.startswith(start):
            raise Refused("This is a {kind} file, not CSV: in the spreadsheet, save it as “CSV UTF-8”.", kind=kind)
    text, encoding = _decode(data)
    if _MARKUP.match(text):
        raise Refused("This is a {kind} file, not CSV: in the spreadsheet, save it as “CSV UTF-8”.", kind="HTML/XML")
    if not text.strip('\ufeff\0 \t\r\n;,|"'):
        raise Refused("The file is empty.")
    sample = text[:4000]
    if len(UNREADABLE.findall(sample)) * 50 > len(sample) + 100:
        raise Refused("This is not a text file: in the spreadsheet, save the list as “CSV UTF-8”.")
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff")), encoding


def _decode(data: bytes) -> tuple[str, str]:
    for mark, encoding in ((b"\xff\xfe\0\0", "utf-32-le"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[2:].decode(encoding, "replace"), encoding
    sample = data[:4096]
    zeros = (sample[0::2].count(0), sample[1::2].count(0))
    if max(zeros) * 5 > len(sample) and min(zeros) * 4 < max(zeros):  # Latin text: one byte in two is zero
        encoding = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
        return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if sum(1 for c in text if c > "\x7f") - damaged > 4 * damaged:  # UTF-8 with a few broken bytes
        return text, "utf-8"
    best = max(_OLD_ENCODINGS, key=lambda name: _likeness(data[:200_000].decode(name, "replace")))
    return data.decode(best, "replace"), best


def _likeness(text: str) -> int:
    return len(_EXPECTED.findall(text)) + 2 * len(_WELL_PLACED.findall(text))


class _Feed:
    """The lines of the file from a place that can be moved back, for going on after a quotation mark gone wrong."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self.position = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.position >= len(self._lines):
            raise StopIteration
        self.position += 1
        return self._lines[self.position - 1]


def records(lines: list[str], delimiter: str) -> Iterator[Record]:
    """Every record of the file, blank ones left out but counted; a damaged one comes with ``error`` and no cells."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=True)
    row = 0
    while True:
        start = feed.position
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield Record(start + 1, row, [], _quote_problem(str(problem)))
            feed.position = start + 1  # what the open quotation mark swallowed is read again, line by line
            reader = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=True)
            continue
        if any(cell and not cell.isspace() for cell in cells):
            yield Record(start + 1, row, cells)


def _quote_problem(reason: str) -> str:
    if "unexpected end" in reason or "field limit" in reason:
        return "A quotation mark opened on this line is never closed."
    return "A quotation mark is out of place on this line."


def header(lines: list[str], known: Callable[[list[str]], int]) -> tuple[str, Record]:
    """The delimiter and the record with the column titles: whichever reads the most that ``known`` counts.

    Raises Refused when no line can be read.
    """
    best: tuple[tuple[int, int], str, Record] | None = None
    for delimiter in _DELIMITERS:
        readable = (record for record in records(lines, delimiter) if not record.error)
        for place, record in zip(range(_HEADER_WITHIN), readable, strict=False):
            # Without any known title the first line read with the most columns is the one to show.
            score = (known(record.cells), 0 if place else len(record.cells))
            if best is None or score > best[0]:
                best = (score, delimiter, record)
    if best is None:
        raise Refused("No line of the file can be read: its quotation marks are not in pairs.")
    return best[1], best[2]


def cell(text: str) -> str:
    """What is written in a cell: without invisible marks, and without a spreadsheet's way to keep leading zeros."""
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    text = text.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:  # a spreadsheet's way to keep leading zeros
        return text[2:-1].strip()
    return text
