"""The list of stores that opens under the store's name: from one to another in one press."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.icons import draw
from desktop.stores.button import draw_tile
from desktop.stores.desk import StoresDesk, StoreState, state_word
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.buttons import Button
from desktop.widgets.cells import RIGHT, write
from desktop.widgets.labels import Label, Rule
from desktop.widgets.popover import Popover

ALL: Final = "stores"
"""The page that shows them all."""
_TILE: Final = 26


class StoreRow(QAbstractButton):
    """A store's mark, name and state, and how much waits there."""

    def __init__(self, state: StoreState, t: Texts) -> None:
        super().__init__()
        self.state = state
        self._word = t("In view") if state.shown else state_word(state, t)
        self.setText(state.name)
        waits = f", {state.waiting}" if state.waiting else ""
        self.setAccessibleName(f"{state.name}, {self._word}{waits}")
        self.setToolTip(state.problem)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(260, 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette, state = theme().palette, self.state
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.underMouse() or self.hasFocus() or state.shown:
            painter.setPen(QPen(QColor(palette.info.ink), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.raised))
            painter.drawRoundedRect(box, 8, 8)
        draw_tile(painter, 10, (self.height() - _TILE) / 2, _TILE, state.name, state.colour)
        room = box.adjusted(46, 0, -46, 0)
        upper = QRectF(room.left(), box.center().y() - 19, room.width(), 20)
        lower = QRectF(room.left(), box.center().y() + 1, room.width(), 17)
        write(painter, upper, state.name, "body-bold", palette.text)
        troubled = state.state == "refused"
        write(painter, lower, self._word, "small", palette.danger.ink if troubled else palette.muted)
        if state.locked:
            draw(painter, "lock", palette.muted, self.width() - 30, (self.height() - 16) / 2, 16)
        elif state.waiting:
            write(painter, box.adjusted(0, 0, -14, 0), str(state.waiting), "body-bold", palette.waiting.ink, RIGHT)
        elif troubled:
            draw(painter, "circle-alert", palette.danger.ink, self.width() - 30, (self.height() - 16) / 2, 16)


class Switcher(Popover):
    """Arrows and Enter, or one press. Archived stores are not in it. ``pages``: the store in view can show some."""

    def __init__(self, over: QWidget, t: Texts, desk: StoresDesk, states: Sequence[StoreState], *, pages: bool) -> None:
        super().__init__(over, t("Your stores"), 300)
        self._desk = desk
        self.column.setContentsMargins(10, 12, 10, 10)
        self.column.setSpacing(2)
        head = Label(t("Your stores"), "small", "muted")
        head.setContentsMargins(8, 0, 0, 4)
        self.column.addWidget(head)
        self.rows = [StoreRow(state, t) for state in states if state.state != "archived"]
        for row in self.rows:
            row.clicked.connect(partial(self._take, row.state.slug, ""))
            self.column.addWidget(row)
        self.all: Button | None = None
        shown = next((state.slug for state in states if state.shown), "")
        if pages:
            self.column.addSpacing(4)
            self.column.addWidget(Rule())
            self.all = Button(t("All stores…"), "quiet")
            self.all.clicked.connect(partial(self._take, shown, ALL))
            self.column.addWidget(self.all)

    def _take(self, slug: str, page: str) -> None:
        self.close()
        self._desk.show(slug, page)

    def present(self, beside: QWidget) -> None:
        super().present(beside)
        first = next((row for row in self.rows if not (row.state.shown or row.state.problem)), None) or (
            self.rows[0] if self.rows else None
        )
        if first:
            first.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ends: list[QWidget] = [*self.rows, *([self.all] if self.all else [])]
        at = next((n for n, one in enumerate(ends) if one.hasFocus()), 0)
        if event.key() == Qt.Key.Key_Down:
            ends[(at + 1) % len(ends)].setFocus()
        elif event.key() == Qt.Key.Key_Up:
            ends[(at - 1) % len(ends)].setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(ends[at], QAbstractButton):
            ends[at].click()  # type: ignore[attr-defined]
        else:
            super().keyPressEvent(event)
