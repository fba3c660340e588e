"""A time between two days, and the report while it is being drawn."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from core.kernel.errors import Refused
from core.kernel.i18n import explain
from desktop.bridge import Task
from desktop.texts import Texts
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField
from desktop.widgets.labels import Label


def typed_day(text: str) -> date:
    """A day as people type it: ``26/11/2026``. Raises Refused."""
    for form in ("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip().replace(".", "/"), form).date()  # noqa: DTZ007 - a day alone
        except ValueError:
            continue
    raise Refused("“{text}” is not a day: write it like 26/11/2026.", text=text.strip())


class BetweenDialog(Dialog):
    """``chosen`` with the first and the last day."""

    chosen = Signal(object, object)

    def __init__(self, parent: QWidget, t: Texts, first: str, last: str) -> None:
        super().__init__(parent, t("Between two days"), 440)
        self._t = t
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
                found.append(typed_day(field.text))
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
