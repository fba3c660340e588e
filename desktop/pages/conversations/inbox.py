"""The list of conversations: a model that changes row by row, painted rows, the keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QFont, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.conversations.views import ThreadRow
from desktop.fonts import face, points, width
from desktop.icons import draw
from desktop.pages.conversations.presenter import ConversationPresenter, ThreadText
from desktop.theme import theme
from desktop.widgets.cells import RIGHT, colour, write
from desktop.widgets.pill import draw_pill, pill_width
from desktop.widgets.rowtable import to_clipboard

Index = QModelIndex | QPersistentModelIndex
ROW: Final = 66
AVATAR: Final = 40
PAD: Final = 16
_EDGE: Final = 3
_NOWHERE: Final = QModelIndex()
_CENTRE: Final = int(Qt.AlignmentFlag.AlignCenter)


class InboxModel(QAbstractListModel):
    """The rows in the order they were read."""

    def __init__(self, presenter: ConversationPresenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._rows: list[ThreadRow] = []
        self._texts: list[ThreadText] = []

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._texts[index.row()].said
        return None

    def row(self, place: int) -> ThreadRow:
        return self._rows[place]

    def text(self, place: int) -> ThreadText:
        return self._texts[place]

    def place(self, conversation_id: int | None) -> int | None:
        """Where a conversation stands, None when it is not listed."""
        found = (n for n, row in enumerate(self._rows) if row.conversation_id == conversation_id)
        return next(found, None)

    def apply(self, rows: Sequence[ThreadRow], now: int, keep: ThreadRow | None = None) -> None:
        """Show these rows, moving only what moved. ``keep`` stays where it is though it is not among them."""
        wanted = list(rows)
        if keep is not None and all(row.conversation_id != keep.conversation_id for row in wanted):
            place = self.place(keep.conversation_id)
            if place is not None:
                wanted.insert(min(place, len(wanted)), keep)
        ids = {row.conversation_id for row in wanted}
        for place in range(len(self._rows) - 1, -1, -1):
            if self._rows[place].conversation_id not in ids:
                self.beginRemoveRows(_NOWHERE, place, place)
                del self._rows[place], self._texts[place]
                self.endRemoveRows()
        for place, row in enumerate(wanted):
            self._put(place, row, now)

    def _put(self, place: int, row: ThreadRow, now: int) -> None:
        text = self._presenter.row(row, now)
        there = self.place(row.conversation_id)
        if there is None:
            self.beginInsertRows(_NOWHERE, place, place)
            self._rows.insert(place, row)
            self._texts.insert(place, text)
            self.endInsertRows()
            return
        if there != place:
            self.beginMoveRows(_NOWHERE, there, there, _NOWHERE, place)
            self._rows.insert(place, self._rows.pop(there))
            self._texts.insert(place, self._texts.pop(there))
            self.endMoveRows()
        self._rows[place] = row
        if self._texts[place] != text:
            self._texts[place] = text
            index = self.index(place)
            self.dataChanged.emit(index, index)


class InboxDelegate(QStyledItemDelegate):
    """Two lines: who and when; the last words and who has to speak."""

    def __init__(self, model: InboxModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette = theme().palette
        text = self._model.text(index.row())
        box = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(box, colour(palette.raised if selected or hovered else palette.surface))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), colour(palette.line))
        if selected:
            painter.fillRect(QRectF(box.left(), box.top(), _EDGE, box.height() - 1), colour(palette.gold))
        draw_avatar(
            painter, QRectF(box.left() + PAD, box.center().y() - AVATAR / 2 - 0.5, AVATAR, AVATAR), text.initial
        )
        inner = box.adjusted(PAD + AVATAR + 12, 11, -PAD, -11)
        self._upper(painter, QRectF(inner.left(), inner.top(), inner.width(), 20), text)
        self._lower(painter, QRectF(inner.left(), inner.bottom() - 22, inner.width(), 22), text)
        painter.restore()

    def _upper(self, painter: QPainter, box: QRectF, text: ThreadText) -> None:
        palette = theme().palette
        taken = write(painter, box, text.time, "small", palette.gold_text if text.strong else palette.muted, RIGHT)
        room = box.width() - taken - 46
        used = write(painter, box, text.name, "body-bold", palette.text, room=room)
        draw_mark(painter, box.left() + used + 8, box.center().y(), text.language)

    def _lower(self, painter: QPainter, box: QRectF, text: ThreadText) -> None:
        palette = theme().palette
        room = box.width()
        if text.pill:
            wide = pill_width(text.pill.text, text.pill.icon)
            x, middle = box.right() - wide, box.center().y()
            draw_pill(painter, x, middle, text.pill.text, text.pill.icon, text.pill.role, wide)
            room -= wide + 10
        left = box.left()
        ink = palette.text if text.strong else palette.muted
        if text.icon:
            draw(painter, text.icon, ink, left, box.center().y() - 7, 14)
            left += 19
            room -= 19
        words = QRectF(left, box.top(), room, box.height())
        write(painter, words, text.preview, "body-bold" if text.strong else "body", ink)


def draw_avatar(painter: QPainter, box: QRectF, initial: str) -> None:
    """A person's first letter on a round ground; somebody without a name has the sign of a person."""
    palette = theme().palette
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(palette.line))
    painter.drawEllipse(box)
    if initial:
        painter.setPen(colour(palette.text))
        painter.setFont(face("lead-bold"))
        painter.drawText(box, _CENTRE, initial)
    else:
        draw(painter, "user", palette.text, box.center().x() - 9, box.center().y() - 9, 18)


