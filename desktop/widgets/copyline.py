"""Something to paste elsewhere: the text, and the button that copies it."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.texts import Texts
from desktop.widgets.buttons import Button

_THANKS_MS = 2500


class CopyLine(QWidget):
    """A read-only line with « Copier ». The button says for a moment that it was done."""

    def __init__(self, t: Texts, name: str, text: str = "") -> None:
        super().__init__()
        self._t = t
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        self.edit = QLineEdit()
        self.edit.setReadOnly(True)
        self.edit.setAccessibleName(name)
        self.button = Button(t("Copy"), icon="copy")
        self.button.setAccessibleName(f"{t('Copy')} : {name}")
        self.button.clicked.connect(self.copy)
        line.addWidget(self.edit, 1)
        line.addWidget(self.button)
        self._back = QTimer(self, singleShot=True, interval=_THANKS_MS)
        self._back.timeout.connect(self._ready)
        self.setFocusProxy(self.button)
        self.say(text)

    def say(self, text: str) -> None:
        """Show another text to copy; without one the button rests."""
        if text != self.edit.text():
            self.edit.setText(text)
            self.edit.setCursorPosition(0)
            self.edit.setToolTip(text)
        self.button.setEnabled(bool(text))

    def copy(self) -> None:
        """Put the text on the clipboard."""
        QGuiApplication.clipboard().setText(self.edit.text())
        self.button.setText(self._t("Copied"))
        self.button.set_icon_name("check")
        self._back.start()

    def _ready(self) -> None:
        self.button.setText(self._t("Copy"))
        self.button.set_icon_name("copy")
