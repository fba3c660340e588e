"""How much of a product can still be sold: free part filled, held part hatched, the rest gone (ruling R6)."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
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
        palette = theme().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(0, 0, self.width(), self.height()), 4, 4)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(palette.line if palette.name == "light" else palette.raised))
        free = self.width() * min(1.0, self._free)
        held = min(self.width() * self._held, self.width() - free)
        full = palette.danger.ink if self._critical else palette.structure
        painter.fillRect(QRectF(0, 0, free, self.height()), QColor(full))
        painter.setClipRect(QRectF(free, 0, held, self.height()), Qt.ClipOperation.IntersectClip)
        painter.fillRect(QRectF(free, 0, held, self.height()), QColor(palette.waiting.ground))
        painter.setPen(QPen(QColor(palette.waiting.ink), 2.4))
        x = free - self.height()
        while x < free + held:
            painter.drawLine(int(x), self.height() + 2, int(x) + self.height() + 4, -2)
            x += _HATCH


class StockBarRow(QWidget):
    """One product of the stock card: key and name, what is left of how many, and the bar."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        line = QHBoxLayout()
        line.setSpacing(8)
        self._sku = Label("", "body-bold")
        self._title = ElidedLabel("", "small", "muted")
        self._left = Label("", "body-bold")
        line.addWidget(self._sku)
        line.addWidget(self._title, 1)
        line.addWidget(self._left)
        column.addLayout(line)
        self._track = StockTrack()
        column.addWidget(self._track)

    def show_stock(self, sku: str, title: str, left: str, role: Role, free: float, held: float, said: str) -> None:
        """``said`` is the whole row as one sentence, for screen readers and as tooltip."""
        self._sku.say(sku)
        self._title.say(title)
        self._left.say(left)
        self._left.set_role(role)
        self._track.show_shares(free, held, role == "danger")
        self.setAccessibleName(said)
        self.setToolTip(said)
