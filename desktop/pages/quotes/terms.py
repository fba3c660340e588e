"""Beside the lines: until when, what first, what is taken off the whole, a note, and what it all comes to."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QWidget

from core.kernel.look import SCALE
from core.quotes.figures import Figures
from core.quotes.rules import MAX_NOTE
from desktop.pages.quotes.form import Problems, QuoteForm
from desktop.pages.quotes.presenter import QuotesPresenter
from desktop.widgets.card import Card
from desktop.widgets.fields import TextField
from desktop.widgets.labels import ElidedLabel, Label, Rule

_NOTE: Final = 62  # px


class Totals(QWidget):
    """What a quote comes to, line by line; a line of nothing is not there."""

    def __init__(self, words: QuotesPresenter) -> None:
        super().__init__()
        self._words = words
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)
        self.rows: list[tuple[str, str, bool]] = []

    def show_figures(self, figures: Figures | None) -> None:
        rows = [] if figures is None else self._words.totals(figures)
        if rows == self.rows:
            return
        self.rows = rows
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, (name, value, strong) in enumerate(rows):
            label = ElidedLabel(name, "body-bold" if strong else "small", "text" if strong else "muted")
            amount = Label(value, "lead-bold" if strong else "body")
            amount.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(label, place, 0)
            self._grid.addWidget(amount, place, 1)
        self.setAccessibleName(", ".join(f"{name} {value}" for name, value, _ in rows))


class Terms(Card):
    """``changed`` with the name of a field and what is typed in it."""

    changed = Signal(str, str)

    def __init__(self, words: QuotesPresenter) -> None:
        t = words.t
        super().__init__(t("Conditions and total"))
        self.set_band(40)
        self.body.setContentsMargins(SCALE.card, 10, SCALE.card, 12)
        self.body.setSpacing(6)
        self.fields = {
            "valid": TextField(t("Valid for (days)"), close=True),
            "discount": TextField(t("Discount of the whole"), placeholder=t("5 %"), close=True),
            "deposit": TextField(t("Deposit"), placeholder=t("30 % or 50 000"), close=True),
            "pay": TextField(t("Payment (days)"), close=True),
            "balance": TextField(t("Balance (days)"), close=True),
        }
        for names in (("valid", "discount"), ("deposit",), ("pay", "balance")):
            line = QHBoxLayout()
            line.setSpacing(10)
            for name in names:
                line.addWidget(self.fields[name], 1, Qt.AlignmentFlag.AlignTop)
            self.body.addLayout(line)
        for name, each in self.fields.items():
            each.changed.connect(lambda text, name=name: self.changed.emit(name, text))
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(_NOTE)
        self.note.setAccessibleName(t("Note on the quote"))
        self.note.setPlaceholderText(t("Note on the quote: delivery, colours, samples…"))
        self.note.textChanged.connect(self._noted)
        self.body.addWidget(self.note)
        self.body.addStretch(1)
        self.body.addWidget(Rule())
        self.totals = Totals(words)
        self.body.addWidget(self.totals)

    def _noted(self) -> None:
        text = self.note.toPlainText()
        if len(text) > MAX_NOTE:
            self.note.setPlainText(text[:MAX_NOTE])
            self.note.moveCursor(self.note.textCursor().MoveOperation.End)
        else:
            self.changed.emit("note", text)

    def show_form(self, form: QuoteForm) -> None:
        for name, each in self.fields.items():
            each.edit.setText(getattr(form, name))
        self.note.blockSignals(True)
        self.note.setPlainText(form.note)
        self.note.blockSignals(False)

    def show_state(self, form: QuoteForm, problems: Problems, figures: Figures | None) -> None:
        for name, each in self.fields.items():
            each.set_error(problems.get(name, ""))
        self.fields["balance"].setEnabled(bool(form.deposit.strip()))
        self.totals.show_figures(figures)
