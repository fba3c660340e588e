"""Times that are looked at, the time each is compared with, and how they are cut into pieces. Pure.

Days, months and hours are the store's own (its zone): they are counted on its calendar, never as 24 hours, so that a
zone whose clock moves is counted right too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final, Literal

from msgspec import Struct

from core.kernel.clock import midnight, to_datetime

Name = Literal["today", "week", "days", "month", "year", "between", "live"]
Unit = Literal["minute", "hour", "day", "month"]
QUARTER: Final = 15 * 60_000
"""Every zone's hour begins at a quarter of an hour of UTC: sums by the quarter can be put together for any of them."""
HOURS_UP_TO: Final = 2  # days
DAYS_UP_TO: Final = 62  # days
LIVE_TAIL: Final = 60 * 60_000  # ms after a live: its last holds are paid or let go


class Period(Struct, frozen=True):
    """``since`` ≤ time < ``until``, ms UTC. ``session_id``: only what was sold in that live."""

    name: Name
    since: int
    until: int
    session_id: int | None = None

    def is_running(self, now: int) -> bool:
        return self.since <= now < self.until


def period(name: Name, now: int, zone: tzinfo) -> Period:
    """A time that ends with today: the day, 7 days, 30 days, the calendar month, or 12 months with this one."""
    today = to_datetime(now, zone).date()
    first = {
        "today": today,
        "week": today - timedelta(days=6),
        "days": today - timedelta(days=29),
        "month": today.replace(day=1),
        "year": _months_on(today, -11),
    }[name]
    return Period(name, midnight(first, zone), midnight(today + timedelta(days=1), zone))


def between(first: date, last: date, zone: tzinfo) -> Period:
    """From the beginning of one day to the end of another, in whichever order they come."""
    first, last = sorted((first, last))
    return Period("between", midnight(first, zone), midnight(last + timedelta(days=1), zone))


def of_live(session_id: int, started: int, ended: int | None, now: int) -> Period:
    """A live, from its start to an hour after its end."""
    return Period("live", started, max(started + 1, (now if ended is None else ended + LIVE_TAIL)), session_id)


def before(looked_at: Period, now: int, zone: tzinfo) -> Period:
    """The time of the same kind just before. One that still runs is compared with as much of the one before: a month's
    first ten days with the first ten days of the month before, never with the whole of it.
    """
    first = to_datetime(looked_at.since, zone).date()
    if looked_at.name == "month":
        start, end = _months_on(first, -1), first
    elif looked_at.name == "year":
        start, end = _months_on(first, -12), first
    else:
        days = (to_datetime(looked_at.until - 1, zone).date() - first).days + 1
        start, end = first - timedelta(days=days), first
    since, until = midnight(start, zone), midnight(end, zone)
    if looked_at.is_running(now):
        until = min(until, _same_moment(looked_at.name, to_datetime(now, zone), first, start, zone))
    return Period(looked_at.name, since, max(since, until))


def _same_moment(name: Name, now: datetime, first: date, start: date, zone: tzinfo) -> int:
    """As many days and as late in the day after ``start`` as now is after ``first``; of a year, the same date."""
    day = _year_before(now.date()) if name == "year" else start + (now.date() - first)
    return int(datetime.combine(day, now.time(), zone).timestamp() * 1000)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def unit_of(looked_at: Period, zone: tzinfo) -> Unit:
    """In what pieces a time is shown."""
    if looked_at.session_id is not None and looked_at.until - looked_at.since <= 86_400_000:
        return "minute"
    days = (to_datetime(looked_at.until - 1, zone).date() - to_datetime(looked_at.since, zone).date()).days + 1
    return "hour" if days <= HOURS_UP_TO else "day" if days <= DAYS_UP_TO else "month"


def pieces(looked_at: Period, unit: Unit, zone: tzinfo) -> tuple[int, ...]:
    """Where each piece begins, ms UTC; the first where the time does. Each ends where the next begins."""
    found = [looked_at.since]
    while (following := _next(found[-1], unit, zone)) < looked_at.until:
        found.append(following)
    return tuple(found)


def _next(at: int, unit: Unit, zone: tzinfo) -> int:
    if unit in ("minute", "hour"):
        step = QUARTER if unit == "minute" else 4 * QUARTER
        return at - at % step + step  # whole hours of UTC are what the store's zones have
    day = to_datetime(at, zone).date()
    return midnight(day + timedelta(days=1) if unit == "day" else _months_on(day, 1), zone)


def months(now: int, zone: tzinfo, count: int) -> tuple[tuple[int, int], ...]:
    """(begin, end) of the calendar months up to this one, oldest first."""
    today = to_datetime(now, zone).date()
    starts = [midnight(_months_on(today, step), zone) for step in range(1 - count, 2)]
    return tuple(pairwise(starts))


def _months_on(day: date, step: int) -> date:
    """The first of the month that lies so many months away."""
    number = day.year * 12 + day.month - 1 + step
    return date(number // 12, number % 12 + 1, 1)


def place(starts: tuple[int, ...], at: int) -> int:
    """The piece in which a time lies: the last that does not begin after it; -1 before the first."""
    low, high = 0, len(starts)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if starts[middle] <= at else (low, middle)
    return low - 1


def week_hours(counts: Iterable[tuple[int, int]], zone: tzinfo) -> tuple[tuple[int, ...], ...]:
    """Seven days, Monday first, of 24 hours, from (a quarter's number since 1970, how many)."""
    found = [[0] * 24 for _ in range(7)]
    for quarter, count in counts:
        at = to_datetime(quarter * QUARTER, zone)
        found[at.weekday()][at.hour] += count
    return tuple(map(tuple, found))


class Change(Struct, frozen=True):
    """From a figure to a later one. ``percent`` None where there was nothing to grow from, or none was known."""

    now: int
    then: int

    @property
    def percent(self) -> int | None:
        """Rounded to the nearest, halves away from zero."""
        if self.then <= 0:
            return None
        more = self.now - self.then
        size = (200 * abs(more) + self.then) // (2 * self.then)
        return size if more >= 0 else -size


def triangle(pairs: Iterable[tuple[int, int, int]], count: int) -> tuple[tuple[int, ...], ...]:
    """Cohorts: (month of the first purchase, month of a purchase, how many people) → for each month of ``count``, how
    many of those who began in it bought in it and in each month after it, up to the last."""
    found = [[0] * (count - first) for first in range(count)]
    for first, later, people in pairs:
        found[first][later - first] += people
    return tuple(map(tuple, found))
