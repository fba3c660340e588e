from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversations.limits import fit
from core.kernel.text import utf16_length


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Robe", 20, "Robe"),
        ("  Robe \n wax  ", 20, "Robe wax"),
        ("Voir analytics détaillés", 20, "Voir analytics…"),
        ("Changer mode paiement", 20, "Changer mode…"),
        ("Sac - en cuir", 6, "Sac…"),
        ("Anticonstitutionnellement", 10, "Anticonst…"),
        ("Robe 15\u202f000\u00a0F CFA", 14, "Robe 15\u202f000\u00a0F…"),
        ("Robe 15\u202f000\u00a0F CFA", 10, "Robe…"),
        ("😀😀😀", 5, "😀😀…"),
        ("x👨‍👩‍👧", 4, "x…"),
        ("👍🏽👍🏽", 6, "👍🏽…"),
        ("🇸🇳🇨🇮", 7, "🇸🇳…"),
        ("abcde\u0301f", 6, "abcd…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_a_title_is_cut_where_a_reader_would_cut_it(text: str, limit: int, expected: str) -> None:
    assert fit(text, limit) == expected


@given(st.text(max_size=60), st.integers(0, 30))
def test_a_fitted_text_fits_and_stays_as_it_is(text: str, limit: int) -> None:
    once = fit(text, limit)
    assert utf16_length(once) <= limit
    assert fit(once, limit) == once
    once.encode()
