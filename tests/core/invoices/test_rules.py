"""VAT adds up to what was paid, to the unit: for each rate on its sum or line by line, and in every credit (§4.2)."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.invoices.rules import Rounding, Share, credited, split_vat, taxed
from core.kernel.money import apportion

RATES = (0, 18, 19, 20)
CARTS = 10_000
Lines = list[tuple[int, int]]


@pytest.mark.parametrize(
    ("total", "rate", "parts"),
    [
        (15_000, 18, (12_712, 2_288)),
        (15_000, 19, (12_605, 2_395)),
        (15_000, 20, (12_500, 2_500)),
        (9_999, 18, (8_474, 1_525)),
        (15_000, 0, (15_000, 0)),
        (0, 18, (0, 0)),
        (1, 18, (1, 0)),
    ],
)
def test_the_references_figures(total: int, rate: int, parts: tuple[int, int]) -> None:
    assert split_vat(total, rate) == parts


@given(st.integers(0, 10**12), st.integers(0, 30))
def test_the_parts_add_up_and_the_tax_is_right_to_half_a_unit(total: int, rate: int) -> None:
    net, tax = split_vat(total, rate)
    assert net + tax == total
    assert abs(net * (100 + rate) - total * 100) * 2 <= 100 + rate


def test_three_lines_are_taxed_as_one_of_their_sum_or_each_by_itself() -> None:
    """116 francs with 18 % are 98.305… before tax: three of them 294.9."""
    lines = [(116, 18)] * 3
    assert (taxed(lines, Rounding.TOTAL).net, taxed(lines, Rounding.LINE).net) == (295, 294)
    assert taxed(lines, Rounding.TOTAL).nets == (99, 98, 98)


def check(lines: Lines, rounding: Rounding) -> None:
    """Nothing is lost between lines, rates and totals, and no figure is further from the exact one than it must be."""
    found = taxed(lines, rounding)
    assert found.net + found.tax == sum(amount for amount, _ in lines)
    assert sum(found.nets) == found.net
    assert [share.rate for share in found.shares] == sorted({rate for _, rate in lines})
    for share in found.shares:
        own = [(amount, net) for (amount, rate), net in zip(lines, found.nets, strict=True) if rate == share.rate]
        assert share.gross == sum(amount for amount, _ in own)
        assert share.net == sum(net for _, net in own)
        assert share.tax >= 0
        assert share.rate or share.tax == 0
        exact = Fraction(share.gross * 100, 100 + share.rate)
        error = abs(share.net - exact)
        assert error <= (Fraction(1, 2) if rounding is Rounding.TOTAL else Fraction(len(own), 2))
        for amount, net in own:
            assert 0 <= net <= amount
            assert abs(net - Fraction(amount * 100, 100 + share.rate)) < 1


@pytest.mark.parametrize("rounding", list(Rounding))
@pytest.mark.parametrize("mixed", [False, True])
def test_ten_thousand_random_carts_add_up_to_the_franc(rounding: Rounding, mixed: bool) -> None:
    dice = random.Random(20261120)
    for _ in range(CARTS):
        rate = dice.choice(RATES)
        lines = [
            (dice.randint(1, 20) * dice.choice((1, 5, 25, 250, 999)) * dice.randint(1, 400), rate)
            for _ in range(dice.randint(1, 12))
        ]
        check([(amount, dice.choice(RATES)) for amount, _ in lines] if mixed else lines, rounding)


carts = st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from((*RATES, 5, 9, 10))), min_size=1, max_size=30)


@given(carts, st.sampled_from(list(Rounding)))
def test_any_cart_adds_up(lines: Lines, rounding: Rounding) -> None:
    check(lines, rounding)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.integers(1, 10**6))
def test_parts_are_apportioned_to_the_unit(parts: list[int], divisor: int) -> None:
    total = (2 * sum(parts) + divisor) // (2 * divisor)
    found = apportion(total, parts, divisor)
    assert sum(found) == total
    assert all(abs(Fraction(part, divisor) - whole) < 1 for part, whole in zip(parts, found, strict=True))


@given(carts, st.sampled_from(list(Rounding)), st.data())
def test_the_last_credit_leaves_nothing(lines: Lines, rounding: Rounding, data: st.DataObject) -> None:
    """However an invoice is taken back, each credit note adds up, and together they are the invoice, rate by rate."""
    shares = taxed(lines, rounding).shares
    left = sum(share.gross for share in shares)
    gone: dict[int, Share] = {}
    for _ in range(12):
        if not left:
            break
        amount = data.draw(st.integers(1, left))
        parts = credited(shares, list(gone.values()), amount)
        assert sum(part.gross for part in parts) == amount
        for part in parts:
            assert part.net >= 0
            assert part.tax >= 0
            had = gone.get(part.rate, Share(part.rate, 0, 0))
            gone[part.rate] = Share(part.rate, had.net + part.net, had.tax + part.tax)
        left -= amount
    if left:
        for part in credited(shares, list(gone.values()), left):
            had = gone.get(part.rate, Share(part.rate, 0, 0))
            gone[part.rate] = Share(part.rate, had.net + part.net, had.tax + part.tax)
    assert {share for share in gone.values() if share.gross} == {share for share in shares if share.gross}


def test_a_thousand_tiny_credits_take_back_the_tax_too() -> None:
    shares = (Share(18, 1_000, 180),)
    gone = Share(18, 0, 0)
    for _ in range(1_180):
        (part,) = credited(shares, [gone], 1)
        gone = Share(18, gone.net + part.net, gone.tax + part.tax)
        assert 0 <= gone.tax <= 180
    assert gone == shares[0]
