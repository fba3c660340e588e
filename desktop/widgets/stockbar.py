"""How much of a product can still be sold: free part filled, held part hatched, the rest gone (ruling R6)."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.look import Role
from desktop.theme import theme
from desktop.widgets.labels import ElidedLabel, Label

_HATCH = 6


class StockTrack(QWidget):
    """The bar alone. ``free`` and ``held`` are shares of the whole, from 0 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self._free = self._held = 0.0
        self._critical = False
        self.setFixedHeight(8)

    def show_shares(self, free: float, held: float, critical: bool) -> None:
        if (free, held, critical) != (self._free, self._held, self._critical):
            self._free, self._held, self._critical = free, held, critical
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_track(QPainter(self), QRectF(self.rect()), self._free, self._held, self._critical)


def draw_track(painter: QPainter, box: QRectF, free: float, held: float, critical: bool) -> None:
    """Paints the bar into ``box``; ``free`` and ``held`` are shares of the whole, from 0 to 1."""
    palette = theme().palette
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setClipPath(shape)
    painter.fillRect(box, QColor(palette.line if palette.name == "light" else palette.raised))
    free_width = box.width() * min(1.0, free)
    held_width = min(box.width() * held, box.width() - free_width)
    full = palette.danger.ink if critical else palette.structure
    painter.fillRect(QRectF(box.left(), box.top(), free_width, box.height()), QColor(full))
    hatched = QRectF(box.left() + free_width, box.top(), held_width, box.height())
    painter.setClipRect(hatched, Qt.ClipOperation.IntersectClip)
    painter.fillRect(hatched, QColor(palette.waiting.ground))
    painter.setPen(QPen(QColor(palette.waiting.ink), 2.4))
    x = hatched.left() - box.height()
    while x < hatched.right():
        painter.drawLine(QPointF(x, box.bottom() + 2), QPointF(x + box.height() + 4, box.top() - 2))
        x += _HATCH
    painter.restore()


class StockBarRow(QWidget):
    """One product of the stock card: key and name, what is left of how many, and the bar. ``pressed`` by a click,
    Enter or the space bar."""

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        line = QHBoxLayout()
        line.setSpacing(8)
        self._sku = Label("", "body-bold")
        self._title = ElidedLabel("", "small", "muted")
        self._waiting = Label("", "small-bold", "info")
        self._left = Label("", "body-bold")
        line.addWidget(self._sku)
        line.addWidget(self._title, 1)
        line.addWidget(self._waiting)
        line.addWidget(self._left)
        column.addLayout(line)
        self._track = StockTrack()
        column.addWidget(self._track)

    def show_stock(
        self, sku: str, title: str, left: str, role: Role, free: float, held: float, said: str, waiting: str = ""
    ) -> None:
        """``said`` is the whole row as one sentence, for screen readers and as tooltip."""
        self._waiting.say(waiting)
        self._waiting.setVisible(bool(waiting))
        self._sku.say(sku)
        self._title.say(title)
        self._left.say(left)
        self._left.set_role(role)
        self._track.show_shares(free, held, role == "danger")
        self.setAccessibleName(said)
        self.setToolTip(said)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(theme().palette.gold), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
