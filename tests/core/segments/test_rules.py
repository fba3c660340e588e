"""What is asked next, for the five segments as one table, and for any configuration whatever is known."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.segments.rules import (
    DEFAULT,
    KEYS,
    NAMES,
    SEGMENTS,
    Ask,
    Facts,
    Segment,
    blocks_paying,
    defaults,
    named,
    next_ask,
)

NEW = Facts(counted=False, timed=False, slotted=True)
TIMED = replace(NEW, timed=True, slotted=False)
TRUSTED = replace(NEW, trusted=30)

FLOWS: list[tuple[str, Facts, list[dict[str, Any]], list[Ask]]] = [
    ("live_seller", NEW, [{"settled": True}], [Ask.PAY, Ask.NOTHING]),
    (
        "shop",
        NEW,
        [{"counted": True}, {"confirmed": True}, {"settled": True}],
        [Ask.QUANTITY, Ask.CONFIRM, Ask.PAY, Ask.NOTHING],
    ),
    ("events", NEW, [{"settled": True}], [Ask.PAY, Ask.NOTHING]),
    ("services", TIMED, [{"slotted": True}, {"settled": True}], [Ask.SLOT, Ask.PAY, Ask.NOTHING]),
    ("services", NEW, [{"settled": True}], [Ask.PAY, Ask.NOTHING]),
    ("b2b", NEW, [{"confirmed": True}, {"settled": True}], [Ask.CONFIRM, Ask.PAY, Ask.NOTHING]),
    ("b2b", TRUSTED, [{"confirmed": True}, {"settled": True}], [Ask.CONFIRM, Ask.TERMS, Ask.NOTHING]),
    (
        "b2b",
        TRUSTED,
        [{"confirmed": True}, {"cash": True}, {"settled": True}],
        [Ask.CONFIRM, Ask.TERMS, Ask.PAY, Ask.NOTHING],
    ),
]


@pytest.mark.parametrize(("name", "facts", "answers", "asked"), FLOWS)
def test_the_flow_of_each_segment(name: str, facts: Facts, answers: list[dict[str, Any]], asked: list[Ask]) -> None:
    found = [next_ask(named(name), facts)]
    for answer in answers:
        facts = replace(facts, **answer)
        found.append(next_ask(named(name), facts))
    assert found == asked


def test_the_defaults_are_those_of_the_specification() -> None:
    assert NAMES == ("live_seller", "shop", "events", "services", "b2b")
    assert Segment("x") == Segment("x", False, False, False, 50, False, False, 0, 10)
    assert (named("shop").default_reservation_minutes, named("shop").allow_quantity_selection) == (30, True)
    assert named("events").deposit_of(25_000) == 12_500
    assert (named("services").require_date_time_slot, named("b2b").payment_terms_days) == (True, 30)
    assert named("b2b").generate_invoice
    assert named("nobody-knows") == DEFAULT == named("live_seller")


def test_every_field_has_a_setting_and_a_default_in_each_segment() -> None:
    assert len(set(KEYS.values())) == len(KEYS) == 8
    assert all(set(defaults(field)) == set(NAMES) for field in KEYS)


def test_an_address_is_asked_for_once_the_money_is_in() -> None:
    delivering = replace(DEFAULT, require_delivery_address=True)
    assert next_ask(delivering, NEW) is Ask.PAY
    assert next_ask(delivering, replace(NEW, settled=True)) is Ask.ADDRESS
    assert next_ask(delivering, replace(NEW, settled=True, addressed=True)) is Ask.NOTHING


def test_a_time_is_asked_for_even_after_a_late_payment() -> None:
    assert next_ask(named("services"), replace(TIMED, settled=True)) is Ask.SLOT


FACTS = st.builds(
    Facts,
    counted=st.booleans(),
    timed=st.booleans(),
    slotted=st.booleans(),
    confirmed=st.booleans(),
    trusted=st.sampled_from([0, 7, 30]),
    cash=st.booleans(),
    settled=st.booleans(),
    addressed=st.booleans(),
)
CONFIGURED = st.builds(
    Segment,
    name=st.just("own"),
    allow_quantity_selection=st.booleans(),
    require_delivery_address=st.booleans(),
    require_deposit=st.booleans(),
    deposit_percentage=st.integers(1, 99),
    require_date_time_slot=st.booleans(),
    payment_terms_days=st.sampled_from([0, 30]),
    confirms=st.booleans(),
    quotes=st.booleans(),
)
ANSWERS: dict[Ask, dict[str, Any]] = {
    Ask.QUANTITY: {"counted": True},
    Ask.SLOT: {"slotted": True},
    Ask.CONFIRM: {"confirmed": True},
    Ask.TERMS: {"cash": True},
    Ask.PAY: {"settled": True},
    Ask.ADDRESS: {"addressed": True},
}


@given(CONFIGURED, FACTS)
def test_whatever_is_known_every_answer_leads_on_and_all_questions_end(segment: Segment, facts: Facts) -> None:
    asked: list[Ask] = []
    while (ask := next_ask(segment, facts)) is not Ask.NOTHING:
        assert ask not in asked, "nothing is asked twice"
        asked.append(ask)
        facts = replace(facts, **ANSWERS[ask])
    assert facts.settled, "no configuration ends before the money"
    assert [ask for ask in Ask if ask in asked] == asked, "always in the same order"


@given(CONFIGURED, FACTS)
def test_nothing_is_asked_that_the_configuration_does_not_want(segment: Segment, facts: Facts) -> None:
    wants = {
        Ask.QUANTITY: segment.allow_quantity_selection,
        Ask.SLOT: segment.require_date_time_slot and facts.timed,
        Ask.CONFIRM: segment.confirms,
        Ask.TERMS: segment.payment_terms_days > 0 and facts.trusted > 0,
        Ask.ADDRESS: segment.require_delivery_address,
    }
    assert wants.get(next_ask(segment, facts), True)


@given(CONFIGURED, st.integers(0, 10**12))
def test_a_deposit_is_a_true_part(segment: Segment, total: int) -> None:
    deposit = segment.deposit_of(total)
    assert deposit == 0 or 0 < deposit < total
    if deposit:
        assert 0 <= deposit * 100 - total * segment.deposit_percentage < 100, "rounded up by less than a unit"


def test_only_a_missing_time_stands_before_paying() -> None:
    assert [ask for ask in Ask if blocks_paying(ask)] == [Ask.SLOT]


def test_five_segments_differ_in_their_fields_only() -> None:
    assert all(a != replace(b, name=a.name) for a, b in product(SEGMENTS, SEGMENTS) if a is not b)
