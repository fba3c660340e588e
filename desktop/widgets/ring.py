"""Where the keyboard is, when Tab brought it to something that does not show that itself: a list, a scrolled page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QFrame, QMainWindow, QWidget


class Ring(QFrame):
    """A line around a widget until the keyboard leaves it."""

    def __init__(self, around: QWidget) -> None:
        super().__init__(around)
        self._around = around
        self.setProperty("kind", "ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(around.rect())
        around.installEventFilter(self)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._around:
            if event.type() == QEvent.Type.Resize:
                self.setGeometry(self._around.rect())
            elif event.type() == QEvent.Type.FocusOut:
                self._around.removeEventFilter(self)
                self.hide()
                self.deleteLater()
        return False


def show_ring() -> None:
    """Tab was pressed: ring what it came to. Fields and buttons show it themselves."""
    from PySide6.QtWidgets import QAbstractScrollArea, QPlainTextEdit, QTextEdit  # a start makes none of them

    reached = QApplication.focusWidget()
    plain = isinstance(reached, QAbstractScrollArea) and not isinstance(reached, QPlainTextEdit | QTextEdit)
    if reached is not None and plain and reached.findChild(Ring) is None:
        Ring(reached)


class RingingWindow(QMainWindow):
    """A window in which Tab can be followed."""

    def focusNextPrevChild(self, forward: bool) -> bool:
        moved = super().focusNextPrevChild(forward)
        show_ring()
        return moved
