"""The rows behind a figure, a time between two days, and the report while it is being drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from core.kernel.errors import Refused
from core.kernel.i18n import explain
from desktop.bridge import Task
from desktop.pages.analyses.presenter import Rows
from desktop.texts import Texts
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField
from desktop.widgets.grid import Grid
from desktop.widgets.labels import Label


class RowsDialog(Dialog):
    """``led`` with a page and what to show there, when a row that leads somewhere is opened."""

    led = Signal(str, object)

    def __init__(self, parent: QWidget, t: Texts, title: str, rows: Rows) -> None:
        super().__init__(parent, t("What it is made of"), 760)
        self._rows = rows
        self.body.addWidget(Label(title, "body", "muted", wrap=True))
        count = len(rows.headings)
        right = (count - 1,) if count == 5 else ()
        shares = (1.75, 1.35, 0.9, 1.3, 1.1)[:count]
        self.grid = Grid(t("What it is made of"), shares, right=right, plain=range(1, count))
        self.grid.show_rows(rows.headings, rows.lines)
        self.grid.setMinimumHeight(320)
        self.grid.activated.connect(self._open)
        self.body.addWidget(self.grid)
        self.total = Label(rows.total, "body-bold")
        self.body.addWidget(self.total)
        self.add_way_out(t("Close"))
        self.action = self.add_action(t("Open the conversation"), self.open_row)
        self.grid.selectionModel().currentRowChanged.connect(lambda *_: self._offer())
        if rows.lines:
            self.grid.selectRow(0)
        self._offer()

    def _offer(self) -> None:
        self.action.setEnabled(self._target() is not None)

    def _target(self) -> tuple[str, object] | None:
        row = self.grid.currentIndex().row()
        return self._rows.targets[row] if 0 <= row < len(self._rows.targets) else None

    def _open(self, index: QModelIndex) -> None:
        self.open_row()

    def open_row(self) -> None:
        target = self._target()
        if target is not None:
            self.accept()
            self.led.emit(*target)


class BetweenDialog(Dialog):
    """``chosen`` with the first and the last day."""

    chosen = Signal(object, object)

    def __init__(self, parent: QWidget, t: Texts, read: Callable[[str], date], first: str, last: str) -> None:
        super().__init__(parent, t("Between two days"), 440)
        self._t, self._read = t, read
        self.first = TextField(t("First day"), t("For example {day}", day=first), close=True)
        self.last = TextField(t("Last day"), close=True)
        self.first.edit.setText(first)
        self.last.edit.setText(last)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.first)
        line.addWidget(self.last)
        self.body.addLayout(line)
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Show"), self.show_them)
        self.first.edit.selectAll()

    def show_them(self) -> None:
        found: list[date] = []
        for field in (self.first, self.last):
            try:
                found.append(self._read(field.text))
                field.set_error("")
            except Refused as error:
                field.set_error(explain(error, self._t.language))
        if len(found) == 2:
            self.chosen.emit(*found)
            self.accept()


class PaperDialog(Dialog):
    """The report is being drawn: how far it is, and a way to stop."""

    def __init__(self, parent: QWidget, t: Texts, count: int) -> None:
        super().__init__(parent, t("The report is being drawn"), 440)
        self.task: Task[int | None] | None = None
        self._t = t
        self.word = Label(t("Chart {n} of {total}", n=1, total=count), "body", "muted")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, count)
        self.body.addWidget(self.word)
        self.body.addWidget(self.progress)
        self.add_way_out(t("Stop"))

    def advance(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(1, total))
        self.progress.setValue(done)
        self.word.say(self._t("Chart {n} of {total}", n=min(done + 1, total), total=total))

    def done(self, answer: int) -> None:
        if self.task is not None and not answer:
            self.task.control.stop()
        super().done(answer)
