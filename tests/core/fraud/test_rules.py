"""The score is a sum that anybody can check: each signal has its points and its sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.fraud.rules import MOST, SAID, Facts, score, signals
from core.fraud.service import sentence

QUIET = Facts(total=15_000, pieces=1, recent=1, let_go=0, paid=3, spent=45_000)
COUNT = st.integers(0, 200)
ANY = st.builds(
    Facts,
    total=st.integers(0, 10**9),
    pieces=COUNT,
    recent=COUNT,
    let_go=COUNT,
    paid=COUNT,
    spent=st.integers(0, 10**9),
    attempts=COUNT,
    numbers=COUNT,
    payers=COUNT,
    paid_for=COUNT,
    talk=COUNT,
)


def codes(facts: Facts) -> dict[str, int]:
    return {one.code: one.points for one in signals(facts)}


def test_an_ordinary_order_has_nothing_against_it() -> None:
    assert signals(QUIET) == ()
    assert score(()) == 0


@pytest.mark.parametrize(
    ("facts", "code", "points"),
    [
        (replace(QUIET, recent=4), "velocity", 15),
        (replace(QUIET, recent=8), "velocity", 30),
        (replace(QUIET, paid=0, spent=0, let_go=2), "holds", 15),
        (replace(QUIET, paid=0, spent=0, let_go=4), "holds", 35),
        (replace(QUIET, attempts=4), "attempts", 15),
        (replace(QUIET, numbers=3), "numbers", 15),
        (replace(QUIET, payers=3), "payers", 20),
        (replace(QUIET, paid_for=5), "payer", 50),
        (replace(QUIET, total=60_000), "amount", 15),
        (replace(QUIET, total=120_000), "amount", 30),
        (replace(QUIET, paid=0, spent=0, pieces=10), "first", 15),
        (replace(QUIET, talk=2), "talk", 30),
    ],
)
def test_each_signal_counts_from_its_step_on(facts: Facts, code: str, points: int) -> None:
    assert codes(facts) == {code: points}


@pytest.mark.parametrize(
    "facts",
    [
        replace(QUIET, let_go=9),  # who has paid before may let one go
        replace(QUIET, pieces=40),  # a known customer buys much
        replace(QUIET, paid=1, spent=1_000),  # one order is no habit
        replace(QUIET, total=59_999),
    ],
)
def test_what_is_no_signal(facts: Facts) -> None:
    assert codes(facts) == {}


@given(ANY)
def test_the_score_is_the_sum_of_its_reasons_and_each_can_be_said(facts: Facts) -> None:
    found = signals(facts)
    assert score(found) == min(MOST, sum(one.points for one in found))
    assert [one.points for one in found] == sorted((one.points for one in found), reverse=True)
    for one in found:
        assert one.points > 0
        assert str(one.n) in sentence(one, "fr")


@given(ANY, st.sampled_from(["recent", "attempts", "numbers", "payers", "paid_for", "talk"]), st.integers(1, 50))
def test_more_of_a_bad_sign_never_looks_better(facts: Facts, name: str, more: int) -> None:
    worse = replace(facts, **{name: getattr(facts, name) + more})
    assert score(signals(worse)) >= score(signals(facts))


def test_every_signal_has_its_sentence_in_french() -> None:
    assert all(sentence(one, "fr") != SAID[one.code] for one in signals(replace(QUIET, talk=4, recent=9, paid_for=7)))
