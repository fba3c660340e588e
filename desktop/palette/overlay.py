"""The palette: one line over the window in which everything can be asked for; ↑ ↓ choose, Enter takes, Esc leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from core.search.queries import Hit
from desktop.bridge import Bridge, Task
from desktop.icons import draw
from desktop.palette.presenter import Command, Item, PalettePresenter, SearchSource
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.buttons import draw_key, key_width
from desktop.widgets.cells import LEFT, RIGHT, colour, two_lines, write
from desktop.widgets.fields import SearchField
from desktop.widgets.labels import Label
from desktop.widgets.speaking import say_aloud

PAUSE_MS: Final = 120
_WIDTH: Final = 620
_HIGHEST: Final = 480
_LINE: Final = 46
_HEAD: Final = 30
_ITEM: Final = int(Qt.ItemDataRole.UserRole)
_NOWHERE: Final = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class _Lines(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.items: list[Item] = []

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.items[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(part for part in (item.title, item.detail, item.right, item.keys) if part)
        return item if role == _ITEM else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        head = self.items[index.row()].head
        return Qt.ItemFlag.NoItemFlags if head else Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def show(self, items: Sequence[Item]) -> None:
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()


class _Line(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        item: Item = index.data(_ITEM)
        return QSize(100, _HEAD if item.head else _LINE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette, box = theme().palette, QRectF(option.rect)
        item: Item = index.data(_ITEM)
        if item.head:
            write(painter, box.adjusted(14, 6, -14, 0), item.title, "small-bold", palette.muted, LEFT)
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, colour(palette.raised))
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), colour(palette.gold))
        draw(painter, item.icon, palette.muted, box.left() + 16, box.center().y() - 9, 18)
        inner = box.adjusted(48, 0, -14, 0)
        if item.keys:
            wide = key_width(item.keys)
            draw_key(painter, item.keys, inner.right() - wide, inner.center().y(), colour(palette.muted))
            inner.setRight(inner.right() - wide - 12)
        upper, lower = two_lines(inner, bool(item.detail))
        taken = write(painter, upper, item.right, "body-bold", palette.text, RIGHT)
        write(painter, upper, item.title, "body-bold", palette.text, LEFT, upper.width() - taken - 12)
        write(painter, lower, item.detail, "small", palette.muted, LEFT)


class Palette(QWidget):
    """Covers its parent while it is open. ``took`` with the command or the hit that was taken."""

    took = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        t: Texts,
        presenter: PalettePresenter,
        bridge: Bridge,
        source: SearchSource,
        commands: Callable[[], Sequence[Command]],
    ) -> None:
        super().__init__(parent)
        self._over = parent
        self._t, self._presenter, self._bridge, self._source, self._commands = t, presenter, bridge, source, commands
        self._offered: Sequence[Command] = ()
        self._task: Task[list[Hit]] | None = None
        self._hits: list[Hit] = []
        self._back: QWidget | None = None
        frame = self._frame = QFrame(self)
        frame.setProperty("kind", "palette")
        column = QVBoxLayout(frame)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        self.line = SearchField(t("A page, an action, a customer, an order, a product…"), boxed=True)
        self.line.textEdited.connect(self._typed)
        self.line.down.connect(lambda: self._move(1))
        self.line.up.connect(lambda: self._move(-1))
        self.line.left.connect(self.leave)
        self.line.returnPressed.connect(self._take)
        self.line.installEventFilter(self)
        column.addWidget(self.line)
        self._lines = _Lines(self)
        self.list = QListView()
        self.list.setProperty("kind", "palette")
        self.list.setModel(self._lines)
        self.list.setItemDelegate(_Line(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(t("Found"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(lambda index: self._take())
        self.list.selectionModel().currentChanged.connect(self._tell)
        column.addWidget(self.list, 1)
        self.nothing = Label(t("Nothing fits. A name, a number or a word of a message finds more."), "body", "muted")
        self.nothing.setContentsMargins(14, 8, 14, 8)
        column.addWidget(self.nothing)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        parent.installEventFilter(self)
        self.hide()

    @property
    def items(self) -> list[Item]:
        """What is offered now."""
        return self._lines.items

    @property
    def current(self) -> Item | None:
        index = self.list.currentIndex()
        return self._lines.items[index.row()] if index.isValid() else None

    def present(self) -> None:
        """Open it empty; the keyboard goes back to where it was when it is left."""
        self._back = self.window().focusWidget()
        self._offered = self._commands()
        self._hits = []
        self.line.clear()
        self._show()
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()
        self.line.setFocus()

    def leave(self) -> None:
        self._forget()
        self.hide()
        if self._back is not None and self._back.isVisible():
            self._back.setFocus()
        self._back = None

    def _forget(self) -> None:
        self._pause.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _typed(self, text: str) -> None:
        """Commands answer at once, the store after a moment; what it is still answering is outdated."""
        self._forget()
        if text.strip():
            self._pause.start()
        else:
            self._hits = []
        self._show()

    def _ask(self) -> None:
        text, source = self.line.text(), self._source
        self._task = self._bridge.run_long(
            lambda control: source.find(text, control), owner=self, done=self._answered, name="search the store"
        )

    def _answered(self, hits: list[Hit]) -> None:
        self._task = None
        self._hits = hits
        self._show()

    @property
    def searching(self) -> bool:
        return self._pause.isActive() or self._task is not None

    def _show(self) -> None:
        """The first line is chosen; what was chosen stays so while the store answers."""
        before = self.current
        items = self._presenter.lines(self.line.text(), self._offered, self._hits)
        self._lines.show(items)
        values = [item.value for item in items]
        kept = before.value if before is not None and before.value in values else None
        row = next((n for n, value in enumerate(values) if value is not None and kept in (None, value)), None)
        if row is not None:
            self.list.setCurrentIndex(self._lines.index(row, 0))
            self.list.scrollTo(self._lines.index(max(0, row - 1), 0))
        self.list.setVisible(bool(items))
        self.nothing.setVisible(not items and not self.searching)
        self._place()

    def _place(self) -> None:
        height = sum(_HEAD if item.head else _LINE for item in self._lines.items)
        wanted = 12 * 2 + 44 + 12 + (height or (0 if self.nothing.isHidden() else 40))
        room = self._over.height() - 140
        self._frame.setFixedSize(min(_WIDTH, self._over.width() - 40), min(wanted, _HIGHEST, room))
        self._frame.move((self._over.width() - self._frame.width()) // 2, 70)

    def _move(self, step: int) -> None:
        rows = [n for n, item in enumerate(self._lines.items) if not item.head]
        if rows:
            row = self.list.currentIndex().row()
            place = rows.index(row) + step if row in rows else 0
            self.list.setCurrentIndex(self._lines.index(rows[place % len(rows)], 0))

    def _tell(self, index: QModelIndex) -> None:
        """The keyboard stays in the line; what is chosen beneath it is told all the same."""
        if index.isValid() and self.isVisible():
            say_aloud(self.list, index.data(Qt.ItemDataRole.AccessibleTextRole))

    def _take(self) -> None:
        item = self.current
        if item is not None and item.value is not None:
            self.leave()
            self.took.emit(item.value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window grew; or Tab, which must not lead under the palette."""
        if watched is self._over and event.type() == QEvent.Type.Resize and not self.isHidden():
            self.setGeometry(self._over.rect())
            self._place()
        if watched is self.line and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}.get(Qt.Key(event.key()))
            if step:
                self._move(step)
                return True
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Beside it: away with it."""
        if not self._frame.geometry().contains(event.position().toPoint()):
            self.leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        veil = QColor(theme().palette.background)
        veil.setAlphaF(0.6)
        QPainter(self).fillRect(self.rect(), veil)
