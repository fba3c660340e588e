"""Answers kept ready: chosen while writing by « / » and the keyboard, and kept in a dialog."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QPlainTextEdit, QVBoxLayout, QWidget

from core.conversations.canned import Canned, matching
from core.kernel.errors import LivePayError
from core.kernel.i18n import LANGUAGES, explain
from core.kernel.text import one_line
from desktop.bridge import Bridge
from desktop.pages.conversations.presenter import ConversationSource
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import Label

ROWS: Final = 6
_ROW: Final = 30


class CannedPicker(QListWidget):
    """Over the composer: what the typed shortcut may mean. ``chosen`` with the words that go into the message;
    ``managed`` when the answers themselves are to be changed."""

    chosen = Signal(str)
    managed = Signal()

    def __init__(self, t: Texts, above: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._above = above
        self._manage = t("Change the ready answers…")
        self._ready: tuple[Canned, ...] = ()
        self.setProperty("kind", "picker")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setAccessibleName(t("Ready answers"))
        self.itemClicked.connect(lambda item: self._take())
        self.hide()

    def set_answers(self, ready: Sequence[Canned]) -> None:
        """The wordings for this customer, their variables filled."""
        self._ready = tuple(ready)

    @property
    def count_ready(self) -> int:
        return len(self._ready)

    def look_for(self, typed: str) -> None:
        """Show what fits what was typed after the slash; nothing fits: nothing is shown."""
        language = self._ready[0].language if self._ready else ""
        found = matching(self._ready, typed, language) if self._ready else []
        self.clear()
        for one in found:
            item = QListWidgetItem(f"/{one.shortcut}    {one_line(one.text, 90)}")
            item.setData(Qt.ItemDataRole.UserRole, one.text)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.shortcut}: {one.text}")
            item.setSizeHint(QSize(100, _ROW))
            self.addItem(item)
        if found and not typed:
            item = QListWidgetItem(self._manage)
            item.setSizeHint(QSize(100, _ROW))
            self.addItem(item)
        if not found:
            self.hide()
            return
        self.setCurrentRow(0)
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """Right above the field that is written in."""
        height = _ROW * min(ROWS, self.count()) + 10
        field = self._above.geometry()
        self.setGeometry(field.x() + 22, field.y() - height - 6, min(620, field.width() - 44), height)

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key typed in the field was meant for this list."""
        if self.isHidden():
            return False
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self.setCurrentRow((self.currentRow() + step) % self.count())
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._take()
            case Qt.Key.Key_Escape:
                self.hide()
            case _:
                return False
        return True

    def _take(self) -> None:
        item = self.currentItem()
        if item is not None:
            text = item.data(Qt.ItemDataRole.UserRole)
            self.hide()
            if text is None:
                self.managed.emit()
            else:
                self.chosen.emit(text)


class CannedDialog(Dialog):
    """Every answer kept ready: changed, added, removed."""

    def __init__(self, parent: QWidget, t: Texts, source: ConversationSource, bridge: Bridge) -> None:
        super().__init__(parent, t("Ready answers"), 620)
        self._t, self._source, self._bridge = t, source, bridge
        self._answers: tuple[Canned, ...] = ()
        self._first = True
        self.body.addWidget(
            Label(
                t(
                    "Type / in a message to choose one. {name} becomes the customer’s first name, {shop} the store’s.",
                    name="{name}",
                    shop="{shop}",
                ),
                "small",
                "muted",
                wrap=True,
            )
        )
        line = QHBoxLayout()
        line.setSpacing(16)
        self.list = QListWidget()
        self.list.setProperty("kind", "answers")
        self.list.setFixedWidth(190)
        self.list.setAccessibleName(t("Ready answers"))
        self.list.currentRowChanged.connect(self._picked)
        line.addWidget(self.list)
        line.addLayout(self._form(), 1)
        self.body.addLayout(line)
        self.remove = Button(t("Remove"), "danger", icon="trash-2")
        self.remove.clicked.connect(self._remove)
        self.foot.insertWidget(0, self.remove)
        self.add_way_out(t("Close"))
        self.save = self.add_action(t("Keep"), self._save)
        self.save.setDefault(False)
        self._read()
        self.shortcut.setFocus()

    def _form(self) -> QVBoxLayout:
        t = self._t
        column = QVBoxLayout()
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(12)
        self.shortcut = TextField(t("Shortcut"), placeholder="merci", close=True)
        self.language = QComboBox()
        for code in LANGUAGES:
            names = {"fr": t("French"), "mg": t("Malagasy"), "en": t("English")}
            self.language.addItem(names[code], code)
        head.addWidget(self.shortcut, 3)
        head.addWidget(Field(t("Language"), self.language, close=True), 2)
        column.addLayout(head)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(150)
        self.text.setPlaceholderText(t("Thank you {name}, see you soon at {shop}!", name="{name}", shop="{shop}"))
        self.words = Field(t("Words"), self.text, close=True)
        column.addWidget(self.words)
        return column

    def _read(self, pick: int | None = None) -> None:
        self._bridge.run(self._source.canned, owner=self, done=partial(self._show, pick), name="read ready answers")

    def _show(self, pick: int | None, answers: tuple[Canned, ...]) -> None:
        self._answers = answers
        self.list.blockSignals(True)
        self.list.clear()
        for one in answers:
            self._line(f"/{one.shortcut} · {one.language.upper()}")
        self._line(self._t("New answer"))
        numbers = [one.id for one in answers]
        self.list.setCurrentRow(numbers.index(pick) if pick in numbers else len(answers))
        self.list.blockSignals(False)
        begun = self._first and bool(self.shortcut.text or self.text.toPlainText())
        self._first = False
        if begun:  # typed before the answers were read
            self.remove.setEnabled(False)
        else:
            self._picked(self.list.currentRow())

    def _line(self, text: str) -> None:
        item = QListWidgetItem(text)
        item.setSizeHint(QSize(100, _ROW))
        self.list.addItem(item)

    def _picked(self, row: int) -> None:
        one = self._answers[row] if 0 <= row < len(self._answers) else None
        self.shortcut.edit.setText(one.shortcut if one else "")
        self.language.setCurrentIndex(max(0, self.language.findData(one.language if one else "fr")))
        self.text.setPlainText(one.text if one else "")
        self.remove.setEnabled(one is not None)
        self.words.set_error("")

    def _save(self) -> None:
        shortcut, language = self.shortcut.text, str(self.language.currentData())
        text = self.text.toPlainText()
        self._bridge.run(
            lambda: self._source.save_canned(shortcut, language, text),
            owner=self,
            done=self._saved,
            failed=self._refused,
            name="keep ready answer",
        )

    def _saved(self, number: int) -> None:
        self._read(number)

    def _refused(self, error: Exception) -> bool:
        if not isinstance(error, LivePayError):
            return False
        self.words.set_error(explain(error, self._t.language))
        return True

    def _remove(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._answers):
            number = self._answers[row].id
            self._bridge.run(
                lambda: self._source.remove_canned(number),
                owner=self,
                done=self._removed,
                failed=self._refused,
                name="remove ready answer",
            )

    def _removed(self, _: object) -> None:
        self._read()
