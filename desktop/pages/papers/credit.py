"""The dialog of a credit note: all that is left of an invoice, some of its lines, or an amount; and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.invoices.credits import MAX_REASON, OpenLine, Taken
from core.kernel.errors import LivePayError, Refused
from core.kernel.i18n import explain
from core.kernel.money import parse_amount
from desktop.bridge import Bridge
from desktop.pages.papers.presenter import Creditable, PapersPresenter, PapersSource
from desktop.widgets.buttons import Chip
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Stepper, TextField
from desktop.widgets.labels import ElidedLabel, Label

ALL, LINES, AMOUNT = "all", "lines", "amount"
_SHOWN: Final = 4  # lines before they scroll


class CreditLine(QWidget):
    """One line of the invoice: how many pieces of it, or else how much of its price."""

    def __init__(self, line: OpenLine, words: PapersPresenter, changed: Callable[[], object]) -> None:
        super().__init__()
        t = words.t
        self._line, self._words = line, words
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 6, 2)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        grid.addWidget(ElidedLabel(line.title, "body-bold"), 0, 0)
        left = t(
            "{quantity} × {price} · {left} left",
            quantity=line.quantity,
            price=words.money(line.unit_price),
            left=words.money(line.left),
        )
        grid.addWidget(ElidedLabel(left, "small", "muted"), 1, 0)
        self.pieces = Stepper(t("One piece less"), t("One piece more"), 0, line.pieces)
        self.pieces.edit.setAccessibleName(t("Pieces of {title}", title=line.title))
        self.amount = QLineEdit()
        self.amount.setPlaceholderText(t("or an amount"))
        self.amount.setAccessibleName(t("Amount of {title}", title=line.title))
        self.amount.setFixedWidth(146)
        self.pieces.changed.connect(lambda value: changed())
        self.amount.textEdited.connect(lambda text: changed())
        grid.addWidget(self.pieces, 0, 1, 2, 1)
        grid.addWidget(self.amount, 0, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        self.setEnabled(line.left > 0)

    def taken(self) -> tuple[Taken, int] | None:
        """What is taken of it and what that is worth, None for nothing. Raises Refused for what cannot be."""
        text, line = self.amount.text().strip(), self._line
        if not text and not self.pieces.value:
            return None
        if text and self.pieces.value:
            raise Refused("Give pieces or an amount for a line, not both.")
        amount = parse_amount(text, self._words.currency) if text else 0
        taken = Taken(line.line, self.pieces.value, amount)
        worth = amount or self.pieces.value * line.unit_price
        if not 0 < worth <= line.left:
            raise Refused(
                "“{title}”: an amount between 1 and {left} can still be taken back.",
                title=line.title,
                left=self._words.money(line.left),
            )
        return taken, worth


class CreditDialog(Dialog):
    """``made`` with the number of the credit note."""

    made = Signal(str)

    def __init__(
        self,
        parent: QWidget,
        source: PapersSource,
        bridge: Bridge,
        words: PapersPresenter,
        invoice_id: int,
        open_: Creditable,
    ) -> None:
        t = words.t
        super().__init__(parent, t("Credit note of {number}", number=open_.number), 640)
        self._source, self._bridge, self._words, self._open = source, bridge, words, open_
        self._invoice = invoice_id
        left = words.money(open_.left)
        line = QHBoxLayout()
        line.setSpacing(8)
        self._group = QButtonGroup(self)
        self.chips: dict[str, Chip] = {}
        for name, title in (
            (ALL, t("All that is left: {left}", left=left)),
            (LINES, t("Some articles")),
            (AMOUNT, t("An amount")),
        ):
            chip = self.chips[name] = Chip(title)
            chip.clicked.connect(lambda checked, name=name: self.choose(name))
            self._group.addButton(chip)
            line.addWidget(chip)
        line.addStretch(1)
        self.body.addLayout(line)
        self._about = Label("", "small", "muted", wrap=True)
        self.body.addWidget(self._about)
        self._parts = QStackedWidget()
        self._parts.addWidget(QWidget())
        self._parts.addWidget(self._line_part())
        self.amount = TextField(t("Amount with tax"), t("At most {left}.", left=left))
        self.amount.changed.connect(lambda text: self._show())
        self._parts.addWidget(self.amount)
        self.body.addWidget(self._parts)
        about = t("It is printed on the credit note.")
        self.reason = TextField(t("Reason"), about, t("Article returned, price corrected…"))
        self.reason.edit.setMaxLength(MAX_REASON)
        self.body.addWidget(self.reason)
        self.sum = Label("", "lead-bold")
        self.problem = Label("", "body", "danger", wrap=True)
        self.body.addWidget(self.sum)
        self.body.addWidget(self.problem)
        hint = t("It gives no money back by itself: that is done in the payments.")
        self.body.addWidget(Label(hint, "small", "muted", wrap=True))
        self.add_way_out(t("Cancel"))
        self.action = self.add_action(t("Make the credit note"), self.make)
        self.choose(ALL)
        self.chips[ALL].setFocus()

    def _line_part(self) -> QScrollArea:
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.lines = [CreditLine(line, self._words, self._show) for line in self._open.lines]
        for line in self.lines:
            column.addWidget(line)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(inner)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        height = inner.sizeHint().height()
        area.setFixedHeight(height if len(self.lines) <= _SHOWN else height * _SHOWN // len(self.lines))
        return area

    # -- choosing

    @property
    def choice(self) -> str:
        return next(name for name, chip in self.chips.items() if chip.isChecked())

    def choose(self, name: str) -> None:
        """All, lines or an amount."""
        t = self._words.t
        self.chips[name].setChecked(True)
        self._about.say(
            {
                ALL: t("Nothing of the invoice is left then."),
                LINES: t("Pieces, or part of a price, line by line."),
                AMOUNT: t("A part of the sum, of no article in particular."),
            }[name]
        )
        place = list(self.chips).index(name)
        shown = self._parts.widget(place)
        self._parts.setCurrentIndex(place)
        self._parts.setVisible(name != ALL)
        self._parts.setFixedHeight(self._height(shown) if shown and name != ALL else 0)
        self._show()

    @staticmethod
    def _height(part: QWidget) -> int:
        return max(part.sizeHint().height(), part.minimumHeight())

    def _asked(self) -> tuple[int | None, list[Taken], int]:
        """(amount or None, lines, their worth). Raises Refused in one sentence."""
        left = self._open.left
        if self.choice == ALL:
            return None, [], left
        if self.choice == LINES:
            found = [each for line in self.lines if (each := line.taken()) is not None]
            worth = sum(value for _, value in found)
            if not found:
                raise Refused("Choose what is taken back: pieces or an amount.")
        else:
            found, worth = [], parse_amount(self.amount.text, self._words.currency)
        if not 0 < worth <= left:
            raise Refused(
                "The credit must be between 1 and what is left of the invoice: {left}.", left=self._words.money(left)
            )
        return worth, [taken for taken, _ in found], worth

    def _show(self) -> None:
        """The sum as it stands, and nothing to blame before it is asked for."""
        self.problem.hide()
        try:
            worth = self._words.money(self._asked()[2])
        except Refused:
            worth = "—"
        self.sum.say(self._words.t("Credit note of {amount}", amount=worth))
        self.fit()

    # -- making

    def make(self) -> None:
        try:
            amount, taken, _ = self._asked()
            reason = self.reason.text
            if not reason:
                self.reason.edit.setFocus()
                raise Refused("Write why: the reason is printed on the credit note.")
        except Refused as error:
            self._blame(error)
            return
        self.action.setEnabled(False)
        self._bridge.run(
            lambda: self._source.credit(self._invoice, amount, taken, reason),
            owner=self,
            done=self._done,
            failed=self._failed,
            name="credit note",
        )

    def _done(self, number: str) -> None:
        self.made.emit(number)
        self.accept()

    def _failed(self, error: Exception) -> bool:
        self.action.setEnabled(True)
        if not isinstance(error, LivePayError):
            return False
        self._blame(error)
        return True

    def _blame(self, error: LivePayError) -> None:
        self.problem.say(explain(error, self._words.t.language))
        self.problem.show()
        self.fit()
