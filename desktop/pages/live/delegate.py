"""Paints one order: two lines a cell, the hold's clock the largest thing in its row."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.kernel.clock import Clock
from core.kernel.look import SCALE, mix
from desktop.fonts import Face, elided, face, width
from desktop.icons import draw
from desktop.pages.live import rows
from desktop.pages.live.model import OrdersModel
from desktop.pages.live.rows import RowText
from desktop.theme import theme
from desktop.widgets.pill import draw_pill

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
PAD: Final = 8
FIRST_PAD: Final = 16
AFTER_AMOUNT: Final = 20  # px from a number to the words of the next column
EDGE: Final = 3
CLOCK: Final[Face] = "lead-bold"  # larger than anything else in the row


class OrderDelegate(QStyledItemDelegate):
    """``pulse(order_id)`` is how strongly a just paid order glows now, 0 to 1."""

    def __init__(self, orders: OrdersModel, clock: Clock, pulse: Callable[[int], float], parent: QObject) -> None:
        super().__init__(parent)
        self._orders = orders
        self._clock = clock
        self._pulse = pulse
        self.means_below = False
        self._cells: dict[int, Callable[[QPainter, QRectF, RowText], None]] = {
            rows.STATE: self._state,
            rows.CUSTOMER: self._customer,
            rows.PRODUCT: self._product,
            rows.AMOUNT: self._amount,
            rows.TIME: self._time,
            rows.MEANS: self._means,
            rows.REFERENCE: self._reference,
        }

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, SCALE.row)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        box = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        column, text = index.column(), self._orders.text_at(index.row())
        self._ground(painter, box, selected, column == 0, self._pulse(text.row.order_id))
        behind = AFTER_AMOUNT if column == rows.AMOUNT else PAD
        inner = box.adjusted(FIRST_PAD if column == 0 else PAD, 0, -behind, -1)
        self._cells[column](painter, inner, text)

    def _ground(self, painter: QPainter, box: QRectF, selected: bool, first: bool, glow: float) -> None:
        palette = theme().palette
        ground = palette.raised if selected else palette.surface
        if glow > 0:
            ground = mix(ground, palette.paid.ground, glow)
        painter.fillRect(box, _colour(ground))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), _colour(palette.line))
        if selected and first:
            painter.fillRect(QRectF(box.left(), box.top(), EDGE, box.height() - 1), _colour(palette.gold))
        elif glow > 0 and first:
            edge = QColor(palette.paid.ink)
            edge.setAlphaF(glow)
            painter.fillRect(QRectF(box.left(), box.top(), EDGE, box.height() - 1), edge)

    # -- cells

    def _state(self, painter: QPainter, box: QRectF, text: RowText) -> None:
        badge = text.state
        draw_pill(painter, box.left(), box.center().y(), badge.text, badge.icon, badge.role, box.width())

    def _customer(self, painter: QPainter, box: QRectF, text: RowText) -> None:
        palette = theme().palette
        mark = text.mark
        if mark is None:
            _write(painter, box, text.customer, "body-bold", palette.text)
            return
        taken = width(mark.text, "small") + (16 if mark.icon else 0)
        beside = width(text.customer, "body-bold") + 8 + taken <= box.width() + 0.5
        upper, lower = _lines(box, not beside)  # a long name has the line for itself
        used = _write(painter, upper, text.customer, "body-bold", palette.text)
        place = upper.adjusted(used + 8, 0, 0, 0) if beside else lower
        if mark.icon:
            draw(painter, mark.icon, palette.ink(mark.role), place.left(), place.center().y() - 6, 12, 2.6)
            place.adjust(16, 0, 0, 0)
        _write(painter, place, mark.text, "small", palette.ink(mark.role))

    def _product(self, painter: QPainter, box: QRectF, text: RowText) -> None:
        palette, cell = theme().palette, text.product
        upper, lower = _lines(box, bool(cell.below))
        room = upper.width() - (width(cell.tail, "body") + 5 if cell.tail else 0)  # how many is never cut
        used = _write(painter, upper, cell.head, "body-bold", palette.text, room)
        _write(painter, upper.adjusted(used + 5, 0, 0, 0), cell.tail, "body", palette.muted)
        _write(painter, lower, cell.below, "small", palette.muted)

    def _amount(self, painter: QPainter, box: QRectF, text: RowText) -> None:
        palette, cell = theme().palette, text.amount
        means = text.means if self.means_below and text.row.provider else ""
        below, ink = (cell.below, palette.waiting.ink) if cell.below else (means, palette.muted)
        upper, lower = _lines(box, bool(below))
        sign = width(cell.tail, "body")
        _write(painter, upper, cell.tail, "body", palette.muted, flags=_RIGHT)
        number = upper.adjusted(0, 0, -sign - 4, 0)
        _write(painter, number, cell.head, "body-bold", palette.text, flags=_RIGHT)
        _write(painter, lower, below, "small", ink, flags=_RIGHT)

    def _time(self, painter: QPainter, box: QRectF, text: RowText) -> None:
        palette, cell = theme().palette, text.time
        upper, lower = _lines(box, True)
        clock = text.clock(self._clock.now())
        if clock:
            _write(painter, upper.adjusted(0, -1, 0, 0), clock[0], CLOCK, palette.ink(clock[1]))
        else:
            _write(painter, upper, cell.head, "body", palette.muted)
        _write(painter, lower, cell.below, "small", palette.muted)

    def _means(self, painter: QPainter, box: QRectF, text: RowText) -> None:
        _write(painter, box, text.means, "body", theme().palette.muted)

    def _reference(self, painter: QPainter, box: QRectF, text: RowText) -> None:
        _write(painter, box, text.reference, "small", theme().palette.muted)


def _lines(box: QRectF, two: bool) -> tuple[QRectF, QRectF]:
    """The boxes of the first and second line; a single line stands in the middle."""
    if not two:
        return box, QRectF()
    middle = box.center().y()
    upper = QRectF(box.left(), middle - 20, box.width(), 21)
    return upper, QRectF(box.left(), middle + 1, box.width(), 17)


@lru_cache(maxsize=128)
def _colour(name: str) -> QColor:
    return QColor(name)


def _write(
    painter: QPainter, box: QRectF, text: str, name: Face, ink: str, room: float | None = None, flags: int = _LEFT
) -> float:
    """Writes one line, cut with … when it is too long, and returns the width it took."""
    if not text:
        return 0
    wanted = width(text, name)
    room = box.width() if room is None else room
    if wanted > room + 0.5:
        text = elided(text, name, int(room))
        wanted = width(text, name)
    painter.setFont(face(name))
    painter.setPen(_colour(ink))
    painter.drawText(box, flags, text)
    return min(wanted, room)
