"""The times of a service: which are offered, who has them, and a week's habit that makes many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.catalogue.views import ProductView
from core.kernel.days import moment_in_words
from core.kernel.errors import LivePayError, Refused
from core.kernel.i18n import explain
from core.kernel.look import SCALE
from core.slots.rules import Weekly
from core.slots.service import Added
from desktop.bridge import Bridge
from desktop.pages.catalogue.presenter import CataloguePresenter, CatalogueSource, TimeView
from desktop.widgets.buttons import Chip, IconButton
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField
from desktop.widgets.labels import ElidedLabel, Label, Rule

_HEIGHT: Final = 260
_WIDE: Final = 760


class TimesDialog(Dialog):
    """``changed`` when times were added or closed."""

    changed = Signal()

    def __init__(
        self,
        parent: QWidget,
        source: CatalogueSource,
        bridge: Bridge,
        presenter: CataloguePresenter,
        product: ProductView,
    ) -> None:
        t = presenter.t
        super().__init__(parent, t("Times of {keyword}", keyword=product.keyword), _WIDE)
        self._source, self._bridge, self._presenter, self._product = source, bridge, presenter, product
        self.body.addWidget(Label(t("Buyers choose one of these; nobody can have a time twice."), "body", "muted"))
        self._form()
        self.body.addWidget(Rule())
        self._list()
        self.add_way_out(t("Close"))
        self.action = self.add_action(t("Add these times"), self.add)
        self.read()

    # -- a week's habit

    def _form(self) -> None:
        t = self._presenter.t
        days = QHBoxLayout()
        days.setSpacing(8)
        self.days: list[Chip] = []
        names = (t("Mon."), t("Tue."), t("Wed."), t("Thu."), t("Fri."), t("Sat."), t("Sun."))
        for number, name in enumerate(names):
            chip = Chip(name)
            chip.setCheckable(True)
            chip.setChecked(number < 6)
            self.days.append(chip)
            days.addWidget(chip)
        days.addStretch(1)
        self.body.addLayout(days)
        line = QHBoxLayout()
        line.setSpacing(12)
        self.fields = {
            "opens": TextField(t("From"), placeholder="09:00", close=True),
            "closes": TextField(t("To"), placeholder="18:00", close=True),
            "minutes": TextField(t("Minutes each"), placeholder="60", close=True),
            "capacity": TextField(t("Places in each"), placeholder="1", close=True),
            "weeks": TextField(t("Weeks"), placeholder="4", close=True),
        }
        for name, usual in (
            ("opens", "09:00"),
            ("closes", "18:00"),
            ("minutes", "60"),
            ("capacity", "1"),
            ("weeks", "4"),
        ):
            self.fields[name].edit.setText(usual)
            line.addWidget(self.fields[name], 1)
        self.body.addLayout(line)
        self.said = Label("", "small", "muted", wrap=True)
        self.said.hide()
        self.body.addWidget(self.said)

    def habit(self) -> Weekly:
        """What the form says. Raises Refused."""
        days = frozenset(number for number, chip in enumerate(self.days) if chip.isChecked())
        number = {name: _whole(self.fields[name].text) for name in ("minutes", "capacity", "weeks")}
        return Weekly(days, _clock(self.fields["opens"].text), _clock(self.fields["closes"].text), **number)

    def add(self) -> None:
        """Offer what the form says, from today on."""
        try:
            habit = self.habit()
        except Refused as error:
            self._say(explain(error, self._presenter.t.language), wrong=True)
            return
        work = partial(self._source.add_times, self._product.id, habit)
        self.action.setEnabled(False)
        self._bridge.run(work, owner=self, done=self._added, failed=self._failed, name="add times")

    def _added(self, added: Added) -> None:
        t = self._presenter.t
        self.action.setEnabled(True)
        text = t.plural("{n} time added", "{n} times added", added.added)
        if added.left_out:
            text += " · " + t.plural("{n} was there already", "{n} were there already", added.left_out)
        self._say(text)
        self.changed.emit()
        self.read()

    def _failed(self, error: Exception) -> bool:
        self.action.setEnabled(True)
        if not isinstance(error, LivePayError):
            return False
        self._say(explain(error, self._presenter.t.language), wrong=True)
        return True

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.said.say(text)
        self.said.set_role("danger" if wrong else "muted")
        self.said.show()
        self.fit()

    # -- what is offered

    def _list(self) -> None:
        self.listed = QScrollArea()
        self.listed.setFrameShape(QFrame.Shape.NoFrame)
        self.listed.setWidgetResizable(True)
        self.listed.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.listed.setFixedHeight(_HEIGHT)
        self.listed.setAccessibleName(self._presenter.t("Times to come"))
        self.body.addWidget(self.listed)

    def read(self) -> None:
        """Show the times as the shop has them now."""
        self._bridge.run(
            partial(self._source.times, self._product.id), owner=self, done=self.show_times, name="read times"
        )

    def show_times(self, times: Sequence[TimeView]) -> None:
        """A line for each."""
        t = self._presenter.t
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(0)
        self.closers: dict[int, IconButton] = {}
        if not times:
            column.addWidget(
                Label(t("No time is offered yet: choose days and hours above."), "body", "muted", wrap=True)
            )
        for view in times:
            column.addWidget(self._row(view))
        column.addStretch(1)
        self.listed.setWidget(inside)

    def _row(self, view: TimeView) -> QWidget:
        t, presenter = self._presenter.t, self._presenter
        row = QWidget()
        row.setMinimumHeight(SCALE.target + 4)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(12)
        when = moment_in_words(view.starts_at, presenter.zone, t.language)
        moment = Label(when, "body-bold")
        moment.setFixedWidth(190)
        line.addWidget(moment)
        line.addWidget(Label(t("{minutes} min", minutes=view.minutes), "small", "muted"))
        free = view.capacity - view.taken
        state = t("free") if not view.taken else t("{taken} of {places} taken", taken=view.taken, places=view.capacity)
        line.addWidget(Label(state if free else t("full"), "small-bold", "paid" if not view.taken else "text"))
        line.addWidget(ElidedLabel(", ".join(view.who), "small", "muted"), 1)
        if not view.taken:
            close = IconButton("x", t("Offer {when} no more", when=when))
            close.clicked.connect(partial(self.close_time, view.id))
            self.closers[view.id] = close
            line.addWidget(close)
        return row

    def close_time(self, slot_id: int) -> None:
        """Offer it no more; somebody may have been quicker, which is said."""
        self._bridge.run(
            partial(self._source.close_time, slot_id),
            owner=self,
            done=lambda _: self._closed(),
            failed=self._failed,
            name="close time",
        )

    def _closed(self) -> None:
        self._say("")
        self.changed.emit()
        self.read()


def _clock(text: str) -> time:
    hour, _, minute = text.lower().replace(" ", "").replace("h", ":").partition(":")
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        message = "“{text}” is not a time of the day: write it like {example}."
        raise Refused(message, text=text, example="09:00") from None


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise Refused("“{text}” is not a whole number.", text=text)
    return int(text)
