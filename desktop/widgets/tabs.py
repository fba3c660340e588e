"""Tabs: the pages of one section at the head of the view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.nearing import Nearing
from desktop.widgets.buttons import Chip


class Tab(Chip):
    """One page's name, and how much waits there."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setProperty("kind", "tab")
        self.setAutoExclusive(True)


class Tabs(QFrame):
    """Shown while there is more than one to choose from. ``asked`` with a tab's name, ``neared`` a moment before."""

    asked = Signal(str)
    neared = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "tabs")
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(20, 6, 20, 0)
        self._line.setSpacing(4)
        self._line.addStretch(1)
        self.tabs: dict[str, Tab] = {}
        self.hide()

    def show_tabs(self, tabs: Sequence[tuple[str, str]], chosen: str) -> None:
        """``tabs``: name and text of each. The same ones again keep their buttons, and with them the keyboard."""
        if tuple(self.tabs) != tuple(name for name, _ in tabs):
            for old in self.tabs.values():
                self._line.removeWidget(old)
                old.hide()
                old.deleteLater()
            self.tabs = {}
            for place, (name, text) in enumerate(tabs):
                tab = self.tabs[name] = Tab(text)
                tab.clicked.connect(partial(self.asked.emit, name))
                Nearing(tab).neared.connect(partial(self.neared.emit, name))
                self._line.insertWidget(place, tab)
        self.tabs[chosen].setChecked(True)
        self.setVisible(len(tabs) > 1)

    def count(self, counts: Mapping[str, int]) -> None:
        for name, tab in self.tabs.items():
            tab.count(counts.get(name) or None)
