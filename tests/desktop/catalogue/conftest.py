"""The catalogue page in a real window over a real shop on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.catalogue import queries
from core.catalogue.views import ProductView
from desktop.app import Desktop
from desktop.pages.catalogue.page import CataloguePage
from desktop.pages.catalogue.presenter import CataloguePresenter
from desktop.texts import Texts
from tests.desktop.openpage import at_rest
from tests.desktop.realshop import make_shop, stock_up, type_text, window_over


@dataclass
class Opened:
    """An open window, its catalogue page and the shop behind."""

    desktop: Desktop
    page: CataloguePage
    shop: Shop
    qtbot: QtBot

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        """Wait until nothing is read or written any more, rows in sight are there, and ``holds``."""
        feed, model, table = self.page.feed, self.page.model, self.page.products.table

        def quiet() -> bool:
            if not at_rest(self.desktop, self.shop) or feed._stale or feed._pause.isActive():
                return False
            read = not table.isVisible() or all(model.product(number) for number in table.in_sight())
            return read and bool(holds())

        self.qtbot.waitUntil(quiet)

    def press(self, widget: QWidget, key: Qt.Key) -> None:
        """A key on a widget."""
        QTest.keyClick(widget, key)

    def type(self, widget: QWidget, text: str) -> None:
        """Letters into a widget."""
        type_text(widget, text)

    def click(self, widget: QWidget, place: QPoint) -> None:
        """The left button at a place of a widget."""
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    def product(self, keyword: str) -> ProductView:
        """A product as the database has it."""
        found = self.shop.engine.read(lambda r: queries.by_sku(r, keyword))
        assert found is not None
        return found

    def keywords(self) -> list[str]:
        """What the table lists, top to bottom."""
        model = self.page.model
        texts = [model.text_at(row) for row in range(model.rowCount())]
        return [text.keyword if text else "…" for text in texts]


OpenCatalogue = Callable[..., Opened]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = make_shop(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def open_catalogue(shop: Shop, qtbot: QtBot) -> Iterator[OpenCatalogue]:
    """``open_catalogue()`` shows the catalogue of twelve products; ``filled=False`` an empty one."""
    desktops: list[Desktop] = []

    def open_it(filled: bool = True) -> Opened:
        if filled:
            stock_up(shop)
        desktop = window_over(shop)
        desktops.append(desktop)
        desktop.start()
        qtbot.waitUntil(lambda: desktop.shell.page("live") is not None)
        desktop.shell.go("catalogue")
        page = desktop.shell.page("catalogue")
        assert isinstance(page, CataloguePage)
        opened = Opened(desktop, page, shop, qtbot)
        opened.settled(lambda: page.feed._last is not None)
        return opened

    yield open_it
    for desktop in desktops:
        desktop.stop()
        desktop.shell.close()
        desktop.shell.deleteLater()
        desktop.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def words() -> CataloguePresenter:
    return CataloguePresenter(Texts("fr"), "XOF", ZoneInfo("Africa/Dakar"))
