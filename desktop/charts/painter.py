"""Paints a chart's strokes with Qt: in the window, and as a picture of its own in the light theme."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPen, QPolygonF

from core.analytics.charts import Chart
from core.analytics.drawing import BODY, Drawing, Line, Word, draw, height_of
from core.kernel.look import LIGHT, Palette
from core.storage.archive import in_place
from desktop.fonts import Face, face, width

SCALE: Final = 2
_WIDE: Final = 900
_EDGE: Final = 28
_HEAD: Final = 66
_FOOT: Final = 34
_SIDES: Final = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignRight,
    "middle": Qt.AlignmentFlag.AlignHCenter,
}


def measure(text: str, size: float, bold: bool) -> float:
    """How wide a chart's text is in the window, px."""
    return width(text, _face(size, bold))


def _face(size: float, bold: bool) -> Face:
    if size >= BODY:
        return "body-bold" if bold else "body"
    return "small-bold" if bold else "small"


def paint(painter: QPainter, drawing: Drawing, palette: Palette) -> None:
    """All of it, in its order."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _lines(painter, drawing.under, palette)
    painter.setPen(Qt.PenStyle.NoPen)
    for box in drawing.boxes:
        painter.setBrush(QColor(palette.shade(box.colour, box.share)))
        place = QRectF(box.x, box.y, box.width, box.height)
        corner = min(box.corner, box.width / 2, box.height / 2)
        if corner:
            painter.drawRoundedRect(place, corner, corner)
        else:
            painter.drawRect(place)
    _lines(painter, drawing.lines, palette)
    for word in drawing.words:
        _write(painter, word, palette)


def _lines(painter: QPainter, lines: list[Line], palette: Palette) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines:
        pen = QPen(QColor(palette.shade(line.colour)), line.width)
        if line.dashed:
            pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line.points]))


def _write(painter: QPainter, word: Word, palette: Palette) -> None:
    painter.setFont(face(_face(word.size, word.bold)))
    painter.setPen(QColor(palette.shade(word.colour)))
    flags = _SIDES[word.side] | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
    painter.drawText(QRectF(word.x, word.y, word.width, word.height), int(flags), word.text)


def write_picture(path: Path, chart: Chart, foot: str) -> None:
    """A PNG of one chart with its title, light and at twice its size. May run on any thread.

    Raises EnvironmentProblem when it cannot be written.
    """
    image = picture(chart, foot)
    packed = QBuffer()
    packed.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(packed, "PNG")  # type: ignore[call-overload] # the stubs want bytes, the library takes text
    with in_place(path) as file:
        file.write(packed.data().data())


def picture(chart: Chart, foot: str) -> QImage:
    """The picture; ``foot``: whose figures, of which time."""
    high = _HEAD + height_of(chart.shape) + _FOOT + 2 * _EDGE
    image = QImage(_WIDE * SCALE, round(high * SCALE), QImage.Format.Format_RGB32)
    # Sizes of type are in points of the screen: the picture has as many to the inch.
    dots = round(QGuiApplication.primaryScreen().logicalDotsPerInchY() / 0.0254)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    image.fill(QColor(LIGHT.surface))
    painter = QPainter(image)
    painter.scale(SCALE, SCALE)
    wide = _WIDE - 2 * _EDGE
    for text, name, ink, y, height in (
        (chart.title, "title", LIGHT.text, _EDGE - 6, 30),
        (chart.about, "small", LIGHT.muted, _EDGE + 24, 20),
        (foot, "small", LIGHT.muted, high - _EDGE - 16, 20),
    ):
        painter.setFont(face(name))
        painter.setPen(QColor(ink))
        painter.drawText(QRectF(_EDGE, y, wide, height), int(Qt.AlignmentFlag.AlignVCenter), text)
    painter.translate(_EDGE, _EDGE + _HEAD - 6)
    if chart.nothing:
        painter.setFont(face("body"))
        painter.drawText(QRectF(0, 0, wide, 40), int(Qt.AlignmentFlag.AlignVCenter), chart.nothing)
    else:
        paint(painter, draw(chart.shape, wide, height_of(chart.shape), measure), LIGHT)
    painter.end()
    return image
