"""A small table of plain texts, for looking through: previews, error lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from desktop.theme import theme
from desktop.widgets.cells import LEFT, RIGHT, colour, write

Index = QModelIndex | QPersistentModelIndex
Rows = Sequence[tuple[str, ...]]
ROW: Final = 34
_HEAD: Final = 30
_NOWHERE: Final = QModelIndex()


class _Model(QAbstractTableModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.headings: tuple[str, ...] = ()
        self.rows: Rows = ()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.rows[index.row()][index.column()]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.headings[section]
        return None


class _Head(QHeaderView):
    def __init__(self, grid: Grid) -> None:
        super().__init__(Qt.Orientation.Horizontal, grid)
        self._grid = grid
        self.setFixedHeight(_HEAD)
        self.setMinimumSectionSize(20)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        palette = theme().palette
        box = QRectF(rect)
        painter.fillRect(box, colour(palette.surface))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), colour(palette.line))
        word = str(self.model().headerData(section, Qt.Orientation.Horizontal))
        write(painter, box.adjusted(10, 0, -10, 0), word, "small", palette.muted, self._grid.side(section))


class _Cell(QStyledItemDelegate):
    def __init__(self, grid: Grid) -> None:
        super().__init__(grid)
        self._grid = grid

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette = theme().palette
        box = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(box, colour(palette.raised if selected else palette.surface))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), colour(palette.line))
        strong = index.column() == self._grid.strong
        ink = palette.text if strong or index.column() in self._grid.plain else palette.muted
        face = "body-bold" if strong else "body"
        text = str(index.data())
        write(painter, box.adjusted(10, 0, -10, -1), text, face, ink, self._grid.side(index.column()))  # type: ignore[arg-type]


class Grid(QTableView):
    """``shares``: how the width is shared out; ``right``: columns of numbers; ``strong``: the one in bold."""

    def __init__(
        self,
        name: str,
        shares: Sequence[float],
        *,
        right: Sequence[int] = (),
        strong: int = 0,
        plain: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self._shares, self._right = tuple(shares), frozenset(right)
        self.strong, self.plain = strong, frozenset(plain)
        self._texts = _Model(self)
        self.setModel(self._texts)
        self.setAccessibleName(name)
        self.setItemDelegate(_Cell(self))
        self.setHorizontalHeader(_Head(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        vertical = self.verticalHeader()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(ROW)
        vertical.hide()

    def side(self, column: int) -> int:
        return RIGHT if column in self._right else LEFT

    def show_rows(self, headings: Sequence[str], rows: Rows) -> None:
        """Show other rows, all at once."""
        self._texts.beginResetModel()
        self._texts.headings, self._texts.rows = tuple(headings), rows
        self._texts.endResetModel()
        self._share_out()

    @property
    def rows(self) -> Rows:
        return self._texts.rows

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        room, whole = self.viewport().width(), sum(self._shares)
        used = 0
        for column in range(self._texts.columnCount()):
            last = column == self._texts.columnCount() - 1
            wide = room - used if last else int(room * self._shares[column] / whole)
            self.setColumnWidth(column, max(20, wide))
            used += wide
