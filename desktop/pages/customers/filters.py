"""Over the list: groups as chips, the place as a field, own tags, consent and order as choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QCompleter, QListView, QWidget

from core.customers.listing import Counts, Group, Wanted
from core.kernel.look import SCALE
from core.kernel.money import group_digits
from desktop.pages.customers.presenter import CustomersPresenter
from desktop.widgets.buttons import Chip
from desktop.widgets.fields import SearchField
from desktop.widgets.flow import Flow

_WIDEST: Final = 210  # px
_PLACE: Final = 180  # px
_PAUSE_MS: Final = 250


class Filters(QWidget):
    """``asked`` when something else is looked for: :meth:`wanted` says what."""

    asked = Signal()

    def __init__(self, words: CustomersPresenter) -> None:
        super().__init__()
        self._words, t = words, words.t
        line = Flow(self)
        self._group = QButtonGroup(self)
        self.chips: dict[Group | None, Chip] = {}
        for group, word in words.groups():
            chip = self.chips[group] = Chip(word)
            chip.clicked.connect(lambda checked=False: self.asked.emit())
            self._group.addButton(chip)
            line.addWidget(chip)
        self.chips[None].setChecked(True)
        self.place = SearchField(t("Town or quarter"), boxed=True)
        self.place.setFixedWidth(_PLACE)
        self.place.setToolTip(t("In the addresses to deliver to and in your notes"))
        self._towns = QCompleter([], self.place)
        self._towns.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        listed = QListView()
        listed.setProperty("kind", "suggest")
        self._towns.setPopup(listed)
        self._towns.activated.connect(lambda town: self.asked.emit())
        self.place.setCompleter(self._towns)
        self.place.down.connect(self._offer_towns)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.asked)
        self.place.textEdited.connect(lambda text: self._pause.start())
        self.tag = self._box(t("Tags"))
        self.consent = self._box(t("Consent"))
        for consent, word in words.consents():
            self.consent.addItem(word, consent)
        self.sort = self._box(t("Order of the list"))
        for sort, descending, word in words.sorts():
            self.sort.addItem(word, (sort, descending))
        line.addWidget(self.place)
        for box in (self.tag, self.consent, self.sort):
            line.addWidget(box)
            box.activated.connect(lambda place: self.asked.emit())
        self._tags: tuple[tuple[str, int], ...] | None = None
        self.show_counts(Counts())

    @staticmethod
    def _box(name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setMinimumHeight(SCALE.target)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setMaximumWidth(_WIDEST)
        return box

    def show_towns(self, towns: Sequence[tuple[str, int]]) -> None:
        """The towns that can be asked for; anything else can be typed."""
        self._towns.setModel(QStringListModel([town for town, _ in towns], self._towns))

    def _offer_towns(self) -> None:
        self._towns.setCompletionPrefix(self.place.text())
        self._towns.complete()

    def wanted(self, text: str) -> Wanted:
        group = next(group for group, chip in self.chips.items() if chip.isChecked())
        sort, descending = self.sort.currentData()
        return Wanted(
            text,
            group,
            self.tag.currentData(),
            self.consent.currentData(),
            sort,
            descending,
            place=self.place.text(),
        )

    def choose(self, wanted: Wanted) -> None:
        """Show what is looked for, without asking."""
        self.chips[wanted.group].setChecked(True)
        self._choose(self.tag, wanted.tag)
        self._choose(self.consent, wanted.consent)
        self.place.setText(wanted.place)
        place = next(n for n, each in enumerate(self._words.sorts()) if each[:2] == (wanted.sort, wanted.descending))
        self.sort.setCurrentIndex(place)

    def hold(self, tag: str | None) -> None:
        """Let a tag be chosen before it is known how many have it."""
        if tag is not None and self.tag.findData(tag) < 0:
            self.tag.addItem(tag, tag)

    @staticmethod
    def _choose(box: QComboBox, value: Any) -> None:
        box.setCurrentIndex(max(0, box.findData(value)))

    def show_counts(self, counts: Counts) -> None:
        for group, chip in self.chips.items():
            chip.count(counts.of(group) or None)
        if counts.tags == self._tags:
            return
        self._tags, chosen = counts.tags, self.tag.currentData()
        self.tag.clear()
        self.tag.addItem(self._words.t("Any tag"), None)
        for tag, number in counts.tags:
            self.tag.addItem(f"{tag} ({group_digits(number)})", tag)
        self.tag.setVisible(bool(counts.tags))
        self._choose(self.tag, chosen)

    def without(self, wanted: Wanted) -> Wanted:
        """Nothing but the order."""
        return replace(Wanted(), sort=wanted.sort, descending=wanted.descending)
