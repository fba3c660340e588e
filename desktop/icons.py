"""Icons of one family (Lucide, ``resources/icons``), drawn in the colours of the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.kernel.paths import resource


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str, weight: float) -> QSvgRenderer:
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    drawing = drawing.replace("currentColor", colour).replace('stroke-width="2"', f'stroke-width="{weight}"')
    return QSvgRenderer(QByteArray(drawing.encode()))


@lru_cache(maxsize=1024)
def pixmap(name: str, colour: str, size: int, ratio: float = 1.0, weight: float = 2) -> QPixmap:
    """The icon ``name`` in ``colour`` (``#RRGGBB``), ``size`` logical px wide, sharp at the screen's ``ratio``."""
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    _renderer(name, colour, weight).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def draw(painter: QPainter, name: str, colour: str, x: float, y: float, size: int, weight: float = 2) -> None:
    """Draws an icon at a place of a widget that is being painted."""
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(round(x), round(y), pixmap(name, colour, size, ratio, weight))


def icon(name: str, colour: str, size: int, disabled: str | None = None) -> QIcon:
    """A QIcon for buttons, with the colour of its disabled state."""
    ratio = QGuiApplication.primaryScreen().devicePixelRatio()
    made = QIcon(pixmap(name, colour, size, ratio))
    if disabled:
        made.addPixmap(pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return made


def icon_size(size: int) -> QSize:
    return QSize(size, size)
