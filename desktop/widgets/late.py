"""Parts of a page that join it when they are first seen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class LateArea(QScrollArea):
    """Scrolls up and down what is in ``inside``, which joins it when the area first shows.

    Until then ``inside`` stands alone: each step in which a page is put together gives everything below it its font,
    palette and style again (sixty widgets five levels deep: 20 ms of the page's first 60).
    """

    def __init__(self) -> None:
        super().__init__()
        self.inside = QWidget()
        self.inside.setProperty("kind", "scrolled")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.destroyed.connect(self.inside.deleteLater)  # never seen, it has nobody else to go with

    def showEvent(self, event: QShowEvent) -> None:
        if self.widget() is None:
            self.setWidget(self.inside)
        super().showEvent(event)
