"""The papers page in a real window over a real shop on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.pages.papers.page import PapersPage
from tests.desktop.openpage import OpenPage, go_to
from tests.desktop.papers.store import fill, paper_shop
from tests.desktop.realshop import close_windows, window_over


@dataclass
class Opened(OpenPage):
    page: PapersPage

    def shown(self) -> list[str]:
        """The papers in the table, top to bottom, without their year."""
        return [text.paper.number.replace("-2026-0000", "") for text in self.page.model.rows]

    def select(self, number: str) -> None:
        """Choose a paper by its short number."""
        text = self.page.model.rows[self.shown().index(number)]
        self.page.table.select_key(text.key)


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
        page = go_to(desktop, qtbot, "papers")
        assert isinstance(page, PapersPage)
        opened = Opened(desktop, page, shop, qtbot)
        page.opener = opened.look
        opened.settled(lambda: page.read_once)
        return opened

    yield open_it
    close_windows(desktops)
