"""Codes to scan: black on white with their quiet zone, whatever the theme, because cameras know no other."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

QUIET: Final = 4  # modules


@lru_cache(maxsize=16)
def code_image(text: str) -> QImage:
    """The code, one pixel a module, its quiet zone included."""
    import segno

    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=QUIET)]
    image = QImage(len(rows), len(rows), QImage.Format.Format_Grayscale8)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            image.setPixel(x, y, 0xFF000000 if dark else 0xFFFFFFFF)
    return image


def draw_code(painter: QPainter, box: QRectF, text: str) -> QRectF:
    """Paints it in the middle of ``box``, as large as it holds whole pixels for each module. → where it is.

    In a box of less than two pixels for a module it is a picture of a code, not one to scan: smooth, and as large as
    the box.
    """
    image = code_image(text)
    ratio = painter.device().devicePixelRatioF()
    room = min(box.width(), box.height()) * ratio
    small = room < 2 * image.width()
    side = (room if small else room // image.width() * image.width()) / ratio
    place = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
    place.moveTo(round(place.x() * ratio) / ratio, round(place.y() * ratio) / ratio)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, small)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(place, Qt.GlobalColor.white)
    painter.drawImage(place, image, QRectF(image.rect()))
    painter.restore()
    return place
