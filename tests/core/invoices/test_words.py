"""Amounts in words, as a French invoice must say them (reference §4.4)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.invoices import malagasy
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


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "aotra"),
        (1, "iray"),
        (10, "folo"),
        (11, "iraika ambin’ny folo"),
        (12, "roa ambin’ny folo"),
        (21, "iraika amby roapolo"),
        (23, "telo amby roapolo"),
        (78, "valo amby fitopolo"),
        (100, "zato"),
        (101, "iraika amby zato"),
        (110, "folo amby zato"),
        (132, "roa amby telopolo amby zato"),
        (157, "fito amby dimampolo amby zato"),
        (203, "telo sy roanjato"),
        (1_998, "valo amby sivifolo sy sivinjato sy arivo"),
        (2_765, "dimy amby enimpolo sy fitonjato sy roa arivo"),
        (150_301, "iray sy telonjato sy dimy alina sy iray hetsy"),
        (1_000_000, "iray tapitrisa"),
        (203_000_000, "telo tapitrisa sy roanjato tapitrisa"),
        (200_000_003, "telo sy roanjato tapitrisa"),
    ],
)
def test_numbers_in_malagasy(number: int, words: str) -> None:
    assert malagasy.in_words(number) == words


VALUES = {word: n for n, word in enumerate(malagasy.ONES) if n} | {"iraika": 1}
VALUES |= {word: 10 * n for n, word in enumerate(malagasy.TENS) if n}
VALUES |= {word: 100 * n for n, word in enumerate(malagasy.HUNDREDS) if n}
POWERS = {word: 10 ** (3 + n) for n, word in enumerate(malagasy.POWERS)} | {malagasy.MILLION: 10**6}


def heard(words: str) -> int:
    """What somebody understands who knows the words only: parts joined by *sy* are added, so are those by *amby*."""
    total = 0
    for group in words.split(" sy "):
        factor, spoken = 1, group.split()
        while spoken and spoken[-1] in POWERS:
            factor *= POWERS[spoken.pop()]
        numbers = [VALUES[word] for word in spoken if word not in ("amby", "ambin’ny")]
        assert sum(numbers) < malagasy_limit(spoken), group
        total += factor * (sum(numbers) or 1)
    return total


def malagasy_limit(spoken: list[str]) -> int:
    """Only what is below 200 is joined by *amby*."""
    return 200 if len(spoken) > 1 else 1000


@given(st.integers(1, 10**13))
def test_a_number_in_malagasy_is_heard_as_itself(number: int) -> None:
    words = malagasy.in_words(number)
    assert heard(words) == number
    for before, word in pairwise(words.split()):
        assert (before == "ambin’ny") == (word == "folo" and before not in ("sy", "folo")) or word != "folo", words
        assert (before == "iraika") == (word in ("amby", "ambin’ny") and before in ("iray", "iraika"))


@given(st.integers(1, 10**7))
def test_the_smallest_part_is_said_first(number: int) -> None:
    parts = [heard(part) for part in malagasy.in_words(number).split(" sy ")]
    assert parts == sorted(parts)
    assert all(joined >= 200 for joined in parts[1:])


def test_amounts_in_malagasy() -> None:
    assert amount_in_words(15_000, "MGA", "mg") == "dimy arivo sy iray alina ariary"
    assert amount_in_words(200, "XOF", "mg") == "roanjato farantsa CFA"


def test_in_english() -> None:
    assert amount_in_words(2_000_000, "XOF", "en") == "two million CFA francs"
    assert amount_in_words(1_250, "EUR", "en") == "twelve euros and fifty cents"


@given(st.integers(0, 10**13), st.sampled_from(sorted(EXPONENT)), st.sampled_from(["fr", "mg", "en"]))
def test_every_amount_can_be_said(amount: int, currency: str, language: str) -> None:
    words = amount_in_words(amount, currency, language)
    assert words == " ".join(words.split())
    assert not any(c.isdigit() for c in words)
