"""What the dialogs of a move are made of: lines with a sign, a place for a file, the work under way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.files import suggested
from desktop.stores.movewords import SUFFIX, Said
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.drops import dropped_file
from desktop.widgets.fields import TextField
from desktop.widgets.labels import IconLabel, Label

SUFFIXES: Final = frozenset({SUFFIX, ".lpb"})


def local_zone() -> tzinfo:
    """Of this computer: the store whose file is looked at is not open."""
    zone = datetime.now().astimezone().tzinfo
    assert zone is not None
    return zone


class SaidLines(QWidget):
    """Lines, each with its sign."""

    def __init__(self, gap: int = 8) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(gap)
        self._rows: list[tuple[QWidget, IconLabel, Label]] = []
        self.lines: tuple[Said, ...] = ()

    def say(self, lines: Sequence[Said]) -> None:
        self.lines = tuple(lines)
        while len(self._rows) < len(lines):
            self._add()
        for place, (row, icon, label) in enumerate(self._rows):
            row.setVisible(place < len(lines))
            if place < len(lines):
                icon.show_icon(lines[place].icon, lines[place].role)
                label.say(lines[place].text)
        self.setAccessibleName(" ".join(line.text for line in lines))

    def _add(self) -> None:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        icon, label = IconLabel("info", "muted", 18), Label("", "body", wrap=True)
        line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label, 1)
        self._column.addWidget(row)
        self._rows.append((row, icon, label))

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(line.text for line in self.lines)


class Part(QWidget):
    """One step of a dialog."""

    def __init__(self, gap: int = 10) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(gap)


class CodeCard(QFrame):
    """The code, large enough to be copied by hand."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__()
        self.setProperty("kind", "choice")
        groups = code.split("-")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(6)
        self.labels = []
        for first in range(0, len(groups), 3):
            label = Label("   ".join(groups[first : first + 3]), "title", "gold")
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.labels.append(label)
            column.addWidget(label)
        self.setAccessibleName(f"{name}: {code}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)


class FileField(QWidget):
    """A file: typed, chosen, or dropped on its dialog. ``chosen`` after each."""

    chosen = Signal()

    def __init__(self, t: Texts, label: str, hint: str, *, save_as: str = "") -> None:
        """``save_as``: the name to propose for a file that is to be written; empty: one that is there."""
        super().__init__()
        self._t, self._save_as = t, save_as
        self.field = TextField(label, hint, close=not save_as)
        self.field.changed.connect(lambda _: self.chosen.emit())
        self.button = Button(t("Choose where…") if save_as else t("Choose a file…"))
        self.button.clicked.connect(self.ask)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        line = QHBoxLayout()
        line.addWidget(self.button)
        line.addStretch(1)
        column.addWidget(self.field)
        column.addLayout(line)
        self.setFocusProxy(self.field.edit)

    @property
    def path(self) -> Path | None:
        return Path(self.field.text).expanduser() if self.field.text else None

    def ask(self) -> None:
        """Shown, never executed."""
        t = self._t
        dialog = QFileDialog(self, self.button.text(), "", f"LivePay (*{SUFFIX});;{t('All files')} (*)")
        if self._save_as:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
            dialog.selectFile(self.field.text or suggested(self._save_as))
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take)
        dialog.open()

    def take(self, path: str) -> None:
        self.field.set_error("")
        self.field.edit.setText(path)
        self.chosen.emit()


class Work(Part):
    """How far it is, in words and as a bar."""

    def __init__(self, accessible: str) -> None:
        super().__init__()
        self.label = Label("", "body", "muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(accessible)
        self.column.addWidget(self.label)
        self.column.addWidget(self.bar)

    def begin(self, text: str) -> None:
        self.label.say(text)
        self.bar.setRange(0, 0)

    def advance(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)


class Dropping:
    """A widget on which one file may be dropped."""

    def take_drops(self, widget: QWidget, take: Callable[[str], object]) -> None:
        widget.setAcceptDrops(True)
        self._take = take

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._wanted(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self._wanted(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self._take(str(path))

    def _wanted(self, mime: QMimeData) -> Path | None:
        return dropped_file(mime, SUFFIXES)
