"""A line to type in that finds things meanwhile: they float beneath it, ↓ and Enter take one; free text stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.fonts import width
from desktop.theme import theme
from desktop.widgets.cells import LEFT, RIGHT, colour, write
from desktop.widgets.speaking import say_aloud

PAUSE_MS: Final = 120
_ROW: Final = 46
_MOST: Final = 5  # rows in sight
_CHOICE: Final = int(Qt.ItemDataRole.UserRole)
_NOWHERE: Final = QModelIndex()
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Index = QModelIndex | QPersistentModelIndex


class Choice(Struct, frozen=True):
    """Something found: ``detail`` stands beneath the title, ``right`` at the end of the row."""

    title: str
    detail: str
    right: str
    value: Any


class _Found(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.choices: tuple[Choice, ...] = ()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        choice = self.choices[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(part for part in (choice.title, choice.detail, choice.right) if part)
        return choice if role == _CHOICE else None

    def show(self, choices: Sequence[Choice]) -> None:
        self.beginResetModel()
        self.choices = tuple(choices)
        self.endResetModel()


class _Line(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette, box = theme().palette, QRectF(option.rect)
        choice: Choice = index.data(_CHOICE)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, colour(palette.raised))
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), colour(palette.gold))
        inner = box.adjusted(14, 0, -14, 0)
        upper, lower = inner.adjusted(0, 5, 0, -_ROW / 2 + 2), inner.adjusted(0, _ROW / 2 - 1, 0, -4)
        taken = write(painter, upper, choice.right, "body-bold", palette.text, RIGHT)
        write(painter, upper, choice.title, "body-bold", palette.text, LEFT, upper.width() - taken - 12)
        write(painter, lower, choice.detail, "small", palette.muted, LEFT)


class Suggest(QLineEdit):
    """``asked`` with what is typed, after a moment; answer with :meth:`offer`. ``chosen`` with the value taken;
    ``submitted`` on Enter while nothing is highlighted. ``eager``: the first thing found is highlighted at once."""

    asked = Signal(str)
    chosen = Signal(object)
    submitted = Signal()

    def __init__(self, name: str, placeholder: str, *, eager: bool = False) -> None:
        super().__init__()
        self._eager = eager
        self._tag = ""
        self._list: QListView | None = None
        self._found = _Found(self)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(lambda: self.asked.emit(self.text().strip()))
        self.textEdited.connect(lambda text: self._pause.start() if text.strip() else self.close_list())

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What is offered now; nothing while the list is closed."""
        return self._found.choices if self._list is not None and self._list.isVisible() else ()

    def set_tag(self, tag: str) -> None:
        """A quiet word at the end of the line: what was taken."""
        self._tag = tag
        room = round(width(tag, "small")) + 18 if tag else 0
        self.setTextMargins(0, 0, room, 0)
        self.update()

    def offer(self, choices: Sequence[Choice]) -> None:
        """What was found for what is typed; too late an answer is dropped."""
        if not choices or not self.hasFocus() or not self.text().strip():
            self.close_list()
            return
        shown = self._open_list()
        self._found.show(choices)
        shown.setCurrentIndex(self._found.index(0, 0) if self._eager else _NOWHERE)
        shown.resize(max(self.width(), 380), _ROW * min(len(choices), _MOST) + 4)
        self._place(shown)
        shown.show()
        shown.raise_()

    def close_list(self) -> None:
        self._pause.stop()
        if self._list is not None:
            self._list.hide()

    def _open_list(self) -> QListView:
        if self._list is None:
            made = self._list = QListView(self.window())
            made.setProperty("kind", "results")
            made.setModel(self._found)
            made.setItemDelegate(_Line(made))
            made.setUniformItemSizes(True)
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            made.setAccessibleName(self.accessibleName())
            made.clicked.connect(self._take)
            self.destroyed.connect(made.deleteLater)
        return self._list

    def _place(self, shown: QListView) -> None:
        """Beneath the line, or above it where there is no room."""
        window = self.window()
        below = self.mapTo(window, QPoint(0, self.height() + 2))
        if below.y() + shown.height() > window.height():
            below = self.mapTo(window, QPoint(0, -shown.height() - 2))
        over = below.x() + shown.width() > window.width()  # then it ends where the line does
        shown.move(max(0, below.x() + self.width() - shown.width()) if over else below.x(), below.y())

    def _take(self, index: QModelIndex) -> None:
        choice: Choice = index.data(_CHOICE)
        self.close_list()
        self.chosen.emit(choice.value)

    def _move(self, step: int) -> None:
        if self._list is not None:
            # ↓ stops at the last, which may be the only one and highlighted already; ↑ from the first leaves free text.
            row = min(self._list.currentIndex().row() + step, len(self.choices) - 1)
            index = self._found.index(row, 0) if 0 <= row < len(self.choices) else _NOWHERE
            self._list.setCurrentIndex(index)
            if index.isValid():
                say_aloud(self._list, index.data(Qt.ItemDataRole.AccessibleTextRole))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = (
            event.key(),
            event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier),
        )
        if self.choices and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move(1 if key == Qt.Key.Key_Down else -1)
        elif self.choices and key == Qt.Key.Key_Escape:
            self.close_list()
        elif key in _ENTER and plain:
            index = self._list.currentIndex() if self._list is not None and self.choices else _NOWHERE
            if index.isValid():
                self._take(index)
            else:
                self.close_list()
                self.submitted.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.close_list()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.close_list()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._tag:
            box = QRectF(self.rect()).adjusted(0, 0, -10, 0)
            write(QPainter(self), box, self._tag, "small", theme().palette.muted, RIGHT)
