"""What there was between the shop and a person, each line leading to its page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.icons import draw
from desktop.pages.customers.presenter import MomentText
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.buttons import Button
from desktop.widgets.cells import LEFT, RIGHT, write
from desktop.widgets.labels import Label


class MomentLine(QPushButton):
    """One moment; a click or Enter leads there."""

    def __init__(self) -> None:
        super().__init__()
        self.moment: MomentText | None = None
        self.setProperty("kind", "quiet")
        self.setFixedHeight(SCALE.target + 4)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        return QSize(200, SCALE.target + 4)

    def show_moment(self, moment: MomentText) -> None:
        self.moment = moment
        self.setAccessibleName(", ".join(part for part in (moment.what, moment.amount, moment.when) if part))
        self.setToolTip(moment.what)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        moment = self.moment
        if moment is None:
            return
        painter, palette = QPainter(self), theme().palette
        draw(painter, moment.icon, palette.ink(moment.role), 4, (self.height() - 16) / 2, 16)
        box = QRectF(28, 2, self.width() - 34, 20)
        used = write(painter, box, moment.amount, "small-bold", palette.text, RIGHT)
        write(painter, box, moment.what, "small", palette.text, LEFT, room=box.width() - used - (8 if used else 0))
        write(painter, QRectF(28, 22, self.width() - 34, 17), moment.when, "small", palette.muted)


class Timeline(QWidget):
    """``opened`` with a page and what to show there; ``more_wanted`` for what came before."""

    opened = Signal(str, int)
    more_wanted = Signal()

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.lines: list[MomentLine] = []
        self.nothing = Label(t("Nothing yet: neither a message nor an order."), "small", "muted", wrap=True)
        self._column.addWidget(self.nothing)
        self.more = Button(t("Show more"), "quiet", icon="chevron-down", shrinks=True)
        self.more.clicked.connect(self.more_wanted)
        self._column.addWidget(self.more)

    def show_moments(self, moments: Sequence[MomentText], more: bool) -> None:
        while len(self.lines) < len(moments):
            line = MomentLine()
            line.clicked.connect(lambda checked=False, line=line: self._open(line))
            self.lines.append(line)
            self._column.insertWidget(self._column.count() - 1, line)
        for number, line in enumerate(self.lines):
            line.setVisible(number < len(moments))
            if number < len(moments):
                line.show_moment(moments[number])
        self.nothing.setVisible(not moments)
        self.more.setVisible(more)

    def _open(self, line: MomentLine) -> None:
        if line.moment is not None:
            self.opened.emit(line.moment.page, line.moment.subject)
