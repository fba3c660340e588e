"""What the page tells, from the books alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.kernel.clock import MINUTE, SECOND
from core.orders.rules import STATES
from core.paylinks.rules import Facts, Question, Standing, clock_from, payable, settled, standing

START = 1_790_000_000_000
END = START + 10 * MINUTE
HELD = Facts("reserved", 22_000, 0, START, END)


def late(choice: str | None = None, refund: str | None = None) -> Question:
    return Question("paid_late", 22_000, choice, refund)


def paid(*questions: Question, received: int = 22_000) -> Facts:
    return replace(HELD, state="paid", received=received, questions=questions)


CASES = [
    (HELD, START, Standing.RESERVED),
    (replace(HELD, trying=True, unsettled=True), START, Standing.CHECKING),
    (replace(HELD, received=10_000), START, Standing.UNDERPAID),
    (replace(HELD, received=10_000, trying=True), START, Standing.UNDERPAID),
    (HELD, END - 1, Standing.RESERVED),
    (HELD, END, Standing.EXPIRED),  # the sweep may be a moment late: the page never is
    (replace(HELD, trying=True), END, Standing.EXPIRED),
    (replace(HELD, state="expired"), END, Standing.EXPIRED),
    (replace(HELD, state="expired", received=5_000), END, Standing.EXPIRED),
    (replace(HELD, state="cancelled"), START, Standing.CANCELLED),
    (paid(), START, Standing.PAID),
    (paid(late()), END, Standing.PAID_LATE),
    (paid(late("honour")), END, Standing.PAID),
    (paid(late("substitute")), END, Standing.PAID),
    (paid(late("refund", "todo")), END, Standing.REFUND_DUE),
    (replace(paid(late("refund", "done"), received=0), state="refunded"), END, Standing.REFUNDED),
    (paid(Question("paid_twice", 22_000, None, None), received=44_000), START, Standing.PAID),
    (paid(Question("overpaid", 3_000, "refund", "todo"), received=25_000), START, Standing.PAID),
    (
        replace(HELD, state="cancelled", received=5_000, questions=(Question("underpaid", 5_000, "refund", "todo"),)),
        START,
        Standing.REFUND_DUE,
    ),
    (
        replace(HELD, state="cancelled", questions=(Question("underpaid", 5_000, "refund", "done"),)),
        START,
        Standing.REFUNDED,
    ),
]


@pytest.mark.parametrize(("facts", "now", "wanted"), CASES)
def test_each_state_of_the_books_has_one_thing_to_tell(facts: Facts, now: int, wanted: Standing) -> None:
    assert standing(facts, now) is wanted


questions = st.builds(
    Question,
    st.sampled_from(["paid_late", "underpaid", "overpaid", "paid_twice", "suspect"]),
    st.integers(1, 50_000),
    st.sampled_from([None, "honour", "refund", "keep"]),
    st.sampled_from([None, "todo", "done"]),
)
books = st.builds(
    Facts,
    st.sampled_from(STATES),
    st.integers(0, 50_000),
    st.integers(0, 60_000),
    st.just(START),
    st.just(END),
    st.booleans(),
    st.booleans(),
    st.lists(questions, max_size=3).map(tuple),
)


@given(books, st.integers(START - MINUTE, END + MINUTE))
def test_money_is_never_hidden_and_nothing_but_a_live_hold_can_be_paid(facts: Facts, now: int) -> None:
    told = standing(facts, now)
    asks_for_money = told in (Standing.RESERVED, Standing.CHECKING, Standing.UNDERPAID)
    assert asks_for_money == payable(facts, now) == (facts.state == "reserved" and now < END)
    if facts.state == "paid":
        assert told in (Standing.PAID, Standing.PAID_LATE, Standing.REFUND_DUE)
    if asks_for_money and facts.received:
        assert told is Standing.UNDERPAID


@given(books, st.integers(START, END + MINUTE))
def test_a_page_stops_following_only_when_nothing_can_come(facts: Facts, now: int) -> None:
    if settled(facts, now):
        assert not payable(facts, now)
        assert facts.state != "reserved"
        assert facts.refunds("todo") == 0
        assert facts.excess(chosen=False) == facts.excess(chosen=True, refund="todo") == 0 or facts.state != "paid"


@pytest.mark.parametrize(("minutes", "seconds"), [(5, 150), (10, 150), (15, 225), (30, 450)], ids=str)
def test_the_clock_shows_in_the_last_quarter_or_at_two_and_a_half_minutes(minutes: int, seconds: int) -> None:
    assert clock_from(replace(HELD, expires_at=START + minutes * MINUTE)) == seconds * SECOND


def test_sums_of_unusual_money() -> None:
    facts = paid(
        Question("overpaid", 1_000, None, None),
        Question("paid_twice", 22_000, "refund", "todo"),
        Question("paid_twice", 500, "refund", "done"),
        Question("overpaid", 70, "keep", None),
        received=45_570,
    )
    assert facts.excess(chosen=False) == 1_000
    assert facts.excess(chosen=True, refund="todo") == 22_000
    assert facts.excess(chosen=True, refund="done") == 500
    assert facts.refunds("todo") == facts.refunds("done") == 0
    assert facts.due == 0


def test_a_sale_the_seller_looks_at_is_no_excess_and_one_refused_goes_back_whole() -> None:
    looked_at = paid(Question("suspect", 22_000, None, None))
    assert standing(looked_at, END) is Standing.PAID
    assert looked_at.excess(chosen=False) == 0
    refused = paid(Question("suspect", 22_000, "refuse", "todo"))
    assert standing(refused, END) is Standing.REFUND_DUE
    assert refused.refunds("todo") == 22_000
