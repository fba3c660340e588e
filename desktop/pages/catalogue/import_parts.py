"""The faces of the import dialog: the place to drop a file, the work under way, the preview, the result."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from core.kernel.money import group_digits
from desktop.pages.catalogue.import_texts import SUFFIXES, PreviewText, ResultText, TileText
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.choice import ChoiceCard
from desktop.widgets.drops import dropped_file
from desktop.widgets.grid import Grid
from desktop.widgets.labels import IconLabel, Label


class ChooseFile(QWidget):
    """A place to drop the list on, a button to choose it, and a model to fill in. Says why a file was not readable."""

    asked = Signal()
    picked = Signal(object)
    sample_asked = Signal()

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        self._over = False
        self.setAcceptDrops(True)
        self.setMinimumHeight(250)
        self.setAccessibleName(t("Drop the product list here"))
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 24, 32, 20)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(IconLabel("upload", "muted", 34), 0, Qt.AlignmentFlag.AlignHCenter)
        for text, kind in (
            (t("Drop the product list here"), "lead-bold"),
            (t("CSV saved by Excel, LibreOffice or Google Sheets. Encoding, separator and columns are found."), "body"),
        ):
            label = Label(text, kind, "text" if kind == "lead-bold" else "muted", wrap=True)  # type: ignore[arg-type]
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addStretch(1)
        self.button = Button(t("Choose a file…"), "secondary")
        self.button.clicked.connect(self.asked)
        self.sample = Button(t("Model file"), "link")
        self.sample.clicked.connect(self.sample_asked)
        line.addWidget(self.button)
        line.addWidget(self.sample)
        line.addStretch(1)
        column.addSpacing(6)
        column.addLayout(line)
        self._problem = _Said()
        column.addWidget(self._problem)
        column.addStretch(1)

    def refuse(self, name: str, reason: str) -> None:
        """Why a file could not be read as a whole; nothing was changed."""
        self._problem.say("circle-alert", "danger", f"{name} : {reason}" if name else reason)

    def sample_saved(self, path: Path) -> None:
        self._problem.say(
            "circle-check", "paid", self._t("Saved: {file}. Fill it in, then drop it here.", file=path.name)
        )

    @property
    def problem(self) -> str:
        return self._problem.text

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event.mimeData(), SUFFIXES):
            event.acceptProposedAction()
            self._mark(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark(False)

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event.mimeData(), SUFFIXES)
        self._mark(False)
        if path:
            event.acceptProposedAction()
            self.picked.emit(path)

    def _mark(self, over: bool) -> None:
        self._over = over
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_drop_edge(self, self._over)


def paint_drop_edge(widget: QWidget, over: bool) -> None:
    """The dashed edge of a place where a file can be dropped; gold while one hangs over it."""
    palette = theme().palette
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(palette.gold if over else palette.line), 1.5 if over else 1, Qt.PenStyle.DashLine))
    painter.setBrush(QColor(palette.raised if over else palette.background))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(1, 1, -1, -1), SCALE.corner, SCALE.corner)


class _Said(QWidget):
    """An icon and a sentence that may be missing."""

    def __init__(self) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 10, 0, 0)
        line.setSpacing(10)
        self._icon = IconLabel("info", "muted")
        self._label = Label("", "body", wrap=True)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._label, 1)
        self.hide()

    @property
    def text(self) -> str:
        return "" if self.isHidden() else self._label.text()

    def say(self, icon: str, role: str, text: str) -> None:
        self._icon.show_icon(icon, role)  # type: ignore[arg-type]
        self._label.say(text)
        self.setVisible(bool(text))


class Work(QWidget):
    """What is being done, and how far it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(150)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 24, 0, 24)
        column.setSpacing(12)
        column.addStretch(1)
        line = QHBoxLayout()
        self._name = Label("", "lead-bold")
        self._count = Label("", "body", "muted")
        line.addWidget(self._name, 1)
        line.addWidget(self._count)
        column.addLayout(line)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        column.addWidget(self.bar)
        self._hint = Label("", "small", "muted", wrap=True)
        column.addWidget(self._hint)
        column.addStretch(1)

    def begin(self, name: str, hint: str = "") -> None:
        self._name.say(name)
        self._count.say("")
        self._hint.say(hint)
        self.bar.setAccessibleName(name)
        self.bar.setRange(0, 0)

    def advance(self, done: int, total: int) -> None:
        if total > 0:
            self.bar.setRange(0, total)
            self.bar.setValue(done)
            self._count.say(f"{group_digits(done)}\u00a0/\u00a0{group_digits(total)}")

    def stopping(self, text: str) -> None:
        self._hint.say(text)


class _Count(QWidget):
    """One of the preview's figures."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._value = Label("", "title")
        self._title = Label("", "small", "muted")
        column.addWidget(self._value)
        column.addWidget(self._title)

    def show_tile(self, tile: TileText) -> None:
        self._value.say(tile.value)
        self._value.set_role(tile.role)
        self._title.say(tile.title)
        self.setAccessibleName(f"{tile.title} : {tile.value}")


class _Tables(QStackedWidget):
    """Five lines high, and as low as two where the screen is low."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(106)
        self.setMaximumHeight(214)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), 214)


