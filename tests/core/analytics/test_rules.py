"""Times and their pieces, against the calendar itself."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics import rules
from core.analytics.charts import scale
from core.analytics.rules import Change
from core.kernel.clock import DAY, to_datetime

# No summer time, half an hour, three hours, and one whose clock moves twice a year.
ZONES = [ZoneInfo(name) for name in ("Africa/Dakar", "Indian/Antananarivo", "Asia/Kolkata", "Europe/Paris")]
TIMES = st.integers(1_000_000_000_000, 2_200_000_000_000)
NAMES = st.sampled_from(("today", "week", "days", "month", "year"))


@given(TIMES, NAMES, st.sampled_from(ZONES))
def test_a_time_holds_now_and_begins_and_ends_at_midnight(now: int, name: rules.Name, zone: ZoneInfo) -> None:
    found = rules.period(name, now, zone)
    assert found.since <= now < found.until
    assert found.is_running(now)
    for end in (found.since, found.until):
        at = to_datetime(end, zone)
        assert (at.hour, at.minute, at.second) == (0, 0, 0)
    days = {"today": 1, "week": 7, "days": 30}
    if name in days:
        assert (to_datetime(found.until, zone).date() - to_datetime(found.since, zone).date()).days == days[name]
    else:
        assert to_datetime(found.since, zone).day == 1


@given(TIMES, NAMES, st.sampled_from(ZONES))
def test_a_running_time_is_compared_with_no_more_than_has_passed_of_it(
    now: int, name: rules.Name, zone: ZoneInfo
) -> None:
    found = rules.period(name, now, zone)
    other = rules.before(found, now, zone)
    assert other.since <= other.until <= found.since
    here = to_datetime(now, zone).date() - to_datetime(found.since, zone).date()
    there = to_datetime(max(other.since, other.until - 1), zone).date() - to_datetime(other.since, zone).date()
    assert there.days <= here.days + (1 if name == "year" else 0)  # a leap year's date comes a day later


@given(TIMES, st.sampled_from(ZONES))
def test_a_time_that_is_over_is_compared_with_the_whole_of_the_one_before(now: int, zone: ZoneInfo) -> None:
    last = to_datetime(now, zone).date() - timedelta(days=1)
    found = rules.between(last - timedelta(days=9), last, zone)
    other = rules.before(found, now, zone)
    assert other.until == found.since
    assert to_datetime(other.since, zone).date() == last - timedelta(days=19)


@pytest.mark.parametrize(
    ("now", "name", "since", "until"),
    [
        ("2026-03-31T15:00:00", "month", "2026-02-01", "2026-03-01"),  # February has no 31st: all of it
        ("2026-03-10T15:00:00", "month", "2026-02-01", "2026-02-10 15:00"),
        ("2024-02-29T12:00:00", "year", "2022-03-01", "2023-02-28 12:00"),
        ("2026-11-26T08:30:00", "today", "2026-11-25", "2026-11-25 08:30"),
    ],
)
def test_parts_of_calendar_times(now: str, name: rules.Name, since: str, until: str) -> None:
    zone = ZONES[1]
    at = int(datetime.fromisoformat(now).replace(tzinfo=zone).timestamp() * 1000)
    other = rules.before(rules.period(name, at, zone), at, zone)
    expected = [datetime.fromisoformat(word).replace(tzinfo=zone) for word in (since, until)]
    assert [to_datetime(other.since, zone), to_datetime(other.until, zone)] == expected


@given(TIMES, st.integers(0, 800), st.sampled_from(ZONES), st.data())
def test_pieces_cover_a_time_without_gap_and_every_moment_lies_in_its_own(
    now: int, days: int, zone: ZoneInfo, data: st.DataObject
) -> None:
    first = to_datetime(now, zone).date()
    found = rules.between(first, first + timedelta(days=days), zone)
    unit = rules.unit_of(found, zone)
    starts = rules.pieces(found, unit, zone)
    assert starts[0] == found.since
    assert list(starts) == sorted(set(starts))
    assert starts[-1] < found.until
    at = data.draw(st.integers(found.since, found.until - 1))
    place = rules.place(starts, at)
    end = starts[place + 1] if place + 1 < len(starts) else found.until
    assert starts[place] <= at < end
    here, there = to_datetime(starts[place], zone), to_datetime(at, zone)
    if unit == "day":
        assert here.date() == there.date()
    elif unit == "month":
        assert (here.year, here.month) == (there.year, there.month)
    assert len(starts) <= 62


@given(st.lists(st.tuples(TIMES, st.integers(1, 9)), max_size=40), st.sampled_from(ZONES))
def test_hours_of_the_week_are_the_stores_own(times: list[tuple[int, int]], zone: ZoneInfo) -> None:
    found = rules.week_hours([(at // rules.QUARTER, count) for at, count in times], zone)
    expected = [[0] * 24 for _ in range(7)]
    for at, count in times:
        local = to_datetime(at, zone)
        expected[local.weekday()][local.hour] += count
    assert [list(row) for row in found] == expected


@given(TIMES, st.integers(1, 24), st.sampled_from(ZONES))
def test_months_follow_each_other_up_to_this_one(now: int, count: int, zone: ZoneInfo) -> None:
    found = rules.months(now, zone, count)
    assert len(found) == count
    assert found[-1][0] <= now < found[-1][1]
    assert all(end == begin for (_, end), (begin, _) in itertools.pairwise(found))
    assert all(to_datetime(begin, zone).day == 1 for begin, _ in found)


def test_changes_are_rounded_and_nothing_is_no_ground_to_grow_from() -> None:
    assert Change(150, 100).percent == 50
    assert Change(50, 100).percent == -50
    assert Change(1, 3).percent == -67
    assert Change(5, 0).percent is None
    assert Change(0, 100).percent == -100


def test_days_may_be_given_in_any_order() -> None:
    one, other = date(2026, 11, 3), date(2026, 11, 1)
    assert rules.between(one, other, ZONES[0]) == rules.between(other, one, ZONES[0])
    assert rules.between(other, other, ZONES[0]).until - rules.between(other, other, ZONES[0]).since == DAY


@given(st.integers(0, 10**12))
def test_a_scale_has_few_round_steps_and_holds_the_highest(highest: int) -> None:
    found = scale(highest)
    assert found[0] == 0
    assert found[-1] >= highest
    assert 2 <= len(found) <= 6
    assert len({b - a for a, b in itertools.pairwise(found)}) == 1
