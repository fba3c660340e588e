"""What it still takes to sell for real: how much is done, what is next, and the way there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from core.connecting.rules import Task, step_of
from desktop.pages.welcome.presenter import WelcomePresenter
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.card import Card
from desktop.widgets.labels import IconLabel, Label


class MissingCard(Card):
    """« Pour vendre pour de vrai · 2 étapes sur 5 ». ``asked`` with the step of the first task that is open.

    ``guest``: on a page with a gold button of its own, where it cannot be hidden; else ``dismissed`` for good.
    """

    asked = Signal(str)
    dismissed = Signal()

    def __init__(self, presenter: WelcomePresenter, *, guest: bool = False) -> None:
        super().__init__(presenter.t("To sell for real"))
        self._presenter = presenter
        self._next = ""
        self.count = Label("", "small", "muted")
        self.head.addWidget(self.count)
        self.head.addStretch(1)
        self.close_button = IconButton("x", presenter.t("Hide this"))
        self.close_button.clicked.connect(self.dismissed)
        self.head.addWidget(self.close_button)
        self.close_button.setHidden(guest)
        line = QHBoxLayout()
        line.setContentsMargins(16, 10, 16, 12)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        line.addLayout(self._list, 1)
        self.button = Button("", "secondary" if guest else "primary")
        self.button.clicked.connect(lambda: self.asked.emit(self._next))
        line.addWidget(self.button)
        self.body.addLayout(line)
        self._rows: dict[str, tuple[IconLabel, Label]] = {}
        self.hide()

    def show_tasks(self, tasks: Sequence[Task]) -> bool:
        """→ whether anything is missing; the card shows only then."""
        first = next((task for task in tasks if not task.done), None)
        self.setVisible(first is not None)
        if first is None:
            return False
        self.count.say(self._presenter.progress(tasks))
        for task in tasks:
            text = self._presenter.task(task.name)[0]
            icon, label = self._rows.get(task.name) or self._row(task.name)
            icon.show_icon("circle-check" if task.done else "circle-plus", "paid" if task.done else "muted")
            label.set_role("muted" if task.done else "text")
            label.say(text)
            done = self._presenter.t.of("task", "done") if task.done else self._presenter.t.of("task", "to do")
            label.setAccessibleName(f"{text}, {done}")
        self._next = step_of(first.name)
        self.button.setText(self._presenter.task(first.name)[1])
        return True

    def _row(self, name: str) -> tuple[IconLabel, Label]:
        line = QHBoxLayout()
        line.setSpacing(8)
        made = self._rows[name] = IconLabel("circle-plus", "muted", 16), Label("", "body")
        line.addWidget(made[0])
        line.addWidget(made[1], 1)
        self._list.addLayout(line)
        return made
