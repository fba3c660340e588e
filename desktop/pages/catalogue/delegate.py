"""Paints one product: photo, two lines a cell, the held part of its stock hatched, and − + where the pointer is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.kernel.look import SCALE
from desktop.icons import draw
from desktop.pages.catalogue import presenter as columns
from desktop.pages.catalogue.model import ProductsModel
from desktop.pages.catalogue.presenter import RowText
from desktop.theme import theme
from desktop.thumbs import Thumbs
from desktop.widgets.cells import RIGHT, colour, two_lines, write
from desktop.widgets.picture import draw_picture
from desktop.widgets.pill import draw_pill
from desktop.widgets.stockbar import draw_track

PAD: Final = 8
EDGE: Final = 3
THUMB: Final = 34
STEP: Final = 32  # px, the side of − and + as they are drawn
_TARGET: Final = 38  # px, the width in which they are hit, over the whole height of the row
STEPS: Final = 2 * _TARGET


def step_boxes(cell: QRectF) -> tuple[QRectF, QRectF]:
    """Where − and + are hit in a stock cell."""
    more = QRectF(cell.right() - _TARGET, cell.top(), _TARGET, cell.height())
    return more.translated(-_TARGET, 0), more


def step_at(cell: QRectF, place: QPointF) -> int:
    """-1 on −, 1 on +, 0 elsewhere."""
    less, more = step_boxes(cell)
    return -1 if less.contains(place) else 1 if more.contains(place) else 0


class ProductDelegate(QStyledItemDelegate):
    """``hovered()`` is the row under the pointer, -1 for none."""

    def __init__(self, products: ProductsModel, thumbs: Thumbs, hovered: Callable[[], int], parent: QObject) -> None:
        super().__init__(parent)
        self._products, self._thumbs, self._hovered = products, thumbs, hovered
        self.first = columns.PHOTO  # what stands leftmost bears the mark of a selected row
        self._cells: dict[int, Callable[[QPainter, QRectF, RowText, bool], None]] = {
            columns.PHOTO: self._photo,
            columns.PRODUCT: self._product,
            columns.TITLE: self._title,
            columns.PRICE: self._price,
            columns.STOCK: self._stock,
            columns.STATE: self._state,
        }

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, SCALE.row)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        palette = theme().palette
        box = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        column = index.column()
        painter.fillRect(box, colour(palette.raised if selected else palette.surface))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), colour(palette.line))
        if selected and column == self.first:
            painter.fillRect(QRectF(box.left(), box.top(), EDGE, box.height() - 1), colour(palette.gold))
        text = self._products.text_at(index.row())
        if text is None:
            self._blank(painter, box, column)
            return
        inner = box.adjusted(16 if column == self.first else PAD, 0, -PAD, -1)
        self._cells[column](painter, inner, text, selected or index.row() == self._hovered())

    def _blank(self, painter: QPainter, box: QRectF, column: int) -> None:
        """A row that is being read: quiet strokes where its words will stand."""
        if column in (columns.PRODUCT, columns.TITLE):
            upper, lower = two_lines(box.adjusted(PAD, 0, -PAD, -1))
            for line, share in ((upper, 0.6), (lower, 0.35)):
                stroke = QRectF(line.left(), line.center().y() - 3, line.width() * share, 6)
                painter.fillRect(stroke, colour(theme().palette.line))

    # -- cells

    def _photo(self, painter: QPainter, box: QRectF, text: RowText, near: bool) -> None:
        ratio = painter.device().devicePixelRatioF()
        picture = self._thumbs.get(text.product.photo, THUMB, THUMB, ratio)
        place = QRectF(box.left(), round(box.center().y() - THUMB / 2), THUMB, THUMB)
        painter.setOpacity(1.0 if text.product.active else 0.55)
        draw_picture(painter, place, picture, 6, "shopping-bag", 16)
        painter.setOpacity(1.0)

    def _product(self, painter: QPainter, box: QRectF, text: RowText, near: bool) -> None:
        palette = theme().palette
        upper, lower = two_lines(box, bool(text.sku))
        write(painter, upper, text.keyword, "body-bold", palette.text if text.product.active else palette.muted)
        write(painter, lower, text.sku, "small", palette.muted)

    def _title(self, painter: QPainter, box: QRectF, text: RowText, near: bool) -> None:
        palette = theme().palette
        upper, lower = two_lines(box, bool(text.below))
        write(painter, upper, text.title, "body", palette.text if text.product.active else palette.muted)
        write(painter, lower, text.below, "small", palette.muted)

    def _price(self, painter: QPainter, box: QRectF, text: RowText, near: bool) -> None:
        palette = theme().palette
        used = write(painter, box, text.sign, "body", palette.muted, RIGHT)
        write(painter, box.adjusted(0, 0, -used - 4, 0), text.price, "body-bold", palette.text, RIGHT)

    def _stock(self, painter: QPainter, box: QRectF, text: RowText, near: bool) -> None:
        palette = theme().palette
        cell = box.adjusted(0, 0, PAD, 0)
        shown = box.adjusted(6, 0, -STEPS - 6, 0)
        upper = QRectF(shown.left(), box.center().y() - 18, shown.width(), 20)
        ink = palette.danger.ink if text.critical else palette.text
        used = write(painter, upper, text.stock, "body-bold", ink)
        if text.held_text:
            room = upper if near else upper.adjusted(0, 0, STEPS, 0)
            write(painter, room.adjusted(used + 7, 1, 0, 1), text.held_text, "small", palette.waiting.ink)
        draw_track(
            painter,
            QRectF(shown.left(), box.center().y() + 7, shown.width(), 6),
            text.free,
            text.held,
            text.critical,
        )
        if near:
            for place, icon in zip(step_boxes(cell), ("minus", "plus"), strict=True):
                self._step(painter, place, icon)

    def _step(self, painter: QPainter, place: QRectF, icon: str) -> None:
        palette = theme().palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(palette.line), 1))
        painter.setBrush(colour(palette.surface))
        middle = place.center()
        drawn = QRectF(round(middle.x() - STEP / 2) + 0.5, round(middle.y() - STEP / 2) + 0.5, STEP - 1, STEP - 1)
        painter.drawRoundedRect(drawn, 7, 7)
        draw(painter, icon, palette.text, middle.x() - 7, middle.y() - 7, 14, 2.4)
        painter.restore()

    def _state(self, painter: QPainter, box: QRectF, text: RowText, near: bool) -> None:
        state = text.state
        draw_pill(painter, box.left(), box.center().y(), state.word, state.icon, state.role, box.width())
