"""What table delegates paint with: one line of text cut to its room, and two lines in a row."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from desktop.fonts import Face, elided, face, width

LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@lru_cache(maxsize=128)
def colour(name: str) -> QColor:
    """``#RRGGBB`` as Qt's colour, remembered. Shared: copy before changing."""
    return QColor(name)


def two_lines(box: QRectF, two: bool = True) -> tuple[QRectF, QRectF]:
    """The boxes of a row's first and second line; a single line stands in the middle."""
    if not two:
        return box, QRectF()
    middle = box.center().y()
    upper = QRectF(box.left(), middle - 20, box.width(), 21)
    return upper, QRectF(box.left(), middle + 1, box.width(), 17)


def write(
    painter: QPainter, box: QRectF, text: str, name: Face, ink: str, flags: int = LEFT, room: float | None = None
) -> float:
    """Writes one line, cut with … when it is too long for ``room``, and returns the width it took."""
    if not text:
        return 0
    wanted = width(text, name)
    room = box.width() if room is None else room
    if wanted > room + 0.5:
        text = elided(text, name, int(room))
        wanted = width(text, name)
    painter.setFont(face(name))
    painter.setPen(colour(ink))
    painter.drawText(box, flags, text)
    return min(wanted, room)
