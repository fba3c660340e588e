"""A score as stars."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.widgets.labels import IconLabel

STARS: Final = 5


class Stars(QWidget):
    """So many of five; those that are missing are not shown."""

    def __init__(self) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 3, 0, 0)
        line.setSpacing(2)
        self.icons = [IconLabel("star", "waiting", 13) for _ in range(STARS)]
        for icon in self.icons:
            line.addWidget(icon)
        line.addStretch(1)

    def show_stars(self, count: int, said: str) -> None:
        for number, icon in enumerate(self.icons):
            icon.setVisible(number < count)
        self.setAccessibleName(said)
