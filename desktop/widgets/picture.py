"""A picture a person can drop, choose or take away."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QFileDialog, QWidget

from core.kernel.look import SCALE
from desktop.fonts import face
from desktop.icons import draw
from desktop.pictures import Thumb
from desktop.theme import theme
from desktop.widgets.drops import dropped_file

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})


def pixmap_of(thumb: Thumb, ratio: float = 1.0) -> QPixmap:
    """A thumb for painting, ``ratio`` of its pixels in one of the screen's. On the window's thread only."""
    image = QImage(thumb.rgba, thumb.width, thumb.height, thumb.width * 4, QImage.Format.Format_RGBA8888)
    made = QPixmap.fromImage(image)
    made.setDevicePixelRatio(ratio)
    return made


def draw_picture(painter: QPainter, box: QRectF, picture: QPixmap | None, corner: float, icon: str, size: int) -> None:
    """Paints a picture with round corners, or an icon on a quiet ground where there is none."""
    palette = theme().palette
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    shape = QPainterPath()
    shape.addRoundedRect(box, corner, corner)
    painter.setClipPath(shape)
    if picture is None:
        painter.fillRect(box, QColor(palette.raised if palette.name == "dark" else palette.line))
        middle = box.center()
        draw(painter, icon, palette.muted, middle.x() - size / 2, middle.y() - size / 2, size, 1.6)
    else:
        painter.drawPixmap(box, picture, QRectF(picture.rect()))
    painter.restore()


class PictureBox(QWidget):
    """Shows a picture; a click, Enter or a dropped file chooses another. ``picked`` with the file's path.

    ``size`` is in px; what is shown is given by :meth:`show_thumb`, made by whoever reads the file.
    """

    picked = Signal(object)

    def __init__(self, size: QSize, name: str, invitation: str, filter_name: str, *, icon: str = "image-plus") -> None:
        super().__init__()
        self._size, self._invitation, self._filter, self._icon = size, invitation, filter_name, icon
        self._picture: QPixmap | None = None
        self._over = False
        self.setFixedSize(size)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self.setAccessibleDescription(invitation)
        self.setToolTip(invitation)

    @property
    def filled(self) -> bool:
        return self._picture is not None

    def show_thumb(self, thumb: Thumb | None) -> None:
        self._picture = None if thumb is None else pixmap_of(thumb)
        self.update()

    def choose(self) -> None:
        """Ask for a file. The dialog is shown, never executed: a nested loop would wedge qasync's tasks."""
        endings = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
        dialog = QFileDialog(self.window(), self._invitation, "", f"{self._filter} ({endings})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.picked.emit(Path(path)))
        dialog.open()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.choose()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event.mimeData(), SUFFIXES):
            event.acceptProposedAction()
            self._mark(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark(False)

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event.mimeData(), SUFFIXES)
        self._mark(False)
        if path:
            event.acceptProposedAction()
            self.picked.emit(path)

    def _mark(self, over: bool) -> None:
        self._over = over
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = theme().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self._picture is not None:
            draw_picture(painter, QRectF(self.rect()), self._picture, SCALE.corner, self._icon, 24)
        else:
            words = QRectF(12, box.center().y() + 6, self.width() - 24, self.height() / 2 - 10)
            draw(painter, self._icon, palette.muted, box.center().x() - 13, box.center().y() - 30, 26, 1.6)
            painter.setPen(QColor(palette.muted))
            painter.setFont(face("small"))
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(words, int(flags), self._invitation)
        edge = palette.gold if self._over else palette.info.ink if self.hasFocus() else palette.line
        if self._picture is None or self._over or self.hasFocus():
            style = Qt.PenStyle.SolidLine if self.hasFocus() and not self._over else Qt.PenStyle.DashLine
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(edge), 1.5 if self._over else 1, style))
            painter.drawRoundedRect(box, SCALE.corner, SCALE.corner)
