"""One paper at a glance, beside the list: what it is, how far it is, and the verbs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from core.invoices.queries import PaperRow
from core.kernel.look import SCALE
from desktop.pages.papers.presenter import Overview, PapersPresenter, Pill
from desktop.widgets.buttons import ENTER, Button
from desktop.widgets.labels import ElidedLabel, Label, Rule
from desktop.widgets.pill import StatusPill
from desktop.widgets.sidepane import SidePane

WIDE: Final = 300
NARROW: Final = 244
_FACTS: Final = 3


class _StateLine(QWidget):
    """How far something is, and beneath why it goes no further."""

    def __init__(self, name: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        line = QHBoxLayout()
        line.setSpacing(8)
        self._pill = StatusPill("")
        self._why = Label("", "small", "muted", wrap=True)
        line.addWidget(Label(name, "small", "muted"), 1)
        line.addWidget(self._pill)
        column.addLayout(line)
        column.addWidget(self._why)

    def show_state(self, state: Pill | None, why: str) -> None:
        self.setVisible(state is not None)
        self._why.say(why)
        self._why.setVisible(bool(why))
        if state is not None:
            self._pill.show_state(state.word, state.icon, state.role)


class PaperPane(SidePane):
    """``asked`` with the name of a verb: open, save, send, link, credit, certification."""

    asked = Signal(str)

    def __init__(self, words: PapersPresenter) -> None:
        super().__init__(words.t("Choose a paper to see it here."), WIDE)
        self._words = words
        self._told(self.told)
        self._verbs(QVBoxLayout(self.foot))
        self.show_paper(None, Overview())

    def _told(self, column: QVBoxLayout) -> None:
        self._kind = ElidedLabel("", "small", "muted")
        self._number = ElidedLabel("", "lead-bold")
        self._who = ElidedLabel("", "body")
        self._total = Label("", "title")
        self._tax = ElidedLabel("", "small", "muted")
        for label in (self._kind, self._number, self._who, self._total, self._tax):
            column.addWidget(label)
        column.addWidget(Rule())
        self._sent = _StateLine("WhatsApp")
        self._certified = _StateLine(self._words.t.of("column", "Certification"))
        column.addWidget(self._sent)
        column.addWidget(self._certified)
        column.addWidget(Rule())
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._facts: list[tuple[Label, ElidedLabel]] = []
        for row in range(_FACTS):
            name, value = Label("", "small", "muted"), ElidedLabel("", "small-bold")
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 1)
            self._facts.append((name, value))
        column.addLayout(grid)

    def _verbs(self, column: QVBoxLayout) -> None:
        t = self._words.t
        column.setContentsMargins(SCALE.card, 8, SCALE.card, SCALE.card)
        column.setSpacing(6)
        self.buttons: dict[str, Button] = {
            "open": Button(t("Open the PDF"), "primary", icon="file-text", key=ENTER, shrinks=True),
            "save": Button(t("Save as…"), icon="download", key="S", shrinks=True),
            "send": Button(t("Send on WhatsApp"), icon="send", key="W", shrinks=True),
            "link": Button(t("Copy the check link"), icon="link", key="L", shrinks=True),
            "credit": Button(t("Make a credit note…"), icon="undo-2", key="A", shrinks=True),
            "certification": Button(t("Certification…"), icon="scroll-text", key="C", shrinks=True),
        }
        for verb, button in self.buttons.items():
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda checked=False, verb=verb: self.asked.emit(verb))
            column.addWidget(button)

    def set_narrow(self, narrow: bool) -> None:
        self.setFixedWidth(NARROW if narrow else WIDE)

    def show_paper(self, paper: PaperRow | None, overview: Overview) -> None:
        """Show a paper, or that none is chosen."""
        self.show_something(paper is not None)
        if paper is None:
            return
        words = self._words
        row = words.row(paper)
        self.setAccessibleName(f"{paper.number}, {row.who}, {row.amount}")
        self._kind.say(words.heading(paper))
        self._number.say(paper.number)
        self._who.say(row.who)
        self._total.say(row.amount)
        self._tax.say(row.below)
        self._tax.setVisible(bool(row.below))
        facts = words.facts(paper)
        for place, (name, value) in enumerate(self._facts):
            for label in (name, value):
                label.setVisible(place < len(facts))
            if place < len(facts):
                name.say(facts[place][0])
                value.say(facts[place][1])
        self._sent.show_state(row.sent, words.unsent(paper))
        self._certified.show_state(row.certified, words.held_up(paper.certified, paper.certified_error))
        obstacle = words.no_credit(paper, overview.may_credit)
        credit = self.buttons["credit"]
        credit.setEnabled(not obstacle)
        credit.setToolTip(obstacle or f"{credit.text()} (A)")
        credit.setAccessibleDescription(obstacle)
        self.buttons["certification"].setVisible(paper.certified is not None)
