"""Which backups stay, whatever was made when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.backups.rules import PROMISE, is_late, kept
from core.kernel.clock import DAY, HOUR, MINUTE

NOW = 1_790_000_000_000
ages = st.lists(st.integers(-HOUR, 800 * DAY), min_size=1, max_size=200, unique=True)


@given(ages)
def test_the_newest_and_the_last_two_hours_always_stay(found: list[int]) -> None:
    stamps = {NOW - age for age in found}
    stay = kept(stamps, NOW)
    assert stay <= stamps
    assert max(stamps) in stay
    assert {stamp for stamp in stamps if NOW - stamp <= 2 * HOUR} <= stay


@given(ages)
def test_giving_up_twice_gives_up_nothing_more(found: list[int]) -> None:
    once = kept({NOW - age for age in found}, NOW)
    assert kept(once, NOW) == once


def test_a_year_of_backups_every_five_minutes_stays_small_and_reaches_back() -> None:
    """Given up as time goes on, as the keeper does, not in one go at the end."""
    stamps: set[int] = set()
    for at in range(NOW, NOW + 120 * DAY, 20 * MINUTE):
        stamps.add(at)
        if (at - NOW) % DAY == 0:
            stamps = kept(stamps, at)
    end = max(stamps)
    assert len(stamps) < 250
    gaps = sorted(end - stamp for stamp in stamps)
    assert any(29 * DAY <= age <= 31 * DAY for age in gaps)
    assert any(80 * DAY <= age <= 120 * DAY for age in gaps)


def test_late_is_more_than_was_promised() -> None:
    assert is_late(None, NOW)
    assert not is_late(NOW - PROMISE, NOW)
    assert is_late(NOW - PROMISE - 1, NOW)
