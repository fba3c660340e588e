"""Stages move onward by themselves, never back; who is worth a call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pipeline.rules import ENDS, OPEN, STAGES, Facts, begins, onward, qualified_by

STAGE = st.sampled_from(STAGES)


@given(STAGE, STAGE)
def test_automation_never_goes_back_nor_opens_what_has_ended(stage: str, reached: str) -> None:
    after = onward(stage, reached)
    if stage in ENDS:
        assert after is None
    elif after is not None:
        assert after == reached
        assert STAGES.index(after) > STAGES.index(stage)


def test_a_mere_word_is_no_new_opportunity() -> None:
    assert [stage for stage in OPEN if begins(stage)] == ["interested", "quote", "order"]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (Facts("new", 0, None), None),
        (Facts("interested", 1, None), None),
        (Facts("interested", 2, None), "asked"),
        (Facts("quote", 2, 9_000), "asked"),
        (Facts("order", 5, 9_000), None),  # buys by themselves: nobody needs to call
        (Facts("interested", 1, None, business=True), "business"),
        (Facts("new", 0, None, business=True), None),
        (Facts("order", 0, 500_000, large=500_000), "amount"),
        (Facts("quote", 0, 499_999, large=500_000), None),
        (Facts("quote", 0, 10**9, large=0), None),
    ],
)
def test_who_is_worth_a_call(facts: Facts, why: str | None) -> None:
    assert qualified_by(facts) == why
