"""A state: icon, word and colour together, as a widget and as something a table can paint."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.kernel.look import Role
from desktop.fonts import elided, face, width
from desktop.icons import draw
from desktop.theme import theme

HEIGHT = 25
_ICON = 14
_PAD = 9


def pill_width(word: str, icon: str | None) -> float:
    return width(word, "small-bold") + 2 * _PAD + (_ICON + 6 if icon else 0)


def draw_pill(painter: QPainter, x: float, middle: float, word: str, icon: str | None, role: Role, room: float) -> None:
    """Paints a pill from ``x``, centred on ``middle``; its word gives up its end when ``room`` is short."""
    palette = theme().palette
    box = QRectF(x, middle - HEIGHT / 2, min(pill_width(word, icon), room), HEIGHT)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.ground(role)))
    painter.drawRoundedRect(box, 6, 6)
    ink = palette.ink(role)
    left = x + _PAD
    if icon:
        draw(painter, icon, ink, left, middle - _ICON / 2, _ICON, 2.6)
        left += _ICON + 6
    painter.setPen(QColor(ink))
    painter.setFont(face("small-bold"))
    rest = box.right() - _PAD - left
    shown = word if width(word, "small-bold") <= rest + 1 else elided(word, "small-bold", int(rest + 1))
    place = QRectF(left, box.top(), rest + 2, HEIGHT)
    painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
    painter.restore()


class StatusPill(QWidget):
    """A state with its icon and its word."""

    def __init__(self, word: str, icon: str | None = None, role: Role = "muted") -> None:
        super().__init__()
        self._word, self._icon, self._role = word, icon, role
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(word)

    def show_state(self, word: str, icon: str | None, role: Role) -> None:
        if (word, icon, role) != (self._word, self._icon, self._role):
            self._word, self._icon, self._role = word, icon, role
            self.setAccessibleName(word)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(pill_width(self._word, self._icon)) + 1, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_pill(QPainter(self), 0, self.height() / 2, self._word, self._icon, self._role, self.width())
