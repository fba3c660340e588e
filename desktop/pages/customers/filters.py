"""Over the list: groups as chips, own tags and consent as choices."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from core.customers.listing import Counts, Wanted
from core.kernel.look import SCALE
from core.kernel.money import group_digits
from desktop.pages.customers.presenter import CustomersPresenter
from desktop.pages.listing import Chips
from desktop.widgets.flow import Flow

_WIDEST: Final = 210  # px


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
        self.tag = self._box(t("Tags"))
        self.consent = self._box(t("Consent"))
        for consent, word in words.consents():
            self.consent.addItem(word, consent)
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

    def choose(self, wanted: Wanted) -> None:
        """Show what is looked for, without asking."""
        self.chips[wanted.group].setChecked(True)
        self._choose(self.tag, wanted.tag)
        self._choose(self.consent, wanted.consent)

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
