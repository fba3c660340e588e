"""The three parts of the support page."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from core.bootstrap.checkup import Line
from core.kernel.look import SCALE
from core.support.trace import Story
from desktop.pages.support.presenter import StepText, SupportPresenter
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.card import Card
from desktop.widgets.fields import SearchField
from desktop.widgets.labels import ElidedLabel, IconLabel, Label, Rule

_TYPED_MS = 250
_NAME_WIDE = 190
_TIME_WIDE = 104


def _scrolled(inner: QWidget, name: str) -> QScrollArea:
    area = QScrollArea()
    area.setAccessibleName(name)
    inner.setProperty("kind", "scrolled")
    area.setWidgetResizable(True)
    area.setWidget(inner)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


class _Rows(QWidget):
    """Lines one under the other, all replaced at once."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SCALE.card, 6, SCALE.card, SCALE.card)
        self._column.setSpacing(0)
        self._column.addStretch(1)

    def clear(self) -> None:
        while self._column.count() > 1:
            item = self._column.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()

    def add(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)


class ChecksCard(Card):
    """A line for each check; ``again`` asks anew. ``replay``: what stands beside one was asked for."""

    replay = Signal()

    def __init__(self, presenter: SupportPresenter) -> None:
        super().__init__(presenter.t("Is everything well?"))
        self._presenter = presenter
        self.verdict = Label("", "body", "muted")
        self.again = Button(presenter.t("Check again"), "quiet", icon="refresh-cw")
        self.head.addWidget(self.verdict)
        self.head.addStretch(1)
        self.head.addWidget(self.again)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName(presenter.t("Checking…"))
        self.rows = _Rows()
        self.body.addWidget(self.busy)
        self.body.addWidget(_scrolled(self.rows, self.accessibleName()), 1)

    def begin(self) -> None:
        self.busy.show()
        self.again.setEnabled(False)
        self.verdict.set_role("muted")
        self.verdict.say(self._presenter.t("The computer, the store and every connection are being asked."))

    def show_lines(self, lines: list[Line]) -> None:
        self.busy.hide()
        self.again.setEnabled(True)
        text, role = self._presenter.verdict(lines)
        self.verdict.say(text)
        self.verdict.set_role(role)
        self.rows.clear()
        for line in sorted(lines, key=lambda one: one.ok):  # what is wrong first
            self.rows.add(self._row(line))

    def _row(self, line: Line) -> QWidget:
        row, inner = QWidget(), QVBoxLayout()
        icon, role = self._presenter.look(line)
        verb = self._presenter.verb(line)
        # A button is higher than a line of text: what stands in its row stands in its middle.
        at = Qt.AlignmentFlag.AlignVCenter if verb else Qt.AlignmentFlag.AlignTop
        words = QHBoxLayout()
        words.setContentsMargins(0, 10, 0, 10)
        words.setSpacing(10)
        words.addWidget(IconLabel(icon, role), 0, at)
        name = Label(line.name[:1].upper() + line.name[1:], "body-bold")
        name.setFixedWidth(_NAME_WIDE)
        words.addWidget(name, 0, at)
        detail = Label(line.detail, "body", "text" if line.ok else role, wrap=True)
        detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(detail, 1)
        if verb:
            button = Button(verb, "quiet", icon="refresh-cw")
            button.clicked.connect(self.replay)
            words.addWidget(button, 0, at)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addLayout(words)
        inner.addWidget(Rule())
        row.setLayout(inner)
        row.setAccessibleName(f"{line.name}: {line.detail}")
        return row


