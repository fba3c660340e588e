"""Days and hours as people say them: « demain 10h », « lundi prochain », « le 3 à 15 heures », « rahampitso maraina ».

Pure: the text and the store's own clock in, a day, a time of day and the rest of the words out. Nothing is guessed:
what is not said stays open, and whoever looks for a free time looks near.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from core.kernel.patterns import late
from core.kernel.text import fold

_WEEKDAYS: Final[dict[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "lundi alatsinainy monday",
            "mardi talata tuesday",
            "mercredi alarobia wednesday",
            "jeudi alakamisy thursday",
            "vendredi zoma friday",
            "samedi sabotsy asabotsy saturday",
            "dimanche alahady sunday",
        )
    )
    for name in names.split()
}
_MONTHS: Final[dict[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan janoary january",
            "fevrier fevr fev feb febroary february",
            "mars march martsa",
            "avril avr aprily april",
            "mai mey may",
            "juin jona june",
            "juillet juil jolay july",
            "aout aogositra august",
            "septembre sept sep septambra september",
            "octobre oct oktobra october",
            "novembre nov novambra november",
            "decembre dec desambra december",
        ),
        1,
    )
    for name in names.split()
}
_DAY: Final = 24 * 60
MORNING, AFTERNOON, EVENING = (5 * 60, 12 * 60), (12 * 60, 17 * 60), (17 * 60, _DAY)
_PARTS: Final[dict[str, tuple[int, int]]] = {
    **dict.fromkeys(("matin", "matinee", "maraina", "morning"), MORNING),
    **dict.fromkeys(("apres midi", "folakandro", "tolakandro", "afternoon"), AFTERNOON),
    **dict.fromkeys(("soir", "soiree", "hariva", "alina", "evening", "tonight"), EVENING),
}


def _any_of(names: Iterable[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_SEPARATE: Final = late(r"[’'`-]")
_PART: Final = late(
    r"\b(?:(?:de |dans |d |en )?(?:l |la |le |ce |cet |cette |du |au |ny |amin ny )?)?(?P<part>"
    + _any_of(_PARTS)
    + r")\b"
)
_HOUR: Final = late(
    r"\b(?:a |vers |des |pour |amin ny |ny )?(?P<hour>[01]?\d|2[0-4]) ?(?:h|heures?|ora|:)(?: ?(?P<minute>[0-5]\d))?\b"
)
# « amin’ny 3 folakandro », « 9 maraina »: without « ora » an hour is one only before a part of the day.
_HOUR_OF_PART: Final = late(
    r"\b(?:a |vers |amin ny |ny )?(?P<hour>1?\d)(?= (?:ora )?(?:(?:du|de l|ny) )?(?:maraina|folakandro|tolakandro|"
    r"hariva|matin|apres midi|soir)\b)"
)
_NOON: Final = late(r"\b(?:a |vers )?(?<!apres )(?:midi|mitataovovonana|noon)\b")
_NUMERIC: Final = late(r"\b(?:le |ny )?(?P<day>[0-3]?\d)[/.](?P<month>[01]?\d)(?:[/.](?:20)?\d\d)?\b")
_NAMED: Final = late(rf"\b(?:le |ny |ny faha )?(?P<day>[0-3]?\d|1er) (?P<month>{_any_of(_MONTHS)})(?: 20\d\d)?\b")
_OF_MONTH: Final = late(r"\b(?:le|ny faha) (?P<day>1er|[0-3]?\d)\b(?! ?(?:h\b|heures?|ora\b|:|pieces?|places?))")
_WEEKDAY: Final = late(
    rf"\b(?:(?:le|ce|ny|amin ny) )?(?P<name>{_any_of(_WEEKDAYS)})(?P<next> (?:prochaine?|ambony|ho avy|next))?\b"
)
_RELATIVE: Final[tuple[tuple[re.Pattern[str], int], ...]] = (
    (late(r"\b(?:apres demain|rahafakampitso|day after tomorrow)\b"), 2),
    (late(r"\b(?:demain|dem1|dmain|rahampitso|rapitso|tomorrow)\b"), 1),
    (late(r"\b(?:aujourd ?hui|ajd|auj|androany|anio|today)\b"), 0),
    (late(r"\b(?:ce|cet|cette)(?= (?:matin|apres midi|soir))|\btonight\b"), 0),
)


class Said(Struct, frozen=True):
    """``day``: a date of the store's calendar; ``minute``: of that day; ``part``: (from, to) in minutes; None: unsaid.

    ``rest``: the words without these, folded. ``asks``: whether it is a question.
    """

    day: date | None
    minute: int | None
    part: tuple[int, int] | None
    rest: str
    asks: bool

    def target(self, now: datetime) -> datetime:
        """The moment nearest to what was said, on the clock of ``now``."""
        day = self.day or now.date()
        minute = self.minute if self.minute is not None else (self.part or MORNING)[0]
        if self.day is None and self.part is None and minute <= now.hour * 60 + now.minute:
            day += timedelta(days=1)  # « à 10h », said at noon
        return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo) + timedelta(minutes=minute)

    def fits(self, at: datetime) -> bool:
        """Whether a time is exactly what was said, as far as something was."""
        minute = at.hour * 60 + at.minute
        if self.day is not None and at.date() != self.day:
            return False
        if self.minute is not None:
            return minute == self.minute
        return self.part is None or self.part[0] <= minute < self.part[1]


def read(text: str, now: datetime) -> Said | None:
    """The moment a text names, seen from ``now``; None where it names none."""
    words = " ".join(_SEPARATE.sub(" ", fold(text)).split())
    named = _WEEKDAY.search(words) is not None
    day, words = _day(words, now.date())
    minute, words = _minute(words)
    part = None
    if found := _PART.search(words):
        part = _PARTS[found["part"]]
        words = _without(words, found)
    if minute is not None and part in (AFTERNOON, EVENING) and minute < 12 * 60:
        minute += 12 * 60
    if day is None and minute is None and part is None:
        return None
    if day == now.date() and named and _over(minute, part, now):  # « lundi matin », said on a Monday at noon
        day += timedelta(days=7)
    return Said(day, minute, None if minute is not None else part, " ".join(words.split()), "?" in text)


def _over(minute: int | None, part: tuple[int, int] | None, now: datetime) -> bool:
    end = minute if minute is not None else part[1] if part else _DAY
    return end <= now.hour * 60 + now.minute


def _minute(words: str) -> tuple[int | None, str]:
    if found := _NOON.search(words):
        return 12 * 60, _without(words, found)
    found = _HOUR.search(words) or _HOUR_OF_PART.search(words)
    if found is None:
        return None, words
    minute = int(found["hour"]) * 60 + int(found.groupdict().get("minute") or 0)
    return (minute, _without(words, found)) if minute < _DAY else (None, words)


def _day(words: str, today: date) -> tuple[date | None, str]:
    for pattern, days in _RELATIVE:
        if found := pattern.search(words):
            return today + timedelta(days=days), _without(words, found)
    for pattern in (_NUMERIC, _NAMED):
        if found := pattern.search(words):
            month = found["month"]
            day = _next_date(today, _ordinal(found["day"]), int(month) if month.isdigit() else _MONTHS[month])
            if day is not None:
                return day, _without(words, found)
    if found := _WEEKDAY.search(words):
        ahead = (_WEEKDAYS[found["name"]] - today.weekday()) % 7
        return today + timedelta(days=ahead or 7 * bool(found["next"])), _without(words, found)
    if found := _OF_MONTH.search(words):
        day = _next_day(today, _ordinal(found["day"]))
        if day is not None:
            return day, _without(words, found)
    return None, words


def _ordinal(text: str) -> int:
    return 1 if text == "1er" else int(text)


def _next_date(today: date, day: int, month: int) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            return None
        if found >= today:
            return found
    return None


def _next_day(today: date, day: int) -> date | None:
    """The next day of this number: this month's, or the next month's that has one."""
    if not 1 <= day <= 31:
        return None
    return next((d for d in (today + timedelta(days=ahead) for ahead in range(62)) if d.day == day), None)


def _without(words: str, found: re.Match[str]) -> str:
    return f"{words[: found.start()]} {words[found.end() :]}"
