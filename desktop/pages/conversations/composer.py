"""Where the seller writes: it says who is speaking, and is locked while that is not the seller."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QStackedWidget, QVBoxLayout

from core.conversations.limits import TEXT
from core.conversations.notes import LENGTH as NOTE
from desktop.pages.conversations.presenter import ComposerText, ConversationPresenter, Mode
from desktop.widgets.buttons import ENTER, Button, IconButton
from desktop.widgets.drops import dropped_file
from desktop.widgets.labels import IconLabel, Label, restyle

LINES: Final = 6
_SHORTCUT: Final = re.compile(r"/\S{0,32}")
FILES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".pdf")


class Picker(Protocol):
    """A list that may be open above the field."""

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key was meant for it."""
        ...


class MessageEdit(QPlainTextEdit):
    """Several lines that grow with the text: Enter sends, Shift+Enter begins a new line, Esc leaves.

    ``picker``: what may take keys before.
    """

    picker: Picker | None = None
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
        if self.picker is not None and self.picker.takes(event):
            return
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
    """``sent`` with the text on Enter, ``noted`` with that of a note; the rest are wishes for the page to carry out.

    ``slashed`` with what follows a slash at the begin of a message, None when there is none any more.
    """

    sent = Signal(str)
    noted = Signal(str)
    slashed = Signal(object)
    canned_wanted = Signal()
    taken = Signal()
    template_wanted = Signal()
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
        self._offered_above = False
        self._aside = ""  # the message while a note is being written, and the other way round
        self.noting = False
        self.setProperty("kind", "pane")
        self.setProperty("side", "bottom")
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 12, 22, 10)
        column.setSpacing(6)
        self._stack = QStackedWidget()
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._lock_line = self._locked()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fit)
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
        self._sentence = Label("", "small", "muted", wrap=True)
        self.take_over = Button(t("Take over"), "primary", key=ENTER)
        line.addWidget(self._icon)
        line.addWidget(self._sentence, 1)
        self.template = Button(t("Choose a template"), "primary", key=ENTER)
        line.addWidget(self.take_over)
        line.addWidget(self.template)
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
        self.canned = Button(t("Ready answers"), "quiet", icon="list")
        self.note = Button(t("Internal note"), "quiet", icon="pencil")
        self.note.setCheckable(True)
        self._icons = [(tool, "plus") for tool in (self.product, self.link, self.quote)]
        self._icons += [(self.canned, "list"), (self.note, "pencil")]
        # The words of each, and those for little room.
        self._names = (
            (self.link, t("Pay link"), t.of("tool", "Link")),
            (self.canned, t("Ready answers"), t.of("tool", "Answers")),
            (self.note, t("Internal note"), t.of("tool", "Note")),
        )
        for tool, name, _ in self._names:
            tool.setAccessibleName(name)
        self._name_tools(narrow=True)  # before its place is known it asks for no more than it needs
        self.canned.setToolTip(t("Ready answers: type / in a message"))
        self.note.setToolTip(f"{t('Internal note: never sent')} (Alt+N)")
        for tool in (self.product, self.link, self.quote, self.canned, self.note):
            tool.setProperty("tight", True)
        self._counter = Label("", "small", "muted")
        for tool in (self.product, self.link, self.quote, self.canned, self.note, self.file):
            line.addWidget(tool)
        line.addStretch(1)
        line.addWidget(self._counter)
        return line

    def _connect(self) -> None:
        self.edit.submitted.connect(self._submit)
        self.edit.textChanged.connect(self._typed)
        self.edit.left.connect(self._leave)
        self.edit.dropped.connect(self.file_dropped)
        self.send.clicked.connect(self._submit)
        self.take_over.clicked.connect(self.taken)
        self.template.clicked.connect(self.template_wanted)
        self.canned.clicked.connect(self.canned_wanted)
        self.note.clicked.connect(lambda: self.write_note(not self.noting))
        self.product.clicked.connect(self.product_wanted)
        self.file.clicked.connect(self.file_wanted)
        self.link.clicked.connect(self._link)
        self.quote.clicked.connect(self.quote_wanted)

    # -- who speaks

    @property
    def mode(self) -> Mode | None:
        return self._state.mode if self._state else None

    def enter(self) -> None:
        """Take over what the bot holds, go and write, or choose a template where only one may still be sent."""
        if self.mode == "bot":
            self.taken.emit()
        elif self.mode == "closed":
            self.template_wanted.emit()
        elif self.mode == "seller":
            self.edit.setFocus()

    def show_state(self, state: ComposerText, *, offered_above: bool) -> None:
        """Lock or unlock. ``offered_above``: the banner has the gold button already."""
        self._state, self._offered_above = state, offered_above
        self._dress()

    def write_note(self, noting: bool) -> None:
        """Write a note for the shop's own people instead of a message, or go back; what was begun waits."""
        if noting != self.noting:
            self.noting = noting
            text, self._aside = self._aside, self.text
            self.set_text(text)
            self._dress()
        if noting or self.mode == "seller":
            self.edit.setFocus()

    def _dress(self) -> None:
        state, t = self._state, self._presenter.t
        if state is None:
            return
        writing = state.mode == "seller" or self.noting
        focused = self.edit.hasFocus()
        self._stack.setCurrentWidget(self._writing if writing else self._lock_line)
        self._sentence.say(state.sentence)
        self._lock_line.setAccessibleName(state.sentence)
        self._icon.show_icon("bot" if state.mode == "bot" else "lock", "muted")
        self.template.setVisible(state.mode == "closed")
        self.take_over.setVisible(state.mode == "bot" and not self._offered_above)
        self._fit()
        self._soon.start()
        message = state.mode == "seller" and not self.noting
        for tool in (self.product, self.file, self.canned):
            tool.setEnabled(message)
        self.link.setEnabled(message and state.order_id is not None)
        self.link.setToolTip("" if state.order_id is not None else t("There is no open order to pay."))
        self.note.setChecked(self.noting)
        self.send.setText(t("Keep the note") if self.noting else t("Send"))
        self.edit.setAccessibleName(t("Internal note") if self.noting else t("Your message"))
        self.edit.setPlaceholderText(t("Internal note: never sent") if self.noting else t("Write a message"))
        if self.edit.property("note") != self.noting:
            self.edit.setProperty("note", self.noting)
            restyle(self.edit)
        if focused and not writing:
            self.left.emit()
        self._typed()

    def _fit(self) -> None:
        """As high as what it says now; asked again once all that was shown, hidden or resized has its place."""
        self._stack.setFixedHeight(self._height())

    def _height(self) -> int:
        if self._stack.currentWidget() is self._writing:
            return max(self.edit.height(), self.send.sizeHint().height())
        wide = max(200, self._stack.width())
        layout = self._lock_line.layout()
        needed = layout.totalHeightForWidth(wide) if layout and layout.hasHeightForWidth() else 0  # its edges too
        return max(52, needed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name_tools(narrow=False)
        row = (self.product, self.link, self.quote, self.canned, self.note, self.file)
        self._name_tools(narrow=sum(tool.sizeHint().width() for tool in row) > self.width())
        self._soon.start()  # its line is as wide as before until then

    def _name_tools(self, *, narrow: bool) -> None:
        for tool, name, short in self._names:
            tool.setText(short if narrow else name)
        for tool, icon in self._icons:
            tool.set_icon_name(None if narrow else icon)

    # -- writing

    @property
    def text(self) -> str:
        return self.edit.toPlainText()

    @property
    def drafts(self) -> tuple[str, str]:
        """The message and the note that were begun."""
        return (self._aside, self.text) if self.noting else (self.text, self._aside)

    def set_drafts(self, message: str, note: str) -> None:
        """Another conversation's."""
        self.noting, self._aside = False, note
        self.set_text(message)
        self._dress()

    def take_canned(self, text: str) -> None:
        """The chosen answer in place of its shortcut; it can still be changed before it is sent."""
        self.set_text(text)
        self.edit.setFocus()

    def set_text(self, text: str) -> None:
        """What could not be sent, or another text."""
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
        shown, too_long = self._presenter.counter(self.text, NOTE if self.noting else TEXT)
        self._counter.say(shown)
        self._counter.set_role("danger" if too_long else "muted")
        self.send.setEnabled(bool(self.text.strip()) and not too_long)
        typed = self.text if self.mode == "seller" and not self.noting else ""
        self.slashed.emit(typed[1:] if _SHORTCUT.fullmatch(typed) else None)
        self._stack.setFixedHeight(self._height())

    def _leave(self) -> None:
        if self.noting:
            self.write_note(False)
        else:
            self.left.emit()

    def _submit(self) -> None:
        if self.send.isEnabled() and self.noting:
            self.noted.emit(self.text)
        elif self.send.isEnabled() and self.mode == "seller":
            self.sent.emit(self.text)

    def _link(self) -> None:
        if self._state is not None and self._state.order_id is not None:
            self.link_wanted.emit(self._state.order_id)
