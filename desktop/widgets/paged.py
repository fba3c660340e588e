"""A table of very many rows: read page after page as they come into sight, never all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from core.kernel.look import SCALE
from desktop.theme import theme
from desktop.widgets.cells import LEFT, RIGHT, colour, write

Index = QModelIndex | QPersistentModelIndex
_HEADER: Final = 34
_NOWHERE: Final = QModelIndex()


class Listed(Protocol):
    """A row: ``key`` names it among all, ``cursor`` is where the page after it begins."""

    @property
    def key(self) -> object: ...

    @property
    def cursor(self) -> object: ...

    def plain(self, column: int) -> str:
        """What a screen reader says of a cell."""
        ...


class PagedModel(QAbstractTableModel):
    """``wanted`` with the place where the next page begins, when the last row comes near."""

    wanted = Signal(object)

    def __init__(self, headings: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = tuple(headings)
        self.rows: list[Any] = []
        self._more = False

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.rows[index.row()].plain(index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None

    def canFetchMore(self, parent: Index) -> bool:
        return self._more and bool(self.rows) and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        self._more = False  # until this page has come
        self.wanted.emit(self.rows[-1].cursor)

    def show_rows(self, rows: Sequence[Listed], more: bool) -> None:
        """These rows from the first on; ``more``: others may follow."""
        self.beginResetModel()
        self.rows = list(rows)
        self._more = more
        self.endResetModel()

    def append_rows(self, rows: Sequence[Listed], after: object, more: bool) -> None:
        """The page behind the last row; one that was asked for before the rows changed is dropped."""
        if not self.rows or self.rows[-1].cursor != after:
            return
        self._more = more
        if rows:
            self.beginInsertRows(_NOWHERE, len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()


class _Head(QHeaderView):
    def __init__(self, table: PagedTable) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setFixedHeight(_HEADER)
        self.setMinimumSectionSize(0)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        palette, box = theme().palette, QRectF(rect)
        painter.fillRect(box, colour(palette.surface))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), colour(palette.line))
        word = str(self.model().headerData(section, Qt.Orientation.Horizontal))
        place = box.adjusted(8 if section else 16, 0, -8, 0)
        write(painter, place, word, "small", palette.muted, self._table.side(section))


class _Cell(QStyledItemDelegate):
    def __init__(self, table: PagedTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette, box = theme().palette, QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(box, colour(palette.raised if selected else palette.surface))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), colour(palette.line))
        if selected and index.column() == 0:
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height() - 1), colour(palette.gold))
        self._table.paint_cell(painter, box, index.row(), index.column())


class PagedTable(QTableView):
    """``chosen`` with a row on Enter or a double click, ``selected`` with the row (or None) that became the current
    one, ``menu_asked`` on a right click or the menu key. ``shares``: how the width is shared out; ``right``: columns
    of numbers."""

    chosen = Signal(object)
    selected = Signal(object)
    menu_asked = Signal(object)

    def __init__(self, model: PagedModel, name: str, shares: Sequence[float], *, right: Sequence[int] = ()) -> None:
        super().__init__()
        self._paged = model
        self._shares, self._right = tuple(shares), frozenset(right)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setItemDelegate(_Cell(self))
        self.setHorizontalHeader(_Head(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        vertical = self.verticalHeader()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(SCALE.row)
        vertical.setDefaultSectionSize(SCALE.row)
        vertical.hide()
        self.doubleClicked.connect(lambda index: self.chosen.emit(model.rows[index.row()]))
        self.selectionModel().currentRowChanged.connect(lambda new, old: self.selected.emit(self.row))

    def paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        """Draw one cell on its ground. Every table says how."""
        raise NotImplementedError

    def side(self, column: int) -> int:
        return RIGHT if column in self._right else LEFT

    @property
    def row(self) -> Any:
        """The current row, None without one."""
        index = self.currentIndex()
        return self._paged.rows[index.row()] if index.isValid() else None

    def select_key(self, key: object) -> None:
        """Select a row where it is listed; one that is not, or None: the first."""
        keys = [row.key for row in self._paged.rows]
        if keys:
            self.setCurrentIndex(self._paged.index(keys.index(key) if key in keys else 0, 0))

    def share_out(self, shares: Sequence[float]) -> None:
        """Other widths; a column with the share 0 is not shown."""
        self._shares = tuple(shares)
        self._spread()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.row
        if row is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(row)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the row under the mouse, or by the key of the current one."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            if not index.isValid():
                return
            self.setCurrentIndex(index)
            self.menu_asked.emit(event.globalPos())
        elif self.row is not None:
            box = self.visualRect(self.currentIndex())
            self.menu_asked.emit(self.viewport().mapToGlobal(box.bottomLeft()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def _spread(self) -> None:
        room, used = self.viewport().width(), 0
        shown = [column for column, share in enumerate(self._shares) if share]
        for column, share in enumerate(self._shares):
            self.setColumnHidden(column, not share)
            if share:
                wide = room - used if column == shown[-1] else int(room * share / sum(self._shares))
                self.setColumnWidth(column, max(20, wide))
                used += wide
