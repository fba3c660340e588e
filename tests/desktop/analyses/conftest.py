"""The analyses in a real window over a real shop on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.charts.canvas import Canvas
from desktop.pages.analyses.page import AnalysesPage
from tests.core.analytics.store import Step, play
from tests.desktop.openpage import at_rest, go_to
from tests.desktop.realshop import close_windows, make_shop, window_over

D = TypeVar("D", bound=QDialog)
EVENING = [
    Step("live", 10, 1, 1, 0),
    *(Step("paid", 7, n % 5 + 1, 1, 0) for n in range(8)),
    Step("expired", 3, 1, 1, 0),
    Step("seen", 3, 2, 1, 0),
    Step("refunded", 3, 3, 1, 0),
    Step("end", 10, 1, 1, 0),
]


@dataclass
class Opened:
    desktop: Desktop
    page: AnalysesPage
    shop: Shop
    qtbot: QtBot

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        """Wait until nothing is read or written any more and ``holds``."""
        self.qtbot.waitUntil(lambda: at_rest(self.desktop, self.shop) and bool(holds()))

    def canvas(self, name: str) -> Canvas:
        canvas = self.page.cards[name].canvas
        assert canvas is not None
        return canvas

    def dialog(self, kind: type[D]) -> D:
        found: list[D] = []

        def there() -> bool:
            found[:] = [each for each in self.page.findChildren(kind) if each.isVisible()]
            return bool(found)

        self.qtbot.waitUntil(there)
        return found[0]

    def said(self) -> str:
        notices = self.desktop.shell.toasts.shown()
        return notices[-1].notice.text if notices else ""


OpenAnalyses = Callable[..., Opened]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = make_shop(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def open_analyses(shop: Shop, qtbot: QtBot) -> Iterator[OpenAnalyses]:
    """``open_analyses()`` shows the page after an evening; ``open_analyses([])`` over an empty shop."""
    desktops: list[Desktop] = []

    def open_it(steps: list[Step] | None = None) -> Opened:
        play(shop, EVENING if steps is None else steps)
        desktop = window_over(shop)
        desktops.append(desktop)
        page = go_to(desktop, qtbot, "analyses")
        assert isinstance(page, AnalysesPage)
        opened = Opened(desktop, page, shop, qtbot)
        opened.settled(lambda: page.read_once)
        return opened

    yield open_it
    close_windows(desktops)
