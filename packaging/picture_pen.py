"""The pen of ``make_pictures.py``: shapes from path data, fills, lines and repeats, on a square of ``SIDE`` units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPen,
    QRadialGradient,
    QTransform,
)

SIDE: Final = 800
Colour = str | QColor | QLinearGradient | QRadialGradient


def path(data: str) -> QPainterPath:
    """A shape from SVG path data: absolute M, L, C, Q and Z."""
    made = QPainterPath()
    for verb, rest in re.findall(r"([MLCQZ])([^MLCQZ]*)", data):
        n = [float(x) for x in re.findall(r"-?[\d.]+", rest)]
        if verb == "M":
            made.moveTo(n[0], n[1])
        elif verb == "L":
            for x, y in zip(n[::2], n[1::2], strict=True):
                made.lineTo(x, y)
        elif verb == "C":
            for i in range(0, len(n), 6):
                made.cubicTo(*n[i : i + 6])
        elif verb == "Q":
            for i in range(0, len(n), 4):
                made.quadTo(*n[i : i + 4])
        else:
            made.closeSubpath()
    return made


def mirrored(shape: QPainterPath) -> QPainterPath:
    """The same on the other side of the middle line."""
    return QTransform(-1, 0, 0, 1, SIDE, 0).map(shape)


def both(data: str) -> QPainterPath:
    """The left half as given, and its mirror image."""
    half = path(data)
    return half.united(mirrored(half))


def circle(x: float, y: float, r: float) -> QPainterPath:
    made = QPainterPath()
    made.addEllipse(QPointF(x, y), r, r)
    return made


def clear(colour: str, share: float) -> QColor:
    """The colour, let through: ``share`` 0 is glass, 1 is paint."""
    made = QColor(colour)
    made.setAlphaF(share)
    return made


def gradient(x1: float, y1: float, x2: float, y2: float, *stops: str | QColor) -> QLinearGradient:
    made = QLinearGradient(x1, y1, x2, y2)
    for n, stop in enumerate(stops):
        made.setColorAt(n / (len(stops) - 1), QColor(stop))
    return made


def fill(p: QPainter, shape: QPainterPath, colour: Colour) -> None:
    p.fillPath(shape, QBrush(colour) if not isinstance(colour, str) else QBrush(QColor(colour)))


def line(p: QPainter, shape: QPainterPath, colour: str | QColor, width: float, *dashes: float) -> None:
    pen = QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    if dashes:
        pen.setDashPattern([d / width for d in dashes])
    p.strokePath(shape, pen)


def band(shape: QPainterPath, width: float) -> QPainterPath:
    """The outline of a thick line."""
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return stroker.createStroke(shape)


@contextmanager
def inside(p: QPainter, shape: QPainterPath) -> Iterator[None]:
    p.save()
    p.setClipPath(shape, Qt.ClipOperation.IntersectClip)
    yield
    p.restore()


@contextmanager
def placed(p: QPainter, x: float, y: float, turn: float = 0.0, scale: float = 1.0) -> Iterator[None]:
    p.save()
    p.translate(x, y)
    p.rotate(turn)
    p.scale(scale, scale)
    yield
    p.restore()


def enlarged(p: QPainter, scale: float, down: float) -> None:
    """From here on larger, around the middle, and further ``down``."""
    p.translate(SIDE / 2, SIDE / 2 + down)
    p.scale(scale, scale)
    p.translate(-SIDE / 2, -SIDE / 2)


def petals(count: int, inner: float, outer: float, width: float) -> QPainterPath:
    """Leaves around the origin."""
    leaf = path(
        f"M 0 {-inner} Q {width} {-(inner + outer) / 2} 0 {-outer} Q {-width} {-(inner + outer) / 2} 0 {-inner} Z"
    )
    made = QPainterPath()
    for n in range(count):
        made.addPath(QTransform().rotate(360 * n / count).map(leaf))
    return made


def grid(step_x: float, step_y: float) -> Iterator[tuple[float, float, bool]]:
    """Places of a half-drop repeat over the square; True in every second column."""
    columns = math.ceil(SIDE / step_x) + 1
    for column in range(columns):
        for row in range(-1, math.ceil(SIDE / step_y) + 1):
            yield column * step_x, (row + column % 2 / 2) * step_y, column % 2 == 1
