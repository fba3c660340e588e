"""Small things one after the other, as many on a line as fit."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class Flow(QLayout):
    """Widgets from left to right, then on the next line."""

    def __init__(self, parent: QWidget | None = None, gap: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, wide: int) -> int:
        return self._lay(QRect(0, 0, wide, 0), move=False)

    def setGeometry(self, place: QRect) -> None:
        super().setGeometry(place)
        self._lay(place, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _lay(self, place: QRect, *, move: bool) -> int:
        """Put everything in its place, in the middle of its line; → the height it takes."""
        top = place.y()
        for line in self._lines(place.width()):
            high, x = max(item.sizeHint().height() for item in line), place.x()
            for item in line:
                size = item.sizeHint()
                if move:
                    where = QPoint(x, top + (high - size.height()) // 2)
                    item.setGeometry(QRect(where, QSize(min(size.width(), place.width()), size.height())))
                x += size.width() + self._gap
            top += high + self._gap
        return max(0, top - self._gap - place.y())

    def _lines(self, wide: int) -> list[list[QLayoutItem]]:
        """What stands together on a line; what is hidden stands nowhere."""
        lines: list[list[QLayoutItem]] = []
        used = 0
        for item in self._items:
            widget = item.widget()
            if widget is not None and widget.isHidden():
                continue
            width = item.sizeHint().width()
            if not lines or used + width > wide:
                lines.append([])
                used = 0
            lines[-1].append(item)
            used += width + self._gap
        return lines
