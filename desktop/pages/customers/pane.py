"""A customer beside the list: the score that explains itself, what follows from it, history, notes, their rights."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from core.customers.tags import LONGEST
from core.kernel.look import SCALE
from desktop.pages.conversations.customer import NotesEdit
from desktop.pages.conversations.identity import IdentityPart
from desktop.pages.conversations.privacy import PersonalData
from desktop.pages.customers.presenter import CustomersPresenter
from desktop.pages.customers.source import Profile
from desktop.pages.customers.timeline import Timeline
from desktop.widgets.buttons import Button
from desktop.widgets.flow import Flow
from desktop.widgets.labels import ElidedLabel, Label, Rule
from desktop.widgets.pairs import Pairs
from desktop.widgets.pill import StatusPill
from desktop.widgets.sidepane import SidePane
from desktop.widgets.stars import Stars

WIDE: Final = 380
NARROW: Final = 330
KEYS: Final = {"write": "W", "quote": "D", "edit": "F2"}


class Tags(QWidget):
    """The seller's own words on somebody: a click takes one off, a field puts another on."""

    put = Signal(str)
    taken_off = Signal(str)

    def __init__(self, words: CustomersPresenter) -> None:
        super().__init__()
        self._t = words.t
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._shelf = QWidget()
        self._flow = Flow(self._shelf)
        self.buttons: list[Button] = []
        column.addWidget(self._shelf)
        self.field = QLineEdit()
        self.field.setMaxLength(LONGEST)
        self.field.setPlaceholderText(words.t("Add a tag, then Enter"))
        self.field.setAccessibleName(words.t("Add a tag, then Enter"))
        self.field.returnPressed.connect(self._typed)
        column.addWidget(self.field)

    def show_tags(self, tags: tuple[str, ...], may_write: bool) -> None:
        if [button.text() for button in self.buttons] != list(tags):
            for button in self.buttons:
                self._flow.removeWidget(button)
                button.deleteLater()
            self.buttons = [self._button(tag) for tag in tags]
        for button in self.buttons:
            button.setEnabled(may_write)
        self._shelf.setVisible(bool(tags))
        self.field.setVisible(may_write)

    def _button(self, tag: str) -> Button:
        button = Button(tag, icon="x")
        said = self._t("Take off the tag “{tag}”", tag=tag)
        button.setToolTip(said)
        button.setAccessibleName(said)
        button.clicked.connect(lambda: self.taken_off.emit(tag))
        self._flow.addWidget(button)
        return button

    def _typed(self) -> None:
        if self.field.text().strip():
            self.put.emit(self.field.text())
            self.field.clear()


