"""The store's name in the sidebar, with its colour; where there are several stores it is the way to the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from core.kernel.look import STORE_COLOURS
from desktop.fonts import face, width
from desktop.icons import draw
from desktop.theme import theme
from desktop.widgets.cells import write

TILE: Final = 22
_HEIGHT: Final = 40
_PAD: Final = 12


def store_colour(name: str) -> str:
    """The colour of that name in the theme at hand; the first for one nobody knows."""
    dark, light = STORE_COLOURS.get(name, STORE_COLOURS["gold"])
    return dark if theme().palette.name == "dark" else light


def draw_tile(painter: QPainter, x: float, y: float, size: float, name: str, colour: str) -> None:
    """A store's mark: its first letter on its colour."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(store_colour(colour)))
    box = QRectF(x, y, size, size)
    painter.drawRoundedRect(box, size / 4, size / 4)
    font = type(face("small-bold"))(face("small-bold"))
    font.setPixelSize(round(size * 0.58))
    painter.setFont(font)
    palette = theme().palette
    painter.setPen(QColor(palette.background if palette.name == "dark" else palette.surface))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), name[:1].upper())
    painter.restore()


class StoreButton(QAbstractButton):
    """A quiet name; once :meth:`offer`-ed an act, a button with the store's mark."""

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self._purpose = purpose
        self._colour = "gold"
        self._act: Callable[[], object] | None = None
        self._compact = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._press)

    def say(self, name: str) -> None:
        if name != self.text():
            self.setText(name)
            self._name()

    def offer(self, act: Callable[[], object], colour: str) -> None:
        """From now on it can be pressed, and wears its colour. Idempotent."""
        fresh, self._act = self._act is None, act
        if colour != self._colour or fresh:
            self._colour = colour
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setAccessibleDescription("Ctrl+Shift+S")
            self._name()
            self.updateGeometry()
            self.update()
            self.setVisible(True)

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()} – {self._purpose}" if self._act else self.text())

    def _press(self) -> None:
        if self._act:
            self._act()

    def set_compact(self, compact: bool) -> None:
        """Its mark alone; a name that is no button goes away."""
        self._compact = compact
        self.setVisible(not compact or self._act is not None)
        self.setToolTip(self.text() if compact else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, _HEIGHT if self._act else 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = theme().palette
        painter = QPainter(self)
        box = QRectF(self.rect())
        if self._act is None:
            room = box.adjusted(_PAD, 0, 0, 0)
            self.setToolTip(self.text() if width(self.text(), "small") > room.width() else "")
            write(painter, room, self.text(), "small", palette.muted)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(palette.info.ink), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.raised))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        x = (self.width() - TILE) / 2 if self._compact else _PAD - 1
        draw_tile(painter, x, (self.height() - TILE) / 2, TILE, self.text(), self._colour)
        if not self._compact:
            room = box.adjusted(42, 0, -30, 0)
            write(painter, room, self.text(), "small-bold", palette.text)
            draw(painter, "chevron-down", palette.muted, self.width() - 24, (self.height() - 14) / 2, 14)
