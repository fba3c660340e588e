"""Times as a seller writes them: one by one, or a list of a spreadsheet (CSV). Pure: bytes in, values out.

Encoding, delimiter and columns are found, never asked. All of a file is read, or it is Refused with one sentence.
"""

from __future__ import annotations

import io
from datetime import datetime, tzinfo
from typing import Final

from core.kernel import sheet
from core.kernel.errors import Refused
from core.kernel.titles import check_unambiguous, match
from core.slots.rules import Offered

EXAMPLE: Final = "05/12/2026 20:00"
MAX_TIMES: Final = 2000
_COLUMNS: Final = {
    "day": ("date", "jour", "day", "andro", "daty"),
    "at": ("heure", "time", "debut", "start", "ora"),
    "minutes": ("minutes", "duree", "duration", "min"),
    "capacity": ("places", "capacite", "capacity", "toerana"),
}


def moment(text: str, zone: tzinfo) -> int:
    """``2026-12-01 09:00`` on the store's clock → ms UTC. Raises Refused."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        example = "2026-12-01 09:00"
        raise Refused(
            "“{text}” is not a date and a time: write it like {example}.", text=text, example=example
        ) from None
    if not 2000 <= at.year <= 2200:
        raise Refused("This time is too far away.")
    return round((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp() * 1000)


def day_and_time(text: str, zone: tzinfo) -> int:
    """As people write it, ``05/12/2026 20:00`` or ``5/12/2026 20h30``, or ISO → ms UTC. Raises Refused."""
    day, _, at = " ".join(text.lower().split()).partition(" ")
    hour, _, minute = at.replace(" ", "").replace("h", ":").partition(":")
    if not hour:
        raise Refused("“{text}” is not a date and a time: write it like {example}.", text=text, example=EXAMPLE)
    parts = [part.zfill(2) for part in _iso(day).split("-")]
    try:
        return moment(f"{'-'.join(parts)} {hour.zfill(2)}:{(minute or '00').zfill(2)}", zone)
    except Refused as error:
        if "text" not in error.params:
            raise
        raise Refused(error.message, text=text, example=EXAMPLE) from None


def read_times(data: bytes, zone: tzinfo) -> list[Offered]:
    """A list of times as a spreadsheet saves it: date, time, and if they differ minutes and places. Raises Refused."""
    text, _ = sheet.text_of(data)
    lines = list(io.StringIO(text, newline=""))
    delimiter, header = sheet.header(lines, lambda cells: len(match(cells, _COLUMNS).of))
    columns = match(header.cells, _COLUMNS)
    check_unambiguous(header.cells, columns)
    if not {"day", "at"} <= set(columns.of):
        raise Refused("The file needs columns for the date and the time.")
    found = []
    for record in sheet.records(lines, delimiter):
        if record.line <= header.line:
            continue
        if record.error:
            raise Refused(record.error)
        cells = {n: sheet.cell(record.cells[i]) if i < len(record.cells) else "" for n, i in columns.of.items()}
        at = moment(f"{_iso(cells['day'])} {cells['at']}", zone)
        found.append(Offered(at, _number(cells.get("minutes", ""), 60), _number(cells.get("capacity", ""), 1)))
        if len(found) > MAX_TIMES:
            raise Refused("More than {most} times at once: choose fewer weeks.", most=MAX_TIMES)
    if not found:
        raise Refused("The file has column titles but no time.")
    return found


def _iso(day: str) -> str:
    """``01/12/2026``, as it is written here, or the other way round already."""
    parts = day.replace(".", "/").split("/")
    return "-".join(reversed(parts)) if len(parts) == 3 else day


def _number(text: str, usual: int) -> int:
    if text and not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise Refused("“{text}” is not a whole number.", text=text)
    return int(text) if text else usual
