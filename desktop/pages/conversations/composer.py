"""Where the seller writes: it says who is speaking, and is locked while that is not the seller."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QStackedWidget, QVBoxLayout

from desktop.pages.conversations.presenter import ComposerText, ConversationPresenter, Mode
from desktop.widgets.buttons import ENTER, Button, IconButton
from desktop.widgets.drops import dropped_file
from desktop.widgets.labels import IconLabel, Label

LINES: Final = 6
FILES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".pdf")


class MessageEdit(QPlainTextEdit):
    """Several lines that grow with the text: Enter sends, Shift+Enter begins a new line, Esc leaves."""

    submitted = Signal()
    left = Signal()
    dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "message")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self.fit)
        self.document().documentLayout().documentSizeChanged.connect(lambda size: self.fit())
        self.fit()

    def fit(self) -> None:
        """As high as the text, up to six lines; then it scrolls."""
        lines = max(1, round(self.document().size().height()))  # a plain text's document counts lines, not px
        step = self.fontMetrics().lineSpacing()
        height = step * min(lines, LINES) + 24
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if lines > LINES else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        if self.height() != height or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        elif enter:
            self.submitted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return dropped_file(source, FILES) is not None or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """A file dropped or pasted is one to send; text loses its looks."""
        path = dropped_file(source, FILES)
        if path is not None:
            self.dropped.emit(path)
        else:
            super().insertFromMimeData(source)


class Composer(QFrame):
    """``sent`` with the text on Enter; the rest are wishes for the page to carry out."""

    sent = Signal(str)
    taken = Signal()
    given_back = Signal()
    product_wanted = Signal()
    link_wanted = Signal(int)
    quote_wanted = Signal()
    file_wanted = Signal()
    file_dropped = Signal(Path)
    left = Signal()

    def __init__(self, presenter: ConversationPresenter) -> None:
        super().__init__()
        t = presenter.t
        self._presenter = presenter
        self._state: ComposerText | None = None
        self.setProperty("kind", "pane")
        self.setProperty("side", "bottom")
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 12, 22, 10)
        column.setSpacing(6)
        self._stack = QStackedWidget()
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._lock_line = self._locked()
        self._stack.addWidget(self._lock_line)
        self.edit = MessageEdit()
        self.send = Button(t("Send"), "primary", key=ENTER)
        self._writing = QFrame()
        line = QHBoxLayout(self._writing)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        line.addWidget(self.edit, 1)
        line.addWidget(self.send, 0, Qt.AlignmentFlag.AlignBottom)
        self._stack.addWidget(self._writing)
        column.addWidget(self._stack)
        column.addLayout(self._tools())
        self._connect()

    def _locked(self) -> QFrame:
        t = self._presenter.t
        frame = QFrame()
        frame.setProperty("kind", "locked")
        line = QHBoxLayout(frame)
        line.setContentsMargins(14, 5, 6, 5)
        line.setSpacing(10)
        self._icon = IconLabel("bot", "muted")
        self._sentence = Label("", "body", "muted", wrap=True)
        self.take_over = Button(t("Take over"), "primary", key=ENTER)
        line.addWidget(self._icon)
        line.addWidget(self._sentence, 1)
        line.addWidget(self.take_over)
        frame.setMinimumHeight(52)
        return frame

    def _tools(self) -> QHBoxLayout:
        t = self._presenter.t
        line = QHBoxLayout()
        line.setSpacing(0)
        self.product = Button(t("Product"), "quiet", icon="plus")
        self.link = Button(t("Pay link"), "quiet", icon="plus")
        self.quote = Button(t("Quote"), "quiet", icon="plus")
        self.file = IconButton("paperclip", t("Photo or PDF"))
        self.give_back = Button(t("Give back to the bot"), "quiet", icon="bot", shrinks=True)
        for tool in (self.product, self.link, self.quote, self.give_back):
            tool.setProperty("tight", True)
        self._counter = Label("", "small", "muted")
        for tool in (self.product, self.link, self.quote, self.file):
            line.addWidget(tool)
        line.addStretch(1)
        line.addWidget(self._counter)
        line.addSpacing(8)
        line.addWidget(self.give_back)
        return line

    def _connect(self) -> None:
        self.edit.submitted.connect(self._submit)
        self.edit.textChanged.connect(self._typed)
        self.edit.left.connect(self.left)
        self.edit.dropped.connect(self.file_dropped)
        self.send.clicked.connect(self._submit)
        self.take_over.clicked.connect(self.taken)
        self.give_back.clicked.connect(self.given_back)
        self.product.clicked.connect(self.product_wanted)
        self.file.clicked.connect(self.file_wanted)
        self.link.clicked.connect(self._link)
        self.quote.clicked.connect(self.quote_wanted)

    # -- who speaks

    @property
    def mode(self) -> Mode | None:
        return self._state.mode if self._state else None

    def show_state(self, state: ComposerText, *, taken_over: bool, offered_above: bool) -> None:
        """Lock or unlock. ``offered_above``: the banner has the gold button already; ``taken_over``: not the bot's."""
        t = self._presenter.t
        self._state = state
        writing = state.mode == "seller"
        focused = self.edit.hasFocus()
        self._stack.setCurrentWidget(self._writing if writing else self._lock_line)
        self._stack.setFixedHeight(self._height())
        self._sentence.say(state.sentence)
        self._lock_line.setAccessibleName(state.sentence)
        self._icon.show_icon("bot" if state.mode == "bot" else "lock", "muted")
        self.take_over.setVisible(state.mode == "bot" and not offered_above)
        for tool in (self.product, self.file):
            tool.setEnabled(writing)
        self.link.setEnabled(writing and state.order_id is not None)
        self.link.setToolTip("" if state.order_id is not None else t("There is no open order to pay."))
        self.give_back.setVisible(taken_over)
        self.edit.setAccessibleName(t("Your message"))
        self.edit.setPlaceholderText(t("Write a message"))
        if focused and not writing:
            self.left.emit()
        self._typed()

    def _height(self) -> int:
        if self._stack.currentWidget() is self._writing:
            return max(self.edit.height(), self.send.sizeHint().height())
        wide = max(200, self._stack.width())
        layout = self._lock_line.layout()
        needed = layout.heightForWidth(wide) if layout and layout.hasHeightForWidth() else 0
        return max(52, needed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._stack.setFixedHeight(self._height())

    # -- writing

    @property
    def text(self) -> str:
        return self.edit.toPlainText()

    def set_text(self, text: str) -> None:
        """Another conversation's draft, or what could not be sent."""
        if text != self.text:
            self.edit.setPlainText(text)
            self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)

    def insert(self, text: str) -> None:
        """Put words in where the cursor is, on lines of their own."""
        cursor = self.edit.textCursor()
        before = self.text[: cursor.selectionStart()]
        cursor.insertText(f"\n{text}" if before and not before.endswith("\n") else text)
        self.edit.setTextCursor(cursor)
        self.edit.setFocus()

    def _typed(self) -> None:
        shown, too_long = self._presenter.counter(self.text)
        self._counter.say(shown)
        self._counter.set_role("danger" if too_long else "muted")
        self.send.setEnabled(bool(self.text.strip()) and not too_long)
        self._stack.setFixedHeight(self._height())

    def _submit(self) -> None:
        if self.send.isEnabled() and self.mode == "seller":
            self.sent.emit(self.text)

    def _link(self) -> None:
        if self._state is not None and self._state.order_id is not None:
            self.link_wanted.emit(self._state.order_id)
