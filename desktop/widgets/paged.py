"""A table of very many rows: read page after page as they come into sight, never all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Final, Protocol

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from core.kernel.paging import Sort
from desktop.context import Preferences
from desktop.fonts import width
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.cells import LEFT, RIGHT, colour
from desktop.widgets.pagedhead import Columns, Head, head_menu, under
from desktop.widgets.rowtable import RowTable, to_clipboard

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
_FIRST, _PAD, _AFTER = 16, 8, 20  # px: before the first column, around a cell, behind a number
_LEAST: Final = 20  # px of a column
PAGE: Final = 100  # rows read together


class Listed(Protocol):
    """A row: ``key`` names it among all."""

    @property
    def key(self) -> object: ...

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
        self.order: Sort | None = None
        self._more = False

    def cursor(self, row: Any) -> object:
        """Where the page behind a row begins, in the order that is shown. Every list says how."""
        raise NotImplementedError

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows[index.row()].plain(index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:  # a row is what one moves to: all of it is told
            cells = (self.rows[index.row()].plain(column) for column in range(len(self._headings)))
            return ", ".join(cell for cell in cells if cell)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None

    def canFetchMore(self, parent: Index) -> bool:
        return self._more and bool(self.rows) and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        self._more = False  # until this page has come
        self.wanted.emit(self.cursor(self.rows[-1]))

    def text(self, row: Any) -> Listed:
        """What a row that was read says. Every list says how."""
        raise NotImplementedError

    def show(self, read: Sequence[Any], limit: int) -> None:
        """What was read from the first row on; as much as the ``limit``: others may follow."""
        self.show_rows([self.text(row) for row in read], len(read) >= limit)

    def append(self, read: Sequence[Any], after: Any) -> None:
        """The page that was read behind the last row."""
        self.append_rows([self.text(row) for row in read], after, len(read) >= PAGE)

    def show_rows(self, rows: Sequence[Listed], more: bool) -> None:
        """These rows from the first on; ``more``: others may follow."""
        self.beginResetModel()
        self.rows = list(rows)
        self._more = more
        self.endResetModel()

    @property
    def more(self) -> bool:
        """Whether rows may follow that were not read yet."""
        return self._more

    def append_rows(self, rows: Sequence[Listed], after: object, more: bool) -> None:
        """The page behind the last row; one that was asked for before the rows changed is dropped."""
        if not self.rows or self.cursor(self.rows[-1]) != after:
            return
        self._more = more
        if rows:
            self.beginInsertRows(_NOWHERE, len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()


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


class PagedTable(RowTable):
    """``chosen`` with a row on Enter or a double click, ``selected`` with the row (or None) that became the current
    one, ``picked`` when other rows are selected, ``menu_asked`` on a right click or the menu key, ``resorted`` with
    another :class:`Sort`, ``all_wanted`` when every row is to be selected, also those that were not read yet.

    ``shares``: how the width is shared out; ``right``: columns of numbers; ``states``: those of one word in a pill;
    both are as wide as what stands in them, whatever is left for the others. ``sorts``: by which names the list can be
    sorted, column by column; ``words``: those of them that begin at A; ``many``: acts concern several rows at once.
    """

    chosen = Signal(object)
    selected = Signal(object)
    picked = Signal()
    menu_asked = Signal(object)
    resorted = Signal(object)
    all_wanted = Signal()

    def __init__(
        self,
        model: PagedModel,
        name: str,
        shares: Sequence[float],
        *,
        right: Sequence[int] = (),
        states: Sequence[int] = (),
        sorts: Mapping[int, str] | None = None,
        words: Sequence[int] = (),
        many: bool = False,
    ) -> None:
        super().__init__(many=many)
        self._paged = model
        self.many = many
        self._shares, self._right, self._words = tuple(shares), frozenset(right), frozenset(words)
        self._needs = dict.fromkeys((*right, *states), 0.0)  # column: px
        self.sorts = dict(sorts or {})
        self.columns = Columns(len(self._shares))
        self._t: Texts | None = None
        self.setModel(model)
        self.setAccessibleName(name)
        self.setItemDelegate(_Cell(self))
        self.head = Head(self)
        self.setHorizontalHeader(self.head)
        self.doubleClicked.connect(lambda index: self.chosen.emit(model.rows[index.row()]))
        self.selectionModel().currentRowChanged.connect(lambda new, old: self.selected.emit(self.row))
        self.selectionModel().selectionChanged.connect(lambda new, old: self.picked.emit())
        if self._needs:
            model.modelReset.connect(self._measure)
            model.rowsInserted.connect(lambda parent, first, last: self._measure(first))

    @property
    def paged(self) -> PagedModel:
        return self._paged

    # -- columns and order

    def remember(self, t: Texts, preferences: Preferences, key: str) -> None:
        """Let the person choose the columns, and keep the choice on this computer under ``key``."""
        self._t = t
        self.columns = Columns(len(self._shares), preferences, key)
        self.head.setToolTip(t("Right click, or Alt+↓ in the table: sort and choose columns"))
        self._spread()

    @property
    def sort(self) -> Sort | None:
        return self._paged.order

    def sort_by(self, column: int) -> None:
        """By this column, the greatest first, words from A on; once more: the other way round."""
        by = self.sorts.get(column)
        if by is None:
            return
        old = self._paged.order
        self._paged.order = Sort(by, not old.down if old is not None and old.by == by else column not in self._words)
        self.head.viewport().update()
        self.resorted.emit(self._paged.order)

    def fits(self, column: int) -> bool:
        """Whether the table has room, and use, for a column."""
        return bool(self._shares[column])

    def shown_columns(self) -> list[int]:
        """From left to right; where a person hid all that there is room for, all of those."""
        able = [column for column in self.columns.order if self.fits(column)]
        return [column for column in able if column not in self.columns.hidden] or able

    def show_column(self, column: int, shown: bool = True) -> None:
        self.columns.show(column, shown)
        self._spread()

    def move_column(self, column: int, step: int) -> None:
        self.columns.move(column, step)
        self._spread()

    def reset_columns(self) -> None:
        self.columns.reset()
        self._spread()

    def head_menu(self, place: QPoint, column: int) -> QMenu | None:
        """Sort, move, hide and show; None where nothing can be chosen."""
        if self._t is None:
            return None
        menu = head_menu(self, self.head, self._t, column)
        menu.popup(place)
        return menu

    def paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        """Draw one cell on its ground. Every table says how."""
        raise NotImplementedError

    def needs(self, row: Any, column: int) -> float:
        """How wide a cell of a number or a state is, px. Every table with such columns says how."""
        raise NotImplementedError

    @staticmethod
    def number(upper: str, lower: str = "") -> float:
        """What :meth:`needs` says of a number and what is written under it."""
        return max(width(upper, "body-bold"), width(lower, "small")) + _PAD + _AFTER

    def inner(self, box: QRectF, column: int) -> QRectF:
        """Where a cell is written: a number keeps its distance to the words of the next column."""
        return box.adjusted(_PAD if column else _FIRST, 0, -(_AFTER if column in self._right else _PAD), -1)

    def side(self, column: int) -> int:
        return RIGHT if column in self._right else LEFT

    @property
    def row(self) -> Any:
        """The current row, None without one."""
        index = self.currentIndex()
        return self._paged.rows[index.row()] if index.isValid() else None

    @property
    def picked_rows(self) -> list[Any]:
        """Every selected row, top to bottom."""
        rows = self._paged.rows
        return [rows[index.row()] for index in sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)]

    def select_key(self, key: object) -> None:
        """Select a row where it is listed; one that is not, or None: the first."""
        self.select_keys((), key)

    def select_keys(self, picked: Sequence[object], key: object) -> None:
        """Select all of these that are listed, and make ``key`` the current one (or else the first)."""
        model = self._paged
        places = {row.key: place for place, row in enumerate(model.rows)}
        if not places:
            return
        chosen = QItemSelection()
        for each in picked:
            if each in places:
                chosen.select(model.index(places[each], 0), model.index(places[each], model.columnCount() - 1))
        current = model.index(places.get(key, 0), 0)
        if chosen.isEmpty():
            self.setCurrentIndex(current)
            return
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(current, flags.NoUpdate)
        self.selectionModel().select(chosen, flags.ClearAndSelect)
        self.scrollTo(current)

    def share_out(self, shares: Sequence[float]) -> None:
        """Other widths; a column with the share 0 is not shown."""
        self._shares = tuple(shares)
        self._spread()

    def copy(self, whole: bool = True) -> None:
        """The selected rows to the clipboard as a spreadsheet reads them, or only the cell that was last clicked."""
        cells = self.shown_columns()
        if not whole:
            cells = [self.currentIndex().column()]
        to_clipboard([row.plain(cell) for cell in cells] for row in self.picked_rows if whole or row is self.row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, key, held = self.row, event.key(), event.modifiers()
        alt = bool(held & Qt.KeyboardModifier.AltModifier)
        if row is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(row)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif key == Qt.Key.Key_C and held == Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier:
            self.copy(whole=False)
        elif self.many and event.matches(QKeySequence.StandardKey.SelectAll):
            self.all_wanted.emit()
        elif self.many and key == Qt.Key.Key_Space and row is not None:
            self.toggle()
        elif self.many and key == Qt.Key.Key_Escape and len(self.picked_rows) > 1:
            self.clear_picks()
        elif alt and key == Qt.Key.Key_Down:
            column = max(0, self.currentIndex().column())
            self.head_menu(under(self.head, column), column)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index, place = self.asked_at(event)
        if index.isValid():
            if not self.selectionModel().isSelected(index):
                self.setCurrentIndex(index)
            self.menu_asked.emit(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def _measure(self, first: int = 0) -> None:
        """What stands in the rows from this one on; other columns give way to it."""
        before = dict(self._needs)
        for column in self._needs:
            least = [self.needs(row, column) for row in self._paged.rows[first:]]
            words = self.head.needs(column) if column in self._right else 0.0
            self._needs[column] = max([*least, words, self._needs[column] if first else 0.0])
        if self._needs != before:
            self._spread()

    def _widths(self, shown: Sequence[int]) -> dict[int, int]:
        """Column: px. Who needs more than a share gets it first, the others share what is left."""
        room, sharing, widths = self.viewport().width(), list(shown), dict.fromkeys(shown, 0)
        greedy = [-1]
        while sharing and greedy:
            whole = sum(self._shares[column] for column in sharing)
            each = {column: max(0, room) * self._shares[column] / whole for column in sharing}
            greedy = [column for column in sharing if ceil(self._needs.get(column, 0)) > each[column]]
            for column in greedy:
                widths[column] = ceil(self._needs[column])
                room -= widths[column]
                sharing.remove(column)
            if not greedy:
                widths |= {column: max(_LEAST, int(wide)) for column, wide in each.items()}
        return widths

    def _spread(self) -> None:
        shown = self.shown_columns()
        widths = self._widths(shown)
        for place, column in enumerate(self.columns.order):
            self.head.moveSection(self.head.visualIndex(column), place)
        for column in range(len(self._shares)):
            self.setColumnHidden(column, column not in shown)
        for column in shown[:-1]:
            self.setColumnWidth(column, widths[column])
        used = sum(widths[column] for column in shown[:-1])
        self.setColumnWidth(shown[-1], max(_LEAST, self.viewport().width() - used))
