"""When a backup is due and which ones stay. Pure: times in ms UTC."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.kernel.clock import DAY, HOUR, MINUTE, to_datetime

PROMISE: Final = 15 * MINUTE  # the most work that may be lost with the disk (F126); more than that is said to be late
REHEARSE_EVERY: Final = DAY
RETRY_AFTER: Final = MINUTE

_ALL: Final = 2 * HOUR
_HOURLY: Final = 2 * DAY
_DAILY: Final = 31 * DAY
_MONTHLY: Final = 365 * DAY


def kept(stamps: Iterable[int], now: int) -> set[int]:
    """Which snapshots stay: all of two hours, then one an hour for two days, one a day for a month, one a month.

    Of each hour, day or month the oldest stays, so that one that was kept is not given up for a newer neighbour. The
    newest of all always stays, however old, and so does what a wrong clock dated in the future.
    """
    stay: set[int] = set()
    seen: set[str] = set()
    ordered = sorted(stamps)
    for stamp in ordered:
        age = now - stamp
        when = to_datetime(stamp)
        if age <= _ALL:
            stay.add(stamp)
            continue
        if age <= _HOURLY:
            span = when.strftime("%Y%m%d%H")
        elif age <= _DAILY:
            span = when.strftime("%Y%m%d")
        elif age <= _MONTHLY:
            span = when.strftime("%Y%m")
        else:
            continue
        if span not in seen:
            seen.add(span)
            stay.add(stamp)
    stay.update(ordered[-1:])
    return stay


def is_late(safe_at: int | None, now: int) -> bool:
    """Whether more work than promised would be lost now. ``safe_at``: until when all work is known to be kept."""
    return safe_at is None or now - safe_at > PROMISE