class Preview(QWidget):
    """What a file would change, what is wrong with it, and the choice between all and the good lines."""

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        self.verb = ""
        self.choice = "all"
        self.cards: dict[str, ChoiceCard] = {}
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._read_as = Label("", "body")
        self._columns = Label("", "small", "muted", wrap=True)
        self._left_out = Label("", "small", "waiting", wrap=True)
        for label in (self._read_as, self._columns, self._left_out):
            column.addWidget(label)
        self._head()
        self.rows = Grid(t("Preview"), (1.1, 1.1, 2.6, 0.9, 0.7, 1.1), right=(3, 4), plain=(2, 3, 4))
        self.errors = Grid(t("Lines to correct"), (0.55, 1.1, 5), right=(0,), plain=(2,))
        self._tables = _Tables()
        for grid in (self.rows, self.errors):
            self._tables.addWidget(grid)
        column.addWidget(self._tables)
        self._advice = Label(
            t("Correct these lines in your spreadsheet, save, then read the file again: nothing is imported yet."),
            "small",
            "muted",
            wrap=True,
        )
        column.addWidget(self._advice)
        self._nothing = Label(
            t("The catalogue holds all of this already: there is nothing to import."), "body", wrap=True
        )
        column.addWidget(self._nothing)
        self._choices = QVBoxLayout()
        self._choices.setSpacing(8)
        column.addLayout(self._choices)

    def _head(self) -> None:
        t = self._t
        counts = QHBoxLayout()
        counts.setSpacing(34)
        self._counts = [_Count() for _ in range(4)]
        for count in self._counts:
            counts.addWidget(count)
        counts.addStretch(1)
        self._column.addLayout(counts)
        line = QHBoxLayout()
        line.setSpacing(8)
        self.to_rows, self.to_errors = Chip(t("Preview")), Chip(t("Lines to correct"))
        self._tabs = QButtonGroup(self)
        for place, chip in enumerate((self.to_rows, self.to_errors)):
            self._tabs.addButton(chip, place)
            line.addWidget(chip)
        self._tabs.idClicked.connect(self.show_table)
        line.addStretch(1)
        self.copy = Button(t("Copy the list"), "link")
        self.copy.clicked.connect(self.copy_errors)
        line.addWidget(self.copy)
        self._column.addLayout(line)

    def show_plan(self, text: PreviewText, nothing_new: bool) -> None:
        self.verb = text.verb
        self._read_as.say(text.read_as)
        self._columns.say(text.columns)
        self._left_out.say(text.left_out)
        self._left_out.setVisible(bool(text.left_out))
        for count, tile in zip(self._counts, text.tiles, strict=True):
            count.show_tile(tile)
        self.rows.show_rows(text.headings, text.rows)
        self.errors.show_rows(text.error_headings, text.errors)
        self.to_rows.count(len(text.rows))
        self.to_errors.count(len(text.errors))
        self.to_rows.setVisible(bool(text.rows))
        self.to_errors.setVisible(bool(text.errors))
        self._tables.setVisible(not nothing_new)
        self._nothing.setVisible(nothing_new)
        self._advice.setVisible(bool(text.errors))
        self.show_table(1 if text.errors else 0)
        self._show_choices(text)

    def _show_choices(self, text: PreviewText) -> None:
        for card in self.cards.values():
            self._choices.removeWidget(card)
            card.deleteLater()
        self.cards = {}
        for one in text.choices if text.rows else ():
            card = ChoiceCard(one.choice, one.title, one.consequence, one.obstacle)
            card.taken.connect(self.choose)
            card.moved.connect(self._move)
            self.cards[one.choice] = card
            self._choices.addWidget(card)
        self.choose(text.advised)

    def choose(self, choice: str) -> None:
        """Take « all » or « good »."""
        self.choice = choice
        for name, card in self.cards.items():
            card.choose(name == choice)

    def take_focus(self) -> None:
        """To the choice that is taken; Enter then imports."""
        card = self.cards.get(self.choice)
        if card:
            card.setFocus()

    def _move(self, step: int) -> None:
        free = [name for name, card in self.cards.items() if card.isEnabled()]
        self.choose(free[(free.index(self.choice) + step) % len(free)])
        self.take_focus()

    def show_table(self, place: int) -> None:
        """0: the rows, 1: what is wrong."""
        self._tables.setCurrentIndex(place)
        button = self._tabs.button(place)
        button.setChecked(True)
        self.copy.setVisible(place == 1)

    def copy_errors(self) -> None:
        """Put the errors on the clipboard, as a spreadsheet takes them."""
        QGuiApplication.clipboard().setText(_tabbed(self.errors.rows))
        self.copy.setText(self._t("Copied"))


def _tabbed(rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join("\t".join(row) for row in rows)


class Outcome(QWidget):
    """What became of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(150)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 24, 0, 24)
        line.setSpacing(16)
        self._icon = IconLabel("circle-check", "paid", 36)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(4)
        self.title = Label("", "lead-bold", wrap=True)
        self.detail = Label("", "body", "muted", wrap=True)
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.detail)
        words.addStretch(1)
        line.addLayout(words, 1)

    def show_result(self, text: ResultText) -> None:
        self._icon.show_icon(text.icon, text.role)
        self.title.say(text.title)
        self.detail.say(text.detail)
        self.detail.setVisible(bool(text.detail))
