"""Discounts, VAT and deposits add up to the franc, whatever is quoted; and so does the order that a quote becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.invoices.rules import Rounding, taxed
from core.kernel.errors import Refused
from core.orders.agreed import Agreed, one_line_each
from core.quotes.rules import EVENTS, STATES, TRANSITIONS, Discount, QuoteLine, deposit_of, next_state, sums

PERCENTS = st.integers(0, 100)
RATES = st.sampled_from([0, 5, 9, 10, 18, 20])


@st.composite
def discounts(draw: st.DrawFn, most: int) -> Discount | None:
    kind = draw(st.sampled_from(["percent", "amount", "none"]))
    if kind == "percent":
        return Discount("percent", draw(PERCENTS))
    return Discount("amount", draw(st.integers(0, most))) if kind == "amount" else None


@st.composite
def quote_lines(draw: st.DrawFn) -> QuoteLine:
    quantity, price = draw(st.integers(1, 1_000)), draw(st.integers(0, 1_000_000))
    return QuoteLine("x", quantity, price, rate=draw(RATES), discount=draw(discounts(quantity * price)))


@st.composite
def quoted(draw: st.DrawFn) -> tuple[list[QuoteLine], Discount | None]:
    lines = draw(st.lists(quote_lines(), min_size=1, max_size=20))
    return lines, draw(discounts(sum(line.amount for line in lines)))


@given(quoted(), st.sampled_from(Rounding))
def test_every_part_adds_up_to_the_total(quote: tuple[list[QuoteLine], Discount | None], rounding: Rounding) -> None:
    lines, discount = quote
    found = sums(lines, discount)
    assert found.subtotal == sum(line.gross - line.off for line in lines)
    assert sum(found.amounts) == found.total == found.subtotal - found.off
    for line, amount in zip(lines, found.amounts, strict=True):
        assert 0 <= amount <= line.amount
        share = found.off * line.amount
        assert not found.subtotal or abs((line.amount - amount) * found.subtotal - share) < found.subtotal
    split = taxed([(amount, line.rate or 0) for line, amount in zip(lines, found.amounts, strict=True)], rounding)
    assert split.net + split.tax == found.total
    assert sum(split.nets) == split.net


@given(st.integers(0, 10**12), PERCENTS)
def test_a_percentage_is_rounded_to_the_nearest_unit(gross: int, percent: int) -> None:
    assert abs(Discount("percent", percent).off(gross) * 100 - gross * percent) <= 50


@given(st.integers(1, 10**12), st.integers(1, 99))
def test_a_deposit_is_a_part_of_the_whole_and_never_nothing(total: int, percent: int) -> None:
    assert 0 < deposit_of(total, percent) <= total
    assert deposit_of(total, percent) * 100 >= total * percent


@pytest.mark.parametrize("discount", [Discount("percent", 101), Discount("percent", -1), Discount("amount", 1_001)])
def test_no_discount_makes_a_price_negative(discount: Discount) -> None:
    with pytest.raises(Refused):
        sums([QuoteLine("x", 1, 1_000, discount=discount)], None)
    with pytest.raises(Refused):
        sums([QuoteLine("x", 1, 1_000)], discount)


@st.composite
def agreed_lines(draw: st.DrawFn) -> Agreed:
    product = draw(st.sampled_from([None, 1, 2]))
    quantity, price = draw(st.integers(1, 50)), draw(st.integers(0, 10_000))
    off = draw(st.integers(0, quantity * price))
    return Agreed(product, str(product or ""), "x", quantity, price, off, 18)


@given(st.lists(agreed_lines(), max_size=8))
def test_a_product_on_several_lines_is_one_line_of_the_same_cost(lines: list[Agreed]) -> None:
    merged = one_line_each(lines)
    assert sum(line.amount for line in merged) == sum(line.amount for line in lines)
    assert all(line.discount >= 0 for line in merged)
    for product in (1, 2):
        before = [line.quantity for line in lines if line.product_id == product]
        assert [line.quantity for line in merged if line.product_id == product] == ([sum(before)] if before else [])
    extras = [line for line in lines if line.product_id is None]
    assert [line for line in merged if line.product_id is None] == [replace(line) for line in extras]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", EVENTS)
def test_what_is_not_in_the_table_is_refused(state: str, event: str) -> None:
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) in STATES
    else:
        with pytest.raises(Refused):
            next_state(state, event)


def test_what_is_over_is_never_accepted() -> None:
    assert {state for state, event in TRANSITIONS if event == "accept"} == {"sent", "seen"}
