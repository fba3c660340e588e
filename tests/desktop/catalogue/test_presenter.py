"""What a row, a chip and a question about a product say."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from core.catalogue.views import ProductView
from desktop.pages.catalogue.presenter import FILTERS, FOUND_MAX, CataloguePresenter, Question

ROBE = ProductView(1, "WAX-1", "ROBE1", "Robe wax bleue", "", "Robes", 15_000, 10, 3, 10, None, True)


@pytest.mark.parametrize(
    ("changes", "word", "role"),
    [
        ({}, "En vente", "paid"),
        ({"on_hand": 5, "held": 3}, "Stock bas", "waiting"),
        ({"on_hand": 1, "held": 0}, "Stock bas", "waiting"),
        ({"on_hand": 3}, "Tout réservé", "waiting"),
        ({"on_hand": 0, "held": 0}, "Épuisé", "danger"),
        ({"active": False}, "Désactivé", "muted"),
        ({"active": False, "on_hand": 0, "held": 0}, "Désactivé", "muted"),
    ],
)
def test_each_state_has_its_word_and_colour(
    words: CataloguePresenter, changes: dict[str, Any], word: str, role: str
) -> None:
    state = words.state(replace(ROBE, **changes))
    assert (state.word, state.role) == (word, role)
    assert state.icon


def test_a_row_shows_what_is_free_and_hatches_what_is_held(words: CataloguePresenter) -> None:
    row = words.row(ROBE)
    assert (row.stock, row.held_text, row.free, row.held) == ("7", "3 réservés", 0.7, 0.3)
    assert (row.price, row.sign) == ("15\u202f000", "F")
    assert (row.keyword, row.sku) == ("ROBE1", "WAX-1")


def test_the_bar_never_overflows_when_more_came_in_than_was_counted(words: CataloguePresenter) -> None:
    row = words.row(replace(ROBE, on_hand=40, total=10))
    assert row.free + row.held == pytest.approx(1)


def test_the_sku_is_not_said_twice(words: CataloguePresenter) -> None:
    assert words.row(replace(ROBE, sku="robe1")).sku == ""


def test_a_screen_reader_hears_every_cell(words: CataloguePresenter) -> None:
    row = words.row(ROBE)
    assert [row.plain(column) for column in range(6)] == [
        "",
        "ROBE1",
        "Robe wax bleue, Robes",
        "15\u202f000 F",
        "7, 3 réservés",
        "En vente",
    ]


def test_counts_are_set_as_in_french(words: CataloguePresenter) -> None:
    assert words.found(0, Question()) == "0 produit"
    assert words.found(1, Question()) == "1 produit"
    assert words.found(6012, Question()) == "6\u202f012 produits"
    assert words.found(FOUND_MAX, Question(query="robe")) == f"les {FOUND_MAX} plus proches"
    assert words.found(3, Question(query="robe")) == "3 produits"


def test_nothing_found_says_why_and_what_to_try(words: CataloguePresenter) -> None:
    assert words.nothing(Question(query="zzz")) == "Aucun produit pour «\u202fzzz\u202f»."
    said = {words.nothing(Question(filter=name)) for name in FILTERS}
    assert len(said) == 4
    assert all(words.hint(Question(filter=name)) for name in FILTERS)


def test_leaving_the_sale_tells_what_goes_on(words: CataloguePresenter) -> None:
    title, sentence = words.deactivation(ROBE)
    assert title == "Retirer ROBE1 de la vente\u202f?"
    assert "3 pièces sont réservées" in sentence
    assert "réservée" not in words.deactivation(replace(ROBE, held=0))[1]
