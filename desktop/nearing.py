"""Where the person is about to go: noticed as the mouse or the keyboard comes to a button, before it is pressed.

To import a page's modules takes 10 to 25 ms, half of what it costs to show a page for the first time. Done ahead for
all of them it would keep 19 MB that most evenings nobody needs.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

_COMING = (QEvent.Type.Enter, QEvent.Type.FocusIn)


class Nearing(QObject):
    """``neared`` when something comes to the button."""

    neared = Signal()

    def __init__(self, button: QWidget) -> None:
        super().__init__(button)
        button.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _COMING:
            self.neared.emit()
        return False
