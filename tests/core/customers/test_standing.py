"""What a score and a tier are worth to a person: how long a hold is, when the reminder comes, who is served first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers.rules import (
    Record,
    badges,
    hold_minutes,
    in_front,
    pattern,
    potential_fake,
    recommendation,
    reminder_percent,
    score,
)

FIRST = Record(0, 0, 0, 0, 0)
DIAMOND = Record(12, 12, 0, 300_000, 12 * 60_000)
GOLD = Record(7, 7, 0, 60_000, 7 * 300_000)
SILVER_VIP = Record(4, 4, 0, 160_000, 4 * 60_000)
SILVER = Record(3, 3, 0, 45_000, 3 * 300_000)
FAKER = Record(5, 1, 4, 15_000, 300_000)
LATE = Record(2, 0, 2, 0, 0)  # 30: reminded early, not yet restricted


@pytest.mark.parametrize(
    ("record", "base", "minutes"),
    [
        (FIRST, 10, 10),
        (SILVER, 10, 15),
        (SILVER_VIP, 10, 15),
        (GOLD, 10, 15),
        (DIAMOND, 10, 15),
        (FAKER, 10, 5),
        (FAKER, 30, 5),
        (LATE, 10, 10),
        (FIRST, 30, 30),
        (DIAMOND, 30, 35),  # a shop's half hour is not cut for its best customers; ruling R1 ends it at 30
        (SILVER, 5, 10),
        (DIAMOND, 5, 15),
    ],
)
def test_a_hold_is_the_longer_of_score_and_tier_and_a_risk_wins_over_both(
    record: Record, base: int, minutes: int
) -> None:
    assert hold_minutes(record, base) == minutes


@pytest.mark.parametrize(("record", "percent"), [(DIAMOND, 80), (FIRST, 70), (GOLD, 70), (LATE, 50), (FAKER, 50)])
def test_the_reminder_comes_later_for_those_who_pay(record: Record, percent: int) -> None:
    assert reminder_percent(record) == percent


def test_thirty_restricts_and_forty_reminds_early() -> None:
    assert score(LATE) == 30
    assert recommendation(LATE) == "normal"
    assert recommendation(Record(3, 0, 3, 0, 0)) == "restrict"
    assert recommendation(SILVER_VIP) == "vip"


def test_gold_diamond_and_vips_are_served_first_and_no_other() -> None:
    assert [in_front(r) for r in (DIAMOND, GOLD, SILVER_VIP, FIRST, FAKER)] == [True, True, True, False, False]
    third = Record(3, 3, 0, 120_000, 3 * 60_000)
    assert (recommendation(third), in_front(third)) == ("vip", False), "loyal, not yet a VIP"


def test_badges_and_habits() -> None:
    assert badges(FIRST) == ()
    assert badges(SILVER) == ("loyal",)
    assert badges(DIAMOND) == ("loyal", "fast", "verified")
    assert badges(Record(7, 6, 1, 90_000, 6 * 60_000)) == ("loyal", "fast")
    assert [pattern(r) for r in (FIRST, DIAMOND, FAKER, Record(3, 0, 3, 0, 0), Record(4, 3, 1, 0, 0))] == [
        None,
        "reliable",
        "often_late",
        "never_pays",
        "mixed",
    ]


@given(
    st.builds(
        lambda paid, expired, open_, each, ms: Record(paid + expired + open_, paid, expired, paid * each, paid * ms),
        st.integers(0, 40),
        st.integers(0, 15),
        st.integers(0, 2),
        st.integers(500, 200_000),
        st.integers(1_000, 1_800_000),
    ),
    st.integers(5, 30),
)
def test_nobody_is_held_longer_for_paying_less(record: Record, base: int) -> None:
    worse = Record(record.orders + 1, record.paid, record.expired + 1, record.spent, record.pay_ms)
    assert score(worse) <= score(record)
    assert 5 <= hold_minutes(worse, base) <= hold_minutes(record, base) <= 35
    assert reminder_percent(worse) <= reminder_percent(record)
    if potential_fake(record):
        assert hold_minutes(record, base) == 5
