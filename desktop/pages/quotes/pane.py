"""One quote at a glance, beside the list: what it says, what happened to it, and the verbs of its state."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.pages.quotes.presenter import QuotesPresenter
from desktop.pages.quotes.source import Detail
from desktop.pages.quotes.verbs import KEYS, PAIRED, Offered, offered, titles
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, Label, Rule
from desktop.widgets.pairs import Pairs
from desktop.widgets.pill import StatusPill
from desktop.widgets.sidepane import SidePane

WIDE: Final = 320
NARROW: Final = 260
_LINES: Final = 6  # of the quote; the PDF shows all


class QuotePane(SidePane):
    """``asked`` with the name of a verb."""

    asked = Signal(str)

    def __init__(self, words: QuotesPresenter) -> None:
        super().__init__(words.t("Choose a quote to see it here."), WIDE)
        self._words = words
        self.offered = Offered((), (), {})
        self._narrow = False
        self._told(self.told)
        self._verbs()
        self.show_quote(None, True)

    def _told(self, column: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        self._number = ElidedLabel("", "lead-bold")
        self.pill = StatusPill("")
        head.addWidget(self._number, 1)
        head.addWidget(self.pill)
        column.addLayout(head)
        self._who = ElidedLabel("", "body")
        self._phone = ElidedLabel("", "small", "muted")
        self._total = Label("", "title")
        self._tax = ElidedLabel("", "small", "muted")
        self.meaning = Label("", "small", "muted", wrap=True)
        self.reason = Label("", "small", "text", wrap=True)
        self.short = Label("", "small", "danger", wrap=True)
        for label in (self._who, self._phone, self._total, self._tax, self.meaning, self.reason, self.short):
            column.addWidget(label)
        self._message = QWidget()
        line = QHBoxLayout(self._message)
        line.setContentsMargins(0, 0, 0, 0)
        self.sent = StatusPill("")
        line.addWidget(Label("WhatsApp", "small", "muted"), 1)
        line.addWidget(self.sent)
        column.addWidget(self._message)
        self.unsent = Label("", "small", "muted", wrap=True)
        column.addWidget(self.unsent)
        self.lines, self.facts, self.history = Pairs(), Pairs(), Pairs()
        for part in (self.history, self.lines, self.facts):
            column.addWidget(Rule())
            column.addWidget(part)
        self.note = Label("", "small", "muted", wrap=True)
        column.addWidget(self.note)

    def _verbs(self) -> None:
        t = self._words.t
        self._grid = QGridLayout(self.foot)
        self._grid.setContentsMargins(SCALE.card, 8, SCALE.card, SCALE.card)
        self._grid.setSpacing(6)
        self.buttons: dict[str, Button] = {}
        for verb, (title, icon) in titles(t).items():
            button = self.buttons[verb] = Button(title, icon=icon, key=KEYS[verb], shrinks=True)
            button.clicked.connect(lambda checked=False, verb=verb: self.asked.emit(verb))
        self.more = Button(t("More…"), "quiet", icon="chevron-down", key="M", shrinks=True)
        self.more.clicked.connect(lambda: self.asked.emit("more"))
        for button in (*self.buttons.values(), self.more):
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.setParent(self.foot)
            button.hide()

    def set_narrow(self, narrow: bool) -> None:
        self.setFixedWidth(NARROW if narrow else WIDE)
        if narrow != self._narrow:
            self._narrow = narrow
            self._offer(self.offered)

    def show_quote(self, detail: Detail | None, may_write: bool) -> None:
        """Show a quote, or that none is chosen."""
        self.show_something(detail is not None)
        if detail is None:
            self.offered = Offered((), (), {})
            return
        words, row = self._words, detail.row
        pill, who = words.state(row.state, row.asked), words.who(row.customer, row.phone)
        self.setAccessibleName(f"{row.reference}, {who}, {words.money(row.total)}, {pill.word}")
        self._number.say(row.reference)
        self.pill.show_state(pill.word, pill.icon, pill.role)
        self._who.say(who)
        self._say(self._phone, words.phone(row))
        self._total.say(words.money(row.total))
        self._say(self._tax, words.tax(detail.figures))
        self._say(self.meaning, words.meaning(detail))
        self._say(self.reason, words.t("“{text}”", text=detail.quote.reason) if detail.quote.reason else "")
        self._say(self.short, "\n".join(words.shortage(each) for each in detail.short))
        sent, why = words.on_its_way(detail)
        self._message.setVisible(sent is not None)
        if sent is not None:
            self.sent.show_state(sent.word, sent.icon, sent.role)
        self._say(self.unsent, why)
        lines = words.lines(detail)
        more = len(lines) - _LINES
        rest = ((words.t.plural("and {n} more line", "and {n} more lines", more), ""),) if more > 0 else ()
        self.lines.show_pairs((*lines[:_LINES], *rest))
        self.facts.show_pairs(words.facts(detail))
        self.history.show_pairs(words.history(detail))
        self._say(self.note, detail.quote.note)
        self._offer(offered(detail, may_write, words.t))

    @staticmethod
    def _say(label: Label, text: str) -> None:
        label.say(text)
        label.setVisible(bool(text))

    def _offer(self, found: Offered) -> None:
        """The verbs in their order, the first in gold; two that belong together share a line."""
        self.offered = found
        while self._grid.takeAt(0) is not None:
            pass
        for verb, button in self.buttons.items():
            button.setVisible(verb in found.shown)
            obstacle = found.obstacles.get(verb, "")
            button.setEnabled(not obstacle)
            button.setToolTip(obstacle or f"{button.text()} ({KEYS[verb]})")
            button.setAccessibleDescription(obstacle)
        for place, verb in enumerate(found.shown):
            self.buttons[verb].set_kind("primary" if not place else "secondary")
            if verb in PAIRED and not self._narrow:
                first = found.shown.index(PAIRED[0])
                self._grid.addWidget(self.buttons[verb], first, place - first)
            else:
                self._grid.addWidget(self.buttons[verb], place, 0, 1, 2)
        self._grid.addWidget(self.more, len(found.shown), 0, 1, 2)
        self.more.setVisible(bool(found.more))
