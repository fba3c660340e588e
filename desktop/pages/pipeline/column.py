"""One stage of the board: its cards are painted, not widgets, so that a thousand of them stay quick."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from PySide6.QtCore import (
    QByteArray,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from core.pipeline.board import Card, Total
from desktop.icons import draw
from desktop.pages.pipeline.presenter import CardText, PipelinePresenter
from desktop.theme import theme
from desktop.widgets.cells import colour, write
from desktop.widgets.labels import ElidedLabel, IconLabel, Label, restyle
from desktop.widgets.paged import PagedModel
from desktop.widgets.rowtable import to_clipboard

MIME: Final = "application/x-livepay-lead"
HEIGHT: Final = 118
NARROWEST: Final = 162
_GAP: Final = 8


class CardsModel(PagedModel):
    """The cards of one stage."""

    def __init__(
        self, presenter: PipelinePresenter, heading: str, now: Callable[[], int], parent: QObject | None = None
    ) -> None:
        super().__init__((heading,), parent)
        self._presenter, self._now = presenter, now
        self.rows: list[CardText] = []

    def cursor(self, row: CardText) -> object:
        return row.cursor

    def text(self, row: Card) -> CardText:
        return self._presenter.card(row, self._now())

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled


class _Delegate(QStyledItemDelegate):
    def __init__(self, model: CardsModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(10, HEIGHT + _GAP)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        palette, text = theme().palette, self._model.rows[index.row()]
        box = QRectF(option.rect).adjusted(1, 1, -1, -_GAP)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(palette.gold if selected and focused else palette.line), 2 if selected else 1))
        painter.setBrush(colour(palette.raised if selected else palette.background))
        painter.drawRoundedRect(box, 8, 8)
        painter.restore()
        inner = box.adjusted(10, 7, -8, -6)
        line = QRectF(inner.left(), inner.top(), inner.width(), 20)
        if text.call:
            draw(painter, "phone", palette.ink("waiting"), inner.right() - 14, inner.top() + 3, 14)
        write(painter, line.adjusted(0, 0, -18 if text.call else 0, 0), text.who, "body-bold", palette.text)
        line.translate(0, 21)
        write(painter, line, text.amount or "–", "body", palette.text if text.amount else palette.muted)
        line.translate(0, 22)
        if text.due:
            draw(painter, text.due_icon, palette.ink(text.due_role), line.left(), line.top() + 3, 13)
            ink = palette.ink(text.due_role)
            write(painter, line.adjusted(18, 0, 0, 0), text.due, "small-bold", ink)
        line.translate(0, 18)
        write(painter, line.adjusted(18, 0, 0, 0), text.what, "small", palette.text)
        line.translate(0, 21)
        draw(painter, text.source_icon, palette.muted, line.left(), line.top() + 3, 13)
        write(painter, line.adjusted(18, 0, 0, 0), text.source, "small", palette.muted)


class CardsView(QListView):
    """``chosen`` with a card on Enter or a double click, ``selected`` with the one that became current; ``shifted``
    with -1 or 1 when the card is to go to the stage beside; ``left`` with -1 or 1 when the keyboard is; ``dropped``
    with a prospect's id."""

    chosen = Signal(object)
    selected = Signal(object)
    shifted = Signal(int)
    left = Signal(int)
    dropped = Signal(int)
    hovered = Signal(bool)
    picked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, model: CardsModel, name: str) -> None:
        super().__init__()
        self._cards = model
        self.setModel(model)
        self.setItemDelegate(_Delegate(model, self))
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.doubleClicked.connect(lambda index: self.chosen.emit(model.rows[index.row()]))
        self.clicked.connect(lambda index: self.selected.emit(model.rows[index.row()]))
        self.selectionModel().currentChanged.connect(self._current)
        self.selectionModel().selectionChanged.connect(lambda new, old: self.picked.emit())

    def _current(self, new: QModelIndex, old: QModelIndex) -> None:
        if new.isValid() and self.hasFocus():
            self.selected.emit(self._cards.rows[new.row()])

    @property
    def row(self) -> CardText | None:
        index = self.currentIndex()
        return self._cards.rows[index.row()] if index.isValid() else None

    def select_key(self, key: int | None) -> bool:
        """Select a card; none where it is not here."""
        place = next((number for number, row in enumerate(self._cards.rows) if row.key == key), None)
        if place is None:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
            return False
        index = self._cards.index(place, 0)
        if index != self.currentIndex():
            self.setCurrentIndex(index)
        return True

    @property
    def picked_rows(self) -> list[CardText]:
        """Every selected card, top to bottom."""
        return [self._cards.rows[row] for row in sorted(index.row() for index in self.selectedIndexes())]

    def pick(self, keys: Collection[object]) -> None:
        """Select all of these that are here, beside the current one."""
        for place, row in enumerate(self._cards.rows):
            if row.key in keys:
                self.selectionModel().select(self._cards.index(place, 0), QItemSelectionModel.SelectionFlag.Select)

    def clear_picks(self) -> None:
        """The current one alone is selected from now on."""
        self.selectionModel().select(self.currentIndex(), QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse, or by the key of the menu beside the current card."""
        mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        box = self.visualRect(self.currentIndex())
        self.menu_asked.emit(event.globalPos() if mouse else self.viewport().mapToGlobal(box.bottomLeft()))

    def keyboardSearch(self, search: str) -> None:
        """Letters are the page's verbs, and « / » leads to its search box."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key))
        if step is not None:
            beside = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            (self.shifted if beside else self.left).emit(step)
        elif self.row is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.row)
        elif self.row is not None and key == Qt.Key.Key_Space:
            self.selectionModel().select(self.currentIndex(), QItemSelectionModel.SelectionFlag.Toggle)
        elif key == Qt.Key.Key_Escape and len(self.selectedIndexes()) > 1:
            self.clear_picks()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """What the selected cards say to the clipboard, a line each."""
        to_clipboard([row.plain(0)] for row in self.picked_rows)

    # -- dragging

    def mime(self) -> QMimeData | None:
        """What is dragged: the current card."""
        if self.row is None:
            return None
        data = QMimeData()
        data.setData(MIME, QByteArray(str(self.row.key).encode()))
        return data

    def startDrag(self, actions: Qt.DropAction) -> None:
        data = self.mime()
        if data is None:
            return
        drag = QDrag(self)
        drag.setMimeData(data)
        box = self.visualRect(self.currentIndex())
        drag.setPixmap(self.viewport().grab(box))
        drag.exec(Qt.DropAction.MoveAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()
            self.hovered.emit(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hovered.emit(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.hovered.emit(False)
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()
            self.dropped.emit(int(event.mimeData().data(MIME).toStdString()))


class Column(QFrame):
    """A stage: its name, how many, what they come to, and the cards."""

    def __init__(self, presenter: PipelinePresenter, stage: str, now: Callable[[], int]) -> None:
        super().__init__()
        self.stage = stage
        word, icon, role = presenter.stages()[stage]
        self._word = word
        self.setProperty("kind", "card")
        self.setMinimumWidth(NARROWEST)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 8, 4)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(IconLabel(icon, role))
        self.title = ElidedLabel(word, "body-bold")
        self.count = Label("0", "small-bold", "muted")
        head.addWidget(self.title, 1)
        head.addWidget(self.count)
        column.addLayout(head)
        self.worth = ElidedLabel("", "small", "muted")
        column.addWidget(self.worth)
        column.addSpacing(6)
        self.model = CardsModel(presenter, word, now, self)
        self.view = CardsView(self.model, word)
        column.addWidget(self.view, 1)
        self._presenter = presenter
        self.view.hovered.connect(self._hover)

    def show_total(self, total: Total) -> None:
        count, worth = self._presenter.total(total)
        self.count.say(count)
        self.worth.say(worth)
        self.setAccessibleName(f"{self._word}, {count}, {worth}")

    def _hover(self, over: bool) -> None:
        self.setProperty("edge", "gold" if over else "")
        restyle(self)
