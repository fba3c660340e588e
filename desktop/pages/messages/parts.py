"""The parts of the texts' page: the list, the field with its variables, and the phone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QListView,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.kernel.look import mix
from desktop.pages.conversations.bubbles import Bubble
from desktop.pages.conversations.paint import Measure, Measures, paint_bubble
from desktop.pages.messages.presenter import Row
from desktop.theme import theme
from desktop.thumbs import Thumbs
from desktop.widgets.buttons import Chip
from desktop.widgets.cells import colour, two_lines, write

ROW: Final = Qt.ItemDataRole.UserRole + 1
_HIGH: Final = 47
_FAMILY: Final = 34
_EDGE: Final = 3
_VARIABLE: Final = 28
_APART: Final = 6
_WORDS: Final = 92
Index = QModelIndex | QPersistentModelIndex


class TextsModel(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show(self, rows: list[Row]) -> None:
        """Keeps the view where it is when only words changed."""
        if [row.title for row in rows] == [row.title for row in self.rows]:
            self.rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{row.title}, {row.detail}" if row.detail else row.title
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.rows[index.row()].text is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Lines(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _HIGH if index.data(ROW).text is not None else _FAMILY)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette, row, box = theme().palette, index.data(ROW), QRectF(option.rect)
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver) and row.text is not None
        painter.save()
        painter.fillRect(box, colour(palette.raised if selected or hovered else palette.surface))
        if row.text is None:
            write(painter, box.adjusted(16, 8, -12, 0), row.title, "small-bold", palette.gold_text)
        else:
            if selected:
                painter.fillRect(QRectF(box.left(), box.top(), _EDGE, box.height()), colour(palette.gold))
            first, second = two_lines(box.adjusted(16, 0, -12, 0))
            write(painter, first, row.title, "body-bold", palette.text)
            ink = palette.muted if row.text.own is None else palette.info.ink
            write(painter, second, row.detail, "small", ink)
        painter.restore()


class TextsList(QListView):
    """Arrow keys move between texts; ``chosen`` with the row that is shown from now on."""

    chosen = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName(name)
        self.texts = TextsModel(self)
        self.setModel(self.texts)
        self.setItemDelegate(_Lines(self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and current.data(ROW).text is not None:
            self.chosen.emit(current.data(ROW).text)

    def choose(self, key: str, variant: str) -> bool:
        """Mark a text; False where it is not listed."""
        for number, row in enumerate(self.texts.rows):
            if row.text is not None and (row.text.key, row.text.variant) == (key, variant):
                self.setCurrentIndex(self.texts.index(number))
                return True
        return False


class WordsEdit(QPlainTextEdit):
    """The words of a text; Tab goes on to the next widget."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("kind", "message")
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), _WORDS)

    @property
    def words(self) -> str:
        """As typed: Qt's plain text would make ordinary spaces of no-break ones."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def show_words(self, words: str) -> None:
        if words != self.words:
            self.setPlainText(words)


class Variables(QWidget):
    """The variables of a text: pressing one puts it where the cursor stands."""

    taken = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[str, Chip] = {}

    def offer(self, names: Sequence[str], meanings: dict[str, str]) -> None:
        if list(names) == list(self.buttons):
            return
        for button in self.buttons.values():
            button.hide()
            button.deleteLater()
        self.buttons = {}
        for name in names:
            button = self.buttons[name] = Chip("{" + name + "}")
            button.setCheckable(False)
            button.setParent(self)
            button.setToolTip(meanings.get(name, ""))
            button.setAccessibleDescription(meanings.get(name, ""))
            button.clicked.connect(partial(self.taken.emit, "{" + name + "}"))
            button.show()
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Side by side, going on below when the line is full."""
        x = y = 0
        for button in self.buttons.values():
            size = button.sizeHint()
            if x and x + size.width() > self.width():
                x, y = 0, y + _VARIABLE + _APART
            button.setGeometry(x, y, size.width(), _VARIABLE)
            x += size.width() + _APART
        high = y + _VARIABLE if self.buttons else 0
        if high != self.minimumHeight() or high != self.maximumHeight():
            self.setFixedHeight(high)


class Phone(QWidget):
    """The message as it stands on a buyer's phone: the very bubbles of the conversations."""

    def __init__(self, store: str, name: str) -> None:
        super().__init__()
        self._store = store
        self._bubble: Bubble | None = None
        self._measures = Measures()
        self._thumbs: Thumbs | None = None
        self.setAccessibleName(name)
        self.setMinimumWidth(260)

    def show_pictures(self, thumbs: Thumbs) -> None:
        """Where the picture of a message is had from."""
        self._thumbs = thumbs
        thumbs.ready.connect(lambda _: self.update())

    @property
    def bubble(self) -> Bubble | None:
        return self._bubble

    def show_message(self, bubble: Bubble) -> None:
        if bubble != self._bubble:
            self._bubble = bubble
            self.setAccessibleDescription(bubble.said)
            self.setMinimumHeight(self._measures.height(bubble, self._wide()) + 76)
            self.update()

    def _wide(self) -> int:
        # A bubble takes three quarters of a thread: on a phone nearly all of the screen.
        return round((max(self.width(), 260) - 36) / 0.78)

    def paintEvent(self, event: QPaintEvent) -> None:
        palette, painter = theme().palette, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        painter.setPen(colour(palette.line))
        painter.setBrush(colour(mix(palette.surface, palette.background, 0.75)))
        painter.drawRoundedRect(box, 22, 22)
        head = QRectF(box.left(), box.top(), box.width(), 46)
        write(painter, head.adjusted(18, 2, -18, 0), self._store, "body-bold", palette.text)
        painter.fillRect(QRectF(box.left() + 1, head.bottom(), box.width() - 2, 1), colour(palette.line))
        if self._bubble is None:
            return
        laid = self._measures.of(self._bubble, self._wide())
        painter.translate(QPoint(round(box.left() + 10 - laid.box.left()), round(head.bottom() + 2)))
        paint_bubble(painter, self._bubble, laid, self._picture(laid), False)

    def _picture(self, laid: Measure) -> QPixmap | None:
        shown = self._bubble.attachment if self._bubble is not None else None
        if self._thumbs is None or laid.picture is None or shown is None:
            return None
        wide, high = round(laid.picture.width()), round(laid.picture.height())
        return self._thumbs.get(shown.file, wide, high, self.devicePixelRatioF())
