"""Buttons: one gold one per view, the others quiet, each with its key shown."""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from core.kernel.look import SCALE
from core.kernel.money import group_digits
from desktop.fonts import face
from desktop.icons import draw
from desktop.theme import theme
from desktop.widgets.labels import restyle

ENTER: Final = "Enter"
_PAD: Final = 8  # least room between a shrunk text and the edge
_FEW: Final = 24  # px: less of a text says nothing
ButtonKind = Literal["primary", "secondary", "danger", "quiet", "link"]


class Button(QPushButton):
    """A text with an optional icon before it and the key that presses it behind it.

    ``key`` is what is shown (``N``); the page binds the shortcut. Enter presses the button that has the focus.
    One that ``shrinks`` gives up the end of its text, down to its icon, when room is short.
    """

    def __init__(
        self,
        text: str,
        kind: ButtonKind = "secondary",
        *,
        icon: str | None = None,
        key: str | None = None,
        live: bool = False,
        shrinks: bool = False,
    ) -> None:
        super().__init__(text)
        self._shrinks = shrinks
        if shrinks:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._icon, self._key = icon, key
        self.setProperty("kind", kind)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setProperty("live", live)
        if key or shrinks:
            self.setToolTip(f"{text} ({key})" if key else text)

    @property
    def kind(self) -> ButtonKind:
        return self.property("kind")  # type: ignore[no-any-return]

    def set_kind(self, kind: ButtonKind) -> None:
        if kind != self.kind:
            self.setProperty("kind", kind)
            restyle(self)

    def set_icon_name(self, icon: str | None) -> None:
        self._icon = icon
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        extra = (SCALE.icon + 8 if self._icon else 0) + (round(key_width(self._key)) + 10 if self._key else 0)
        if not self.text() and self._icon:
            return QSize(max(SCALE.target, hint.height()), hint.height())
        return QSize(hint.width() + extra, hint.height())

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(SCALE.target, hint.height()) if self._shrinks else hint

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        ink = self._ink()
        font = self.font()
        key = self._key
        icon_width = SCALE.icon + (8 if self.text() else 0) if self._icon else 0
        tail = key_width(key) + 10 if key else 0
        room = self.width() - icon_width - tail - 2 * _PAD
        if self._shrinks and room < _FEW:  # the key goes first, then all of the text
            key, room, tail = None, room + tail, 0
        alone = self._shrinks and self._icon is not None and room < _FEW
        text = "" if alone else self._fitting(font, room)
        icon_width = SCALE.icon if alone else icon_width
        text_width = QFontMetricsF(font).horizontalAdvance(text)
        x = (self.width() - text_width - icon_width - tail) / 2
        if self._icon:
            draw(painter, self._icon, ink.name(), x, (self.height() - SCALE.icon) / 2, SCALE.icon)
        painter.setPen(ink)
        painter.setFont(font)
        place = QRectF(x + icon_width, 0, text_width + 1, self.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        if key:
            draw_key(painter, key, x + icon_width + text_width + 10, self.height() / 2, ink)

    def _fitting(self, font: QFont, room: float) -> str:
        if not self._shrinks:
            return self.text()
        return QFontMetricsF(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, max(0.0, room))

    def _ink(self) -> QColor:
        colours = theme().palette
        if not self.isEnabled():
            return self.palette().color(self.palette().ColorGroup.Disabled, self.palette().ColorRole.ButtonText)
        if self.kind == "quiet" and not self.underMouse():
            return QColor(colours.muted)
        by_kind = {"primary": colours.gold_ink, "danger": colours.danger.ink, "link": colours.gold_text}
        return QColor(by_kind.get(self.kind, colours.text))


class IconButton(Button):
    """An icon alone; ``name`` is its accessible name and tooltip."""

    def __init__(self, icon: str, name: str, kind: ButtonKind = "quiet") -> None:
        super().__init__("", kind, icon=icon)
        self.setAccessibleName(name)
        self.setToolTip(name)

    def sizeHint(self) -> QSize:
        return QSize(SCALE.target, SCALE.target)


class Chip(QPushButton):
    """A filter with the number of things behind it: « En attente 3 »."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._word = text
        self.setProperty("kind", "chip")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Wide enough for its bold letters, which it has once it is chosen."""
        bold = QFont(self.font())
        bold.setBold(True)
        more = QFontMetrics(bold).horizontalAdvance(self.text()) - self.fontMetrics().horizontalAdvance(self.text())
        return super().sizeHint() + QSize(max(0, more), 0)

    def count(self, number: int | None) -> None:
        text = self._word if number is None else f"{self._word}\u00a0{group_digits(number)}"
        if text != self.text():
            self.setText(text)


class KeyHint(QWidget):
    """A key's cap: [N]."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key
        self.setFixedSize(round(key_width(key)) + 1, 19)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_key(QPainter(self), self._key, 0, self.height() / 2, QColor(theme().palette.muted))


def key_width(key: str | None) -> float:
    if not key:
        return 0
    return 24.0 if key == ENTER else max(20.0, QFontMetricsF(face("small")).horizontalAdvance(key) + 12)


def draw_key(painter: QPainter, key: str, x: float, middle: float, ink: QColor) -> None:
    """A key's cap, 17 px high, its left edge at ``x``."""
    box = QRectF(x + 0.5, middle - 8.5, key_width(key) - 1, 17)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = QColor(ink)
    edge.setAlphaF(0.55)
    painter.setPen(QPen(edge, 1))
    painter.drawRoundedRect(box, 4, 4)
    if key == ENTER:
        draw(painter, "corner-down-left", ink.name(), box.center().x() - 5.5, middle - 5.5, 11, 2.4)
    else:
        painter.setPen(ink)
        painter.setFont(face("small"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), key)
    painter.restore()
