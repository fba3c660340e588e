"""The dialogs of the payments: give money back, do a task, compare with the providers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QGridLayout, QProgressBar, QWidget

from core.kernel.errors import LivePayError, Refused
from core.kernel.i18n import explain
from core.kernel.look import Role
from core.kernel.money import format_amount
from core.reconciliation.concerns import Concern
from desktop.bridge import Bridge, Task
from desktop.pages.payments.presenter import Compared, Detail, PaymentsPresenter, PaymentsSource
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField
from desktop.widgets.grid import Grid
from desktop.widgets.labels import Label


class RefundDialog(Dialog):
    """One payment, where its money is, and how much of it goes back. ``given`` once it is asked for, ``looked`` once
    its provider has said how it stands."""

    given = Signal()
    looked = Signal()

    def __init__(
        self, parent: QWidget, source: PaymentsSource, bridge: Bridge, words: PaymentsPresenter, detail: Detail
    ):
        t, payment = words.t, detail.payment
        super().__init__(parent, t("Payment of {customer}", customer=payment.customer or payment.reference))
        self._source, self._bridge, self._words, self._detail = source, bridge, words, detail
        self.body.addWidget(Label(f"{words.money(payment.amount)} · {payment.reference}", "lead-bold"))
        self._explained = Label(words.explanation(detail), "body", "muted", wrap=True)
        self.body.addWidget(self._explained)
        self.verdict = Label("", "body-bold", wrap=True)
        self.verdict.hide()
        self.body.addWidget(self.verdict)
        self.amount = TextField(t("Amount to give back"), words.how(detail))
        self.amount.edit.setText(format_amount(detail.refundable, words.currency))
        self.restock = QCheckBox(t("The goods are back on the shelf"))
        self.add_way_out(t("Back"))
        self.look = Button(t("Ask {provider}", provider=words.provider(payment.provider)), icon="refresh-cw")
        self.look.clicked.connect(self.look_again)
        self.look.setVisible(detail.attempt_id is not None)
        self.foot.insertWidget(0, self.look)
        if not detail.refundable:
            self.body.addWidget(Label(t("Nothing of it can be given back now."), "body", "muted", wrap=True))
            return
        self.body.addWidget(self.amount)
        self.body.addWidget(self.restock)
        self.action = self.add_action(t("Give back"), self.give, danger=True)
        self.amount.edit.setFocus()
        self.amount.edit.selectAll()

    def give(self) -> None:
        try:
            amount = self._words.amount(self.amount.text)
        except Refused as error:
            self.amount.set_error(explain(error, self._words.t.language))
            return
        payment, restock = self._detail.payment.id, self.restock.isChecked()
        self.action.setEnabled(False)
        self._bridge.run(
            lambda: self._source.refund(payment, amount, restock),
            owner=self,
            done=lambda _: self._given(),
            failed=self._refused,
            name="refund",
        )

    def look_again(self) -> None:
        """However old the payment is: how does it stand at its provider?"""
        payment, attempt = self._detail.payment.id, self._detail.attempt_id or 0
        self.look.setEnabled(False)
        self._bridge.run(
            lambda: (self._source.look_again(attempt), self._source.detail(payment)),
            owner=self,
            done=self._looked,
            failed=self._unanswered,
            name="look again",
        )

    def _looked(self, read: tuple[Compared, Detail]) -> None:
        compared, self._detail = read
        self.look.setEnabled(True)
        self._explained.say(self._words.explanation(self._detail))
        self._say(self._words.agreed(self._detail.payment.provider, compared), "text")
        self.looked.emit()

    def _unanswered(self, error: Exception) -> bool:
        self.look.setEnabled(True)
        if isinstance(error, LivePayError):
            self._say(explain(error, self._words.t.language), "danger")
            return True
        return False

    def _say(self, text: str, role: Role) -> None:
        self.verdict.set_role(role)
        self.verdict.say(text)
        self.verdict.show()

    def _given(self) -> None:
        self.given.emit()
        self.accept()

    def _refused(self, error: Exception) -> bool:
        self.action.setEnabled(True)
        if isinstance(error, LivePayError):
            self.amount.set_error(explain(error, self._words.t.language))
            return True
        return False


class TaskDialog(Dialog):
    """The steps of one task, and what may be said of it. ``answered`` with the word."""

    answered = Signal(str)

    def __init__(self, parent: QWidget, words: PaymentsPresenter, concern: Concern) -> None:
        t, task = words.t, words.task(concern)
        super().__init__(parent, task.title)
        self.body.addWidget(Label(task.detail, "body-bold", wrap=True))
        self.body.addWidget(Label(task.steps, "body", "muted", wrap=True))
        self.add_way_out(t("Back"))
        if concern.kind == "refund":
            if concern.own and concern.detail in ("todo", "failed"):
                self._quiet(t("Do not give it back"), "withdraw")
            if concern.attempt_id is not None and concern.detail not in ("todo", "failed"):
                self._quiet(t("Ask {provider}", provider=words.provider(concern.provider)), "ask")
            if concern.detail == "failed":
                self._quiet(t("Ask {provider} again", provider=words.provider(concern.provider)), "again")
            self.action = self.add_action(t("It is given back"), lambda: self._say("done"))
            return
        if concern.kind == "contradiction":
            self._quiet(t("Ask {provider} again", provider=words.provider(concern.provider)), "again")
            self.action = self.add_action(t("It is settled"), lambda: self._say("done"))
            return
        if concern.attempt_id is not None:
            self._quiet(t("Ask {provider} again", provider=words.provider(concern.provider)), "ask")
        if words.can_take(concern.detail):
            self._quiet(t("Settled otherwise"), "done")
            self.action = self.add_action(t.of("difference", "Take over"), lambda: self._say("take"))
        else:
            self.action = self.add_action(t("It is settled"), lambda: self._say("done"))

    def _quiet(self, text: str, word: str) -> None:
        button = Button(text)
        button.clicked.connect(lambda: self._say(word))
        self.foot.addWidget(button)

    def _say(self, word: str) -> None:
        self.answered.emit(word)
        self.accept()


class CompareDialog(Dialog):
    """Compare with the providers, asked or by a statement, and what came of it."""

    def __init__(self, parent: QWidget, source: PaymentsSource, bridge: Bridge, words: PaymentsPresenter) -> None:
        t = words.t
        super().__init__(parent, t("Compare with the providers"), 720)
        self._source, self._bridge, self._words = source, bridge, words
        self._task: Task[Compared | None] | None = None
        about = t("Each payment of this time is asked about. What is simply news is booked on the way.")
        self.body.addWidget(Label(about, "body", "muted", wrap=True))
        self.ask = Button(t("Ask the providers"), "secondary", icon="refresh-cw")
        self.ask.clicked.connect(self.ask_providers)
        self.span = QComboBox()
        self.span.setAccessibleName(t("How far back they are asked"))
        for days, word in words.spans():
            self.span.addItem(word, days)
        self.whose = QComboBox()
        self.whose.setAccessibleName(t("Whose statement it is"))
        for name, label in words.labels.items():
            self.whose.addItem(label, name)
        self.choose = Button(t("Read a statement (CSV)…"), "secondary", icon="upload")
        self.choose.clicked.connect(self._choose)
        ways = QGridLayout()
        ways.setHorizontalSpacing(10)
        ways.setVerticalSpacing(8)
        for row, (what, of, verb) in enumerate(
            ((t("By asking"), self.span, self.ask), (t("By a statement"), self.whose, self.choose))
        ):
            for column, part in enumerate((Label(what, "small-bold"), of, verb)):
                ways.addWidget(part, row, column)
        ways.setColumnStretch(1, 1)
        self.body.addLayout(ways)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.verdict = Label("", "body-bold", wrap=True)
        self.grid = Grid(t("Differences"), (2.2, 2.4, 1, 1), right=(2, 3))
        self.grid.setMinimumHeight(220)
        for widget in (self.progress, self.verdict, self.grid):
            self.body.addWidget(widget)
        self.grid.hide()
        self.add_way_out(t("Close"))

    def ask_providers(self) -> None:
        days = int(self.span.currentData())
        self._busy(True)
        self._task = self._bridge.run_long(
            lambda control: self._source.compare(control, days),
            owner=self,
            done=self._done,
            failed=self._failed,
            progress=self._advance,
            name="compare with providers",
        )

    def read(self, path: Path) -> None:
        """Compare with this statement."""
        provider = str(self.whose.currentData())
        self._busy(True)
        work: Callable[[], Compared | None] = lambda: self._source.compare_statement(path, provider)  # noqa: E731
        self._task = self._bridge.run(work, owner=self, done=self._done, failed=self._failed, name="read statement")

    def _choose(self) -> None:
        t = self._words.t
        name, _ = QFileDialog.getOpenFileName(self, t("Read a statement (CSV)…"), "", t("Tables (*.csv *.txt)"))
        if name:
            self.read(Path(name))

    def _busy(self, busy: bool) -> None:
        for part in (self.span, self.ask, self.choose, self.whose):
            part.setEnabled(not busy)
        self.progress.setRange(0, 0)
        self.progress.setVisible(busy)

    def _advance(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(1, total))
        self.progress.setValue(done)

    def _done(self, compared: Compared | None) -> None:
        self._busy(False)
        if compared is None:
            return
        t = self._words.t
        self.verdict.set_role("text")
        self.verdict.say(self._words.result(compared))
        headings = (
            t.of("column", "Difference"),
            t.of("column", "Payment"),
            t.of("column", "Here"),
            t.of("column", "There"),
        )
        self.grid.show_rows(headings, [self._words.found(each) for each in compared.found])
        self.grid.setVisible(bool(compared.found))

    def _failed(self, error: Exception) -> bool:
        self._busy(False)
        if isinstance(error, LivePayError):
            self.verdict.set_role("danger")
            self.verdict.say(explain(error, self._words.t.language))
            return True
        return False

    def done(self, answer: int) -> None:
        if self._task is not None:
            self._task.cancel()
        super().done(answer)
