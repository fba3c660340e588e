"""Which payments are shown: a chip for each state, a menu for the time and one for the provider."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QHBoxLayout, QMenu, QWidget

from core.payments.queries import State
from desktop.pages.payments.presenter import PaymentsPresenter, Question
from desktop.texts import Texts
from desktop.widgets.buttons import Button, Chip

Entries = tuple[tuple[str | None, str], ...]
_ONE_LINE_FROM = 900  # px: narrower, the menus stand under the chips


class Filters(QWidget):
    """``asked`` with what is asked for otherwise: the name of a field of :class:`Question` and its value."""

    asked = Signal(str, object)

    def __init__(self, t: Texts, presenter: PaymentsPresenter) -> None:
        super().__init__()
        self._everyone = t("All providers")
        self._menus: dict[str, QMenu] = {}
        self.chips: dict[State | None, Chip] = {}
        self._group = QButtonGroup(self)
        states, menus = QHBoxLayout(), QHBoxLayout()
        states.setSpacing(8)
        for state, word in presenter.states():
            chip = self.chips[state] = Chip(word)
            chip.clicked.connect(lambda checked, state=state: self.asked.emit("state", state))
            self._group.addButton(chip)
            states.addWidget(chip)
        states.addStretch(1)
        self.chips[None].setChecked(True)
        self.period = self._menu(t("Choose the time"), presenter.periods(), "period")
        self.provider = self._menu(t("Choose the provider"), ((None, self._everyone),), "provider")
        menus.setSpacing(8)
        menus.addWidget(self.period)
        menus.addWidget(self.provider)
        menus.addStretch(1)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(8)
        self._box.addLayout(states, 1)
        self._box.addLayout(menus)

    def show_providers(self, known: Entries, question: Question) -> None:
        """These can be chosen from now on."""
        entries: Entries = ((None, self._everyone), *known)
        self.provider.setText(next((word for value, word in entries if value == question.provider), self._everyone))
        self._fill(self.provider, entries, "provider", question.provider)

    def _menu(self, about: str, entries: Entries, name: str) -> Button:
        button = Button(entries[0][1], "link", icon="chevron-down")
        button.setAccessibleDescription(about)
        self._fill(button, entries, name, entries[0][0])
        button.clicked.connect(partial(self._drop, button, name))
        return button

    def _drop(self, button: Button, name: str, checked: bool = False) -> None:
        self._menus[name].popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _fill(self, button: Button, entries: Entries, name: str, chosen: str | None) -> None:
        menu = QMenu(button)
        group = QActionGroup(menu)
        for value, word in entries:
            action = QAction(word, menu, checkable=True)
            action.setChecked(value == chosen)
            action.triggered.connect(partial(self._picked, button, word, name, value))
            group.addAction(action)
            menu.addAction(action)
        self._menus[name] = menu

    def _picked(self, button: Button, word: str, name: str, value: str | None, checked: bool = True) -> None:
        button.setText(word)
        self.asked.emit(name, value)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _ONE_LINE_FROM
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
