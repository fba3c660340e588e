"""Opening hours are read strictly, and known to the minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.kernel.errors import Refused
from core.kernel.hours import parse

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return MONDAY.replace(hour=hour, minute=minute) + timedelta(days=day)


def test_open_within_its_spans_only() -> None:
    hours = parse("lu-ve 8:00-12:30, 15h-19h; sa 9h30-17:00; di fermé")
    asked = [at(0, 8), at(0, 12, 29), at(0, 12, 30), at(0, 14, 59), at(0, 15), at(5, 9, 29), at(5, 9, 30), at(6, 12)]
    assert [hours.open_at(moment) for moment in asked] == [True, True, False, False, True, False, True, False]


def test_the_next_opening_is_later_today_or_another_day() -> None:
    hours = parse("lu-sa 8:00-19:00")
    assert hours.next_opening(at(0, 6)) == at(0, 8)
    assert hours.next_opening(at(0, 20)) == at(1, 8)
    assert hours.next_opening(at(5, 20)) == at(7, 8), "over the Sunday"
    assert parse("lu fermé").next_opening(at(0, 6)) is None


@pytest.mark.parametrize("text", ["mo-fr 8:00-17:00", "sa-lu 8h-24h", "lu,me , ve 0:00-24:00;", "DI FERMÉ; lu 8-9"])
def test_other_ways_to_write_them(text: str) -> None:
    assert parse(text).days


@pytest.mark.parametrize(
    "text",
    [
        *["x", ";", "lu", "lu 8:00", "lu 8:00-7:00", "lu 8:00-8:00", "lu 8:00-25:00", "lu 8:60-9:00", "xx 8:00-9:00"],
        *["lu 8-9; lu 10-11", "lu-me-ve 8-9", "lu 8-10, 9-11", "8:00-9:00", "lu 8:00-9:00 ve 8:00-9:00", "lu ⅷ-9"],
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse(text)
