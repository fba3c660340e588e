"""Free times of a product: what a seller may offer, and which times a weekly habit makes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from datetime import time as day_time
from typing import Final

from msgspec import Struct

from core.kernel.clock import DAY, MINUTE
from core.kernel.errors import Refused

MIN_MINUTES: Final = 5
MAX_MINUTES: Final = 24 * 60
MAX_CAPACITY: Final = 500
MAX_WEEKS: Final = 26
MOST_AT_ONCE: Final = 2000
FARTHEST: Final = 400 * DAY


class Offered(Struct, frozen=True):
    """A time as the seller offers it: ms UTC, minutes, and how many can come."""

    starts_at: int
    minutes: int
    capacity: int = 1

    @property
    def ends_at(self) -> int:
        return self.starts_at + self.minutes * MINUTE


class Weekly(Struct, frozen=True):
    """The same times every week: ``days`` from 0 (Monday), from ``opens`` to ``closes`` one after the other."""

    days: frozenset[int]
    opens: day_time
    closes: day_time
    minutes: int
    capacity: int = 1
    weeks: int = 4


def check(offered: Offered, now: int) -> None:
    """Raises Refused naming what cannot be."""
    if not MIN_MINUTES <= offered.minutes <= MAX_MINUTES:
        raise Refused("A time lasts between {least} and {most} minutes.", least=MIN_MINUTES, most=MAX_MINUTES)
    if not 1 <= offered.capacity <= MAX_CAPACITY:
        raise Refused("Between 1 and {most} people can come at once.", most=MAX_CAPACITY)
    if offered.starts_at <= now:
        raise Refused("This time is over already.")
    if offered.starts_at > now + FARTHEST:
        raise Refused("This time is too far away.")


def overlaps(one: Offered, others: Iterable[Offered]) -> bool:
    """Whether two times of the same product would run at once."""
    return any(one.starts_at < other.ends_at and other.starts_at < one.ends_at for other in others)


def times_of(habit: Weekly, first: date, zone: tzinfo, now: int) -> Sequence[Offered]:
    """The times a weekly habit makes from ``first`` on, those that are not over yet. Raises Refused for none."""
    if not habit.days or not habit.days <= frozenset(range(7)):
        raise Refused("Choose at least one day of the week.")
    if not 1 <= habit.weeks <= MAX_WEEKS:
        raise Refused("Choose between 1 and {most} weeks.", most=MAX_WEEKS)
    if not MIN_MINUTES <= habit.minutes <= MAX_MINUTES:
        raise Refused("A time lasts between {least} and {most} minutes.", least=MIN_MINUTES, most=MAX_MINUTES)
    found = []
    for day in (first + timedelta(days=number) for number in range(habit.weeks * 7)):
        if day.weekday() in habit.days:
            found += _of_day(habit, day, zone)
    coming = [offered for offered in found if offered.starts_at > now]
    if not coming:
        raise Refused("No time fits between opening and closing.")
    if len(coming) > MOST_AT_ONCE:
        raise Refused("More than {most} times at once: choose fewer weeks.", most=MOST_AT_ONCE)
    return coming


def _of_day(habit: Weekly, day: date, zone: tzinfo) -> list[Offered]:
    at, end = (datetime.combine(day, clock, zone) for clock in (habit.opens, habit.closes))
    found = []
    while at + timedelta(minutes=habit.minutes) <= end:
        found.append(Offered(round(at.timestamp() * 1000), habit.minutes, habit.capacity))
        at += timedelta(minutes=habit.minutes)
    return found
