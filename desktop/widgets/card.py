"""Surfaces that hold things: cards with a serif title, tiles with one big figure."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.look import SCALE, Role
from desktop.widgets.labels import ElidedLabel, Label, Rule, restyle

BAND = 46
_NARROW = 160  # px


class Card(QFrame):
    """A surface with a head (title, then whatever is put in ``head``) and a ``body`` under a hairline."""

    def __init__(self, title: str, *, ruled: bool = True) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(SCALE.card, 0, SCALE.card, 0)
        self.head.setSpacing(8)
        self.title = Label(title, "heading")
        self.head.addWidget(self.title)
        self._band = QWidget()
        self._band.setLayout(self.head)
        self.set_band(BAND if ruled else 40)
        column.addWidget(self._band)
        self._ends: list[QWidget] = [self._band]
        if ruled:
            self._end(column, Rule())
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        column.addLayout(self.body, 1)

    def set_band(self, height: int) -> None:
        """The height of the head."""
        self._band.setFixedHeight(height)

    def add_foot(self, widget: QWidget) -> None:
        """A line of its own under the body."""
        self._end(self.body, Rule())
        foot = QWidget()
        line = QHBoxLayout(foot)
        line.setContentsMargins(16, 8, 16, 8)
        line.addWidget(widget, 1)
        self._end(self.body, foot)

    def _end(self, column: QVBoxLayout, widget: QWidget) -> None:
        self._ends.append(widget)
        column.addWidget(widget)

    def show_ends(self, shown: bool) -> None:
        """Its head and its foot; they have nothing to say over a place that is empty from the beginning."""
        for end in self._ends:
            end.setVisible(shown)


class Tile(QFrame):
    """One figure: what it is, how much, and what else to know about it."""

    def __init__(self, title: str, role: Role = "text") -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._air = 11
        column = QVBoxLayout(self)
        column.setContentsMargins(SCALE.card, self._air, SCALE.card, self._air)
        column.setSpacing(0)
        self._title = ElidedLabel(title, "small", "muted")
        self._value = Label("–", "figure", role)
        self._caption, self._more = ElidedLabel("", "small", "muted"), ElidedLabel("", "small", "muted")
        for label in (self._title, self._value, self._caption, self._more):
            column.addWidget(label)
        self._more.hide()

    def set_gold_edge(self) -> None:
        self.setProperty("edge", "gold")
        restyle(self)

    def set_tight(self, tight: bool) -> None:
        """Less air above and below, when the window is low."""
        self._air = 6 if tight else 11
        self._set_margins()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Less air at the sides too where it is narrow, rather than words that are cut."""
        super().resizeEvent(event)
        self._set_margins()

    def _set_margins(self) -> None:
        side = SCALE.card if self.width() >= _NARROW else SCALE.card // 2
        layout = self.layout()
        if layout:
            layout.setContentsMargins(side, self._air, side, self._air)

    def figure(self) -> str:
        """The figure as it stands there."""
        return self._value.text()

    def show_figure(self, value: str, caption: str, more: str = "") -> None:
        """``more``: a second line under the caption, for what one line has no room for."""
        self._value.say(value)
        self._caption.say(caption)
        self._more.say(more)
        self._more.setVisible(bool(more))
        spoken = f"{caption} · {more}" if more else caption
        self.setAccessibleName(f"{self._title.text()} : {value}, {spoken}")
