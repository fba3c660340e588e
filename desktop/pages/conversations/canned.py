"""Answers kept ready: chosen while writing by « / » and the keyboard, and kept in a dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.conversations.canned import Canned, matching
from core.kernel.text import one_line
from desktop.bridge import Bridge
from desktop.pages.conversations.presenter import ConversationSource
from desktop.pages.keeping import KeepingDialog, Naming
from desktop.texts import Texts
from desktop.widgets.fields import Field, TextField

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


class CannedDialog(KeepingDialog[Canned]):
    """Every answer kept ready."""

    def __init__(self, parent: QWidget, t: Texts, source: ConversationSource, bridge: Bridge) -> None:
        self._source = source
        about = t(
            "Type / in a message to choose one. {name} becomes the customer’s first name, {shop} the store’s.",
            name="{name}",
            shop="{shop}",
        )
        sample = t("Thank you {name}, see you soon at {shop}!", name="{name}", shop="{shop}")
        title, new = t("Ready answers"), t("New answer")
        super().__init__(
            parent, t, bridge, Naming(title, about, title, new, t("Words"), sample, "ready answers", 620, 190)
        )
        self.shortcut.setFocus()

    def form(self, column: QVBoxLayout) -> None:
        t, head = self._t, QHBoxLayout()
        head.setSpacing(12)
        self.shortcut = TextField(t("Shortcut"), placeholder="merci", close=True)
        head.addWidget(self.shortcut, 3)
        head.addWidget(Field(t("Language"), self.language, close=True), 2)
        column.addLayout(head)

    def read(self) -> tuple[Canned, ...]:
        return self._source.canned()

    def called(self, one: Canned) -> str:
        return f"/{one.shortcut} · {one.language.upper()}"

    def fill(self, one: Canned | None) -> None:
        self.shortcut.edit.setText(one.shortcut if one else "")
        self.language.setCurrentIndex(max(0, self.language.findData(one.language if one else "fr")))
        self.text.setPlainText(one.text if one else "")

    def begun(self) -> bool:
        return bool(self.shortcut.text or self.text.toPlainText())

    def keeping(self, one: Canned | None) -> Callable[[], int]:
        shortcut, language = self.shortcut.text, str(self.language.currentData())
        text = self.text.toPlainText()
        return lambda: self._source.save_canned(shortcut, language, text)

    def removing(self, one: Canned) -> Callable[[], object]:
        return lambda: self._source.remove_canned(one.id)
