"""A price is never cut, whatever it is and however narrow the window; which columns are seen, the seller chooses."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from desktop.fonts import width
from desktop.pages.catalogue import presenter as columns
from desktop.pages.catalogue.delegate import PAD
from tests.desktop.catalogue.conftest import OpenCatalogue
from tests.desktop.realshop import stock_up


@pytest.mark.parametrize("size", [(1440, 900), (1024, 640)])
def test_the_dearest_product_makes_room_for_its_price(open_catalogue: OpenCatalogue, size: tuple[int, int]) -> None:
    opened = open_catalogue()
    stock_up(opened.shop, [("PARCELLE1", "Parcelle", "Immobilier", 999_999_999_999, 1, 0)])
    opened.desktop.shell.resize(*size)
    opened.settled(lambda: "PARCELLE1" in opened.keywords())
    (price,) = (
        text
        for row in range(opened.page.model.rowCount())
        if (text := opened.page.model.text_at(row)) and text.keyword == "PARCELLE1"
    )
    room = opened.page.products.table.columnWidth(columns.PRICE) - 2 * PAD
    assert width(price.price, "body-bold") + 4 + width(price.sign, "body") <= room


@pytest.mark.qt_log_ignore("grabbing the keyboard", "support raise")  # the off-screen platform cannot
def test_the_seller_chooses_the_columns_and_finds_them_again(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue(1)
    opened.settled()
    table = opened.page.products.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    menu = next(menu for menu in table.header.findChildren(QMenu) if menu.isVisible())
    photo = next(action for action in menu.actions() if action.isCheckable() and action.text() == "Photo")
    photo.trigger()
    menu.close()
    table.move_column(columns.PRICE, -1)
    assert table.shown_columns()[:3] == [columns.PRODUCT, columns.PRICE, columns.TITLE]
    assert table.isColumnHidden(columns.PHOTO)
    assert sum(table.columnWidth(column) for column in table.shown_columns()) == table.viewport().width()
    assert opened.desktop.preferences.get("columns.catalogue", "") == "-1,2,4,3,5,6"
    table.reset_columns()
    assert table.shown_columns() == list(range(6))
