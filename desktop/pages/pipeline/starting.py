"""A prospect begun by hand: who, what they need, what it may come to, where it stands, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QWidget

from core.customers.views import CustomerView
from core.customers.writing import checked
from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.kernel.look import SCALE
from core.kernel.phone import display, normalise
from core.pipeline.rules import MAX_NEXT, OPEN
from desktop.bridge import Bridge
from desktop.pages.person import PersonDialog
from desktop.pages.pipeline.presenter import PipelinePresenter
from desktop.pages.pipeline.source import NewLead, PipelineSource, Said
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.fields import Field, TextField

PEOPLE: Final = 3


class NewProspect(PersonDialog):
    """``kept`` with the new prospect's id; ``shown`` with the one this person has already."""

    def __init__(
        self,
        parent: QWidget,
        source: PipelineSource,
        bridge: Bridge,
        words: PipelinePresenter,
        country: str,
        now: int,
    ) -> None:
        t = words.t
        super().__init__(parent, t("New prospect"), 640, t, bridge, country)
        self._source, self._words, self._now = source, words, now
        self._person: CustomerView | None = None
        self._people: Sequence[CustomerView] = ()
        self.need = TextField(t("What they need"), placeholder=t("12 wax cloths for a wedding"), close=True)
        self.need.edit.setMaxLength(MAX_NEXT)
        self.amount = TextField(t("Expected amount"), placeholder=t("optional"), close=True)
        self.stage = QComboBox()
        self.stage.setMinimumHeight(SCALE.target)
        for stage in OPEN:
            self.stage.addItem(words.stages()[stage][0], stage)
        self.what = TextField(t("Next activity"), placeholder=t("Call back, send the quote…"), close=True)
        self.what.edit.setMaxLength(MAX_NEXT)
        self.when = TextField(t("When"), placeholder=t("25/11/2026 or 25/11/2026 14:30"), close=True)
        self._lay_out()
        self.body.addWidget(self.known)
        for field in (self.name, self.phone):
            field.changed.connect(lambda text: self._who_typed())
        for field in (self.need, self.amount, self.what, self.when):
            field.changed.connect(lambda text: self.read(quietly=True))
        self.finish(t("Add the prospect"))

    def _lay_out(self) -> None:
        t, grid = self._words.t, QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.addWidget(self.name, 0, 0)
        grid.addWidget(self.phone, 0, 1)
        found = QHBoxLayout()
        found.setSpacing(6)
        self.people = [Button("", icon="user", shrinks=True) for _ in range(PEOPLE)]
        for number, button in enumerate(self.people):
            button.hide()
            button.clicked.connect(partial(self._choose_found, number))
            found.addWidget(button)
        grid.addLayout(found, 1, 0, 1, 2)
        grid.addWidget(self.need, 2, 0, 1, 2)
        grid.addWidget(self.amount, 3, 0)
        grid.addWidget(Field(t("Stage"), self.stage, close=True), 3, 1)
        grid.addWidget(self.what, 4, 0)
        grid.addWidget(self.when, 4, 1)
        days = QHBoxLayout()
        days.setSpacing(6)
        days.addStretch(1)
        for number, word in ((0, t("today")), (1, t("tomorrow")), (7, t("in a week"))):
            chip = Chip(word)
            chip.setCheckable(False)
            chip.clicked.connect(lambda checked=False, number=number: self._in_days(number))
            days.addWidget(chip)
        grid.addLayout(days, 5, 0, 1, 2)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        self.body.addLayout(grid)

    # -- who

    def _who_typed(self) -> None:
        """Another name or number is another person."""
        person = self._person
        if person is not None and (self.name.text, self.phone.text) != self._shown(person):
            self._person = None
        self.lead_to(None)
        self.name.set_error("")
        self.phone.set_error("")
        self._pause.start()

    def _shown(self, person: CustomerView) -> tuple[str, str]:
        phone = display(person.phone) if person.phone else ""
        return person.name or phone, phone

    def look(self) -> None:
        """Who is known already by this number, else by this name."""
        text = self.phone.text if len(self.phone.text) > 5 else self.name.text
        if self._person is not None or len(text) < 2:
            self._show_people(())
            return
        self._bridge.run(
            lambda: self._source.people(text, PEOPLE), owner=self, done=self._show_people, name="look for people"
        )

    def _show_people(self, found: Sequence[CustomerView]) -> None:
        self._people = () if self._person is not None else found
        for number, button in enumerate(self.people):
            button.setVisible(number < len(self._people))
            if number < len(self._people):
                name, phone = self._shown(self._people[number])
                button.setText(name if name == phone else f"{name} · {phone}")

    def _choose_found(self, number: int) -> None:
        if number < len(self._people):
            self.choose(self._people[number])

    def choose(self, person: CustomerView) -> None:
        """It is somebody the shop knows."""
        self._person = person
        for field, text in zip((self.name, self.phone), self._shown(person), strict=True):
            field.edit.setText(text)
            field.set_error("")
        self._show_people(())
        self._bridge.run(
            lambda: self._source.open_of(person.id), owner=self, done=partial(self._known, person), name="look up"
        )
        self.need.setFocus()

    def _known(self, person: CustomerView, lead_id: int | None) -> None:
        """Whether they are a prospect already, in that opportunity."""
        if self._person == person:
            self.lead_to(lead_id, self._t("{name} has an open opportunity: show it", name=self.name.text))

    # -- what is typed

    def _person_typed(self) -> NewLead | None:
        """Who it is; None while something is wrong, which its field says."""
        t = self._t
        if self._person is not None:
            return NewLead(self._person.id)
        if not self.phone.text and self.name.text:
            self.phone.set_error(t("Write the number at which they are reached."))
            self.phone.setFocus()
            return None
        for field in (self.name, self.phone):
            problem = self.problem(field)
            if problem:
                field.set_error(problem)
                field.setFocus()
                return None
        return NewLead(None, checked(self.name.text), normalise(self.phone.text, self._country))

    def read(self, *, quietly: bool = False) -> Said | None:
        """What is said of it; None while something is wrong. ``quietly``: what is not typed yet is not wrong."""
        t, words = self._words.t, self._words
        need, at, estimate = self.need.text, None, None
        self.need.set_error("" if need or quietly else t("Say what they need."))
        try:
            at = words.read_day(self.when.text)
            open_end = self.what.text and at is None and not quietly
            self.when.set_error(t("When is this to be done?") if open_end else "")
        except ValueError:
            self.when.set_error(t("Write the day like 25/11/2026."))
        missing = at is not None and not self.what.text and not quietly
        self.what.set_error(t("Say what is to be done.") if missing else "")
        try:
            estimate = words.read_amount(self.amount.text)
            self.amount.set_error("")
        except Refused as error:
            self.amount.set_error(explain(error, t.language))
        wrong = next((f for f in (self.need, self.amount, self.what, self.when) if f.error), None)
        if wrong is not None:
            if not quietly:
                wrong.setFocus()
            return None
        return Said(at, self.what.text, estimate, need, "")

    def _in_days(self, number: int) -> None:
        day = self._words.in_days(self._now, number)
        self.when.edit.setText(f"{day} 18:00" if not number else day)
        self.read(quietly=True)
        if not self.what.text:
            self.what.setFocus()

    # -- keeping

    def save(self) -> None:
        person = self._person_typed()
        said = self.read() if person is not None else None
        if person is None or said is None:
            return
        if self._there is not None:
            self.known.setFocus()
            return
        source, stage = self._source, str(self.stage.currentData())
        self.keep(lambda: source.start(person, stage, said), "start prospect")
