"""No text breaks the reading of it or takes long: every script, nothing visible, marks that turn the writing around."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.conversations.pieces import is_piece
from core.faq.matching import Matcher
from core.faq.views import Faq
from core.understanding.engine import understand, warm
from core.understanding.rules import Intent
from tests.bench.nlu import lexicon

SHOP = lexicon()
LONGEST = 4096
BOUND = 0.25  # s of the processor: milliseconds, and no more on a busy machine
ODD = "\u200b\u200d\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u0301\u064b\u05d0\u0627\U0001f468\0§#~$|<>'\";"
SCRIPTS = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x2FFFF, categories=("L", "M", "N", "P", "S", "Z", "Cf"))
    | st.sampled_from(ODD),
    max_size=400,
)
PIECES = st.sampled_from(
    ["je prends", "ROBE1", "2", "et", "?", "\n", "alaiko", "tsy", "pas", "<b>", "{x}", "%s", "\u202e"]
)
NAMES = [
    "'; DROP TABLE customer; --",
    "<script>alert(1)</script>",
    "{total}",
    "\u202eABEDAF",
    "\u200b\u200b",
    "😀" * 60,
]
UNITS = ["je prends ROBE1 et ", "ma soeur ", "est ce que ", "les trois ", "8:00 ", "a:1 ", "ROBE1, ", "demain "]


@given(SCRIPTS)
@settings(max_examples=150, deadline=None)
def test_every_script_is_read_in_bounded_time(text: str) -> None:
    warm()
    start = time.thread_time()
    got = understand(text, SHOP)
    assert time.thread_time() - start < BOUND
    assert isinstance(got.intent, Intent)
    is_piece(text)


@given(st.lists(PIECES | SCRIPTS, min_size=1, max_size=60))
@settings(max_examples=80, deadline=None)
def test_words_of_the_trade_among_anything_claim_no_more_than_there_is(parts: list[str]) -> None:
    got = understand(" ".join(parts)[:LONGEST], SHOP)
    assert all(1 <= item.quantity <= 99 for item in (*got.items, *got.asked))
    assert got.intent is not Intent.CLAIM or got.items


@pytest.mark.parametrize("unit", UNITS)
def test_the_longest_of_a_kind_is_read_in_bounded_time(unit: str) -> None:
    text = (unit * LONGEST)[:LONGEST]
    understand(text, SHOP)
    start = time.thread_time()
    understand(text, SHOP)
    assert time.thread_time() - start < BOUND


@given(SCRIPTS, SCRIPTS)
@settings(max_examples=40, deadline=None)
def test_any_question_may_stand_among_the_sellers(question: str, asked: str) -> None:
    found = Matcher().find(asked, "fr", [Faq(1, "fr", question or "?", "A", 1), Faq(2, "fr", "Vous livrez ?", "B", 1)])
    assert found.sure is None or found.sure.id in (1, 2)


@pytest.mark.parametrize("name", NAMES)
def test_an_order_signed_with_such_a_name_is_still_an_order(name: str) -> None:
    got = understand(f"je prends ROBE1\n{name}"[:LONGEST], SHOP)
    assert got.intent in (Intent.CLAIM, Intent.AVAILABILITY, Intent.UNKNOWN)
    assert [item.product_id for item in got.items] in ([1], [])
