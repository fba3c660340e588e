"""A prospect beside the board: what comes next and when, what it may come to, the note, why it was lost."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout

from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.kernel.look import SCALE
from core.kernel.phone import display
from core.pipeline.board import Card
from core.pipeline.rules import LOST, MAX_NEXT, MAX_NOTE, STAGES
from desktop.pages.pipeline.presenter import PipelinePresenter
from desktop.pages.pipeline.source import Said
from desktop.widgets.buttons import Button, Chip, IconButton
from desktop.widgets.fields import Field, TextField
from desktop.widgets.flow import Flow
from desktop.widgets.labels import ElidedLabel, Label
from desktop.widgets.sidepane import SidePane

WIDE: Final = 310
KEYS: Final = {"write": "W", "quote": "D", "customer": "C"}


class LeadPane(SidePane):
    """``kept`` with the prospect's id and what was said of it; ``moved`` with id and stage; ``asked`` with a verb."""

    kept = Signal(int, object)
    moved = Signal(int, str)
    asked = Signal(str)
    closed = Signal()

    def __init__(self, words: PipelinePresenter) -> None:
        super().__init__("", WIDE)
        self._words = words
        self.card: Card | None = None
        self._now = 0
        self._fill(self.told)
        self._verbs()
        self.hide()

    def _fill(self, column: QVBoxLayout) -> None:
        t = self._words.t
        head = QHBoxLayout()
        self._who = ElidedLabel("", "lead-bold")
        self.close_button = IconButton("x", t("Close"))
        self.close_button.clicked.connect(self.closed)
        head.addWidget(self._who, 1)
        head.addWidget(self.close_button)
        column.addLayout(head)
        self._phone = ElidedLabel("", "small", "muted")
        self._since = Label("", "small", "muted", wrap=True)
        self._call = Label("", "small", "waiting", wrap=True)
        self._last = Label("", "small", "text", wrap=True)
        for label in (self._phone, self._since, self._call, self._last):
            column.addWidget(label)
        self.stage = QComboBox()
        self.stage.setMinimumHeight(SCALE.target)
        for stage in STAGES:
            self.stage.addItem(self._words.stages()[stage][0], stage)
        self.stage.activated.connect(self._stage_chosen)
        column.addWidget(Field(t("Stage"), self.stage, close=True))
        self.why = TextField(t("Why it was lost"), placeholder=t("Too dear, bought elsewhere…"), close=True)
        self.why.edit.setMaxLength(MAX_NEXT)
        column.addWidget(self.why)
        self._table = Label("", "small", "muted", wrap=True)
        self.estimate = TextField(t("Expected amount"), close=True)
        column.addWidget(self._table)
        column.addWidget(self.estimate)
        self.what = TextField(t("Next activity"), placeholder=t("Call back, send the quote…"), close=True)
        self.what.edit.setMaxLength(MAX_NEXT)
        self.when = TextField(t("When"), placeholder=t("25/11/2026 or 25/11/2026 14:30"), close=True)
        column.addWidget(self.what)
        column.addWidget(self.when)
        days = Flow()
        self.days: dict[int, Chip] = {}
        for number, word in ((0, t("today")), (1, t("tomorrow")), (7, t("in a week"))):
            chip = self.days[number] = Chip(word)
            chip.setCheckable(False)
            chip.clicked.connect(lambda checked=False, number=number: self._in_days(number))
            days.addWidget(chip)
        column.addLayout(days)
        self.note = QPlainTextEdit()
        self.note.setProperty("kind", "notes")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(96)
        column.addWidget(Field(t("Note"), self.note, close=True))
        for field in (self.estimate, self.what, self.when, self.why):
            field.changed.connect(lambda text: self._check())
            field.edit.returnPressed.connect(self.keep)

    def _verbs(self) -> None:
        t = self._words.t
        grid = QGridLayout(self.foot)
        grid.setContentsMargins(SCALE.card, 8, SCALE.card, SCALE.card)
        grid.setSpacing(6)
        self.keep_button = Button(t("Keep"), "primary", icon="check", shrinks=True)
        self.keep_button.clicked.connect(self.keep)
        grid.addWidget(self.keep_button, 0, 0, 1, 3)
        self.buttons: dict[str, Button] = {}
        titles = {
            "write": (t("Write"), "message-circle"),
            "quote": (t.of("verb", "Quote"), "file-text"),
            "customer": (t.of("verb", "Customer"), "user"),
        }
        for place, (verb, (word, icon)) in enumerate(titles.items()):
            button = self.buttons[verb] = Button(word, icon=icon, shrinks=True)
            button.setToolTip(f"{word} ({KEYS[verb]})")
            button.clicked.connect(lambda checked=False, verb=verb: self.asked.emit(verb))
            grid.addWidget(button, 1, place)
        for button in (self.keep_button, *self.buttons.values()):
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    # -- showing

    def show_card(self, card: Card | None, now: int, may_write: bool) -> None:
        """Show a prospect; what is being typed of the same one stays."""
        before, self._now = self.card, now
        same = before is not None and card is not None and before.view.lead.id == card.view.lead.id
        typed = same and self.unsaved
        self.card = card
        self.setVisible(card is not None)
        self.show_something(card is not None)
        if card is None:
            return
        words, lead, view = self._words, card.view.lead, card.view
        who, phone = words.who(card), display(view.phone) if view.phone else ""
        self.setAccessibleName(f"{who}, {words.stages()[lead.stage][0]}")
        self._who.say(who)
        self._say(self._phone, "" if phone == who else phone)
        self._since.say(words.since(card))
        self._say(self._call, words.why_call(card))
        self._say(self._last, words.t("“{text}”", text=view.last_text) if view.last_text else "")
        self.stage.setCurrentIndex(STAGES.index(lead.stage))
        self._say(self._table, words.on_table(card))
        self.estimate.setVisible(lead.amount is None)
        self.why.setVisible(lead.stage == LOST)
        for part in (self.stage, self.estimate, self.what, self.when, self.note, self.why, self.keep_button):
            part.setEnabled(may_write)
        if not typed:
            self._fill_in(card)

    def _fill_in(self, card: Card) -> None:
        words, lead = self._words, card.view.lead
        self.estimate.edit.setText(words.amount(lead.estimate))
        self.what.edit.setText(lead.next_what)
        self.when.edit.setText(words.typed_day(lead.next_at))
        self.note.setPlainText(lead.note)
        self.why.edit.setText(lead.lost_why)
        self._kept = self._typed()
        self._check()

    @staticmethod
    def _say(label: Label, text: str) -> None:
        label.say(text)
        label.setVisible(bool(text))

    # -- typing

    def _typed(self) -> tuple[str, ...]:
        fields = (self.estimate, self.what, self.when, self.why)
        return (*(field.text for field in fields), self.note.toPlainText().strip())

    @property
    def unsaved(self) -> bool:
        return self.card is not None and self._typed() != self._kept

    def read(self) -> Said | None:
        """What is typed; None while something is wrong, which its field says."""
        t, words, wrong = self._words.t, self._words, False
        at, estimate = None, None
        try:
            at = words.read_day(self.when.text)
            self.when.set_error(t("When is this to be done?") if self.what.text and at is None else "")
        except ValueError:
            self.when.set_error(t("Write the day like 25/11/2026."))
        self.what.set_error(t("Say what is to be done.") if at is not None and not self.what.text else "")
        try:
            estimate = words.read_amount(self.estimate.text)
            self.estimate.set_error("")
        except Refused as error:
            self.estimate.set_error(explain(error, t.language))
        wrong = any(field.error for field in (self.when, self.what, self.estimate))
        if wrong:
            return None
        return Said(at, self.what.text, estimate, self.note.toPlainText().strip()[:MAX_NOTE], self.why.text)

    def _check(self) -> None:
        self.read()

    def _in_days(self, number: int) -> None:
        day = self._words.in_days(self._now, number)
        self.when.edit.setText(f"{day} 18:00" if not number else day)
        self._check()
        if not self.what.text:
            self.what.setFocus()

    def keep(self) -> None:
        said = self.read()
        if said is not None and self.card is not None:
            self._kept = self._typed()
            self.kept.emit(self.card.view.lead.id, said)

    def _stage_chosen(self, place: int) -> None:
        if self.card is not None:
            self.moved.emit(self.card.view.lead.id, self.stage.itemData(place))

    def focus_first(self) -> None:
        """Where the keyboard goes: to why it was lost, else to the next activity."""
        lost = self.card is not None and self.card.view.lead.stage == LOST
        (self.why if lost else self.what).setFocus()
