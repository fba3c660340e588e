"""The papers page in a real window over a real shop on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.pages.papers.page import PapersPage
from tests.desktop.papers.store import fill, paper_shop
from tests.desktop.realshop import close_windows, window_over

D = TypeVar("D", bound=QDialog)


@dataclass
class Opened:
    """``seen``: what was handed to the system's viewer."""

    desktop: Desktop
    page: PapersPage
    shop: Shop
    qtbot: QtBot
    seen: list[Path] = field(default_factory=list)

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        """Wait until nothing is read or written any more and ``holds``."""
        page = self.page
        self.qtbot.waitUntil(
            lambda: not (self.desktop.bridge.busy or page._pause.isActive()) and bool(holds()), timeout=20_000
        )

    def shown(self) -> list[str]:
        """The papers in the table, top to bottom, without their year."""
        return [text.paper.number.replace("-2026-0000", "") for text in self.page.model.rows]

    def select(self, number: str) -> None:
        """Choose a paper by its short number."""
        text = self.page.model.rows[self.shown().index(number)]
        self.page.table.select_key(text.key)

    def press(self, key: Qt.Key) -> None:
        """A key on the table; off-screen, a dialog that closed does not give the keyboard back by itself."""
        self.desktop.shell.activateWindow()
        self.page.table.setFocus()
        self.qtbot.waitUntil(self.page.table.hasFocus)
        QTest.keyClick(self.page.table, key)

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


OpenPapers = Callable[..., Opened]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = paper_shop(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def open_papers(shop: Shop, qtbot: QtBot) -> Iterator[OpenPapers]:
    """``open_papers()`` shows the papers of a filled shop, ``open_papers(filled=False)`` of an empty one."""
    desktops: list[Desktop] = []

    def open_it(filled: bool = True) -> Opened:
        if filled:
            fill(shop)
        desktop = window_over(shop)
        desktops.append(desktop)
        desktop.shell.resize(1280, 720)
        desktop.start()
        qtbot.waitUntil(lambda: desktop.shell.page("live") is not None, timeout=20_000)
        desktop.shell.go("papers")
        page = desktop.shell.page("papers")
        assert isinstance(page, PapersPage)
        opened = Opened(desktop, page, shop, qtbot)
        page.opener = opened.look
        opened.settled(lambda: page.read_once)
        return opened

    yield open_it
    close_windows(desktops)
