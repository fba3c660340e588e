"""Over the list: groups as chips, the place as a field, own tags and consent as choices."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any, Final

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QListView, QWidget

from core.customers.listing import Counts, Wanted
from core.kernel.look import SCALE
from core.kernel.money import group_digits
from desktop.fonts import width
from desktop.pages.customers.presenter import CustomersPresenter
from desktop.pages.listing import Chips
from desktop.widgets.fields import SearchField
from desktop.widgets.flow import Flow

_WIDEST: Final = 210  # px
_PLACE: Final = 180  # px
_ROUND_IT: Final = 80  # its icon and edges
_PAUSE_MS: Final = 250


class Filters(QWidget):
    """``asked`` with what is looked for otherwise: the name of a field of :class:`Wanted` and its value."""

    asked = Signal(str, object)

    def __init__(self, words: CustomersPresenter) -> None:
        super().__init__()
        self._words, t = words, words.t
        line = Flow(self)
        self._chips = Chips(self, words.groups(), lambda group: self.asked.emit("group", group))
        self.chips = self._chips.of
        for chip in self.chips.values():
            line.addWidget(chip)
        self.chips[None].setChecked(True)
        self.place = SearchField(t("Town or quarter"), boxed=True)
        self.place.setFixedWidth(max(_PLACE, ceil(width(t("Town or quarter"), "body")) + _ROUND_IT))
        self.place.setToolTip(t("In the addresses to deliver to and in your notes"))
        self._towns = QCompleter([], self.place)
        self._towns.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        listed = QListView()
        listed.setProperty("kind", "suggest")
        self._towns.setPopup(listed)
        self._towns.activated.connect(lambda town: self.asked.emit("place", town))
        self.place.setCompleter(self._towns)
        self.place.down.connect(self._offer_towns)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.asked.emit("place", self.place.text()))
        self.place.textEdited.connect(lambda text: self._pause.start())
        self.tag = self._box(t("Tags"))
        self.consent = self._box(t("Consent"))
        for consent, word in words.consents():
            self.consent.addItem(word, consent)
        line.addWidget(self.place)
        for name, box in (("tag", self.tag), ("consent", self.consent)):
            line.addWidget(box)
            box.activated.connect(lambda place, name=name, box=box: self.asked.emit(name, box.itemData(place)))
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

    def choose(self, wanted: Wanted) -> None:
        """Show what is looked for, without asking."""
        self.chips[wanted.group].setChecked(True)
        self._hold(wanted.tag)
        self._choose(self.consent, wanted.consent)
        if self.place.text() != wanted.place:
            self.place.setText(wanted.place)

    def _hold(self, tag: str | None) -> None:
        """Choose a tag, also one of which it is not known (yet, or any more) that somebody has it."""
        if tag is not None and self.tag.findData(tag) < 0:
            self.tag.addItem(tag, tag)
        self._choose(self.tag, tag)

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
        self.tag.setVisible(bool(counts.tags or chosen))
        self._hold(chosen)
