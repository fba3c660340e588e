"""What the access section is put together from: rows of people, sessions and loans, rules as one types, a QR code."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.pages.settings.accesswords import AccessWords, PillText
from desktop.widgets.buttons import Button
from desktop.widgets.labels import IconLabel, Label, Rule
from desktop.widgets.pill import StatusPill

_QUIET = 4  # modules of white around a QR code (ISO/IEC 18004)


class AccessRow(QWidget):
    """A title over a muted line, pills, and buttons at the end."""

    def __init__(self, title: str, detail: str, pills: Iterable[PillText] = (), *, margin: int = SCALE.card) -> None:
        super().__init__()
        self.title, self.detail, self.pills = title, detail, tuple(pills)
        self.setAccessibleName(", ".join([title, detail, *(pill.word for pill in self.pills)]))
        line = QHBoxLayout(self)
        line.setContentsMargins(margin, 10, margin, 10)
        line.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(title, "body-bold", wrap=True))
        if detail:
            words.addWidget(Label(detail, "small", "muted", wrap=True))
        line.addLayout(words, 1)
        for pill in self.pills:
            line.addWidget(StatusPill(pill.word, pill.icon, pill.role), 0, Qt.AlignmentFlag.AlignVCenter)
        self._line = line

    def add(self, button: Button, about: str = "") -> Button:
        """A verb of this row; ``about`` tells a screen reader whose it is."""
        if about:
            button.setAccessibleName(f"{button.text()}, {about}")
        self._line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return button


class RowList(QWidget):
    """Rows under hairlines, put anew when what they show has changed."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.rows: list[AccessRow] = []

    def show_rows(self, rows: Iterable[AccessRow]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = list(rows)
        for number, row in enumerate(self.rows):
            if number:
                self._column.addWidget(Rule())
            self._column.addWidget(row)


class RuleList(QWidget):
    """What a password must be, each rule ticked as soon as it is kept."""

    def __init__(self, words: AccessWords, email: Callable[[], str]) -> None:
        super().__init__()
        self._words, self._email = words, email
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self._lines: list[tuple[IconLabel, Label]] = []
        for text, _ in words.rules("", ""):
            line = QHBoxLayout()
            line.setSpacing(8)
            icon, label = IconLabel("minus", "muted", 14), Label(text, "small", "muted")
            line.addWidget(icon)
            line.addWidget(label, 1)
            column.addLayout(line)
            self._lines.append((icon, label))

    @property
    def kept(self) -> tuple[bool, ...]:
        return self._kept

    def judge(self, password: str) -> None:
        """Show which rules this password keeps."""
        rules = self._words.rules(password, self._email())
        self._kept = tuple(kept for _, kept in rules)
        for (icon, label), kept in zip(self._lines, self._kept, strict=True):
            icon.show_icon("check" if kept else "minus", "paid" if kept else "muted")
            label.set_role("text" if kept else "muted")

    _kept: tuple[bool, ...] = ()


class QrCode(QWidget):
    """A text as a QR code, black on white in every theme: cameras know no other."""

    def __init__(self, text: str, name: str, cell: int = 4) -> None:
        super().__init__()
        import segno

        self.text = text
        code = segno.make(text, error="l", boost_error=False, micro=False)  # a screen has no stains: larger modules
        self._rows = [bytes(row) for row in code.matrix]
        side = cell * (len(self._rows) + 2 * _QUIET)
        self.setFixedSize(side, side)
        self.setAccessibleName(name)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#FFFFFF"))
        count = len(self._rows) + 2 * _QUIET
        cell = self.width() * self.devicePixelRatioF() // count / self.devicePixelRatioF()  # whole pixels of the screen
        start = (self.width() - cell * len(self._rows)) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#000000"))
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    painter.drawRect(QRectF(start + x * cell, start + y * cell, cell, cell))
