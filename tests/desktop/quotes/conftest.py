"""The quotes page in a real window over a real shop on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.quotes import service
from core.quotes.service import Quote
from desktop.app import Desktop
from desktop.pages.quotes.editor import Editor
from desktop.pages.quotes.page import QuotesPage
from tests.desktop.quotes.store import fill, quote_shop
from tests.desktop.realshop import close_windows, type_text, window_over

D = TypeVar("D", bound=QDialog)


@dataclass
class Opened:
    """``ids``: state → the quote that is in it; ``seen``: what was handed to the system's viewer."""

    desktop: Desktop
    page: QuotesPage
    shop: Shop
    qtbot: QtBot
    ids: dict[str, int]
    seen: list[Path] = field(default_factory=list)

    @property
    def editor(self) -> Editor:
        return self.page.editor

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        """Wait until nothing is read or written any more and ``holds``."""
        page = self.page
        self.qtbot.waitUntil(
            lambda: not (self.desktop.bridge.busy or page._pause.isActive()) and bool(holds()), timeout=20_000
        )

    def shown(self) -> list[int]:
        return [text.quote.id for text in self.page.model.rows]

    def select(self, state: str) -> None:
        """Choose the quote in this state, and wait for its detail."""
        number = self.ids[state]
        self.page.table.select_key(number)
        self.settled(lambda: self.page.detail is not None and self.page.detail.row.id == number)

    def press(self, key: Qt.Key) -> None:
        """A key on the table; off-screen, a dialog that closed does not give the keyboard back by itself."""
        self.desktop.shell.activateWindow()
        self.page.table.setFocus()
        self.qtbot.waitUntil(self.page.table.hasFocus)
        QTest.keyClick(self.page.table, key)

    def write(self, field: QLineEdit, text: str) -> None:
        """Letters into a field, in place of what is there."""
        self.desktop.shell.activateWindow()
        field.setFocus()
        field.selectAll()
        if not text:
            QTest.keyClick(field, Qt.Key.Key_Delete)
        type_text(field, text)

    def dialog(self, kind: type[D]) -> D:
        """The dialog that stands over the page."""
        found: list[D] = []

        def there() -> bool:
            found[:] = [each for each in self.page.findChildren(kind) if each.isVisible()]
            return bool(found)

        self.qtbot.waitUntil(there, timeout=10_000)
        return found[0]

    def look(self, path: Path) -> bool:
        """The system's viewer."""
        self.seen.append(path)
        return True

    def said(self) -> str:
        """The last notice."""
        notices = self.desktop.shell.toasts.shown()
        return notices[-1].notice.text if notices else ""

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
        desktop.shell.resize(1280, 720)
        desktop.start()
        qtbot.waitUntil(lambda: desktop.shell.page("live") is not None, timeout=20_000)
        desktop.shell.go("quotes")
        page = desktop.shell.page("quotes")
        assert isinstance(page, QuotesPage)
        opened = Opened(desktop, page, shop, qtbot, ids)
        page.acts.opener = opened.look
        opened.settled(lambda: page.read_once)
        return opened

    yield open_it
    close_windows(desktops)
