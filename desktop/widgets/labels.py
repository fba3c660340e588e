"""Text and icons that stand still."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from core.kernel.look import SCALE, Role
from desktop.icons import draw
from desktop.theme import theme

Kind = Literal["tiny", "small", "small-bold", "body", "body-bold", "lead", "lead-bold", "heading", "title", "figure"]


class Label(QLabel):
    """A text in one of the look's kinds and roles. Plain text only: what people type is never read as markup."""

    def __init__(self, text: str = "", kind: Kind = "body", role: Role = "text", *, wrap: bool = False) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", kind)
        self.setProperty("role", role)
        self.setWordWrap(wrap)

    def say(self, text: str) -> None:
        """Show another text, touching nothing when it is the same."""
        if text != self.text():
            self.setText(text)

    def set_role(self, role: Role) -> None:
        if self.property("role") != role:
            self.setProperty("role", role)
            restyle(self)


class ElidedLabel(Label):
    """A label that gives up its end (…) instead of widening its card; the whole text is in its tooltip."""

    def __init__(self, text: str = "", kind: Kind = "body", role: Role = "text") -> None:
        super().__init__(text, kind, role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        super().setText(text)
        self._explain()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._explain()

    def _explain(self) -> None:
        """Known before it is drawn: nobody meets a shortened text that does not say the rest."""
        self.setToolTip(self.text() if self._shown() != self.text() else "")

    def _shown(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), self._shown())


class IconLabel(QWidget):
    """An icon in a role's colour. Decorative: the word beside it speaks to screen readers."""

    def __init__(self, name: str, role: Role = "muted", size: int = SCALE.icon) -> None:
        super().__init__()
        self._name, self._role, self._size = name, role, size
        self.setFixedSize(size, size)

    def show_icon(self, name: str, role: Role) -> None:
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        draw(QPainter(self), self._name, theme().palette.ink(self._role), 0, 0, self._size)


class Rule(QFrame):
    """A hairline between two things."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "rule")


def restyle(widget: QWidget) -> None:
    """Ask the style sheet again after a property it selects on has changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
