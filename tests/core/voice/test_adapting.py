"""What an answer adds for this very person and what is left: the exact variants, and nothing that is not so."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversations.adapting import (
    Situation,
    Switches,
    Trust,
    card_lines,
    joined,
    plain,
    stock_level,
    stock_line,
    trust_of,
)
from core.conversations.limits import BODY
from core.conversations.texts import say, texts
from core.customers.rules import LOYAL, Record, in_front, recommendation
from core.kernel.i18n import LANGUAGES
from core.kernel.text import utf16_length

SITUATIONS = st.builds(
    Situation,
    st.text(max_size=30),
    st.sampled_from(get_args(Trust)),
    st.integers(0, 5_000),
    st.one_of(st.none(), st.integers(0, 100_000)),
)
SWITCHES = st.builds(Switches, *[st.booleans()] * 5)
URGENT = {"line_low_stock", "line_last_one"}


@given(SITUATIONS, SWITCHES)
def test_there_is_never_more_than_one_line_of_urgency_and_none_where_it_is_off(at: Situation, on: Switches) -> None:
    said = [*card_lines(at, on), stock_line(at, on)]
    assert len([key for key in said if key in URGENT]) <= 1
    assert on.urgency or not URGENT.intersection(said)
    assert len(said) == len(set(said))


@given(SITUATIONS, SWITCHES)
def test_each_line_is_said_only_to_whom_it_is_true(at: Situation, on: Switches) -> None:
    said = card_lines(at, on)
    if "line_first_free_delivery" in said:
        assert on.free_delivery
        assert at.trust == "new"
        assert not at.previous_purchases
    if "line_vip" in said:
        assert on.trust
        assert at.trust == "vip"
    if not on.trust:
        assert "product_card_history" not in said


@given(SITUATIONS, SWITCHES, st.sampled_from(LANGUAGES), st.text(max_size=1100))
def test_what_is_added_never_breaks_the_limit_and_never_cuts_the_body(
    at: Situation, on: Switches, language: str, body: str
) -> None:
    lines = [say(key, language, count=at.previous_purchases, left=9) for key in card_lines(at, on)]
    whole = joined(body, lines)
    assert whole.startswith(body)
    assert utf16_length(whole) <= max(BODY, utf16_length(body))


@pytest.mark.parametrize(
    ("left", "level", "line"),
    [
        (1, "last", "🔥 Dernier en stock\u202f!"),
        (2, "low", "🔥 Plus que 2\u202f! Commande vite."),
        (3, "low", "🔥 Plus que 3\u202f! Commande vite."),
        (4, "medium", "📦 Encore 4 en stock."),
        (10, "high", "📦 Encore 10 en stock."),
    ],
)
def test_what_is_left_is_said_as_it_is(left: int, level: str, line: str) -> None:
    assert stock_level(left) == level
    assert say(stock_line(Situation("Awa", "new", 0, left), Switches()), "fr", left=left) == line


def test_the_exact_words() -> None:
    assert say("line_first_free_delivery", "fr").endswith("Bienvenue\u202f! Premier achat = livraison offerte.")
    assert say("line_vip", "fr").endswith("Ton produit est réservé en priorité.")
    again = say("line_same_again", "fr", product="Robe", keyword="R1", price="5 F")
    assert again.startswith("Tu veux le même que la dernière fois\u202f?")


def test_free_delivery_is_promised_only_by_a_switch_that_is_off_by_default() -> None:
    newcomer = Situation("Awa", "new", 0)
    assert card_lines(newcomer, Switches()) == ()
    assert card_lines(newcomer, Switches(free_delivery=True)) == ("line_first_free_delivery",)


@given(st.integers(0, 3), st.integers(0, 300_000), st.integers(1, 200_000))
def test_up_to_the_third_purchase_nobody_is_a_vip(paid: int, spent: int, pay_ms: int) -> None:
    known = Record(orders=paid, paid=paid, expired=0, spent=spent, pay_ms=pay_ms * paid)
    assert paid <= LOYAL
    assert trust_of(paid, in_front(known), recommendation(known)) == ("returning" if paid else "new")


@given(st.text(max_size=400))
def test_plain_text_has_no_emoji_left_and_is_never_empty(text: str) -> None:
    said = plain(text)
    assert bool(said.strip()) or not text.strip()
    assert said == text or not re.search("[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]", said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_ours_can_be_said_plainly(language: str) -> None:
    for text in texts(language).values():
        for words in [text] if isinstance(text, str) else [w for name, w in text.items() if name != "by"]:
            said = plain(words)
            assert not re.search("[\U0001f300-\U0001faff\u2190-\u21ff\u2300-\u2bff*\ufe0f]", said), said
            assert re.findall(r"{\w+}", said) == re.findall(r"{\w+}", words)
