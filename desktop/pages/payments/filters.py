"""Which payments are shown: a chip for each state, a menu for the time and one for the provider."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from desktop.pages.listing import Chips
from desktop.pages.payments.presenter import PaymentsPresenter, Question
from desktop.texts import Texts
from desktop.widgets.pick import Pick

Entries = tuple[tuple[str | None, str], ...]
_ONE_LINE_FROM = 900  # px: narrower, the menus stand under the chips


class Filters(QWidget):
    """``asked`` with what is asked for otherwise: the name of a field of :class:`Question` and its value."""

    asked = Signal(str, object)

    def __init__(self, t: Texts, presenter: PaymentsPresenter) -> None:
        super().__init__()
        self._everyone = t("All providers")
        self._periods = presenter.periods()
        self._known: Entries = ((None, self._everyone),)
        self._chips = Chips(self, presenter.states(), lambda state: self.asked.emit("state", state))
        self.chips = self._chips.of
        self.chips[None].setChecked(True)
        menus = QHBoxLayout()
        self.period = Pick(t("Choose the time"), self._periods)
        self.provider = Pick(t("Choose the provider"), ((None, self._everyone),))
        self.period.picked.connect(lambda value: self.asked.emit("period", value))
        self.provider.picked.connect(lambda value: self.asked.emit("provider", value))
        menus.setSpacing(8)
        menus.addWidget(self.period)
        menus.addWidget(self.provider)
        menus.addStretch(1)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(8)
        self._box.addLayout(self._chips.line(), 1)
        self._box.addLayout(menus)

    def show_providers(self, known: Entries, question: Question) -> None:
        """These can be chosen from now on."""
        self._known = ((None, self._everyone), *known)
        self.provider.offer(self._known, question.provider)

    def choose(self, question: Question) -> None:
        """Show what is looked for, without asking."""
        self.chips[question.state].setChecked(True)
        self.period.offer(self._periods, question.period)
        self.provider.offer(self._known, question.provider)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _ONE_LINE_FROM
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
