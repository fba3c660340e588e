"""A few texts that the shop keeps, in a dialog: the list at the left, the one that is chosen at the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Generic, Protocol, TypeVar

from msgspec import Struct
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QPlainTextEdit, QVBoxLayout, QWidget

from core.kernel.errors import LivePayError
from core.kernel.i18n import LANGUAGES, explain
from desktop.bridge import Bridge
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Field
from desktop.widgets.labels import Label

ROW: Final = 30


class Entry(Protocol):
    """A text that is kept."""

    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=Entry)


class Naming(Struct, frozen=True):
    """What the dialog says: ``listed`` names the list, ``new`` the line for one more, ``words`` the field of the text;
    ``wide`` and ``list_wide`` in px; ``name``: of its work."""

    title: str
    about: str
    listed: str
    new: str
    words: str
    sample: str
    name: str
    wide: int
    list_wide: int


class KeepingDialog(Dialog, Generic[T]):
    """Each is added, changed, removed. What is one's own: the form, how one is called, and the three verbs."""

    def __init__(self, parent: QWidget, t: Texts, bridge: Bridge, naming: Naming) -> None:
        super().__init__(parent, naming.title, naming.wide)
        self._t, self._bridge, self._naming = t, bridge, naming
        self._known: tuple[T, ...] = ()
        self.body.addWidget(Label(naming.about, "small", "muted", wrap=True))
        line = QHBoxLayout()
        line.setSpacing(16)
        self.list = QListWidget()
        self.list.setProperty("kind", "answers")
        self.list.setFixedWidth(naming.list_wide)
        self.list.setAccessibleName(naming.listed)
        self.list.currentRowChanged.connect(lambda row: self._picked())
        line.addWidget(self.list)
        self.language = QComboBox()
        for code, name in {"fr": t("French"), "mg": t("Malagasy"), "en": t("English")}.items():
            if code in LANGUAGES:
                self.language.addItem(name.capitalize(), code)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(150)
        self.text.setPlaceholderText(naming.sample)
        self.words = Field(naming.words, self.text, close=True)
        column = QVBoxLayout()
        column.setSpacing(6)
        self.form(column)
        column.addWidget(self.words)
        line.addLayout(column, 1)
        self.body.addLayout(line)
        self.remove = Button(t("Remove"), "danger", icon="trash-2")
        self.remove.clicked.connect(self._remove)
        self.foot.insertWidget(0, self.remove)
        self.add_way_out(t("Close"))
        self.save = self.add_action(t("Keep"), self._save)
        self.save.setDefault(False)
        self._read(first=True)

    # -- what is one's own

    def form(self, column: QVBoxLayout) -> None:
        """The fields above the text."""
        raise NotImplementedError

    def read(self) -> tuple[T, ...]:
        """All there are. It may block: called off the window's thread."""
        raise NotImplementedError

    def called(self, one: T) -> str:
        """Its line in the list."""
        raise NotImplementedError

    def fill(self, one: T | None) -> None:
        """Into the fields; None: a new one."""
        raise NotImplementedError

    def begun(self) -> bool:
        """Whether something was typed."""
        raise NotImplementedError

    def keeping(self, one: T | None) -> Callable[[], int]:
        """What keeps the fields' content: → its id. It may block, and raises Refused."""
        raise NotImplementedError

    def removing(self, one: T) -> Callable[[], object]:
        """What removes one. It may block."""
        raise NotImplementedError

    # -- reading

    def _read(self, pick: int | None = None, *, first: bool = False) -> None:
        name = f"read {self._naming.name}"
        self._bridge.run(self.read, owner=self, done=partial(self._show, pick, first), name=name)

    def _show(self, pick: int | None, first: bool, known: tuple[T, ...]) -> None:
        self._known = known
        self.list.blockSignals(True)
        self.list.clear()
        for text in (*map(self.called, known), self._naming.new):
            item = QListWidgetItem(text)
            item.setSizeHint(QSize(100, ROW))
            item.setToolTip(text)
            self.list.addItem(item)
        numbers = [one.id for one in known]
        self.list.setCurrentRow(numbers.index(pick) if pick in numbers else len(known))
        self.list.blockSignals(False)
        if first and self.begun():  # typed before they were read
            self.remove.setEnabled(False)
        else:
            self._picked()

    def _chosen(self) -> T | None:
        row = self.list.currentRow()
        return self._known[row] if 0 <= row < len(self._known) else None

    def _picked(self) -> None:
        one = self._chosen()
        self.fill(one)
        self.remove.setEnabled(one is not None)
        self.words.set_error("")

    # -- verbs

    def _save(self) -> None:
        name = f"keep {self._naming.name}"
        work = self.keeping(self._chosen())
        self._bridge.run(work, owner=self, done=self._read, failed=self._refused, name=name)

    def _remove(self) -> None:
        one = self._chosen()
        if one is not None:
            name = f"remove {self._naming.name}"
            work = self.removing(one)
            self._bridge.run(work, owner=self, done=lambda _: self._read(), failed=self._refused, name=name)

    def _refused(self, error: Exception) -> bool:
        if not isinstance(error, LivePayError):
            return False
        self.words.set_error(explain(error, self._t.language))
        return True
