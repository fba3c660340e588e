"""A file read and compared, in words."""

from __future__ import annotations

import pytest

from core.bootstrap import Shop
from core.catalogue.service import ImportPlan, plan
from core.kernel.paths import resource
from desktop.pages.catalogue.import_texts import error_rows, nothing_new, preview, result
from desktop.pages.catalogue.presenter import CataloguePresenter, Stopped
from tests.desktop.realshop import many_lines


def planned(shop: Shop, data: bytes) -> ImportPlan:
    return shop.engine.read(lambda r: plan(r, data, "XOF"))


def sample(name: str) -> bytes:
    return resource("samples", name).read_bytes()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("boutique-dakar.csv", "Lu en UTF-8, colonnes séparées par des points-virgules."),
        ("boutique-excel-windows.csv", "Lu en caractères Windows, colonnes séparées par des points-virgules."),
        ("shop-english.csv", "Lu en UTF-8, colonnes séparées par des virgules."),
    ],
)
def test_how_a_file_was_read_is_said(shop: Shop, words: CataloguePresenter, name: str, said: str) -> None:
    assert preview(planned(shop, sample(name)), words).read_as == said


def test_a_good_file_may_go_in_whole(shop: Shop, words: CataloguePresenter) -> None:
    text = preview(planned(shop, sample("boutique-dakar.csv")), words)
    assert [tile.value for tile in text.tiles] == ["12", "0", "0", "0"]
    assert "Désignation\u00a0→\u00a0Titre" in text.columns
    assert text.rows[0] == ("ROBE1", "ROBE1", "Robe wax bleue", "15\u202f000", "10", "Robes")
    assert (text.advised, text.verb) == ("all", "Importer 12 produits")
    assert [choice.obstacle for choice in text.choices] == ["", ""]


def test_a_file_with_errors_is_explained_line_by_line(shop: Shop, words: CataloguePresenter) -> None:
    found = planned(shop, sample("a-corriger.csv"))
    text = preview(found, words)
    wrong = len({error.line for error in found.errors})
    assert text.tiles[3].value == str(wrong)
    assert text.errors == error_rows(found, words)
    assert ("5", "Prix", "Le prix manque.") in text.errors
    assert all(len(row) == 3 and row[2] for row in text.errors)
    assert text.advised == "good"
    assert text.choices[0].obstacle.startswith(f"{wrong} lignes sont à corriger")
    assert "autres lignes restent de côté" in text.choices[1].consequence


def test_columns_nobody_understood_are_named(shop: Shop, words: CataloguePresenter) -> None:
    data = "Référence;Désignation;Prix;Stock;Fournisseur\nA1;Robe;1000;2;Awa\n".encode()
    assert preview(planned(shop, data), words).left_out == "Colonnes laissées de côté\u202f: «\u202fFournisseur\u202f»"


def test_only_the_first_rows_are_shown(shop: Shop, words: CataloguePresenter) -> None:
    text = preview(planned(shop, many_lines(500).encode()), words)
    assert (len(text.rows), text.tiles[0].value, text.verb) == (200, "500", "Importer 500 produits")


def test_the_same_file_again_has_nothing_to_import(shop: Shop) -> None:
    from core.catalogue.service import carry_out

    data = sample("boutique-dakar.csv")
    carry_out(shop.engine, planned(shop, data), atomic=True)
    again = planned(shop, data)
    assert nothing_new(again)
    assert not nothing_new(planned(shop, data.replace(b"Foulard", b"Chale")))


def test_the_result_counts_what_was_done(shop: Shop, words: CataloguePresenter) -> None:
    found = planned(shop, many_lines(3, wrong=2).encode())
    done = result(found, None, words)
    assert (done.title, done.detail, done.role) == ("3 produits ajoutés", "2 lignes laissées de côté", "paid")
    stopped = result(found, Stopped(1000, 3000), words)
    assert stopped.detail.startswith("1\u202f000 produits sur 3\u202f000 sont entrés")
    assert stopped.role == "waiting"
