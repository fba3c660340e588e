"""Orders per minute: bars, gold peaks, and what was on screen.

Painted here rather than with pyqtgraph: on a board that always shows it, pyqtgraph and numpy cost 60 MB and 0.4 s of
start (measured), which the budgets of the window do not leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.charts.bars import Bar
from desktop.fonts import face
from desktop.theme import theme

REFRESH_MS: Final = 400
_AXIS: Final = 18
_LABELS: Final = 14
_GAP: Final = 0.32


class MinuteChart(QWidget):
    """Bars from oldest to newest on a fixed scale. New data is drawn at most every 400 ms, and only while visible."""

    def __init__(self) -> None:
        super().__init__()
        self._bars: tuple[Bar, ...] = ()
        self._waiting: tuple[Bar, ...] | None = None
        self._hover = -1
        self._timer = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._timer.timeout.connect(self._take)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(56)

    def sizeHint(self) -> QSize:
        return QSize(600, 96)

    @property
    def bars(self) -> tuple[Bar, ...]:
        return self._bars

    def show_bars(self, bars: Sequence[Bar], summary: str) -> None:
        """``summary`` is the chart in one sentence, for screen readers."""
        self.setAccessibleName(summary)
        self._waiting = tuple(bars)
        if not self._timer.isActive():
            self._take()
            self._timer.start()

    def _take(self) -> None:
        if self._waiting is not None and self._waiting != self._bars:
            self._bars = self._waiting
            self.update()
        self._waiting = None

    # -- drawing

    def _field(self) -> QRectF:
        return QRectF(0, _LABELS, self.width(), max(10, self.height() - _AXIS - _LABELS))

    def _pitch(self) -> float:
        """The width of one minute: what the bars need, between 5 and 24 px."""
        return min(24.0, max(5.0, self.width() / max(1, len(self._bars))))

    def _first(self) -> int:
        """The oldest bar that fits; older ones are left out."""
        return max(0, len(self._bars) - int(self.width() / self._pitch()))

    def paintEvent(self, event: QPaintEvent) -> None:
        palette, field, pitch = theme().palette, self._field(), self._pitch()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, field.bottom(), self.width(), 1), QColor(palette.line))
        first = self._first()
        shown = self._bars[first:]
        highest = max((bar.value for bar in shown), default=0)
        scale = field.height() / max(4, highest)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, bar in enumerate(shown):
            if bar.value:
                colour = QColor(palette.gold if bar.peak else palette.structure)
                if first + place == self._hover:
                    colour = colour.lighter(118) if palette.name == "dark" else colour.darker(112)
                painter.setBrush(colour)
                height = bar.value * scale
                box = QRectF(place * pitch + pitch * _GAP / 2, field.bottom() - height, pitch * (1 - _GAP), height)
                painter.setClipRect(QRectF(0, 0, self.width(), field.bottom()))
                painter.drawRoundedRect(box.adjusted(0, 0, 0, 4), 2, 2)
        painter.setClipping(False)
        self._write(painter, shown, pitch)

    def _write(self, painter: QPainter, shown: tuple[Bar, ...], pitch: float) -> None:
        palette = theme().palette
        painter.setFont(face("small"))
        metrics = QFontMetricsF(face("small"))
        free = -100.0
        for place, bar in enumerate(shown):
            if bar.label:
                width = metrics.horizontalAdvance(bar.label)
                left = min(max(0.0, (place + 0.5) * pitch - width / 2), self.width() - width)
                if left > free:
                    painter.setPen(QColor(palette.muted))
                    painter.drawText(QPointF(left, self.height() - 4), bar.label)
                    free = left + width + 12
        self._write_products(painter, shown, pitch)

    def _write_products(self, painter: QPainter, shown: tuple[Bar, ...], pitch: float) -> None:
        """Above the bars: from when to when each product was on screen."""
        palette, metrics = theme().palette, QFontMetricsF(face("small"))
        start = 0
        for place in range(1, len(shown) + 1):
            if place < len(shown) and shown[place].product == shown[start].product:
                continue
            if shown[start].product:
                left, room = start * pitch, (place - start) * pitch - 10
                painter.fillRect(QRectF(left, 1, 1, _LABELS - 2), QColor(palette.line))
                painter.setPen(QColor(palette.muted))
                word = metrics.elidedText(shown[start].product, Qt.TextElideMode.ElideRight, room - 5)
                if len(word) > 2 or word == shown[start].product:
                    painter.drawText(QPointF(left + 5, 11.5), word)
            start = place

    # -- hovering

    def bar_at(self, x: float) -> int:
        """The index of the bar under ``x``, -1 when there is none."""
        place = self._first() + int(x / self._pitch())
        return place if x >= 0 and place < len(self._bars) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.bar_at(event.position().x())
        if at != self._hover:
            self._hover = at
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self.bar_at(event.pos().x())
            QToolTip.showText(event.globalPos(), self._bars[at].tip if at >= 0 else "", self)
            return True
        return super().event(event)
