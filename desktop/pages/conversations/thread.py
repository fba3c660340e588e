"""The thread in the middle: a model changed item by item, and a view that stays where the eye is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
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
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.bridge import Bridge
from desktop.pages.conversations.bubbles import Bubble, Item, NoteItem
from desktop.pages.conversations.paint import PICTURE, Measures, paint_bubble, paint_line, paint_note
from desktop.pages.conversations.presenter import ConversationSource
from desktop.pictures import Thumb
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.buttons import Button
from desktop.widgets.picture import pixmap_of

Index = QModelIndex | QPersistentModelIndex
AT_END: Final = 24  # px from the end that still count as being there
NEAR_TOP: Final = 240
_KEPT: Final = 200
_NOWHERE: Final = QModelIndex()


class ThreadModel(QAbstractListModel):
    """A thread's items. Row 0 is empty room: a short thread stands at the bottom, as on a phone."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[Item, ...] = ()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.items) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.item(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return item.said if item else ""
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.item(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def item(self, index: Index) -> Item | None:
        row = index.row() - 1
        return self.items[row] if 0 <= row < len(self.items) else None

    def row_of(self, key: str) -> int | None:
        return next((row for row, item in enumerate(self.items, 1) if item.key == key), None)

    def replace(self, items: tuple[Item, ...]) -> None:
        """Another thread."""
        self.beginResetModel()
        self.items = items
        self.endResetModel()

    def show(self, items: tuple[Item, ...]) -> int:
        """The same thread as it is now: only what differs is touched. → how many items came in at its end."""
        old = self.items
        head = 0
        while head < min(len(old), len(items)) and old[head].key == items[head].key:
            head += 1
        tail = 0
        while tail < min(len(old), len(items)) - head and old[-1 - tail].key == items[-1 - tail].key:
            tail += 1
        gone, came = len(old) - head - tail, len(items) - head - tail
        if gone:
            self.beginRemoveRows(_NOWHERE, head + 1, head + gone)
            self.items = old[:head] + old[len(old) - tail :]
            self.endRemoveRows()
        if came:
            self.beginInsertRows(_NOWHERE, head + 1, head + came)
            self.items = self.items[:head] + items[head : head + came] + self.items[head:]
            self.endInsertRows()
        before, self.items = self.items, items
        for row, (one, other) in enumerate(zip(before, items, strict=True), 1):
            if one != other:
                self.dataChanged.emit(self.index(row), self.index(row))
        return came if not tail else 0


class Pictures(QObject):
    """Pictures of the thread, read once each off the window's thread. ``came`` when another one can be painted."""

    came = Signal()

    def __init__(self, source: ConversationSource, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._bridge = source, bridge
        self._known: dict[str, QPixmap | None] = {}

    def get(self, name: str) -> QPixmap | None:
        """The picture, None while it is being read or when it cannot be."""
        if name not in self._known:
            if len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[name] = None
            ratio = QGuiApplication.primaryScreen().devicePixelRatio()
            size = round(PICTURE[0] * ratio), round(PICTURE[1] * ratio)
            source = self._source
            self._bridge.run(
                lambda: source.thumb(name, *size),
                owner=self,
                done=lambda thumb: self._came(name, thumb, ratio),
                name="read picture",
            )
        return self._known.get(name)

    def _came(self, name: str, thumb: Thumb | None, ratio: float) -> None:
        if thumb is not None:
            self._known[name] = pixmap_of(thumb, ratio)
            self.came.emit()


class ThreadDelegate(QStyledItemDelegate):
    """Measures and paints the items for the view's own width."""

    def __init__(self, view: ThreadView, model: ThreadModel, pictures: Pictures) -> None:
        super().__init__(view)
        self._view, self._model, self._pictures = view, model, pictures
        self.measures = Measures()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        wide = self._view.viewport().width()
        item = self._model.item(index)
        if item is not None:
            return QSize(100, self.measures.height(item, wide))
        room = self._view.viewport().height()
        for one in self._model.items:
            room -= self.measures.height(one, wide)
            if room <= 0:
                break
        return QSize(100, max(0, room))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = self._model.item(index)
        if item is None:
            return
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(box.topLeft())
        if isinstance(item, Bubble):
            laid = self.measures.of(item, self._view.viewport().width())
            shown = laid.picture is not None and item.attachment is not None and item.attachment.file
            picture = self._pictures.get(shown) if shown else None
            focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
            paint_bubble(painter, item, laid, picture, focused)
        elif isinstance(item, NoteItem):
            wide = self._view.viewport().width()
            focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
            paint_note(painter, item, self.measures.note(item, wide), wide, focused)
        else:
            paint_line(painter, item, QRectF(0, 0, box.width(), box.height()))
        painter.restore()


class ThreadView(QListView):
    """``near_top`` when earlier messages are wanted; ``opened`` with a message's :class:`Attachment` to open;
    ``note_dropped`` with the id of a note that is to go."""

    near_top = Signal()
    note_dropped = Signal(int)
    traced = Signal(int)
    opened = Signal(object)
    entered = Signal()

    def __init__(self, t: Texts, source: ConversationSource, bridge: Bridge) -> None:
        super().__init__()
        self._t = t
        self._thread = ThreadModel(self)
        self._unseen = 0
        self._placing = False
        self.pictures = Pictures(source, bridge, self)
        self.pictures.came.connect(self.viewport().update)
        self._delegate = ThreadDelegate(self, self._thread, self.pictures)
        self.setModel(self._thread)
        self.setItemDelegate(self._delegate)
        self.setProperty("kind", "thread")
        self.setAccessibleName(t("Messages"))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setViewportMargins(0, 4, 0, 10)
        self.verticalScrollBar().setSingleStep(24)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.jump = Button("", icon="arrow-down")
        self.jump.setParent(self)
        self.jump.clicked.connect(self.go_to_end)
        self.jump.hide()
        theme().changed.connect(self._dress)

    # -- showing

    @property
    def items(self) -> Sequence[Item]:
        return self._thread.items

    @property
    def at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - AT_END

    def show_thread(self, items: tuple[Item, ...]) -> None:
        """Another thread, from its end."""
        self._placing = True
        self._thread.replace(items)
        self.executeDelayedItemsLayout()
        self._placing = False
        self.go_to_end()

    def show_items(self, items: tuple[Item, ...]) -> None:
        """The same thread: at its end the newest comes into sight, elsewhere nothing moves under the eye."""
        at_end, anchor = self.at_end, self._anchor()
        self._placing = True
        came = self._thread.show(items)
        self.executeDelayedItemsLayout()
        self._placing = False
        if at_end:
            self.go_to_end()
            return
        if anchor is not None:
            self._return_to(*anchor)
        fresh = self._thread.items[len(self._thread.items) - came :] if came else ()
        self._unseen += sum(1 for item in fresh if isinstance(item, Bubble))
        self._show_jump()

    def go_to_end(self) -> None:
        self._unseen = 0
        self.scrollToBottom()
        self._show_jump()

    def _anchor(self) -> tuple[str, int] | None:
        """The first item in sight that is in both states, and where it stands."""
        index = self.indexAt(QPoint(self.viewport().width() // 2, 1))
        for row in range(index.row(), self._thread.rowCount()):
            item = self._thread.item(self._thread.index(row))
            if isinstance(item, Bubble):
                return item.key, self.visualRect(self._thread.index(row)).top()
        return None

    def _return_to(self, key: str, top: int) -> None:
        row = self._thread.row_of(key)
        if row is not None:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.visualRect(self._thread.index(row)).top() - top)

    def _scrolled(self, value: int) -> None:
        if self._placing:
            return
        if self.at_end:
            self._unseen = 0
        self._show_jump()
        if value < NEAR_TOP and self.verticalScrollBar().maximum() > 0:
            self.near_top.emit()

    def _show_jump(self) -> None:
        """The way back down, with the number of messages that came meanwhile."""
        self.jump.setVisible(not self.at_end)
        if self.jump.isVisibleTo(self):
            n = self._unseen
            text = self._t.plural("{n} new message", "{n} new messages", n) if n else self._t("Latest messages")
            self.jump.setText(text)
            self.jump.setAccessibleName(text)
            self.jump.adjustSize()
            self.jump.move((self.width() - self.jump.width()) // 2, self.height() - self.jump.height() - 12)
            self.jump.raise_()

    def _dress(self) -> None:
        self._delegate.measures.forget()
        self.scheduleDelayedItemsLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        at_end = self.at_end
        super().resizeEvent(event)
        self._placing = True
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()
        self._placing = False
        if at_end:
            self.go_to_end()
        else:
            self._show_jump()

    # -- hands

    def hit(self, place: QPoint) -> Bubble | None:
        """The message whose picture or file is there to be opened."""
        index = self.indexAt(place)
        item = self._thread.item(index) if index.isValid() else None
        if not isinstance(item, Bubble) or item.attachment is None or not item.attachment.opens:
            return None
        laid = self._delegate.measures.of(item, self.viewport().width())
        box = laid.picture or laid.file
        inside = place - self.visualRect(index).topLeft()
        return item if box is not None and box.contains(inside.toPointF()) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        shape = (
            Qt.CursorShape.PointingHandCursor if self.hit(event.position().toPoint()) else Qt.CursorShape.ArrowCursor
        )
        self.viewport().setCursor(shape)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        left = event.button() == Qt.MouseButton.LeftButton
        found = self.hit(event.position().toPoint()) if left else None
        if found is not None:
            self.opened.emit(found.attachment)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self._thread.item(self.currentIndex())
        if event.matches(QKeySequence.StandardKey.Copy) and item is not None:
            self._copy(item)
        elif event.key() == Qt.Key.Key_Delete and isinstance(item, NoteItem):
            self.note_dropped.emit(item.note_id)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if isinstance(item, Bubble) and item.attachment is not None and item.attachment.opens:
                self.opened.emit(item.attachment)
            else:
                self.entered.emit()
        elif event.text() and event.text().isprintable() and not event.modifiers():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if keyboard else self.indexAt(event.pos())
        item = self._thread.item(index) if index.isValid() else None
        if item is None:
            return
        menu = QMenu(self)
        menu.addAction(self._t("Copy the text")).triggered.connect(lambda: self._copy(item))
        if isinstance(item, Bubble):
            number = item.message_id
            menu.addAction(self._t("What happened?")).triggered.connect(lambda: self.traced.emit(number))
        if isinstance(item, NoteItem):
            menu.addAction(self._t("Remove the note")).triggered.connect(lambda: self.note_dropped.emit(item.note_id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    @staticmethod
    def _copy(item: Item) -> None:
        QGuiApplication.clipboard().setText(item.text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._dress()
