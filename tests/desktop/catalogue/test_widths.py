"""A price is never cut, whatever it is and however narrow the window."""

from __future__ import annotations

import pytest

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
