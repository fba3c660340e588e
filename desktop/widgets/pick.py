"""One of a few things, chosen from a menu that drops from its button."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from desktop.widgets.buttons import Button

Entries = Sequence[tuple[Any, str]]


class Pick(Button):
    """``picked`` with the value that was chosen; the button bears its word."""

    picked = Signal(object)

    def __init__(self, about: str, entries: Entries) -> None:
        super().__init__("", "link", icon="chevron-down")
        self.setAccessibleDescription(about)
        self._menu = QMenu(self)
        self.offer(entries, entries[0][0])
        self.clicked.connect(lambda: self._menu.popup(self.mapToGlobal(self.rect().bottomLeft())))

    def offer(self, entries: Entries, chosen: Any) -> None:
        """These can be chosen from now on; one that is chosen and not among them is shown as the first."""
        self._menu.clear()
        group = QActionGroup(self._menu)
        for value, word in entries:
            action = QAction(word, self._menu, checkable=True)
            action.setChecked(value == chosen)
            action.triggered.connect(partial(self._picked, value, word))
            group.addAction(action)
            self._menu.addAction(action)
        self.setText(next((word for value, word in entries if value == chosen), entries[0][1]))

    def _picked(self, value: Any, word: str, checked: bool = True) -> None:
        self.setText(word)
        self.picked.emit(value)
