"""The sidebar's parts: one button for each page."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from core.kernel.look import SCALE
from desktop.fonts import Face, elided, face
from desktop.icons import draw
from desktop.theme import theme

WIDE: Final = 212
COMPACT: Final = 64
_HEIGHT: Final = 42


class NavButton(QAbstractButton):
    """A page's icon, name and badge; alone with its icon when the sidebar is compact."""

    def __init__(self, icon: str, text: str, *, checkable: bool = True) -> None:
        super().__init__()
        self._icon = icon
        self._badge = 0
        self._compact = False
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(checkable)
        self.setAutoExclusive(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        return QSize(COMPACT - 16 if self._compact else WIDE - 24, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, SCALE.target)

    @property
    def badge(self) -> int:
        return self._badge

    def set_badge(self, number: int) -> None:
        """How much waits there; nothing is shown for zero."""
        if number != self._badge:
            self._badge = number
            self.setAccessibleName(f"{self.text()} ({number})" if number else self.text())
            self.update()

    def set_compact(self, compact: bool) -> None:
        self._compact = compact
        self.setToolTip(self.text() if compact else "")
        self.updateGeometry()
        self.update()

    def set_look(self, icon: str, text: str) -> None:
        self._icon = icon
        self.setText(text)
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = theme().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(box, 8, 8)
        if self.isChecked() or self.underMouse():
            painter.fillPath(shape, QColor(palette.raised))
        if self.isChecked():
            painter.save()
            painter.setClipPath(shape)
            painter.fillRect(QRectF(0, 0, 3, box.height()), QColor(palette.gold))
            painter.restore()
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.info.ink), 1))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        ink = palette.text if self.isChecked() else palette.muted
        x = (self.width() - 18) / 2 if self._compact else 13
        mark = palette.gold_text if self.isChecked() else ink
        draw(painter, self._icon, mark, x, (self.height() - 18) / 2, 18)
        if not self._compact:
            painter.setPen(QColor(ink))
            name: Face = "body-bold" if self.isChecked() else "body"
            painter.setFont(face(name))
            flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
            inner = box.adjusted(42, 0, -36 if self._badge else -8, 0)
            painter.drawText(inner, flags, elided(self.text(), name, int(inner.width())))
        if self._badge:
            self._draw_badge(painter)

    def _draw_badge(self, painter: QPainter) -> None:
        palette = theme().palette
        text = str(self._badge) if self._badge < 100 else "99+"
        width = max(20.0, QFontMetricsF(face("small-bold")).horizontalAdvance(text) + 11)
        if self._compact:
            box = QRectF(self.width() - width - 1, 1, width, 18)
        else:
            box = QRectF(self.width() - width - 10, (self.height() - 20) / 2, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.danger.ground))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(QColor(palette.danger.ink))
        painter.setFont(face("small-bold"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
