"""Larger and smaller: the keys and the wheel for it, what is said of it, and what is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QWheelEvent

from core.kernel.look import ZOOMS
from desktop.widgets.notices import Notice
from desktop.zoom import USUAL, zoom

if TYPE_CHECKING:
    from desktop.shell import Shell

_NOTCH: Final = 120  # eighths of a degree: one step of a usual wheel


class Zooming(QObject):
    """The size of everything, chosen in one window for all of them."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._turned = 0
        self._said: Notice | None = None
        zoom().changed.connect(self._limit)
        self._limit()

    def larger(self) -> None:
        self.choose(next((step for step in ZOOMS if step > zoom().percent), ZOOMS[-1]))

    def smaller(self) -> None:
        self.choose(next((step for step in reversed(ZOOMS) if step < zoom().percent), ZOOMS[0]))

    def usual(self) -> None:
        self.choose(USUAL)

    def choose(self, percent: int) -> None:
        shell, t = self._shell, self._shell.t
        at_once = zoom().choose(percent)
        shell.chosen.emit("zoom", str(percent))
        for toast in shell.toasts.shown():
            if toast.notice is self._said:
                toast.leave()
        if at_once:
            self._said = Notice(t("Size: {percent}%", percent=percent))
        else:
            self._said = Notice(t("Size: {percent}%, from the next start", percent=percent))
        shell.say(self._said)

    def watch(self) -> None:
        """The wheel is seen before the lists, which would scroll with it."""
        window = self._shell.window().windowHandle()
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QWheelEvent) or event.modifiers() != Qt.KeyboardModifier.ControlModifier:
            return False
        if not self._shell.isVisible():  # another store's turn
            return False
        self._turned += event.angleDelta().y()
        if abs(self._turned) >= _NOTCH:
            (self.larger if self._turned > 0 else self.smaller)()
            self._turned = 0
        return True

    def _limit(self) -> None:
        """In a window of several stores that window has the limit."""
        if self._shell.isWindow():
            self._shell.setMinimumSize(zoom().smallest)
