"""Asking for a rehearsal: how many buyers, how fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from desktop.texts import Texts
from desktop.widgets.buttons import Chip
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import Field
from desktop.widgets.labels import Label

BUYERS: Final = (20, 100, 250, 500)
SPEEDS: Final = (1, 2, 5, 10)
USUAL: Final = (100, 5)
_MINUTES: Final = 22
"""What a rehearsal lasts in the live's own time: ten minutes of arrivals, and the last hold with its late payment."""


class RehearseDialog(Dialog):
    """Enter begins with what is usual. ``act(buyers, speed)`` opens the rehearsal's own window."""

    def __init__(self, parent: QWidget, t: Texts, act: Callable[[int, int], object]) -> None:
        super().__init__(parent, t("Rehearse a live"), 520)
        self._t, self._act = t, act
        about = t(
            "Simulated buyers write, claim and pay in a window of its own, on a copy of your products and texts."
            " Nothing reaches WhatsApp, your customers or your figures."
        )
        self.body.addWidget(Label(about, "body", "muted", wrap=True))
        self.buyers = self._chips(t("Buyers"), BUYERS, [str(n) for n in BUYERS], USUAL[0])
        words = [t("Real time") if n == 1 else t("{n} × as fast", n=n) for n in SPEEDS]
        self.speeds = self._chips(t("Speed"), SPEEDS, words, USUAL[1])
        self.length = Label("", "small", "muted")
        self.body.addWidget(self.length)
        self.speeds.idToggled.connect(lambda *_: self._say_length())
        self._say_length()
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Begin"), self._begin)
        self.action.setFocus()

    def _chips(self, label: str, values: tuple[int, ...], words: list[str], usual: int) -> QButtonGroup:
        group, row = QButtonGroup(self), QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for value, word in zip(values, words, strict=True):
            chip = Chip(word)
            group.addButton(chip, value)
            line.addWidget(chip)
        line.addStretch(1)
        group.button(usual).setChecked(True)
        self.body.addWidget(Field(label, row, close=True))
        return group

    def _say_length(self) -> None:
        minutes = -(-_MINUTES // self.speeds.checkedId())
        self.length.say(self._t.plural("It lasts about {n} minute.", "It lasts about {n} minutes.", minutes))

    def _begin(self) -> None:
        self.accept()
        self._act(self.buyers.checkedId(), self.speeds.checkedId())