def draw_mark(painter: QPainter, x: float, middle: float, word: str) -> None:
    """A tiny framed word: the language a person writes."""
    palette = theme().palette
    font = QFont(face("small"))
    font.setPointSizeF(points(10.5))
    box = QRectF(x + 0.5, middle - 7.5, width(word, "small") * 0.84 + 9, 15)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour(palette.line), 1))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(colour(palette.muted))
    painter.setFont(font)
    painter.drawText(box, _CENTRE, word)


class InboxView(QListView):
    """``opened`` with a conversation's id when another one is chosen; ``entered`` on Enter; ``ended`` at its end;
    ``picked`` when others are selected, ``menu_asked`` with a place. Several selected ones are not opened.
    """

    opened = Signal(int)
    picked = Signal()
    menu_asked = Signal(QPoint)
    entered = Signal()
    ended = Signal()

    def __init__(self, model: InboxModel) -> None:
        super().__init__()
        self._inbox = model
        self._silent = False
        self.setModel(model)
        self.setItemDelegate(InboxDelegate(model, self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.selectionModel().selectionChanged.connect(lambda new, old: self.picked.emit())
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    @property
    def current(self) -> int | None:
        index = self.currentIndex()
        return self._inbox.row(index.row()).conversation_id if index.isValid() else None

    @property
    def picked_rows(self) -> list[ThreadRow]:
        """Every selected conversation, top to bottom."""
        return [self._inbox.row(place) for place in sorted(index.row() for index in self.selectedIndexes())]

    def clear_picks(self) -> None:
        """The current one alone is selected, and opened, from now on."""
        index = self.currentIndex()
        if index.isValid():
            self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.opened.emit(self._inbox.row(index.row()).conversation_id)

    def show_rows(self, rows: Sequence[ThreadRow], now: int, opened: int | None, keep: ThreadRow | None = None) -> None:
        """Show other rows and mark the open conversation: nothing is opened by what others wrote."""
        self._silent = True
        self._inbox.apply(rows, now, keep)
        self._silent = False
        self.select(opened)

    def select(self, conversation_id: int | None) -> None:
        """Mark a conversation as the open one, unless several are selected; nothing is marked where it is not
        listed."""
        if len(self.selectedIndexes()) > 1:
            return
        place = self._inbox.place(conversation_id)
        index = self._inbox.index(place) if place is not None else QModelIndex()
        if index != self.currentIndex() or not self.selectionModel().isSelected(index):
            self._silent = True
            self.setCurrentIndex(index)
            self._silent = False

    def step(self, by: int) -> None:
        """The conversation above or below."""
        count = self._inbox.rowCount()
        if count:
            row = self.currentIndex().row()
            self.setCurrentIndex(self._inbox.index(max(0, min(count - 1, row + by)) if row >= 0 else 0))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._silent and len(self.selectedIndexes()) <= 1:
            self.opened.emit(self._inbox.row(current.row()).conversation_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape and len(self.selectedIndexes()) > 1:
            self.clear_picks()
        elif event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self.selectionModel().select(self.currentIndex(), QItemSelectionModel.SelectionFlag.Toggle)
        elif event.matches(QKeySequence.StandardKey.Copy):
            to_clipboard([index.data(Qt.ItemDataRole.DisplayRole)] for index in sorted(self.selectedIndexes()))
        elif event.text() and event.text().isprintable() and not event.modifiers():
            event.ignore()  # not Qt's search by first letters: letters are keys of the window
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse, or by the key of the menu beside the current one."""
        mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        box = self.visualRect(self.currentIndex())
        self.menu_asked.emit(event.globalPos() if mouse else self.viewport().mapToGlobal(box.bottomLeft()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.currentIndex().isValid() and self._inbox.rowCount():
            self.setCurrentIndex(self._inbox.index(0))  # before Qt marks the first row without selecting it
        super().focusInEvent(event)

    def _scrolled(self, value: int) -> None:
        if value >= self.verticalScrollBar().maximum() - ROW:
            self.ended.emit()
