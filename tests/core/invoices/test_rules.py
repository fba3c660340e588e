"""VAT is computed on the whole sum, and its two parts always add up to what was paid (reference §4.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.invoices.rules import split_vat


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
