"""Time: integers of milliseconds since 1970 UTC, from a clock that is handed in."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Where the program reads the time. Nothing in core calls ``time.time`` itself."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that moves only when told to; used by tests and rehearsals."""

    def __init__(self, now: int = 1_790_000_000_000) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def advance(self, milliseconds: int) -> None:
        """Move forward (or back, to test a wrong clock) by so many milliseconds."""
        self._now += milliseconds

    def set(self, now: int) -> None:
        self._now = now


class ScaledClock:
    """A clock that runs ``speed`` times as fast as the computer's, from the moment it is made: for rehearsals."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._wall = time.time_ns() // 1_000_000
        self._start = time.monotonic_ns()

    def now(self) -> int:
        return self._wall + int((time.monotonic_ns() - self._start) * self._speed) // 1_000_000


def to_datetime(ms: int, zone: tzinfo = UTC) -> datetime:
    return datetime.fromtimestamp(ms / 1000, zone)


def midnight(day: date, zone: tzinfo) -> int:
    """The beginning of a day, ms UTC."""
    return int(datetime.combine(day, datetime.min.time(), zone).timestamp() * 1000)


def day_begins(ms: int, zone: tzinfo) -> int:
    """The beginning of the day of ``ms``, ms UTC."""
    return midnight(to_datetime(ms, zone).date(), zone)


def day_ends(ms: int, days: int, zone: tzinfo) -> int:
    """The last millisecond of the day so many days later: who reads « until the 30th » has the whole 30th."""
    return midnight(to_datetime(ms, zone).date() + timedelta(days=days + 1), zone) - 1


def rfc3339(ms: int) -> str:
    """``2026-11-20T21:56:00.000Z``, the form used by the API and by exports."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_rfc3339(text: str) -> int:
    """Milliseconds from an RFC 3339 time; a time without zone is read as UTC. Raises ValueError."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return round(value.timestamp() * 1000)
