"""A small card beside what was pressed: it goes with Esc, with a click elsewhere, or with its verb."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from desktop.widgets.buttons import Button
from desktop.widgets.labels import Label

_GAP = 6


def _application() -> QApplication:
    made = QApplication.instance()
    assert isinstance(made, QApplication)
    return made


class Popover(QWidget):
    """Fill ``column``, then :meth:`present` it. It covers its parent meanwhile, and deletes itself when it closes."""

    def __init__(self, parent: QWidget, name: str, width: int = 340) -> None:
        super().__init__(parent)
        self._over = parent
        self._back: QWidget | None = self.window().focusWidget()
        self._watching = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.frame = QFrame(self)
        self.frame.setProperty("kind", "popover")
        self.frame.setFixedWidth(width)
        self.column = QVBoxLayout(self.frame)
        self.column.setContentsMargins(16, 14, 16, 14)
        self.column.setSpacing(6)
        parent.installEventFilter(self)

    def present(self, beside: QWidget) -> None:
        """Above what was pressed, or below it where there is no room; within the parent's sides."""
        over = self._over
        self.setGeometry(over.rect())
        self.frame.adjustSize()
        if self.column.hasHeightForWidth():  # a long sentence would like to be wider, and is higher instead
            self.frame.resize(self.frame.width(), self.column.totalHeightForWidth(self.frame.width()))
        place = beside.mapTo(over, QPoint(0, -self.frame.height() - _GAP))
        if place.y() < 0:
            place = beside.mapTo(over, QPoint(0, beside.height() + _GAP))
        self.frame.move(max(8, min(place.x(), over.width() - self.frame.width() - 8)), place.y())
        self.show()
        self.raise_()
        self.setFocus()
        self._watching = True
        _application().focusChanged.connect(self._moved)

    def _moved(self, _: QWidget | None, to: QWidget | None) -> None:
        """The keyboard went elsewhere in the window, to another page for instance: this would stay in its way."""
        if to is not None and to is not self and to.window() is self.window() and not self.isAncestorOf(to):
            self._back = None
            self.close()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round in it, as do the arrows on its buttons."""
        stops = [
            one
            for one in self.findChildren(QWidget)
            if one.isVisible() and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        if stops:
            here = self.window().focusWidget()
            at = stops.index(here) if here in stops else -1 if forward else 0
            reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
            stops[(at + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.frame.geometry().contains(event.position().toPoint()):
            self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if self._watching:
            self._watching = False
            _application().focusChanged.disconnect(self._moved)
        if self._back is not None and shiboken6.isValid(self._back) and self._back.isVisible():
            self._back.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window changed its size: what stood beside something does no more."""
        if event.type() == QEvent.Type.Resize:
            self.close()
        return False


class Explanation(Popover):
    """A title, a sentence, and one verb."""

    def __init__(self, parent: QWidget, title: str, sentence: str, verb: str, act: Callable[[], object]) -> None:
        super().__init__(parent, title)
        self.sentence = Label(sentence, "body", "muted", wrap=True)
        self.verb = Button(verb)
        self.verb.clicked.connect(self.close)
        self.verb.clicked.connect(lambda: act())
        self.column.addWidget(Label(title, "lead-bold", wrap=True))
        self.column.addWidget(self.sentence)
        self.column.addSpacing(4)
        self.column.addWidget(self.verb, 0, Qt.AlignmentFlag.AlignLeft)

    def present(self, beside: QWidget) -> None:
        super().present(beside)
        self.verb.setFocus()
