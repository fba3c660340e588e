"""One way out among several: a card with its title and what follows from it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme import theme
from desktop.widgets.labels import Label, restyle


class ChoiceCard(QFrame):
    """Space or a click take the choice; arrow keys ask for its neighbour. An ``obstacle`` says why it cannot be taken.

    ``taken`` with the choice's name; ``moved`` with 1 or -1.
    """

    taken = Signal(str)
    moved = Signal(int)

    def __init__(self, choice: str, title: str, consequence: str, obstacle: str = "") -> None:
        super().__init__()
        self.choice = choice
        self._chosen = False
        self.setProperty("kind", "choice")
        self.setProperty("chosen", False)
        self.setEnabled(not obstacle)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if not obstacle else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 12, 14, 12)
        line.setSpacing(12)
        self._dot = _Dot()
        line.addWidget(self._dot, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(Label(title, "body-bold", "muted" if obstacle else "text"))
        words.addWidget(Label(obstacle or consequence, "small", "danger" if obstacle else "muted", wrap=True))
        line.addLayout(words, 1)
        self.setAccessibleName(f"{title}. {obstacle or consequence}")

    @property
    def chosen(self) -> bool:
        return self._chosen

    def choose(self, chosen: bool) -> None:
        """Show whether this one is taken; says nothing to anybody."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.setProperty("chosen", chosen)
            self._dot.filled = chosen
            restyle(self)
            self._dot.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.taken.emit(self.choice)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.taken.emit(self.choice)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)


class _Dot(QWidget):
    """The round mark of one choice among several."""

    def __init__(self) -> None:
        super().__init__()
        self.filled = False
        self.setFixedSize(18, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colour("gold" if self.filled else "muted"), 1.6))
        painter.drawEllipse(2, 2, 14, 14)
        if self.filled:
            painter.setBrush(theme().colour("gold"))
            painter.drawEllipse(5, 5, 8, 8)
