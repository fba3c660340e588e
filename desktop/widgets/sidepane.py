"""What is chosen in a list, at a glance beside it: a card that scrolls over a foot with the verbs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.widgets.labels import Label
from desktop.widgets.late import LateArea


class SidePane(QFrame):
    """``told`` is filled with what is said, ``foot`` with buttons; ``nothing``: said while nothing is chosen."""

    def __init__(self, nothing: str, wide: int) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setFixedWidth(wide)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._none = Label(nothing, "body", "muted", wrap=True)
        self._none.setContentsMargins(SCALE.card, 0, SCALE.card, 0)
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        outer.addWidget(self._none, 1)
        self._shown = LateArea()
        column = QVBoxLayout(self._shown.inside)
        column.setContentsMargins(SCALE.card, SCALE.card, SCALE.card, SCALE.card)
        self.told = QVBoxLayout()
        self.told.setSpacing(6)
        column.addLayout(self.told)
        column.addStretch(1)
        outer.addWidget(self._shown, 1)
        self.foot = QWidget()
        outer.addWidget(self.foot)
        self._something = self._aside = False

    def show_something(self, something: bool) -> None:
        """Whether anything is chosen."""
        self._something = something
        self._none.setVisible(not something)
        self._shown.setVisible(something)
        self.foot.setVisible(something and not self._aside)

    def set_aside(self, aside: bool) -> None:
        """The verbs are away while others, for several rows, take their keys."""
        self._aside = aside
        self.foot.setVisible(self._something and not aside)
