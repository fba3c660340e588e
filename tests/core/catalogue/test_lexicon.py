"""Finding products by what people type. How fast: ``measure_lexicon``; here, what is found and what must not be."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.lexicon import Lexicon
from tests.core.catalogue.measure_lexicon import one_typo, shop_titles, typo_everywhere

SHOP = (
    (1, "ROBE1", "ROBE1", "Robe wax bleue", "Robes", "Coupe droite"),
    (2, "ROBE2", "ROBE2", "Robe bazin dorée", "Robes", "Manches longues"),
    (3, "REF-77", "SAC2", "Sac à main en cuir", "Sacs", "Cuir de Dakar"),
    (4, "R4", "BOUBOU", "Grand boubou brodé", "Boubous", ""),
    (5, "T5M", "TSHIRT5M", "T-shirt col rond", "Hauts", ""),
    (6, "SAC0", "SACO", "Sachet de bissap", "Épicerie", "Fleurs d’hibiscus"),
    (7, "ROBE10", "ROBE10", "Robe de soirée", "Robes", ""),
)


def shop() -> Lexicon:
    lexicon = Lexicon()
    for product in SHOP:
        lexicon.add(*product)
    return lexicon


@pytest.mark.parametrize(
    ("written", "product"),
    [
        ("ROBE1", 1),
        ("robe1", 1),
        ("robe 1", 1),
        ("Robe-1", 1),
        ("#ROBE1", 1),
        ("ｒｏｂｅ１", 1),
        ("sac2", 3),
        ("ref77", 3),
    ],
)
def test_a_keyword_or_sku_is_found_however_it_is_spaced(written: str, product: int) -> None:
    assert shop().closest_keyword(written) == (product, 0)


@pytest.mark.parametrize(
    ("written", "product"),
    [
        ("ROB1", 1),
        ("ROBEE1", 1),
        ("RBOE1", 1),
        ("R0BE1", 1),
        ("ROBEI", 1),
        ("robel", 1),
        ("ROBE1O", 7),
        ("ROVE2", 2),
        ("bobou", 4),
        ("TSHRT5M", 5),
    ],
)
def test_one_slip_is_forgiven_when_it_can_mean_one_product_only(written: str, product: int) -> None:
    assert shop().closest_keyword(written) == (product, 1)


@pytest.mark.parametrize(
    "written",
    [
        "ROBE",
        "ROBE3",
        "ROBE11",
        "ROBE12",
        "SAC",
        "SAC3",
        "SC",
        "TSHIRT5L",
        "TSHIRT6M",
        "1",
        "",
        "🙂",
        "x" * 90,
        "RBE",
    ],
)
def test_another_digit_size_or_half_a_code_is_no_slip(written: str) -> None:
    assert shop().closest_keyword(written) is None


def test_two_products_one_slip_away_are_no_answer() -> None:
    lexicon = Lexicon()
    lexicon.add(1, "A", "ROBE1", "Robe")
    lexicon.add(2, "B", "ROSE1", "Rose")
    assert lexicon.closest_keyword("ROE1") is None
    assert lexicon.closest_keyword("ROBE1") == (1, 0)


def test_a_keyword_goes_before_the_sku_of_another() -> None:
    lexicon = Lexicon()
    lexicon.add(1, "ROBE2", "ROBE1", "Robe")
    lexicon.add(2, "X", "ROBE2", "Robe")
    assert lexicon.closest_keyword("ROBE2") == (2, 0)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("robe wax", 1),
        ("robes bleues", 1),
        ("sac cuir", 3),
        ("sca de cuire", 3),
        ("CUIR", 3),
        ("brodée", 4),
        ("grnd bouboo", 4),
        ("hibiscus", 6),
        ("epicerie", 6),
        ("bis", 6),
        ("REF-77", 3),
        ("robe 10", 7),
        ("bonjour vous avez encore ROBE2 en rouge svp", 2),
        ("t shirt", 5),
    ],
)
def test_search_finds_words_typos_beginnings_and_codes(query: str, first: int) -> None:
    assert shop().search(query)[0] == first


@pytest.mark.parametrize("query", ["", "   ", "?!", "🙂", "zzzzzz", "\0"])
def test_what_resembles_nothing_finds_nothing(query: str) -> None:
    assert shop().search(query) == []


def test_search_gives_no_more_than_asked() -> None:
    assert shop().search("robe", limit=2) == [1, 7]


def test_a_removed_product_is_found_no_more_and_a_changed_one_by_its_new_words() -> None:
    lexicon = shop()
    lexicon.search("robe")
    lexicon.remove(1)
    lexicon.remove(1)
    lexicon.replace(4, "R4", "CAFTAN", "Caftan perlé")
    assert lexicon.closest_keyword("ROBE1") is None
    assert lexicon.search("wax") == []
    assert lexicon.search("boubou") == []
    assert lexicon.search("caftan") == [4]
    assert len(lexicon) == 6


def test_typos_are_found_among_thousands() -> None:
    rng = random.Random(7)
    titles = shop_titles(3000, rng)
    lexicon = Lexicon()
    for number, title in enumerate(titles):
        lexicon.add(number, f"REF{number}", f"K{number}", title)
    asked = rng.sample(range(len(titles)), 300)
    found = {
        spoil.__name__: sum(number in lexicon.search(spoil(titles[number], rng)) for number in asked) / len(asked)
        for spoil in (one_typo, typo_everywhere)
    }
    assert all(number in lexicon.search(titles[number]) for number in asked)
    assert found["one_typo"] >= 0.98
    assert found["typo_everywhere"] >= 0.9


def test_holes_left_by_changes_are_closed_and_nothing_is_lost() -> None:
    titles = shop_titles(1200, random.Random(3))
    lexicon = Lexicon()
    for number, title in enumerate(titles):
        lexicon.add(number, f"REF{number}", f"K{number}", title)
    lexicon.warm()
    for number in range(0, 1200, 2):
        lexicon.remove(number)
    assert all((number in lexicon.search(titles[number])) is bool(number % 2) for number in range(0, 1200, 37))


WORD = st.sampled_from(["robe", "rose", "robes", "wax", "bleu", "bleue", "cuir", "été", "a", "42", "grande", "grandes"])
TITLE = st.lists(WORD, max_size=4).map(" ".join)
CODE = st.sampled_from(["ROBE1", "ROBE2", "R0BE1", "ROSE1", "SAC", "42", "", "ROBE11"])
STEP = st.tuples(st.integers(1, 6), st.booleans(), CODE, CODE, TITLE, TITLE, st.booleans())


@given(st.lists(STEP, max_size=25), TITLE | st.text(max_size=20), CODE | st.text(max_size=8))
def test_a_lexicon_changed_step_by_step_answers_like_a_new_one(
    steps: list[tuple[int, bool, str, str, str, str, bool]], query: str, word: str
) -> None:
    changed, now = Lexicon(), dict[int, tuple[str, str, str, str]]()
    for product, keep, sku, keyword, title, category, search_between in steps:
        if keep:
            changed.add(product, sku, keyword, title, category)
            now[product] = (sku, keyword, title, category)
        else:
            changed.remove(product)
            now.pop(product, None)
        if search_between:
            changed.search(query)
    fresh = Lexicon()
    for product, texts in sorted(now.items()):
        fresh.add(product, *texts)
    assert changed.search(query, 10) == fresh.search(query, 10)
    assert changed.closest_keyword(word) == fresh.closest_keyword(word)
    assert len(changed) == len(fresh) == len(now)
