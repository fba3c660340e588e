"""The table of products: keyboard, header that sorts, and − + on the row under the pointer."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from core.kernel.paging import Sort as Order
from desktop.context import Preferences
from desktop.fonts import width
from desktop.icons import draw
from desktop.pages.catalogue import presenter as columns
from desktop.pages.catalogue.delegate import PAD, ProductDelegate, step_at
from desktop.pages.catalogue.model import ProductsModel
from desktop.pages.catalogue.presenter import SORTS, Sort
from desktop.texts import Texts
from desktop.theme import theme
from desktop.thumbs import Thumbs
from desktop.widgets.cells import LEFT, RIGHT, colour, write
from desktop.widgets.pagedhead import Columns, head_menu, under
from desktop.widgets.rowtable import RowTable, to_clipboard

# Column: least width, share of what is left over. A price is never cut: its column is as wide as the dearest one read.
_WIDTHS: Final[dict[int, tuple[int, float]]] = {
    columns.PHOTO: (62, 0.0),
    columns.PRODUCT: (108, 0.7),
    columns.TITLE: (140, 2.4),
    columns.PRICE: (92, 0.4),
    columns.STOCK: (178, 0.6),
    columns.STATE: (124, 0.2),
}
_HEADER: Final = 34


class SortHeader(QHeaderView):
    """Titles, with an arrow on the one the rows are sorted by. ``menu_asked``: for the columns' menu, and which."""

    menu_asked = Signal(QPoint, int)

    def __init__(self, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.sorted: tuple[int, bool] | None = None
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setFixedHeight(_HEADER)
        self.setMinimumSectionSize(20)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_sort(self, column: int | None, descending: bool) -> None:
        self.sorted = None if column is None else (column, descending)
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos(), max(0, self.logicalIndexAt(event.pos())))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        palette = theme().palette
        box = QRectF(rect)
        painter.fillRect(box, colour(palette.surface))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), colour(palette.line))
        if section == columns.PHOTO:  # the pictures say what they are
            return
        word = str(self.model().headerData(section, Qt.Orientation.Horizontal))
        right = section == columns.PRICE
        inner = box.adjusted(14 if section == columns.STOCK else 8, 0, -8, 0)
        here = self.sorted is not None and self.sorted[0] == section
        ink = palette.text if here else palette.muted
        write(painter, inner, word, "small-bold" if here else "small", ink, RIGHT if right else LEFT)
        if here and self.sorted:
            used = width(word, "small-bold")
            x = inner.right() - used - 18 if right else inner.left() + used + 4
            painter.save()
            painter.translate(x + 7, box.center().y())
            painter.rotate(0 if self.sorted[1] else 180)
            draw(painter, "chevron-down", ink, -7, -7, 14)
            painter.restore()


