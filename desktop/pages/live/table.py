"""The table of orders: keyboard, clocks that repaint themselves only where they can be seen, and pulses."""

from __future__ import annotations

import time
from math import ceil
from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent

from core.kernel.clock import Clock
from core.kernel.look import SCALE
from desktop.fonts import width as text_width
from desktop.pages.live import rows
from desktop.pages.live.model import OrdersModel
from desktop.pages.live.painter import AFTER_AMOUNT, FIRST_PAD, PAD, Columns, OrderPainter
from desktop.theme import theme
from desktop.widgets.pill import pill_width
from desktop.widgets.rowtable import RowTable, to_clipboard

PULSE_SECONDS: Final = 1.8
_FRAME_MS: Final = 50
# Column: least width, share of what is left over. The state's word and the amount are never cut: these two columns are
# as wide as what stands in them. A narrow table gives up the reference first, then the means of payment, which then
# stand under the amount.
_WIDTHS: Final[dict[int, tuple[int, float]]] = {
    rows.STATE: (132, 0.5),
    rows.CUSTOMER: (124, 1.3),
    rows.PRODUCT: (120, 1.9),
    rows.AMOUNT: (94, 0.3),
    rows.TIME: (128, 1.0),
    rows.MEANS: (108, 0.7),
    rows.REFERENCE: (84, 0.1),
}
_WHOLE: Final = (rows.STATE, rows.AMOUNT)
_WITH_MEANS: Final = 112


