"""Something to do: what, about whom, and one verb."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.look import Role
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, IconLabel, Rule


class AlertRow(QWidget):
    """An alert with its one verb; ``acted`` when the seller presses it."""

    acted = Signal()

    def __init__(self) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        line = self._line = QHBoxLayout()
        self.set_tight(False)
        line.setSpacing(10)
        self._icon = IconLabel("circle-alert", "waiting", 16)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        self._title = ElidedLabel("", "body-bold")
        self._detail = ElidedLabel("", "small", "muted")
        words.addWidget(self._title)
        words.addWidget(self._detail)
        line.addLayout(words, 1)
        self._verb = Button("", "link")
        self._verb.clicked.connect(self.acted)
        line.addWidget(self._verb, 0, Qt.AlignmentFlag.AlignTop)
        outer.addLayout(line)
        outer.addWidget(Rule())

    def set_tight(self, tight: bool) -> None:
        margin = 4 if tight else 8
        self._line.setContentsMargins(16, margin, 10, margin)

    def show_alert(self, icon: str, role: Role, title: str, detail: str, verb: str) -> None:
        self._icon.show_icon(icon, role)
        self._title.say(title)
        self._detail.say(detail)
        self._detail.setVisible(bool(detail))
        self._verb.setText(verb)
        self._verb.setVisible(bool(verb))
        self._verb.setAccessibleName(f"{verb} : {title}, {detail}")
        self.setAccessibleName(f"{title}, {detail}")
