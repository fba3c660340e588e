"""One line over the window: what waits in the stores that are not in view, each a press away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy

from desktop.fonts import width
from desktop.stores.button import draw_tile
from desktop.stores.desk import StoreState, words
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.buttons import Button
from desktop.widgets.cells import write
from desktop.widgets.labels import IconLabel

HEIGHT: Final = 44
MOST: Final = 3
_TILE: Final = 20


class AlarmButton(QAbstractButton):
    """« Boutique X : 2 à décider »."""

    def __init__(self, state: StoreState, t: Texts) -> None:
        super().__init__()
        self.state = state
        self._said = words(state, t)
        self._head = t("{store}: ", store=state.name)
        self.setText(self._head + self._said)
        self.setAccessibleName(self.text())
        self.setToolTip(t("Go to {store}", store=state.name))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        words_wide = width(self._head, "small-bold") + width(self._said, "small")
        return QSize(round(words_wide) + _TILE + 46, 40)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = theme().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 3.5, -0.5, -3.5)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(palette.waiting.ink), 1))
            painter.drawRoundedRect(box, 6, 6)
        draw_tile(painter, 8, (self.height() - _TILE) / 2, _TILE, self.state.name, self.state.colour)
        room = box.adjusted(_TILE + 14, 0, -22, 0)
        took = write(painter, room, self._head, "small-bold", palette.text)
        write(painter, room.adjusted(took, 0, 0, 0), self._said, "small", palette.waiting.ink)
        end = min(room.right(), room.left() + took + width(self._said, "small") + 6)
        write(painter, QRectF(end, 0, 16, self.height()), "›", "body-bold", palette.waiting.ink)


class AlarmLine(QFrame):
    """Hidden while nothing waits anywhere else. ``go`` brings a store into view, ``more`` lists them all."""

    def __init__(self, t: Texts, go: Callable[[StoreState], object], more: Callable[[], object]) -> None:
        super().__init__()
        self._t, self._go, self._more = t, go, more
        self.setProperty("kind", "alarms")
        self.setFixedHeight(HEIGHT)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(16, 0, 12, 0)
        self._line.setSpacing(6)
        self._line.addWidget(IconLabel("triangle-alert", "waiting"))
        self._line.addStretch(1)
        self._shown: tuple[StoreState, ...] = ()
        self.buttons: list[Button | AlarmButton] = []
        self.renew()
        self.hide()

    def renew(self) -> None:
        """In the language in force: what it shows is said again."""
        self.setAccessibleName(self._t("What waits in your other stores"))
        self._shown = ()

    def show_states(self, states: Sequence[StoreState]) -> None:
        """The stores in which something waits; the same ones again change nothing, and keep the keyboard."""
        states = tuple(states)
        if states == self._shown:
            return
        self._shown = states
        for button in self.buttons:
            self._line.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        for state in states[:MOST]:
            alarm = AlarmButton(state, self._t)
            alarm.clicked.connect(partial(self._go, state))
            self._add(alarm)
        if len(states) > MOST:
            rest = Button(self._t.plural("and {n} other store", "and {n} other stores", len(states) - MOST), "link")
            rest.clicked.connect(lambda: self._more())
            self._add(rest)
        self.setVisible(bool(states))

    def _add(self, button: Button | AlarmButton) -> None:
        self._line.insertWidget(self._line.count() - 1, button)
        self.buttons.append(button)
