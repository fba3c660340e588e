"""Opening hours: « lu-sa 8:00-19:00; di fermé », read strictly. Pure.

Days are French or English names, or how these begin (two letters at least); those that are not named are closed.
Several spans of a day are parted by commas; none passes midnight.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.patterns import late
from core.kernel.text import fold

EXAMPLE: Final = "lu-ve 8:00-12:30, 15:00-19:00; sa 9:00-17:00; di fermé"
_NAMES: Final = (
    ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
DAYS: Final = {
    name[:length]: day for names in _NAMES for day, name in enumerate(names) for length in range(2, len(name) + 1)
}
CLOSED: Final = ("ferme", "closed")
_PART: Final = late(r"(?P<days>[a-z]{2,9}(?: ?[-,] ?[a-z]{2,9})*) +(?P<spans>.+)")
_SPAN: Final = late(r"(\d{1,2})(?:[:h](\d{2})|h)? ?- ?(\d{1,2})(?:[:h](\d{2})|h)?")
_MIDNIGHT: Final = 24 * 60

Span = tuple[int, int]


class Hours(Struct, frozen=True):
    """``days``: for each day of the week, Monday first, its spans in minutes since midnight, in order."""

    days: tuple[tuple[Span, ...], ...]

    def open_at(self, local: datetime) -> bool:
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.days[local.weekday()])

    def next_opening(self, local: datetime) -> datetime | None:
        """When it opens after ``local``; None when it never does."""
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        for ahead in range(8):
            day = midnight + timedelta(days=ahead)
            for start, _ in self.days[day.weekday()]:
                opening = day + timedelta(minutes=start)
                if opening > local:
                    return opening
        return None


def parse(text: str) -> Hours:
    """The hours written in ``text``. Raises Refused, with one sentence that names what cannot be read."""
    days: dict[int, tuple[Span, ...]] = {}
    for part in fold(text).split(";"):
        if not part.strip():
            continue
        found = _PART.fullmatch(" ".join(part.split()))
        if found is None:
            raise _unreadable(part)
        spans = _spans(found["spans"])
        for day in _days(found["days"]):
            if day in days:
                raise Refused("“{part}” names a day twice.", part=part.strip())
            days[day] = spans
    if not days:
        raise _unreadable(text)
    return Hours(tuple(days.get(day, ()) for day in range(7)))


def understood(text: str) -> Hours | None:
    """The same; None for words that only people read, and for none."""
    try:
        return parse(text)
    except Refused:
        return None


def _days(text: str) -> list[int]:
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        ends = part.split("-")
        unknown = [name for name in ends if name not in DAYS]
        if unknown or len(ends) > 2:
            raise Refused("“{part}” is not a day: write lu, ma, me, je, ve, sa or di.", part=(unknown or [part])[0])
        first, last = DAYS[ends[0]], DAYS[ends[-1]]
        found += range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
    return found


def _spans(text: str) -> tuple[Span, ...]:
    if text.strip() in CLOSED:
        return ()
    spans: list[Span] = []
    for part in text.split(","):
        found = _SPAN.fullmatch(part.strip())
        if found is None:
            raise _unreadable(part)
        start, end = (_minutes(found[at], found[at + 1], part) for at in (1, 3))
        if start >= end or (spans and start < spans[-1][1]):
            raise Refused("“{part}” ends before it begins, or before the time in front of it.", part=part.strip())
        spans.append((start, end))
    return tuple(spans)


def _minutes(hour: str, minute: str | None, part: str) -> int:
    made = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or made > _MIDNIGHT:
        raise _unreadable(part)
    return made


def _unreadable(part: str) -> Refused:
    return Refused("“{part}” is not an opening time: write it like {example}.", part=part.strip(), example=EXAMPLE)
