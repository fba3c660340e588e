"""The payments as a Qt table: read page after page as they come into sight, never all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from core.kernel.look import SCALE
from core.payments.queries import PaymentRow
from desktop.pages.payments.presenter import FIRST, PAGE, Cursor, PaymentsPresenter, RowText
from desktop.theme import theme
from desktop.widgets.cells import LEFT, RIGHT, colour, two_lines, write
from desktop.widgets.pill import draw_pill

Index = QModelIndex | QPersistentModelIndex
STATE, WHO, AMOUNT, MEANS, AT = range(5)
_SHARES: Final = (1.25, 1.5, 1.15, 1.05, 1.05)
_HEADER: Final = 34
_NOWHERE: Final = QModelIndex()


class PaymentsModel(QAbstractTableModel):
    """``wanted`` with the place where the next page begins, when the last row comes near."""

    wanted = Signal(object)

    def __init__(self, presenter: PaymentsPresenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._headings = presenter.headings()
        self.rows: list[RowText] = []
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
        return self._more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        self._more = False  # until this page has come
        self.wanted.emit(self.rows[-1].payment.cursor if self.rows else FIRST)

    def show(self, payments: Sequence[PaymentRow], limit: int) -> None:
        """These rows, from the newest on."""
        self.beginResetModel()
        self.rows = [self._presenter.row(payment) for payment in payments]
        self._more = len(payments) >= limit
        self.endResetModel()

    def append(self, payments: Sequence[PaymentRow], after: Cursor) -> None:
        """The page behind the last row; one that was asked for before the rows changed is dropped."""
        if not self.rows or self.rows[-1].payment.cursor != after:
            return
        self._more = len(payments) >= PAGE
        if payments:
            self.beginInsertRows(_NOWHERE, len(self.rows), len(self.rows) + len(payments) - 1)
            self.rows += [self._presenter.row(payment) for payment in payments]
            self.endInsertRows()


class _Head(QHeaderView):
    def __init__(self, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFixedHeight(_HEADER)
        self.setMinimumSectionSize(20)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        palette, box = theme().palette, QRectF(rect)
        painter.fillRect(box, colour(palette.surface))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), colour(palette.line))
        word = str(self.model().headerData(section, Qt.Orientation.Horizontal))
        side = RIGHT if section == AMOUNT else LEFT
        write(painter, box.adjusted(16 if section == STATE else 8, 0, -8, 0), word, "small", palette.muted, side)


class _Cell(QStyledItemDelegate):
    def __init__(self, model: PaymentsModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette, row = theme().palette, self._model.rows[index.row()]
        box = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(box, colour(palette.raised if selected else palette.surface))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), colour(palette.line))
        if index.column() == STATE:
            if selected:
                painter.fillRect(QRectF(box.left(), box.top(), 3, box.height() - 1), colour(palette.gold))
            draw_pill(painter, box.left() + 14, box.center().y(), row.state, row.icon, row.role, box.width() - 20)
            return
        upper, lower, strong = {
            WHO: (row.who, row.reference, True),
            AMOUNT: (row.amount, row.below, True),
            MEANS: (row.provider, row.means, False),
            AT: (row.day, row.time, False),
        }[index.column()]
        side = RIGHT if index.column() == AMOUNT else LEFT
        first, second = two_lines(box.adjusted(8, 0, -8, -1), bool(lower))
        write(painter, first, upper, "body-bold" if strong else "body", palette.text, side)
        write(painter, second, lower, "small", palette.muted, side)


class PaymentsTable(QTableView):
    """``chosen`` with a payment on Enter or a double click."""

    chosen = Signal(object)

    def __init__(self, model: PaymentsModel, name: str) -> None:
        super().__init__()
        self._payments = model
        self.setModel(model)
        self.setAccessibleName(name)
        self.setItemDelegate(_Cell(model, self))
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
        self.doubleClicked.connect(lambda index: self.chosen.emit(model.rows[index.row()].payment))

    @property
    def current(self) -> PaymentRow | None:
        index = self.currentIndex()
        return self._payments.rows[index.row()].payment if index.isValid() else None

    def select(self, payment_id: int | None) -> None:
        """Select a payment where it is listed; None or one that is not: the first."""
        ids = [text.payment.id for text in self._payments.rows]
        if ids:
            row = ids.index(payment_id) if payment_id in ids else 0
            self.setCurrentIndex(self._payments.index(row, WHO))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current
        if current is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(current)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room, used = self.viewport().width(), 0
        for column, share in enumerate(_SHARES):
            wide = room - used if column == AT else int(room * share / sum(_SHARES))
            self.setColumnWidth(column, max(20, wide))
            used += wide
