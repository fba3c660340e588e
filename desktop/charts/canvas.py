"""A chart in the window, on pyqtgraph's view. To import this is to import pyqtgraph and numpy: on a worker, once.

The mouse and the arrow keys reach every figure: it is said exactly, and Enter or a click leads to what it is made of.
"""

from __future__ import annotations

from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip

from core.analytics.charts import Chart
from core.analytics.drawing import Drawing, Mark, draw, height_of
from desktop.charts.painter import measure, paint
from desktop.theme import theme

pg.setConfigOptions(useOpenGL=False, antialias=False, exitCleanup=False)
_WAYS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class _Strokes(pg.GraphicsObject):  # type: ignore[misc] # pyqtgraph publishes no types
    """The whole drawing as one item, and the figure that is pointed at."""

    def __init__(self) -> None:
        super().__init__()
        self.drawing = Drawing(0, 0)
        self.pointed = -1

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self.drawing.width, self.drawing.height)

    def paint(self, painter: QPainter, *_: Any) -> None:
        paint(painter, self.drawing, theme().palette)
        if 0 <= self.pointed < len(self.drawing.marks):
            mark = self.drawing.marks[self.pointed]
            painter.setPen(QPen(theme().colour("gold"), 2))
            ground = QColor(theme().colour("gold"))
            ground.setAlpha(28)
            painter.setBrush(ground)
            place = QRectF(mark.x, mark.y, mark.width, mark.height).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(place.intersected(self.boundingRect().adjusted(1, 1, -1, -1)), 4, 4)


class Canvas(pg.GraphicsView):  # type: ignore[misc] # pyqtgraph publishes no types
    """``chosen`` with the figure that was clicked, or on which Enter was pressed."""

    chosen = Signal(object)
    chart: Chart | None = None  # pyqtgraph resizes it while it is being made

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._strokes = _Strokes()
        self.addItem(self._strokes)
        theme().changed.connect(self._dress)
        self._dress()

    @property
    def marks(self) -> list[Mark]:
        """Every figure, in reading order."""
        return self._strokes.drawing.marks

    @property
    def pointed(self) -> int:
        """The place of the figure that is pointed at, -1: none."""
        return self._strokes.pointed

    def sizeHint(self) -> QSize:
        return QSize(400, round(height_of(self.chart.shape)) if self.chart else 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def show_chart(self, chart: Chart) -> None:
        self.chart = chart
        self.setAccessibleName(f"{chart.title}. {chart.summary}")
        self._strokes.pointed = -1
        self.updateGeometry()
        self._draw()

    def _draw(self) -> None:
        if self.chart is not None and self.width() > 1:
            self._strokes.prepareGeometryChange()
            self._strokes.drawing = draw(self.chart.shape, self.width(), self.height(), measure)
            self._strokes.update()

    def _dress(self) -> None:
        self.setBackground(theme().palette.surface)
        self._strokes.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    # -- pointing

    def point(self, place: int, at: QPoint | None = None) -> None:
        """Point at a figure and say it; -1: at none."""
        moved = place != self._strokes.pointed
        self._strokes.pointed = place
        self._strokes.update()
        if not 0 <= place < len(self.marks):
            QToolTip.hideText()
            return
        mark = self.marks[place]
        if moved:
            self.setAccessibleDescription(mark.point.tip)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        where = at or QPoint(round(mark.x + mark.width / 2), round(mark.y + min(mark.height, 40) / 2))
        QToolTip.showText(self.mapToGlobal(where + QPoint(0, 8)), mark.point.tip, self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        place = self._strokes.drawing.mark_at(at.x(), at.y())
        self.point(place, at.toPoint())
        leads = place >= 0 and self.marks[place].point.rows is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._choose(self._strokes.drawing.mark_at(at.x(), at.y()))

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self.marks) and self.marks[place].point.rows is not None:
            self.chosen.emit(self.marks[place].point)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self.point(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason) and self.marks:
            self.point(max(0, self.pointed))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.point(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self.pointed)
        elif key in _WAYS and self.marks:
            self.point(self._beside(*_WAYS[key]))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.marks:
            self.point(0 if key == Qt.Key.Key_Home else len(self.marks) - 1)
        else:
            event.ignore()

    def _beside(self, right: int, down: int) -> int:
        """The nearest figure that way; the same where there is none."""
        if self.pointed < 0:
            return 0
        here = _middle(self.marks[self.pointed])

        def distance(mark: Mark) -> float | None:
            x, y = (there - own for there, own in zip(_middle(mark), here, strict=True))
            along, across = (x * right, y) if right else (y * down, x)
            return along + 4 * abs(across) if along > 0.5 else None

        found = [(size, place) for place, mark in enumerate(self.marks) if (size := distance(mark)) is not None]
        return min(found)[1] if found else self.pointed


def _middle(mark: Mark) -> tuple[float, float]:
    return mark.x + mark.width / 2, mark.y + mark.height / 2
