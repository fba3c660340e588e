"""A product list as people really save it (CSV of any spreadsheet) → rows or errors. Pure: bytes in, values out.

Encoding, delimiter and columns are found, never asked (reference lessons c20). A file that cannot be read at all is
Refused with one sentence; a line that cannot be read becomes a LineError and the others go on.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from core.catalogue import rules
from core.catalogue.columns import REQUIRED, match
from core.kernel import sheet
from core.kernel.errors import Refused
from core.kernel.sheet import UNREADABLE, Record
from core.kernel.titles import Columns, check_unambiguous

MAX_PRODUCTS: Final = 100_000
_MAX_TEXT_LINES: Final = 2_000_000  # blank rows included: a spreadsheet saved to its last row has 1 048 576
_PROGRESS_EVERY: Final = 500

_NO_COLUMN: Final = {
    "sku": "No column for the SKU. Columns found: {found}.",
    "title": "No column for the title. Columns found: {found}.",
    "price": "No column for the price. Columns found: {found}.",
    "stock": "No column for the stock. Columns found: {found}.",
}


class ProductRow(rules.ProductFields, frozen=True, kw_only=True):
    """A readable product; ``given`` are the fields the file has a value or a column for (the others: defaults).

    ``line`` is the line of the file the row starts on.
    """

    line: int
    given: frozenset[str]


class LineError(Struct, frozen=True):
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


class Parsed(Struct, frozen=True):
    """``columns``: field → title in the file; ``unknown``: titles that were not understood and are left out."""

    rows: tuple[ProductRow, ...]
    errors: tuple[LineError, ...]
    encoding: str
    delimiter: str
    columns: dict[str, str]
    unknown: tuple[str, ...]


def parse(data: bytes, currency: str, progress: Callable[[int, int], None] | None = None) -> Parsed:
    """Read a product list. ``progress(lines done, lines in all)`` is called now and then; what it raises ends the work.

    Raises Refused when the file as a whole cannot be read: empty, not text, too large, column titles missing.
    """
    text, encoding = sheet.text_of(data)
    lines = list(io.StringIO(text, newline=""))
    if len(lines) > _MAX_TEXT_LINES:
        raise Refused("The file has more than {maximum} lines: split it.", maximum=MAX_PRODUCTS)
    delimiter, header = sheet.header(lines, lambda cells: len(match(cells).of))
    columns = match(header.cells)
    _check_complete(columns, header.cells)
    check_unambiguous(header.cells, columns)
    reading = _Reading(
        currency, columns.of, [cell.strip() for cell in header.cells], UNREADABLE.search(text) is not None
    )
    for count, record in enumerate(sheet.records(lines, delimiter)):
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
            ("vat", rules.check_vat),
        )
        self._given = frozenset(columns) - {"keyword"}
        self._given_with_keyword = self._given | {"keyword"}

    def take(self, record: Record) -> None:
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
        record: Record,
        name: str,
        check: Callable[[str], Any],
        values: dict[str, Any],
        found: list[LineError],
        text: str | None = None,
    ) -> None:
        raw = self._cell(record, name) if text is None else text
        try:
            if self._suspicious and UNREADABLE.search(raw):
                raise Refused("A character cannot be read: save the list again as “CSV UTF-8”.")
            values[name] = check(raw)
        except Refused as reason:
            found.append(self._error(record, name, reason.message, reason.params))

    def _cell(self, record: Record, name: str) -> str:
        index = self._columns.get(name, -1)
        if not 0 <= index < len(record.cells):
            return ""
        return sheet.cell(record.cells[index])

    def _error(self, record: Record, name: str, message: str, params: dict[str, Any]) -> LineError:
        index = self._columns.get(name, self._columns.get("sku", 0))
        return LineError(record.line, record.row, self._titles[index], message, params)
