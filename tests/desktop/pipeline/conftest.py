"""The prospects' page in a real window over a real shop on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.pages.pipeline.column import CardsView
from desktop.pages.pipeline.page import PipelinePage
from tests.desktop.openpage import OpenPage, go_to
from tests.desktop.pipeline.store import board_shop
from tests.desktop.realshop import close_windows, window_over


@dataclass
class Opened(OpenPage):
    page: PipelinePage

    def names(self, stage: str) -> list[str]:
        return [row.who for row in self.page.columns[stage].model.rows]

    def choose(self, stage: str, lead_id: int) -> CardsView:
        """Choose a card as a click does, and wait until it stands beside the board."""
        view = self.page.columns[stage].view
        self.desktop.shell.activateWindow()
        view.setFocus()
        assert view.select_key(lead_id)
        view.selected.emit(view.row)
        self.settled(lambda: self.page.pane.card is not None and self.page.pane.card.view.lead.id == lead_id)
        return view

    def key(self, view: CardsView, key: Qt.Key, alt: bool = False) -> None:
        modifier = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(view, key, modifier)


OpenBoard = Callable[..., Opened]


@pytest.fixture
def open_board(tmp_path: Path, qtbot: QtBot) -> Iterator[OpenBoard]:
    """``open_board()`` shows the board of a filled shop; ``open_board(shop)`` that of this one."""
    desktops: list[Desktop] = []
    shops: list[Shop] = []

    def open_it(shop: Shop | None = None) -> Opened:
        shop = shop or board_shop(tmp_path / "home")
        shops.append(shop)
        desktop = window_over(shop)
        desktops.append(desktop)
        page = go_to(desktop, qtbot, "pipeline")
        assert isinstance(page, PipelinePage)
        opened = Opened(desktop, page, shop, qtbot)
        opened.settled(lambda: page.read_once)
        return opened

    yield open_it
    close_windows(desktops)
    for shop in shops:
        shop.close()