class OrdersTable(RowTable):
    """``chosen`` with an order's id on Enter or a double click; ``asked`` with the place where its menu is wanted."""

    chosen = Signal(object)
    asked = Signal(object, QPoint)

    def __init__(self, model: OrdersModel, clock: Clock) -> None:
        super().__init__()
        self._pulses: dict[int, float] = {}
        self._frames = QTimer(self, interval=_FRAME_MS)
        self._frames.timeout.connect(self._frame)
        self.setModel(model)
        self._orders = model
        model.widened.connect(self._make_room)
        self._painter = OrderPainter(clock, self.pulse)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme().changed.connect(self._dress)
        self.doubleClicked.connect(lambda index: self.chosen.emit(self._orders.order_at(index.row())))
        self.horizontalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(20)

    # -- which order

    @property
    def current(self) -> int | None:
        """The id of the selected order."""
        index = self.currentIndex()
        return self._orders.order_at(index.row()) if index.isValid() else None

    @property
    def picked(self) -> int | None:
        """The id of the order that is seen to be selected: the keyboard's place alone is not enough to act on."""
        index = self.currentIndex()
        return self.current if index.isValid() and self.selectionModel().isSelected(index) else None

    def select(self, order_id: int) -> bool:
        """Select an order and bring it into sight; False when the filter hides it."""
        row = self._orders.row_of(order_id)
        if row is None:
            return False
        index = self._orders.index(row, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current is not None:
            self.chosen.emit(current)
        elif event.key() == Qt.Key.Key_Escape:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
            event.ignore()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index, place = self.asked_at(event)
        if index.isValid():
            self.asked.emit(self._orders.order_at(index.row()), place)

    def copy(self) -> None:
        """The selected order to the clipboard, as a spreadsheet pastes it."""
        columns = [column for column in _WIDTHS if not self.isColumnHidden(column)]
        rows_ = (index.row() for index in self.selectionModel().selectedRows())
        to_clipboard([str(self._orders.index(row, column).data()) for column in columns] for row in rows_)

    def menu_place(self, order_id: int) -> QPoint:
        """Where an order's menu opens when it is asked for by key."""
        row = self._orders.row_of(order_id) or 0
        box = self.visualRect(self._orders.index(row, rows.CUSTOMER))
        return self.viewport().mapToGlobal(box.bottomLeft())

    # -- columns

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out(self.viewport().width())

    def _make_room(self) -> None:
        self._share_out(self.viewport().width())

    def _needed(self) -> dict[int, int]:
        """What the columns want at least for what they hold now, px."""
        badges, amount = self._orders.widest()
        pills = (pill_width(badge.text, badge.icon) for badge in badges)
        number = text_width(amount.head, "body-bold") + 4 + text_width(amount.tail, "body")
        held = {
            rows.STATE: FIRST_PAD + PAD + max(pills, default=0),
            rows.AMOUNT: PAD + AFTER_AMOUNT + max(number, text_width(amount.below, "small")),
        }
        return {column: max(wanted, ceil(held.get(column, 0))) for column, (wanted, _) in _WIDTHS.items()}

    def _share_out(self, width: int) -> None:
        least = self._needed()
        if sum(least.values()) > width:
            del least[rows.REFERENCE]
        if sum(least.values()) > width:
            del least[rows.MEANS]
            least[rows.AMOUNT] = max(least[rows.AMOUNT], _WITH_MEANS)
        self._painter.means_below = rows.MEANS not in least
        whole = sum(least[column] for column in _WHOLE)
        spare = max(0, width - sum(least.values()))
        scale = max(0.0, min(1.0, (width - whole) / (sum(least.values()) - whole)))
        shares = sum(_WIDTHS[column][1] for column in least)
        last, used = list(least)[-1], 0
        for column, (_, share) in _WIDTHS.items():
            self.setColumnHidden(column, column not in least)
            if column in least and column != last:
                firm = 1.0 if column in _WHOLE else scale
                self.setColumnWidth(column, int(least[column] * firm + spare * share / shares))
                used += self.columnWidth(column)
        self.setColumnWidth(last, max(20, width - used))

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Every row here, at one go: asked cell by cell, Qt would come back to Python a hundred times."""
        region, columns = event.region(), self._columns()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme().colour("surface"))
        seen: set[int] = set()
        picked = self.picked
        for row in self._in_sight():
            text = self._orders.text_at(row)
            seen.add(text.row.order_id)
            top = self.rowViewportPosition(row)
            if region.intersects(QRect(0, top, self.viewport().width(), SCALE.row)):
                self._painter.draw(painter, top, text, text.row.order_id == picked, columns)
        self._painter.keep(seen)

    def _columns(self) -> Columns:
        return tuple(
            (column, self.columnViewportPosition(column), self.columnWidth(column))
            for column in _WIDTHS
            if not self.isColumnHidden(column)
        )

    def _in_sight(self) -> range:
        """The rows that can be seen."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return range(first, (self._orders.rowCount() if last < 0 else last + 1)) if first >= 0 else range(0)

    def _dress(self) -> None:
        self._painter.forget()
        self.viewport().update()

    # -- time

    def tick(self) -> None:
        """Repaint the clocks that can be seen, nothing else."""
        if not self.isVisible():
            return
        left, width = self.columnViewportPosition(rows.TIME), self.columnWidth(rows.TIME)
        for row in self._in_sight():
            if self._orders.text_at(row).row.state == "reserved":
                self.viewport().update(QRect(left, self.rowViewportPosition(row), width, SCALE.row))

    def start_pulse(self, order_id: int) -> None:
        """Let a paid order glow for a moment."""
        self._pulses[order_id] = time.monotonic()
        self._frames.start()

    def pulse(self, order_id: int) -> float:
        """How strongly an order glows now: rises and falls twice, then is gone."""
        begun = self._pulses.get(order_id)
        if begun is None:
            return 0.0
        share = (time.monotonic() - begun) / PULSE_SECONDS
        if share >= 1:
            return 0.0
        wave = (share * 2) % 1
        return (1 - abs(2 * wave - 1)) * (1 - share * 0.5)

    def _frame(self) -> None:
        now = time.monotonic()
        for order_id in list(self._pulses):
            row = self._orders.row_of(order_id)
            if row is not None:
                top = self.rowViewportPosition(row)
                self.viewport().update(QRect(0, top, self.viewport().width(), SCALE.row))
            if now - self._pulses[order_id] >= PULSE_SECONDS:
                del self._pulses[order_id]
        if not self._pulses:
            self._frames.stop()
