"""What the analyses are placed in: tiles that lead to their rows, and cards that draw and write out a chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from core.analytics.charts import Chart
from core.analytics.drawing import height_of
from core.kernel.look import FIGURES, SANS, SCALE
from desktop.fonts import points
from desktop.pages.analyses.words import Tile
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.buttons import IconButton
from desktop.widgets.card import Card
from desktop.widgets.labels import ElidedLabel, IconLabel, Label

if TYPE_CHECKING:
    from desktop.charts.canvas import Canvas

_LARGEST: Final = 27.0  # px
_SMALLEST: Final = 14.0


class _Value(QWidget):
    """A figure, as large as it fits."""

    def __init__(self) -> None:
        super().__init__()
        self._value = "–"
        self.setFixedHeight(36)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, value: str) -> None:
        self._value = value
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # The face of figures has no letters: a time (« 1 min 52 ») is set in the other.
        font, size = QFont(SANS if any(map(str.isalpha, self._value)) else FIGURES), _LARGEST
        font.setBold(font.family() == SANS)
        font.setPointSizeF(points(size))
        while size > _SMALLEST and QFontMetricsF(font).horizontalAdvance(self._value) > self.width():
            size -= 1
            font.setPointSizeF(points(size))
        metrics = QFontMetricsF(font)
        base = (self.height() + metrics.capHeight()) / 2
        painter.setFont(font)
        painter.setPen(theme().colour("text"))
        painter.drawText(0, round(base), self._value)


class FigureTile(QFrame):
    """A figure with its change in words. ``asked`` when it is clicked, or Enter is pressed on it."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 10, 10)
        column.setSpacing(0)
        self._title = ElidedLabel("", "small", "muted")
        self._value = _Value()
        self._icon, self._change = IconLabel("minus", "muted", 14), ElidedLabel("", "small", "muted")
        line = QHBoxLayout()
        line.setSpacing(5)
        line.addWidget(self._icon)
        line.addWidget(self._change, 1)
        self._unit = Label("", "small", "muted")
        above = QHBoxLayout()
        above.setSpacing(6)
        above.addWidget(self._title, 1)
        above.addWidget(self._unit)
        column.addLayout(above)
        column.addWidget(self._value)
        column.addLayout(line)

    def show_tile(self, tile: Tile) -> None:
        self._title.say(tile.title)
        self._value.say(tile.value)
        self._unit.say(tile.unit)
        self._unit.setVisible(bool(tile.unit))
        self._change.say(tile.change)
        self._change.set_role(tile.role)
        self._icon.show_icon(tile.icon or "minus", tile.role)
        self._icon.setVisible(bool(tile.change))
        self.setAccessibleName(tile.spoken)
        self.setAccessibleDescription(tile.about)
        self.setToolTip(tile.about)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.asked.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.asked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme().colour("gold"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), SCALE.corner, SCALE.corner)


class ChartCard(Card):
    """One chart. ``chosen`` with the figure whose rows are asked for; ``picture_asked`` and ``table_asked``."""

    chosen = Signal(object)
    picture_asked = Signal()
    table_asked = Signal()

    def __init__(self, t: Texts, title: str) -> None:
        super().__init__(title, ruled=False)
        self.chart: Chart | None = None
        self.canvas: Canvas | None = None
        self._about = ElidedLabel("", "small", "muted")
        self.head.addStretch(1)
        self.menu_button = IconButton("download", t("Write out: {chart}", chart=title))
        self._menu = QMenu(self)
        self._menu.addAction(t("As a picture (PNG)…"), self.picture_asked.emit)
        self._menu.addAction(t("As a table (CSV)…"), self.table_asked.emit)
        self.menu_button.clicked.connect(
            lambda: self._menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))
        )
        self.head.addWidget(self.menu_button)
        self.body.setContentsMargins(SCALE.card, 0, SCALE.card, 14)
        self.body.addWidget(self._about)
        self.body.addSpacing(8)
        self._nothing = Label("", "body", "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self.body.addWidget(self._stack, 1)
        self._notes = Label("", "small", "muted", wrap=True)
        self.body.addWidget(self._notes)

    def show_chart(self, chart: Chart, make: Callable[[], Canvas] | None) -> None:
        """``make`` None: pyqtgraph is not there yet."""
        self.chart = chart
        self.title.say(chart.title)
        self._about.say(chart.about)
        self._notes.say(" · ".join(chart.notes))
        self._notes.setVisible(bool(chart.notes) and not chart.nothing)
        self._nothing.say(chart.nothing)
        self._stack.setMinimumHeight(96 if chart.nothing else round(height_of(chart.shape)))
        if make is not None and self.canvas is None and not chart.nothing:
            self.canvas = make()
            self.canvas.chosen.connect(self.chosen)
            self._stack.addWidget(self.canvas)
        if self.canvas is not None and not chart.nothing:
            self.canvas.show_chart(chart)
            self._stack.setCurrentWidget(self.canvas)
        else:
            self._stack.setCurrentWidget(self._nothing)

    def sizeHint(self) -> QSize:
        return QSize(420, super().sizeHint().height())
