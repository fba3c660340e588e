"""The head of the analyses: which time, compared with what, and writing the report."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.pages.analyses.presenter import AnalysesPresenter, Question
from desktop.texts import Texts
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.labels import ElidedLabel, Label

Lives = Sequence[tuple[int, str, int]]


class Head(QWidget):
    """``asked`` with another :class:`Question`; ``between_asked`` and ``paper_asked`` for their dialogs."""

    asked = Signal(object)
    between_asked = Signal()
    paper_asked = Signal()

    def __init__(self, t: Texts, words: AnalysesPresenter) -> None:
        super().__init__()
        self._t, self._words = t, words
        self.question = Question()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._first_line())
        column.addLayout(self._second_line())
        self.caption = ElidedLabel("", "small", "muted")
        column.addWidget(self.caption)
        self._live_menu, self._against_menu = QMenu(self), QMenu(self)

    def _first_line(self) -> QHBoxLayout:
        t, line = self._t, QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(t("Analyses"), "title"))
        line.addStretch(1)
        self.against = Button(t("Compare with…"), "secondary", icon="chevron-down", live=True)
        self.against.clicked.connect(lambda: self._drop(self._against_menu, self.against))
        self.paper = Button(t("PDF report…"), "primary", key="E", live=True)
        self.paper.clicked.connect(lambda: self.paper_asked.emit())
        line.addWidget(self.against)
        line.addWidget(self.paper)
        return line

    def _second_line(self) -> QHBoxLayout:
        t, line = self._t, QHBoxLayout()
        line.setSpacing(8)
        self._group = QButtonGroup(self)
        self.chips: dict[str, Chip] = {}
        for name, word in (*self._words.periods(), ("between", t("Between two days…")), ("live", t("A live…"))):
            chip = self.chips[name] = Chip(word)
            chip.clicked.connect(partial(self._picked, name))
            self._group.addButton(chip)
            line.addWidget(chip)
        line.addStretch(1)
        return line

    def _picked(self, name: str, checked: bool = False) -> None:
        if name == "between":
            self.between_asked.emit()
        elif name == "live":
            self._drop(self._live_menu, self.chips["live"])
        else:
            self.asked.emit(Question(name))  # type: ignore[arg-type]
            return
        self.show_question(self.question)  # until something is chosen there

    def _drop(self, menu: QMenu, button: QWidget) -> None:
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def show_question(self, question: Question) -> None:
        self.question = question
        self.chips[question.name].setChecked(True)

    def show_lives(self, lives: Lives) -> None:
        """These can be chosen, to look at or to compare with."""
        t = self._t
        self._live_menu.clear()
        self._against_menu.clear()
        self._against_menu.addAction(t("The time before"), partial(self._compare, None))
        for number, title, start in lives[:20]:
            word = f"{title} · {self._words.piece_in_full(start, 'hour')}"
            self._live_menu.addAction(word, partial(self._look_at, number))
            self._against_menu.addAction(word, partial(self._compare, number))
        self.chips["live"].setEnabled(bool(lives))

    def _look_at(self, live: int) -> None:
        self.asked.emit(Question("live", live=live))

    def _compare(self, live: int | None) -> None:
        old = self.question
        self.asked.emit(Question(old.name, old.first, old.last, old.live, live))
