"""The curve itself, with pyqtgraph. To import this is to import pyqtgraph and numpy; ``minutes`` says when.

Built from pyqtgraph's view, axes and bars rather than its ready-made plot: that one always brings its context menus and
their 44 controls along, 3.5 MB and 11 ms of the window's thread (measured), and this chart has no menu.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QGraphicsGridLayout, QToolTip

from core.kernel.clock import MINUTE
from core.kernel.text import clock_time
from desktop.charts.bars import Bar, products
from desktop.fonts import face, width
from desktop.theme import theme

# The view is a child like any other: Qt deletes it with its window, and nothing is left to clean up at exit.
pg.setConfigOptions(useOpenGL=False, antialias=False, exitCleanup=False)

SHORTEST: Final = 20  # minutes: a young live's bars have the width they will have a while later
NARROWEST: Final = 5  # px from one bar to the next
WIDEST: Final = 32  # px: a bar
LOWEST: Final = 4  # orders: the scale's end when no minute had more
FILLED: Final = 0.68  # of a minute's width is bar
ROUND: Final = 2  # px: the bars' corners
STEPS: Final = (5, 15, 30, 60, 120)  # minutes between two times on the axis
APART: Final = 130  # px between two times at least
AXIS: Final = 18  # px: height of the times
MARKS: Final = 15  # px: height of the products

Specs = tuple[tuple[QPen, QPointF, QPointF], list[tuple[QPen, QPointF, QPointF]], list[tuple[QRectF, int, str]]]
_UNSEEN: Final = QPen(QColor(0, 0, 0, 0))


class _Axis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph publishes no types
    """A fixed strip of small text along the bars."""

    def __init__(self, side: str, view: pg.ViewBox, height: int) -> None:
        super().__init__(side, linkView=view)
        self.setHeight(height)
        self.setTickFont(face("small"))
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def field(self) -> tuple[QRectF, float, float]:
        """Where it stands, the minute at its left edge, and the px of a minute."""
        place = self.mapRectFromParent(self.geometry())
        left, right = self.range
        return place, left, place.width() / max(1e-6, right - left)

    def redraw(self) -> None:
        self.picture = None
        self.update()


class _Times(_Axis):
    """Under the bars: a hairline, and times centred on their bar: at round minutes and at the live's first."""

    def __init__(self, view: pg.ViewBox, zone: tzinfo) -> None:
        super().__init__("bottom", view, AXIS)
        self._zone = zone
        self.first = 0

    def generateDrawSpecs(self, p: QPainter) -> Specs:
        place, left, pitch = self.field()
        step = next((step for step in STEPS if step * pitch >= APART), STEPS[-1])
        texts: list[tuple[QRectF, int, str]] = []
        start = self.first // MINUTE
        for minute in range(start + int(left), start + int(left + place.width() / pitch)):
            if minute % step == 0 or (minute == start and -minute % step * pitch >= APART / 2):
                text = clock_time(minute * MINUTE, self._zone)
                room = width(text, "small")
                middle = (minute - start - left + 0.5) * pitch
                x = min(max(0.0, middle - room / 2), place.width() - room)
                box = QRectF(place.left() + x, place.top() + 1, room, place.height() - 1)
                texts.append((box, _flags(Qt.AlignmentFlag.AlignHCenter), text))
        line = (self.pen(), place.topLeft(), place.topRight())
        return line, [], texts


class _Products(_Axis):
    """Above the bars: from when to when each product was on screen."""

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__("top", view, MARKS)
        self.spans: Sequence[tuple[int, int, str]] = ()

    def generateDrawSpecs(self, p: QPainter) -> Specs:
        place, left, pitch = self.field()
        marks: list[tuple[QPen, QPointF, QPointF]] = []
        texts: list[tuple[QRectF, int, str]] = []
        free = 0.0  # px from the left where the next word may begin
        for start, stop, product in self.spans:
            x, end = max(0.0, start - left) * pitch, (stop - left) * pitch
            if end <= 0:
                continue
            if x < free:
                continue  # shown so shortly that the word before needs its place: half a word says nothing
            top = QPointF(place.left() + x, place.top() + 1)
            marks.append((self.pen(), top, top + QPointF(0, MARKS - 3)))
            free = x + 5 + width(product, "small") + 5
            if free <= place.width():
                box = QRectF(top.x() + 5, place.top(), free - x, MARKS - 1)
                texts.append((box, _flags(Qt.AlignmentFlag.AlignLeft), product))
        return (_UNSEEN, place.topLeft(), place.topLeft()), marks, texts


class _Bars(pg.BarGraphItem):  # type: ignore[misc] # pyqtgraph publishes no types
    """Bars of one colour with round corners."""

    def __init__(self) -> None:
        super().__init__(x0=[], y0=0, width=1, height=[], pen=None, brush=QColor())
        self.radii = 0.0, 0.0

    def paint(self, painter: QPainter, *_: Any) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.opts["brush"])
        for x, height in zip(self.opts["x0"], self.opts["height"], strict=True):
            painter.drawRoundedRect(QRectF(x, self.opts["y0"], self.opts["width"], height), *self.radii)


