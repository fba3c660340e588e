"""Names and their values, one pair a line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.widgets.labels import ElidedLabel, Label


class Pairs(QWidget):
    """Names at the left, values at the right; as many as there are. ``wrap``: a long name takes a second line and
    keeps its end."""

    def __init__(self, *, wrap: bool = False) -> None:
        super().__init__()
        self._wrap = wrap
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)
        self._labels: list[tuple[Label, Label]] = []

    def show_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        while len(self._labels) < len(pairs):
            name = Label("", "small", "muted", wrap=True) if self._wrap else ElidedLabel("", "small", "muted")
            value = Label("", "small-bold")
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(name, len(self._labels), 0)
            self._grid.addWidget(value, len(self._labels), 1)
            self._labels.append((name, value))
        for place, (name, value) in enumerate(self._labels):
            for label, text in zip((name, value), pairs[place] if place < len(pairs) else ("", ""), strict=True):
                label.say(text)
                label.setVisible(place < len(pairs))
        self.setVisible(bool(pairs))
