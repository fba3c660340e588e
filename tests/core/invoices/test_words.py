"""Amounts in words, as a French invoice must say them (reference §4.4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.invoices.words import amount_in_words
from core.kernel.money import EXPONENT


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (15_000, "XOF", "quinze mille francs CFA"),
        (1, "XOF", "un franc CFA"),
        (0, "XOF", "zéro franc CFA"),
        (80, "XAF", "quatre-vingts francs CFA"),
        (200_201, "XOF", "deux cent mille deux cent un francs CFA"),
        (71, "MGA", "soixante et onze ariary"),
        (1_000_000, "XOF", "un million de francs CFA"),
        (2_000_000, "XOF", "deux millions de francs CFA"),
        (2_500_000, "XOF", "deux millions cinq cent mille francs CFA"),
        (1_000_000_000, "XOF", "un milliard de francs CFA"),
        (3_000_000, "MGA", "trois millions d’ariary"),
        (1_250, "EUR", "douze euros et cinquante centimes"),
        (101, "EUR", "un euro et un centime"),
        (5_000, "GNF", "cinq mille francs guinéens"),
        (5_000, "KMF", "cinq mille francs comoriens"),
        (300, "USD", "trois dollars"),
    ],
)
def test_in_french(amount: int, currency: str, words: str) -> None:
    assert amount_in_words(amount, currency, "fr") == words
    assert amount_in_words(amount, currency, "mg") == words  # num2words has no Malagasy


def test_in_english() -> None:
    assert amount_in_words(2_000_000, "XOF", "en") == "two million CFA francs"
    assert amount_in_words(1_250, "EUR", "en") == "twelve euros and fifty cents"


@given(st.integers(0, 10**13), st.sampled_from(sorted(EXPONENT)), st.sampled_from(["fr", "en"]))
def test_every_amount_can_be_said(amount: int, currency: str, language: str) -> None:
    words = amount_in_words(amount, currency, language)
    assert words == " ".join(words.split())
    assert not any(c.isdigit() for c in words)
