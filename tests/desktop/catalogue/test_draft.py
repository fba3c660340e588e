"""Each field of a product says by itself what is wrong with it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from core.kernel.errors import NotFound, Refused
from desktop.pages.catalogue.draft import ProductDraft, blamed, draft_of, problems
from desktop.pages.catalogue.presenter import CataloguePresenter, NewPhoto
from tests.desktop.catalogue.test_presenter import ROBE

GOOD = {"title": "Robe", "sku": "ROBE1", "price": "15 000", "stock": "10"}


def drafted(**values: str) -> ProductDraft:
    return ProductDraft(None, {**GOOD, **values})


def test_a_good_product_has_nothing_wrong(words: CataloguePresenter) -> None:
    assert problems(drafted(), words) == {}


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("title", " ", "Le nom de l’article manque."),
        ("sku", "", "Le code SKU manque."),
        ("keyword", "X", "2 à 20"),
        ("keyword", "oui", "a déjà un autre sens"),
        ("price", "", "Le prix manque."),
        ("price", "pas cher", "n’est pas"),
        ("price", "12,50 €", "en F\u202fCFA"),
        ("price", "0", "supérieur à zéro"),
        ("stock", "", "Le stock manque."),
        ("stock", "2,5", "nombre entier"),
        ("stock", "-3", "négatif"),
        ("category", "x" * 61, "60"),
        ("description", "x" * 2001, "2000"),
        ("vat", "31", "0 à 30"),
        ("vat", "5,5", "nombre entier"),
    ],
)
def test_a_wrong_field_is_named_and_no_other(words: CataloguePresenter, field: str, text: str, said: str) -> None:
    found = problems(drafted(**{field: text}), words)
    assert found.keys() == {field}
    assert said in found[field]


def test_the_keyword_comes_from_the_sku_until_one_is_typed(words: CataloguePresenter) -> None:
    assert drafted(sku="Robe n°1").keyword_shown == "ROBEN1"
    assert drafted(sku="Robe n°1", keyword="bleue 2").keyword_shown == "BLEUE2"
    long = problems(drafted(sku="R" * 30), words)
    assert long.keys() == {"keyword"}


def test_what_is_taken_is_said_by_its_field(words: CataloguePresenter) -> None:
    found = problems(drafted(), words, frozenset({"sku", "keyword"}))
    assert found.keys() == {"sku", "keyword"}
    assert "ROBE1" in found["sku"]


def test_the_stock_cannot_go_below_what_is_reserved(words: CataloguePresenter) -> None:
    draft = draft_of(ROBE, words).typed("stock", "2")
    assert problems(draft, words) == {"stock": "Pièces réservées\u202f: 3. Le stock ne peut pas descendre en dessous."}
    assert problems(draft.typed("stock", "3"), words) == {}


def test_closing_loses_something_only_when_something_was_changed(words: CataloguePresenter) -> None:
    assert not ProductDraft().changed(words)
    draft = draft_of(ROBE, words)
    assert not draft.changed(words)
    assert draft.typed("title", "Robe").changed(words)
    assert not draft.typed("title", "Robe").typed("title", ROBE.title).changed(words)
    assert replace(draft, photo=NewPhoto(None)).changed(words)


def test_a_refusal_at_saving_finds_its_field() -> None:
    assert blamed(Refused("The SKU “{sku}” is taken by another product.", sku="A")) == "sku"
    assert blamed(Refused("The keyword “{keyword}” is taken by another product.", keyword="A")) == "keyword"
    assert blamed(Refused("{held} are reserved: the stock cannot go below that.", held=2)) == "stock"
    assert blamed(NotFound("This product is not in the catalogue.")) == ""
    assert blamed(OSError()) == ""
