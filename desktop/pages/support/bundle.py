"""What goes to support, read by the person before it is saved."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QTextOption
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QListWidget, QPlainTextEdit, QWidget

from desktop.texts import Texts
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import Label

_LIST_WIDE = 200
_HIGH = 320


def reading_field(name: str) -> QPlainTextEdit:
    """A text to look through, in letters of one width."""
    field = QPlainTextEdit()
    field.setReadOnly(True)
    field.setAccessibleName(name)
    field.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    field.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
    field.setFrameShape(QFrame.Shape.NoFrame)
    field.setFixedHeight(_HIGH)
    return field


class BundleDialog(Dialog):
    """``read(personal)`` asks for the texts; ``save(texts)`` keeps what is shown."""

    def __init__(
        self,
        parent: QWidget,
        t: Texts,
        read: Callable[[bool], object],
        save: Callable[[dict[str, str]], object],
    ) -> None:
        super().__init__(parent, t("The file for support"), 820)
        self._save = save
        self.texts: dict[str, str] = {}
        about = t("No secret and nobody’s data is in it. Look through it, then save it and send it to who helps you.")
        self.body.addWidget(Label(about, "body", "muted", wrap=True))
        both = QHBoxLayout()
        both.setSpacing(12)
        self.names = QListWidget()
        self.names.setFixedWidth(_LIST_WIDE)
        self.names.setFixedHeight(_HIGH)
        self.names.setSpacing(4)
        self.names.setAccessibleName(t("Its parts"))
        self.text = reading_field(t("What the part says"))
        both.addWidget(self.names)
        both.addWidget(self.text, 1)
        self.body.addLayout(both)
        self.personal = QCheckBox(t("With the name, the numbers and the addresses of the store"))
        self.personal.toggled.connect(lambda on: read(on))
        self.body.addWidget(self.personal)
        self.names.currentTextChanged.connect(lambda name: self.text.setPlainText(self.texts.get(name, "")))
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Save…"), lambda: self._save(self.texts))
        self.action.setEnabled(False)

    def show_texts(self, texts: dict[str, str]) -> None:
        """The parts, the one in view kept."""
        row = max(0, self.names.currentRow())
        self.texts = texts
        self.names.clear()
        self.names.addItems(list(texts))
        self.names.setCurrentRow(min(row, self.names.count() - 1))
        self.action.setEnabled(True)
        self.names.setFocus(Qt.FocusReason.OtherFocusReason)