class TraceCard(Card):
    """``asked`` with what was typed; ``opened`` with an order's id."""

    asked = Signal(str)
    opened = Signal(int)

    def __init__(self, presenter: SupportPresenter) -> None:
        t = presenter.t
        super().__init__(t("What happened?"))
        self._presenter = presenter
        self.search = SearchField(t("Order, phone number, payment or message id"), boxed=True)
        self.search.setAccessibleName(t("What somebody reads out to you"))
        self.head.addSpacing(12)
        self.head.addWidget(self.search, 1)
        self._none = Label(
            t("From WhatsApp’s notice to the board: type what the caller reads out, and every step stands here."),
            "body",
            "muted",
            wrap=True,
        )
        self._none.setContentsMargins(SCALE.card, SCALE.card, SCALE.card, SCALE.card)
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.rows = _Rows()
        self.body.addWidget(self._none)
        self._area = _scrolled(self.rows, self.accessibleName())
        self.body.addWidget(self._area, 1)
        self._pause = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._pause.timeout.connect(self._ask)
        self.search.textChanged.connect(lambda: self._pause.start())
        self.search.returnPressed.connect(self._ask)

    def _ask(self) -> None:
        self._pause.stop()
        text = self.search.text().strip()
        if text:
            self.asked.emit(text)
        else:
            self.show_stories([])

    def show_stories(self, stories: list[Story]) -> None:
        self.rows.clear()
        typed = self.search.text().strip()
        self._none.setVisible(not stories)
        if not stories and typed:
            self._none.say(self._presenter.t("Nothing fits “{text}”.", text=typed))
        for story in stories:
            self.rows.add(self._head_of(story))
            for step in self._presenter.steps(story):
                self.rows.add(_step(step))

    def _head_of(self, story: Story) -> QWidget:
        t, row = self._presenter.t, QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 14, 0, 6)
        line.setSpacing(10)
        line.addWidget(Label(self._presenter.title(story), "heading"))
        line.addWidget(Label(self._presenter.day(story), "small", "muted"))
        line.addStretch(1)
        copy = Button(t("Copy"), "quiet", icon="copy")
        copy.clicked.connect(partial(self._copy, story))
        line.addWidget(copy)
        if story.order_id is not None:
            go = Button(t("Open the order"), "quiet", icon="arrow-right")
            go.clicked.connect(partial(self.opened.emit, story.order_id))
            line.addWidget(go)
        return row

    def _copy(self, story: Story) -> None:
        QGuiApplication.clipboard().setText(self._presenter.as_text(story))


def _step(step: StepText) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 5, 0, 5)
    line.setSpacing(10)
    at = Label(step.at, "small", "muted")
    at.setFixedWidth(_TIME_WIDE)
    line.addWidget(at, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(IconLabel(step.icon, step.role, 15), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addWidget(Label(step.text, "body", "danger" if step.role == "danger" else "text", wrap=True))
    if step.said:
        words.addWidget(Label(step.said, "small", "muted", wrap=True))
    line.addLayout(words, 1)
    return row


class LogCard(Card):
    """The log's last lines; ``again`` reads them anew."""

    def __init__(self, presenter: SupportPresenter) -> None:
        t = presenter.t
        super().__init__(t("Technical log"))
        self._lines: list[str] = []
        self._empty = t("Nothing was written yet: that is good news.")
        self.wrong = Chip(t("Warnings only"))
        self.wrong.toggled.connect(lambda: self._show())
        self.copy = Button(t("Copy"), "quiet", icon="copy")
        self.copy.clicked.connect(self._copy)
        self.again = Button(t("Read again"), "quiet", icon="refresh-cw")
        self.head.addSpacing(12)
        self.head.addWidget(ElidedLabel(t("Numbers, addresses and keys are taken out."), "small", "muted"), 1)
        for button in (self.wrong, self.copy, self.again):
            self.head.addWidget(button)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(t("Technical log"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.body.addWidget(self.text, 1)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    def show_lines(self, lines: list[str]) -> None:
        self._lines = lines
        self._show()

    def _show(self) -> None:
        lines = self._lines
        if self.wrong.isChecked():
            lines = [line for line in lines if " WARNING " in line or " ERROR " in line or " CRITICAL " in line]
        self.text.setPlainText("\n".join(lines) or self._empty)
        bar = self.text.verticalScrollBar()
        bar.setValue(bar.maximum())
