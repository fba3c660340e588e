"""The quotes page in a real window over a real shop on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.quotes import service
from core.quotes.service import Quote
from desktop.app import Desktop
from desktop.pages.quotes.editor import Editor
from desktop.pages.quotes.page import QuotesPage
from tests.desktop.openpage import OpenPage, go_to
from tests.desktop.quotes.store import fill, quote_shop
from tests.desktop.realshop import close_windows, type_text, window_over


@dataclass
class Opened(OpenPage):
    """``ids``: state → the quote that is in it."""

    page: QuotesPage
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def editor(self) -> Editor:
        return self.page.editor

    def shown(self) -> list[int]:
        return [text.quote.id for text in self.page.model.rows]

    def select(self, state: str) -> None:
        """Choose the quote in this state, and wait for its detail."""
        number = self.ids[state]
        self.page.table.select_key(number)
        self.settled(lambda: self.page.detail is not None and self.page.detail.row.id == number)

    def write(self, field: QLineEdit, text: str) -> None:
        """Letters into a field, in place of what is there."""
        self.desktop.shell.activateWindow()
        field.setFocus()
        field.selectAll()
        if not text:
            QTest.keyClick(field, Qt.Key.Key_Delete)
        type_text(field, text)

    def quote(self, number: int) -> Quote:
        return self.shop.engine.read(lambda r: service.load(r, number))


OpenQuotes = Callable[..., Opened]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = quote_shop(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def open_quotes(shop: Shop, qtbot: QtBot) -> Iterator[OpenQuotes]:
    """``open_quotes()`` shows the quotes of a filled shop, ``open_quotes(filled=False)`` of an empty one."""
    desktops: list[Desktop] = []

    def open_it(filled: bool = True) -> Opened:
        ids = fill(shop) if filled else {}
        desktop = window_over(shop)
        desktops.append(desktop)
        page = go_to(desktop, qtbot, "quotes")
        assert isinstance(page, QuotesPage)
        opened = Opened(desktop, page, shop, qtbot, ids=ids)
        page.acts.opener = opened.look
        opened.settled(lambda: page.read_once)
        return opened

    yield open_it
    close_windows(desktops)
