"""Tables for a spreadsheet: CSV that opens in a French Excel with a double click, or XLSX with real dates and numbers.

Rows come one after the other and are never all in memory; the file appears under its name only once it is whole. What a
buyer typed as a name is a text, whatever it begins with: never a formula.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from core.kernel.errors import EnvironmentProblem, Refused
from core.kernel.reasons import reason

Cell = str | int | Decimal | datetime | None
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
Watch = Callable[[int], object]
_STRIDE: Final = 500  # rows between two looks of who watches
MAX_XLSX: Final = 1_048_575  # rows under the titles, Excel's own limit


def write(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Cell]], watch: Watch | None = None) -> int:
    """Write a table to ``path``, whose ending says how. Times are local ones. → the number of rows.

    ``watch`` is told every so often how many rows are written; what it raises ends the writing, and leaves no file.
    Raises Refused for another ending or more rows than the format holds, EnvironmentProblem when it cannot be written.
    """
    writers = {".csv": _csv, ".xlsx": _xlsx}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise Refused("Choose a file name that ends in .csv or .xlsx.")
    partial = path.with_name(path.name + ".partial")
    try:
        count = writer(partial, titles, rows if watch is None else _watched(rows, watch))
        partial.replace(path)
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be written ({detail}).", path=path, detail=reason(error)
        ) from None
    finally:
        partial.unlink(missing_ok=True)
    return count


def _watched(rows: Iterable[Sequence[Cell]], watch: Watch) -> Iterator[Sequence[Cell]]:
    for count, row in enumerate(rows):
        if count % _STRIDE == 0:
            watch(count)
        yield row


def _csv(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(titles)
        for row in rows:
            table.writerow([_plain(cell) for cell in row])
            count += 1
    return count


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M:%S}"
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return str(cell).replace(".", ",")


def _xlsx(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    import xlsxwriter

    # Texts in the sheet itself: rows are written and forgotten.
    how = {"constant_memory": True, "strings_to_formulas": False}
    with path.open("wb") as file, xlsxwriter.Workbook(file, how) as book:
        return _sheet(book, titles, rows)


def _sheet(book: Any, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    sheet, count = book.add_worksheet(), 0
    head, date = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
    whole, money = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "#,##0.00"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(titles) - 1, 16)
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, head)
    for row in rows:
        count += 1
        if count > MAX_XLSX:
            raise Refused("A spreadsheet holds {maximum} lines: choose a shorter time.", maximum=MAX_XLSX)
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(count, column, cell.replace(tzinfo=None), date)
            elif isinstance(cell, str):
                sheet.write_string(count, column, cell)
            elif cell is not None:
                sheet.write_number(count, column, cell, money if isinstance(cell, Decimal) else whole)
    return count
