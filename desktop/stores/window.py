"""The window in which several stores stand, one of them in view, under one line of alarms."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QByteArray, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QDialog, QStackedWidget, QVBoxLayout, QWidget

from desktop.shell import Shell
from desktop.stores.alarms import AlarmLine
from desktop.zoom import zoom


class StoresWindow(QWidget):
    """Closing it asks the store in view, as its own window would; ``closing`` when it goes."""

    closing = Signal()

    def __init__(self, alarms: AlarmLine) -> None:
        super().__init__()
        self.setProperty("kind", "window")
        self._limit()
        zoom().changed.connect(self._limit)
        self._away: dict[Shell, list[QDialog]] = {}
        self.alarms = alarms
        self.stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(alarms)
        column.addWidget(self.stack, 1)

    @property
    def shell(self) -> Shell:
        """The store in view."""
        shown = self.stack.currentWidget()
        assert isinstance(shown, Shell)
        return shown

    def _limit(self) -> None:
        self.setMinimumSize(zoom().smallest)

    def add(self, shell: Shell) -> None:
        shell.setMinimumSize(0, 0)  # the window has its own, with the line of alarms in it
        self.stack.addWidget(shell)
        shell.windowTitleChanged.connect(self._title)
        shell.closing.connect(self.closing)
        self._title()

    def take_out(self, shell: Shell) -> None:
        """Its dialogs go with it."""
        self._away.pop(shell, None)
        shell.closing.disconnect(self.closing)
        self.stack.removeWidget(shell)
        shell.hide()
        shell.setParent(None)

    def bring(self, shell: Shell) -> None:
        """Put it in view. What was open over the one before waits there for its return."""
        before = self.stack.currentWidget()
        if before is shell:
            return
        if isinstance(before, Shell):
            self._put_away(before)
        self.stack.setCurrentWidget(shell)
        self._title()
        for dialog in self._away.pop(shell, []):
            if shiboken6.isValid(dialog):
                dialog.open()

    def _put_away(self, shell: Shell) -> None:
        for widget in QApplication.topLevelWidgets():
            if not widget.isVisible() or not _belongs(widget, shell):
                continue
            if isinstance(widget, QDialog):
                self._away.setdefault(shell, []).append(widget)
                widget.hide()
            elif not widget.property("public"):
                widget.close()

    def _title(self) -> None:
        self.setWindowTitle(self.shell.windowTitle())

    def restore(self, place: str) -> bool:
        """Size and place as they were left. → False when that cannot be read."""
        return bool(place) and self.restoreGeometry(QByteArray.fromBase64(place.encode("ascii", "replace")))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.shell.closeEvent(event)


def _belongs(widget: QWidget, shell: Shell) -> bool:
    parent = widget.parentWidget()
    while parent is not None and parent is not shell:
        parent = parent.parentWidget()
    return parent is shell