class MinutePlot(pg.GraphicsView):  # type: ignore[misc] # pyqtgraph publishes no types
    """Bars of whole pixels on fixed ranges, without grid, zoom or menu."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self.setInteractive(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._bars: Sequence[Bar] = ()
        self._hover = -1
        self._first_shown = 0
        self._pitch = float(WIDEST)
        self._inset, self._pixel = 0.0, 1.0
        self._view = view = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        view.disableAutoRange()
        self._times, self._products = _Times(view, zone), _Products(view)
        rows = QGraphicsGridLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for row, item in enumerate((self._products, view, self._times)):
            rows.addItem(item, row, 0)
        self.centralWidget.setLayout(rows)
        self._plain, self._peaks, self._hovered = (_Bars() for _ in range(3))
        for bars in (self._plain, self._peaks, self._hovered):
            view.addItem(bars, ignoreBounds=True)
        view.sigResized.connect(self._frame)
        theme().changed.connect(self._dress)
        self._dress()

    def show_bars(self, first: int, bars: Sequence[Bar]) -> None:
        """``first`` is the oldest bar's minute, ms UTC."""
        self._bars, self._times.first = bars, first
        self._products.spans = list(products(bars))
        self._frame()

    def _frame(self, *_: Any) -> None:
        """Fit the ranges to the room, then place the bars. What no longer fits is left out, oldest first."""
        room, height = self._view.width(), self._view.height()
        if room <= 0 or height <= 0:
            return
        count = len(self._bars)
        self._pitch = max(NARROWEST, room // max(SHORTEST, count))
        shown = room / self._pitch
        self._first_shown = max(0, count - int(shown))
        top = max(LOWEST, max((bar.value for bar in self._bars[self._first_shown :]), default=0))
        left = self._first_shown
        self._view.setRange(xRange=(left, left + shown), yRange=(0, top), padding=0)
        self._place(top / height)
        self._times.redraw()
        self._products.redraw()

    def _place(self, pixel: float) -> None:
        """Put the bars where they belong; ``pixel`` is the height of one in orders."""
        wide = min(WIDEST, round(self._pitch * FILLED))
        self._inset, self._pixel = (self._pitch - wide) // 2 / self._pitch, pixel
        for bars in (self._plain, self._peaks, self._hovered):
            bars.radii = ROUND / self._pitch, ROUND * pixel
            # The lower corners lie under the axis, where the view cuts them off.
            bars.opts.update(width=wide / self._pitch, y0=-ROUND * pixel)
        seen = range(self._first_shown, len(self._bars))
        self._fill(self._plain, [place for place in seen if not self._bars[place].peak])
        self._fill(self._peaks, [place for place in seen if self._bars[place].peak])
        self._fill_hover()

    def _fill(self, item: _Bars, places: Iterable[int]) -> None:
        some = [place for place in places if self._bars[place].value]
        # Whole pixels: antialiasing touches the round corners only.
        heights = [(round(self._bars[place].value / self._pixel) + ROUND) * self._pixel for place in some]
        item.setOpts(x0=[place + self._inset for place in some], height=heights)

    def _dress(self) -> None:
        """The colours of the theme in force."""
        palette = theme().palette
        self.setBackground(palette.surface)
        for axis in (self._times, self._products):
            axis.setPen(palette.line)
            axis.setTextPen(palette.muted)
        self._plain.setOpts(brush=QColor(palette.structure))
        self._peaks.setOpts(brush=QColor(palette.gold))
        self._fill_hover()

    # -- hovering

    def bar_at(self, x: float) -> int:
        """The index of the bar under ``x``, -1 when there is none."""
        place = self._first_shown + int(x // self._pitch)
        return place if x >= 0 and place < len(self._bars) else -1

    def _fill_hover(self) -> None:
        """The bar under the mouse once more, brighter."""
        places = [self._hover] if self._first_shown <= self._hover < len(self._bars) else []
        for place in places:
            palette = theme().palette
            colour = QColor(palette.gold if self._bars[place].peak else palette.structure)
            self._hovered.setOpts(brush=colour.lighter(118) if palette.name == "dark" else colour.darker(112))
        self._fill(self._hovered, places)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.bar_at(event.position().x())
        if at != self._hover:
            self._hover = at
            self._fill_hover()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self._fill_hover()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self.bar_at(event.pos().x())
            QToolTip.showText(event.globalPos(), self._bars[at].tip if at >= 0 else "", self)
            return True
        return bool(super().viewportEvent(event))


def _flags(side: Qt.AlignmentFlag) -> int:
    flags = Qt.TextFlag.TextDontClip | Qt.TextFlag.TextSingleLine
    return int((side | Qt.AlignmentFlag.AlignVCenter).value | flags.value)