class ProductsTable(RowTable):
    """``chosen`` with a product's id on Enter or a double click; ``asked`` with the place where its menu is wanted;
    ``stepped`` with a product's id and 1 or -1; ``sort_asked`` with a column's sort; ``picked`` when others are
    selected.
    """

    chosen = Signal(object)
    asked = Signal(object, QPoint)
    stepped = Signal(object, int)
    sort_asked = Signal(str)
    moved = Signal(object)
    picked = Signal()

    def __init__(self, model: ProductsModel, thumbs: Thumbs, name: str) -> None:
        super().__init__(many=True)
        self._products = model
        self._hover = -1
        self._t: Texts | None = None
        self.columns, self.sorts = Columns(len(_WIDTHS)), SORTS
        self.sort: Order | None = None
        self.setModel(model)
        model.widened.connect(self._share_out)
        self.setAccessibleName(name)
        self._painter = ProductDelegate(model, thumbs, lambda: self._hover, self)
        self.setItemDelegate(self._painter)
        self.selectionModel().selectionChanged.connect(lambda new, old: self.picked.emit())
        self.setMouseTracking(True)
        self.header = SortHeader(self)
        self.setHorizontalHeader(self.header)
        self.header.sectionClicked.connect(self.sort_by)
        self.header.menu_asked.connect(self.head_menu)
        thumbs.ready.connect(self._show_thumb)

    # -- columns

    def remember(self, t: Texts, preferences: Preferences) -> None:
        """Let the person choose the columns, and keep the choice on this computer."""
        self._t = t
        self.columns = Columns(len(_WIDTHS), preferences, "catalogue")
        self.header.setToolTip(t("Right click, or Alt+↓ in the table: sort and choose columns"))
        self._share_out()

    def fits(self, column: int) -> bool:
        """All that stands before the state; that one where there is room."""
        return column != columns.STATE or sum(self._least(range(len(_WIDTHS))).values()) <= self.viewport().width()

    def shown_columns(self) -> list[int]:
        """From left to right; where a person hid all that there is room for, all of those."""
        able = [column for column in self.columns.order if self.fits(column)]
        return [column for column in able if column not in self.columns.hidden] or able

    def show_column(self, column: int, shown: bool = True) -> None:
        self.columns.show(column, shown)
        self._share_out()

    def move_column(self, column: int, step: int) -> None:
        self.columns.move(column, step)
        self._share_out()

    def reset_columns(self) -> None:
        self.columns.reset()
        self._share_out()

    def head_menu(self, place: QPoint, column: int) -> QMenu | None:
        """Sort, move, hide and show; None before the choice has a place to be kept."""
        if self._t is None:
            return None
        menu = head_menu(self, self.header, self._t, column)
        menu.popup(place)
        return menu

    # -- which product

    @property
    def current(self) -> int | None:
        """The id of the selected product."""
        index = self.currentIndex()
        return self._products.product_at(index.row()) if index.isValid() else None

    def select(self, product_id: int) -> bool:
        """Select a product and bring it into sight; False when it is not listed."""
        row = self._products.row_of(product_id)
        if row is None:
            return False
        index = self._products.index(row, columns.PRODUCT)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    @property
    def picked_ids(self) -> list[int]:
        """The ids of all that are selected, top to bottom."""
        selection = self.selectionModel().selection()
        ranges = (selection.at(number) for number in range(selection.size()))
        rows = {row for each in ranges for row in range(each.top(), each.bottom() + 1)}
        return [self._products.product_at(row) for row in sorted(rows)]

    def pick(self, ids: Iterable[int]) -> None:
        """Select all of these that are listed, beside the current one."""
        chosen = QItemSelection()
        for row in (row for row in map(self._products.row_of, ids) if row is not None):
            chosen.select(self._products.index(row, 0), self._products.index(row, len(_WIDTHS) - 1))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.Select)

    def clear_current(self) -> None:
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())

    def select_first(self) -> None:
        if self._products.rowCount():
            self.setCurrentIndex(self._products.index(0, columns.PRODUCT))

    def in_sight(self) -> list[int]:
        """The ids of the rows that can be seen."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        if first < 0:
            return []
        last = self._products.rowCount() - 1 if last < 0 else last
        return [self._products.product_at(row) for row in range(first, last + 1)]

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        if current.row() != previous.row() or not current.isValid():
            self.moved.emit(self._products.product_at(current.row()) if current.isValid() else None)

    # -- keys and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current
        if current is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(current)
        elif current is not None and event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.stepped.emit(current, 1 if event.key() == Qt.Key.Key_Plus else -1)
        elif current is not None and event.key() == Qt.Key.Key_Space:
            self.toggle()
        elif event.key() == Qt.Key.Key_Escape and len(self.selectionModel().selectedRows()) > 1:
            self.clear_picks()
        elif event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            column = max(0, self.currentIndex().column())
            self.head_menu(under(self.header, column), column)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """The selected rows, as far as they were read, to the clipboard as a spreadsheet reads them."""
        shown = [column for column in self.shown_columns() if column != columns.PHOTO]
        rows = (self._products.row_of(each) for each in self.picked_ids if self._products.product(each) is not None)
        texts = (self._products.text_at(row) for row in rows if row is not None)
        to_clipboard([text.plain(column) for column in shown] for text in texts if text is not None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._step_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._step_at(event.position()):
            index = self.indexAt(event.position().toPoint())
            if index.isValid():
                self.chosen.emit(self._products.product_at(index.row()))

    def _step_at(self, place: QPointF) -> bool:
        index = self.indexAt(place.toPoint())
        if not index.isValid() or index.column() != columns.STOCK:
            return False
        step = step_at(QRectF(self.visualRect(index)), place)
        if step:
            self.stepped.emit(self._products.product_at(index.row()), step)
        return bool(step)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover_at(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover_at(-1)

    def _hover_at(self, row: int) -> None:
        if row != self._hover:
            before, self._hover = self._hover, row
            for changed in (before, row):
                if 0 <= changed < self._products.rowCount():
                    self.update(self._products.index(changed, columns.STOCK))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index, place = self.asked_at(event)
        if index.isValid():
            self.asked.emit(self._products.product_at(index.row()), place)

    # -- look

    def show_sort(self, sort: Sort, descending: bool) -> None:
        column = next((column for column, name in SORTS.items() if name == sort), None)
        self.sort = Order(sort, descending)
        self.header.show_sort(column, descending)

    def sort_by(self, section: int) -> None:
        if section in SORTS:
            self.sort_asked.emit(SORTS[section])

    def _show_thumb(self, photo: str) -> None:
        for product_id in self.in_sight():
            product, row = self._products.product(product_id), self._products.row_of(product_id)
            if product and row is not None and product.photo == photo:
                self.update(self._products.index(row, columns.PHOTO))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()

    def _least(self, wanted: Iterable[int]) -> dict[int, int]:
        """px that these columns need."""
        least = {column: _WIDTHS[column][0] for column in wanted}
        dearest = self._products.dearest
        if dearest is not None and columns.PRICE in least:
            price = 2 * PAD + width(dearest.price, "body-bold") + 4 + width(dearest.sign, "body")
            least[columns.PRICE] = max(least[columns.PRICE], ceil(price))
        return least

    def _share_out(self) -> None:
        room, shown = self.viewport().width(), self.shown_columns()
        least = self._least(shown)
        spare = max(0, room - sum(least.values()))
        shares = sum(_WIDTHS[column][1] for column in shown) or 1
        for place, column in enumerate(self.columns.order):
            self.header.moveSection(self.header.visualIndex(column), place)
        for column in _WIDTHS:
            self.setColumnHidden(column, column not in shown)
        self._painter.first, used = shown[0], 0
        for column in shown:
            wide = room - used if column == shown[-1] else int(least[column] + spare * _WIDTHS[column][1] / shares)
            self.setColumnWidth(column, max(20, wide))
            used += wide
