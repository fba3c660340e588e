"""A product list as people really save it (CSV of any spreadsheet) → rows or errors. Pure: bytes in, values out.

Encoding, delimiter and columns are found, never asked (reference lessons c20). A file that cannot be read at all is
Refused with one sentence; a line that cannot be read becomes a LineError and the others go on.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from core.catalogue import rules
from core.catalogue.columns import REQUIRED, Columns, check_unambiguous, match
from core.kernel.errors import Refused

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_PRODUCTS: Final = 100_000
_MAX_TEXT_LINES: Final = 2_000_000  # blank rows included: a spreadsheet saved to its last row has 1 048 576
_DELIMITERS: Final = (";", ",", "\t", "|")
_HEADER_WITHIN: Final = 10  # titles above the table are skipped when the column names follow this soon
_PROGRESS_EVERY: Final = 500

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
_NO_COLUMN: Final = {
    "sku": "No column for the SKU. Columns found: {found}.",
    "title": "No column for the title. Columns found: {found}.",
    "price": "No column for the price. Columns found: {found}.",
    "stock": "No column for the stock. Columns found: {found}.",
}
_MARKUP = re.compile(r"\s*<(!doctype|html|\?xml|table|head|body)\b", re.IGNORECASE)
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200e\u200f\u2060"))
# What French and Malagasy are written with beyond ASCII, and where a letter stands well: tells old encodings apart.
_SMALL, _CAPITAL = "àâäçéèêëîïìñôöòùûüÿœæ", "ÀÂÄÇÉÈÊËÎÏÑÔÖÙÛÜŒÆ"
_EXPECTED = re.compile(f"[{_SMALL}{_CAPITAL}«»’‘“”–—…€£°²×·•\u00a0\u202f]")
_WELL_PLACED = re.compile(
    f"(?<=[a-z])[{_SMALL}]|[{_SMALL}](?=[a-z])|(?<=[A-Z])[{_CAPITAL}]|[{_CAPITAL}](?=[A-Z])|\\b[{_CAPITAL}](?=[a-z])|\\bà\\b"
    # « L’ensemble », « Robe bleue… », as Windows writes them: the same bytes are DOS's Æ and à.
    "|(?<=[A-Za-z])’(?=[A-Za-z])|(?<=[A-Za-z])…(?![A-Za-z])"
)
_OLD_ENCODINGS: Final = ("cp1252", "mac_roman", "cp850")


@dataclass(frozen=True, slots=True)
class ProductRow(rules.ProductFields):
    """A readable product; ``given`` are the fields the file has a value or a column for (the others: defaults).

    ``line`` is the line of the file the row starts on.
    """

    line: int
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class LineError:
    """Why one line was left out. ``message`` is a gettext id of the ``errors`` domain, with ``params``.

    ``line`` counts the file's lines as an editor does, ``row`` the rows as a spreadsheet does; they differ after a cell
    that holds several lines. ``column`` is the title as written in the file, empty when the whole line is wrong.
    """

    line: int
    row: int
    column: str
    message: str
    params: dict[str, Any]

    def refusal(self) -> Refused:
        """The same as an error, for :func:`core.kernel.i18n.explain`."""
        return Refused(self.message, **self.params)


@dataclass(frozen=True, slots=True)
class Parsed:
    """``columns``: field → title in the file; ``unknown``: titles that were not understood and are left out."""

    rows: tuple[ProductRow, ...]
    errors: tuple[LineError, ...]
    encoding: str
    delimiter: str
    columns: dict[str, str]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    row: int
    cells: list[str]
    error: str = ""


def parse(data: bytes, currency: str, progress: Callable[[int, int], None] | None = None) -> Parsed:
    """Read a product list. ``progress(lines done, lines in all)`` is called now and then; what it raises ends the work.

    Raises Refused when the file as a whole cannot be read: empty, not text, too large, column titles missing.
    """
    text, encoding = _text(data)
    lines = list(io.StringIO(text, newline=""))
    if len(lines) > _MAX_TEXT_LINES:
        raise Refused("The file has more than {maximum} lines: split it.", maximum=MAX_PRODUCTS)
    delimiter, header = _header(lines)
    columns = match(header.cells)
    _check_complete(columns, header.cells)
    check_unambiguous(header.cells, columns)
    reading = _Reading(
        currency, columns.of, [cell.strip() for cell in header.cells], _UNREADABLE.search(text) is not None
    )
    for count, record in enumerate(_records(lines, delimiter)):
        if record.line > header.line:
            reading.take(record)
            if len(reading.rows) + len(reading.errors) > MAX_PRODUCTS:
                raise Refused("The file has more than {maximum} lines: split it.", maximum=MAX_PRODUCTS)
        if progress is not None and count % _PROGRESS_EVERY == 0:
            progress(record.line, len(lines))
    if not reading.rows and not reading.errors:
        raise Refused("The file has column titles but no product.")
    if progress is not None:
        progress(len(lines), len(lines))
    found = {name: header.cells[index].strip() for name, index in columns.of.items()}
    return Parsed(tuple(reading.rows), tuple(reading.errors), encoding, delimiter, found, columns.unknown)


def _check_complete(columns: Columns, titles: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in columns.of]
    if missing:
        message = "The file needs columns for the SKU, the title, the price and the stock. Columns found: {found}."
        if len(missing) == 1:
            message = _NO_COLUMN[missing[0]]
        raise Refused(message, found=", ".join(title.strip() for title in titles if title.strip())[:200])


# ----------------------------------------------------------------------------------------------------------- encoding


def _text(data: bytes) -> tuple[str, str]:
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
    if len(_UNREADABLE.findall(sample)) * 50 > len(sample) + 100:
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


# ------------------------------------------------------------------------------------------------------------ records


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


def _records(lines: list[str], delimiter: str) -> Iterator[_Record]:
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
            yield _Record(start + 1, row, [], _quote_problem(str(problem)))
            feed.position = start + 1  # what the open quotation mark swallowed is read again, line by line
            reader = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=True)
            continue
        if any(cell and not cell.isspace() for cell in cells):
            yield _Record(start + 1, row, cells)


def _quote_problem(reason: str) -> str:
    if "unexpected end" in reason or "field limit" in reason:
        return "A quotation mark opened on this line is never closed."
    return "A quotation mark is out of place on this line."


def _header(lines: list[str]) -> tuple[str, _Record]:
    """The delimiter and the record with the column titles: whichever reads the most known titles."""
    best: tuple[tuple[int, int], str, _Record] | None = None
    for delimiter in _DELIMITERS:
        readable = (record for record in _records(lines, delimiter) if not record.error)
        for place, record in zip(range(_HEADER_WITHIN), readable, strict=False):
            # Without any known title the first line read with the most columns is the one to show.
            score = (len(match(record.cells).of), 0 if place else len(record.cells))
            if best is None or score > best[0]:
                best = (score, delimiter, record)
    if best is None:
        raise Refused("No line of the file can be read: its quotation marks are not in pairs.")
    return best[1], best[2]


# --------------------------------------------------------------------------------------------------------------- rows


class _Reading:
    """Rows and errors so far, and what has been seen: a SKU or a keyword may come once."""

    def __init__(self, currency: str, columns: dict[str, int], titles: list[str], suspicious: bool) -> None:
        self.rows: list[ProductRow] = []
        self.errors: list[LineError] = []
        self._columns = columns
        self._titles = titles
        self._suspicious = suspicious
        self._seen: dict[str, dict[str, int]] = {"sku": {}, "keyword": {}}
        self._checks: tuple[tuple[str, Callable[[str], Any]], ...] = (
            ("sku", rules.check_sku),
            ("title", rules.check_title),
            ("description", rules.check_description),
            ("category", rules.check_category),
            ("price", lambda text: rules.check_price(text, currency)),
            ("stock", rules.check_stock),
            ("photo", rules.check_photo),
        )
        self._given = frozenset(columns) - {"keyword"}
        self._given_with_keyword = self._given | {"keyword"}

    def take(self, record: _Record) -> None:
        """Turn one record into a row, or into one error for each thing wrong with it."""
        if record.error:
            self.errors.append(LineError(record.line, record.row, "", record.error, {}))
            return
        found: list[LineError] = []
        extra = len(record.cells) - len(self._titles)
        if extra > 0 and any(cell.strip() for cell in record.cells[-extra:]):
            count = {"cells": len(record.cells), "columns": len(self._titles)}
            message = "{cells} cells for {columns} columns: a cell that holds the delimiter needs quotation marks."
            self.errors.append(LineError(record.line, record.row, "", message, count))
            return
        values: dict[str, Any] = {}
        for name, check in self._checks:
            self._read(record, name, check, values, found)
        keyword = self._cell(record, "keyword")
        if keyword or "sku" in values:
            self._read(record, "keyword", rules.check_keyword, values, found, keyword or values["sku"])
        for name, key in (("sku", rules.sku_key(values.get("sku", ""))), ("keyword", values.get("keyword", ""))):
            first = self._seen[name].setdefault(key, record.line) if key else record.line
            if first != record.line and not (name == "keyword" and found):
                message = "“{value}” is already on line {line}."
                found.append(self._error(record, name, message, {"value": values[name], "line": first}))
        if found:
            self.errors.extend(found)
        else:
            given = self._given_with_keyword if keyword else self._given
            self.rows.append(ProductRow(line=record.line, given=given, **values))

    def _read(
        self,
        record: _Record,
        name: str,
        check: Callable[[str], Any],
        values: dict[str, Any],
        found: list[LineError],
        text: str | None = None,
    ) -> None:
        raw = self._cell(record, name) if text is None else text
        try:
            if self._suspicious and _UNREADABLE.search(raw):
                raise Refused("A character cannot be read: save the list again as “CSV UTF-8”.")
            values[name] = check(raw)
        except Refused as reason:
            found.append(self._error(record, name, reason.message, reason.params))

    def _cell(self, record: _Record, name: str) -> str:
        index = self._columns.get(name, -1)
        if not 0 <= index < len(record.cells):
            return ""
        cell = record.cells[index]
        if not cell.isascii():
            cell = cell.translate(_INVISIBLE)
        cell = cell.strip()
        if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:  # a spreadsheet's way to keep leading zeros
            return cell[2:-1].strip()
        return cell

    def _error(self, record: _Record, name: str, message: str, params: dict[str, Any]) -> LineError:
        index = self._columns.get(name, self._columns.get("sku", 0))
        return LineError(record.line, record.row, self._titles[index], message, params)
