"""Typing: fields with a label above and, beneath, a line that helps or says what is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.icons import draw
from desktop.theme import theme
from desktop.widgets.buttons import IconButton, draw_key, key_width
from desktop.widgets.labels import Label, restyle
from desktop.widgets.speaking import say_aloud

_FOLDED = 60  # px: a search box narrower than this shows its icon only


class Field(QWidget):
    """An editor between its label and its help line. The line turns into the error when there is one.

    The line's place is kept free so that nothing jumps; ``close`` gives it up while it has nothing to say.
    """

    def __init__(self, label: str, editor: QWidget, hint: str = "", *, close: bool = False) -> None:
        super().__init__()
        self.editor = editor
        self._close = close
        self._hint = hint
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._label = Label(label, "small-bold")
        self._label.setBuddy(editor)
        self._line = Label(hint or " ", "small", "muted", wrap=True)
        column.addWidget(self._label)
        column.addWidget(editor)
        column.addWidget(self._line)
        self._line.setVisible(bool(hint) or not close)
        column.addStretch()
        for part in filter(None, (editor, editor.focusProxy())):  # where the keyboard goes is what is read out
            part.setAccessibleName(label)
        editor.setAccessibleDescription(hint)
        self.setFocusProxy(editor)

    @property
    def error(self) -> str:
        """The error shown, or an empty text."""
        return self._line.text() if self.editor.property("wrong") else ""

    def set_error(self, text: str) -> None:
        """Show what is wrong; an empty text means that all is well and brings the hint back."""
        wrong, new = bool(text), text != self.error
        self._line.say(text or self._hint or " ")
        self._line.setVisible(bool(text or self._hint) or not self._close)
        self._line.set_role("danger" if wrong else "muted")
        self.editor.setAccessibleDescription(text or self._hint)
        if bool(self.editor.property("wrong")) != wrong:
            self.editor.setProperty("wrong", wrong)
            restyle(self.editor)
        if wrong and new and self.isVisible():
            say_aloud(self, text)

    def set_hint(self, hint: str) -> None:
        """Another help line, kept back while an error shows."""
        self._hint = hint
        if not self.error:
            self._line.say(hint or " ")


class TextField(Field):
    """A one-line text."""

    changed = Signal(str)

    def __init__(
        self, label: str, hint: str = "", placeholder: str = "", *, secret: bool = False, close: bool = False
    ) -> None:
        self.edit = QLineEdit()
        super().__init__(label, self.edit, hint, close=close)
        self.edit.setPlaceholderText(placeholder)
        if secret:
            self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.textEdited.connect(self.changed)

    @property
    def text(self) -> str:
        return self.edit.text().strip()


class SearchField(QLineEdit):
    """A search box with its key: Esc empties it first and leaves it then; ↓ and Enter go on to the results."""

    left = Signal()
    down = Signal()
    up = Signal()
    focused = Signal(bool)

    def __init__(self, placeholder: str, key: str | None = None, *, boxed: bool = False) -> None:
        super().__init__()
        self._key = key
        self.setProperty("kind", "search")
        self.setProperty("boxed", boxed)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.textEdited.emit("")
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            event.ignore()
        elif event.key() == Qt.Key.Key_Down:
            self.down.emit()
        elif event.key() == Qt.Key.Key_Up:
            self.up.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setPlaceholderText("" if self.width() < _FOLDED else self.accessibleName())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        muted = theme().palette.muted
        draw(painter, "search", muted, 11, (self.height() - 16) / 2, 16)
        if self._key and not self.text() and not self.hasFocus() and self.width() >= _FOLDED:
            draw_key(
                painter, self._key, self.width() - key_width(self._key) - 8, self.height() / 2, theme().colour("muted")
            )


class Stepper(QWidget):
    """A small whole number with − and +; arrow keys and typing work too."""

    changed = Signal(int)

    def __init__(self, less: str, more: str, lowest: int = 1, highest: int = 99) -> None:
        super().__init__()
        self._lowest, self._highest, self._value = lowest, highest, lowest
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        self._less = IconButton("minus", less, "secondary")
        self._more = IconButton("plus", more, "secondary")
        self.edit = QLineEdit(str(lowest))
        self.edit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.edit.setFixedWidth(56)
        self.edit.setMaxLength(len(str(highest)))
        self.edit.textEdited.connect(self._typed)
        self._less.clicked.connect(lambda: self.set_value(self._value - 1))
        self._more.clicked.connect(lambda: self.set_value(self._value + 1))
        for part in (self._less, self.edit, self._more):
            line.addWidget(part)
        line.addStretch(1)
        self.setFocusProxy(self.edit)
        self._refresh()

    @property
    def value(self) -> int:
        return self._value

    def set_highest(self, highest: int) -> None:
        self._highest = max(self._lowest, highest)
        self.set_value(self._value)

    def set_value(self, value: int) -> None:
        value = max(self._lowest, min(self._highest, value))
        self.edit.setText(str(value))
        if value != self._value:
            self._value = value
            self.changed.emit(value)
        self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.set_value(self._value + step)

    def _typed(self, text: str) -> None:
        if text.isascii() and text.isdigit():
            self.set_value(int(text))
        elif text:
            self.edit.setText(str(self._value))

    def _refresh(self) -> None:
        self._less.setEnabled(self._value > self._lowest)
        self._more.setEnabled(self._value < self._highest)
