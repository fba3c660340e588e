"""Where the pages stand. What does not fit a small or much enlarged window is scrolled to, not cut."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget

ENOUGH: Final = QSize(892, 500)
"""What a page has in the smallest window of the usual size, and can do with, whatever its parts ask for."""


class PageStack(QStackedWidget):
    """A page gets what room there is, and folds its parts to it. What it then still asks for beyond that, it gets."""

    def __init__(self) -> None:
        super().__init__()
        self._room = QSize(ENOUGH)
        self._needs = 0  # px of width
        self._seen = (0, 0)
        self._again = True
        self._soon = QTimer(self, singleShot=True, interval=0)  # once it has folded
        self._soon.timeout.connect(self._look)
        self.currentChanged.connect(self._begin)

    def set_room(self, room: QSize) -> None:
        if room != self._room:
            self._room = room
            self._begin()

    def _begin(self) -> None:
        self._needs = 0
        self._seen = (0, 0)
        self._again = True
        self._soon.start()
        self.updateGeometry()

    def _look(self) -> None:
        page = self.currentWidget()
        if page is None or self._room.width() >= ENOUGH.width() or page.width() > max(self._room.width(), self._needs):
            return  # enough, or not yet in its place
        seen = page.width(), page.minimumSizeHint().width()
        if seen != self._seen:  # its layouts report a change of theirs one after the other
            self._seen = seen
            self._soon.start()
        elif seen[1] > max(seen[0], self._needs):
            self._needs = seen[1]
            self.updateGeometry()
        elif self._needs and seen[1] <= self._room.width() and self._again:  # it was asked before it had its content
            self._again = False
            self._needs = 0
            self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._soon.start()
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        high = page.minimumSizeHint().height() if page is not None else 0
        return QSize(self._needs, min(high, ENOUGH.height()) if self.width() >= ENOUGH.width() else high)

    def heightForWidth(self, width: int) -> int:
        """Of the page in view alone, and counted only where it has less than it was made for."""
        least, page = self.minimumSizeHint().height(), self.currentWidget()
        layout = page.layout() if page is not None else None
        if layout is None or not layout.hasHeightForWidth() or self._room.width() >= ENOUGH.width():
            return least
        return max(least, layout.minimumHeightForWidth(width))


class PageView(QScrollArea):
    """The stack, and bars where a page asks for more than there is."""

    def __init__(self, stack: PageStack) -> None:
        super().__init__()
        self._stack = stack
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(stack)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._stack.set_room(self.size())  # not the viewport's, which bars make smaller
        super().resizeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize()