class CustomerPane(SidePane):
    """``asked`` with a verb (write, quote, edit, withdraw); ``noted`` with the customer and their new notes;
    ``proposed`` with who may be the same person; ``terms_chosen`` with days; ``opened`` with a page and a subject."""

    asked = Signal(str)
    noted = Signal(int, str)
    tagged = Signal(str)
    untagged = Signal(str)
    proposed = Signal(int)
    terms_chosen = Signal(int)

    def __init__(self, words: CustomersPresenter) -> None:
        super().__init__(words.t("Choose a customer to see them here."), WIDE)
        self._words = words
        self.profile: Profile | None = None
        self._head(self.told)
        self._parts(self.told)
        self._verbs()
        self.show_something(False)

    # -- parts

    def _head(self, column: QVBoxLayout) -> None:
        t = self._words.t
        self._name = ElidedLabel("", "lead-bold")
        self._since = ElidedLabel("", "small", "muted")
        column.addWidget(self._name)
        column.addWidget(self._since)
        line = QHBoxLayout()
        line.setSpacing(12)
        self._score = Label("", "figure")
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addStretch(1)
        said.addWidget(Label(t("Trust score"), "small-bold"))
        self._tier = Label("", "small", "muted", wrap=True)
        self._stars = Stars()
        for part in (self._tier, self._stars):
            said.addWidget(part)
        said.addStretch(1)
        line.addWidget(self._score)
        line.addLayout(said, 1)
        column.addLayout(line)
        self.sums = Pairs(wrap=True)
        column.addWidget(self.sums)
        self.advice = Label("", "small", "muted", wrap=True)
        column.addWidget(self.advice)
        shelf = QWidget()
        self._flow = Flow(shelf)
        self.pills: list[StatusPill] = []
        self._shelf = shelf
        column.addWidget(shelf)

    def _parts(self, column: QVBoxLayout) -> None:
        t = self._words.t
        self.tags = Tags(self._words)
        self.tags.put.connect(self.tagged)
        self.tags.taken_off.connect(self.untagged)
        self._section(t("Tags"), self.tags)
        self.figures = Pairs()
        self._section(t("Figures"), self.figures)
        self.allowed = Label("", "small", "waiting", wrap=True)
        self.withdraw = Button(t("Count the limits again"), icon="undo-2", shrinks=True)
        self.withdraw.clicked.connect(lambda: self.asked.emit("withdraw"))
        self.terms = QComboBox()
        self.terms.setAccessibleName(t("When this customer pays"))
        self.terms.setMinimumHeight(SCALE.target)
        for days, word in self._words.terms():
            self.terms.addItem(word, days)
        self.terms.activated.connect(lambda place: self.terms_chosen.emit(self.terms.itemData(place)))
        self.known = Pairs()
        self.identity = IdentityPart(t)
        self._proposals = QVBoxLayout()
        self._proposals.setSpacing(6)
        held = QWidget()
        held.setLayout(self._proposals)
        self._proposals.setContentsMargins(0, 0, 0, 0)
        self.proposals: list[tuple[Label, Button]] = []
        self._section(t("Who they are"), self.known, held, self.identity)
        self._section(t("Orders and payment"), self.allowed, self.withdraw, self.terms)
        self.timeline = Timeline(t)
        self._section(t("History"), self.timeline)
        self.notes = NotesEdit(t)
        self.notes.setFixedHeight(96)
        self.notes.changed.connect(self._noted)
        self._section(t("Notes"), self.notes)
        self.consent = Label("", "small", "muted", wrap=True)
        self.personal = PersonalData(t)
        self._section(t("Personal data"), self.consent, self.personal)

    def _section(self, title: str, *parts: QWidget) -> None:
        self.told.addSpacing(6)
        self.told.addWidget(Rule())
        self.told.addSpacing(4)
        self.told.addWidget(Label(title, "small-bold"))
        for part in parts:
            self.told.addWidget(part)

    def _verbs(self) -> None:
        t = self._words.t
        grid = QGridLayout(self.foot)
        grid.setContentsMargins(SCALE.card, 8, SCALE.card, SCALE.card)
        grid.setSpacing(6)
        self.write = Button(t("Write"), "primary", icon="message-circle", key=KEYS["write"], shrinks=True)
        self.quote = Button(t.of("verb", "Quote"), icon="file-text", key=KEYS["quote"], shrinks=True)
        self.edit = Button(t("Edit"), icon="pencil", key=KEYS["edit"], shrinks=True)
        places = ((self.write, 0, 0, 2), (self.quote, 1, 0, 1), (self.edit, 1, 1, 1))
        for (button, row, place, span), verb in zip(places, KEYS, strict=True):
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda checked=False, verb=verb: self.asked.emit(verb))
            grid.addWidget(button, row, place, 1, span)

    # -- showing

    def set_narrow(self, narrow: bool) -> None:
        self.setFixedWidth(NARROW if narrow else WIDE)

    def show_profile(self, profile: Profile | None, wanted: int) -> None:
        """Show somebody, or that nobody is chosen. ``wanted``: how much of the history was asked for."""
        before = self.profile
        other = profile is None or before is None or before.view.id != profile.view.id
        if other:
            self.notes.save()
        self.profile = profile
        self.show_something(profile is not None)
        if profile is None:
            return
        words, said, view = self._words, profile.said, profile.view
        who = words.who(view)
        self.setAccessibleName(f"{who}, {words.t('Trust score')} {said.score}, {words.tier_line(profile)}")
        self._name.say(who)
        self._since.say(words.since(profile))
        self._score.say(str(said.score))
        self._score.set_role(words.score_role(said.score))
        self._tier.say(words.tier_line(profile))
        self._stars.show_stars(profile.stars, words.t("{n} of 5 stars", n=profile.stars))
        self.sums.show_pairs(words.lines(profile))
        self._say(self.advice, words.advice(profile))
        self._show_pills(profile)
        self.tags.show_tags(profile.tags, profile.may_write)
        self.figures.show_pairs(words.figures(profile))
        self._say(self.allowed, words.allowed(profile))
        self.withdraw.setVisible(bool(profile.allowed_until) and profile.may_write)
        self.terms.setCurrentIndex(max(0, self.terms.findData(profile.terms)))
        self.terms.setEnabled(profile.may_credit)
        self.known.show_pairs(words.known(profile))
        self.identity.show_customer(
            view.id, who, profile.limited, pays_first=profile.pays_first, merged=words.merged(profile)
        )
        self._show_proposals(profile)
        self.timeline.show_moments(words.history(profile), len(profile.history) >= wanted)
        self.notes.show_notes(view.notes, other=other)
        self.consent.say(words.consent(profile))
        self.personal.show_customer(view.id, who, scored=view.record.scored)
        self.edit.setEnabled(profile.may_write)
        self.identity.first.setEnabled(profile.may_write)

    @staticmethod
    def _say(label: Label, text: str) -> None:
        label.say(text)
        label.setVisible(bool(text))

    def _show_pills(self, profile: Profile) -> None:
        shown = self._words.pills(profile)
        while len(self.pills) < len(shown):
            pill = StatusPill("")
            self.pills.append(pill)
            self._flow.addWidget(pill)
        for number, pill in enumerate(self.pills):
            pill.setVisible(number < len(shown))
            if number < len(shown):
                pill.show_state(shown[number].word, shown[number].icon, shown[number].role)
        self._shelf.setVisible(bool(shown))

    def _show_proposals(self, profile: Profile) -> None:
        while len(self.proposals) < len(profile.proposals):
            said = Label("", "small", "waiting", wrap=True)
            button = Button(self._words.t("Look and make them one…"), icon="users", shrinks=True)
            number = len(self.proposals)
            button.clicked.connect(lambda checked=False, number=number: self._propose(number))
            self._proposals.addWidget(said)
            self._proposals.addWidget(button)
            self.proposals.append((said, button))
        for number, (said, button) in enumerate(self.proposals):
            there = number < len(profile.proposals)
            said.setVisible(there)
            button.setVisible(there)
            if there:
                said.say(self._words.proposal(profile.proposals[number]))

    def _propose(self, number: int) -> None:
        if self.profile is not None and number < len(self.profile.proposals):
            self.proposed.emit(self.profile.proposals[number].person.id)

    def _noted(self, text: str) -> None:
        if self.profile is not None:
            self.noted.emit(self.profile.view.id, text)
