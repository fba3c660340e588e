"""The catalogue written out and read in again; the last change taken back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.catalogue import service
from desktop.bridge import Control
from desktop.pages import exporting
from tests.desktop.catalogue.conftest import OpenCatalogue


def test_what_is_written_is_what_the_import_reads(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    opened = open_catalogue()
    path = tmp_path / "catalogue.csv"
    exporting.write(opened.page, opened.page.writing(), path)
    opened.settled(path.exists)
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines[0].split(";")[:6] == ["Référence", "Mot-clé", "Désignation", "Catégorie", "Prix", "Quantité"]
    assert len(lines) == 13
    plan = opened.page.source.plan(path, Control(lambda *_: None))
    assert (plan.added, plan.updated, plan.unchanged, plan.errors) == (0, 0, 12, ())


def test_only_the_products_shown_are_written(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    opened = open_catalogue()
    opened.page.ask(filter="sold_out")
    opened.settled(lambda: len(opened.keywords()) == 2)
    path = tmp_path / "epuises.csv"
    exporting.write(opened.page, opened.page.writing(), path)
    opened.settled(path.exists)
    assert len(path.read_text("utf-8-sig").splitlines()) == 3


def test_a_saved_change_is_taken_back_and_no_sale_with_it(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    page, before = opened.page, opened.product("ROBE2")
    page.source.change(before, {**_values(before), "title": "Robe rouge", "stock": "9"}, None)
    page._saved(before, None)
    opened.settled(lambda: page._undo is not None)
    assert opened.product("ROBE2").title == "Robe rouge"
    opened.shop.engine.call(lambda tx: service.change(tx, before.id, stock=7))  # two were sold meanwhile
    QTest.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    opened.settled(lambda: opened.product("ROBE2").title == before.title)
    assert opened.product("ROBE2").on_hand == 4, "six, less the two sold"
    QTest.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    opened.settled()
    assert opened.product("ROBE2").on_hand == 4, "once is enough"


def test_a_step_of_stock_is_taken_back(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue()
    product = opened.product("ROBE2")
    opened.page.step(product.id, 1)
    opened.settled(lambda: opened.product("ROBE2").on_hand == 7)
    QTest.keyClick(opened.page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    opened.settled(lambda: opened.product("ROBE2").on_hand == 6)


def _values(product: object) -> dict[str, str]:
    names = ("title", "sku", "keyword", "category", "description", "price")
    return {**{name: str(getattr(product, name)) for name in names}, "vat": ""}
