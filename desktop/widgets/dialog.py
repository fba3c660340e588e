"""The frame of every dialog. Opened with ``present()``, never ``exec()``: a nested loop would wedge qasync's tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.texts import Texts
from desktop.widgets.buttons import ENTER, Button
from desktop.widgets.labels import Label, Rule
from desktop.widgets.ring import show_ring

_TITLE_BAR: Final = 40  # px
_BESIDE: Final = 8


class _Inside(QWidget):
    """What a dialog holds. Its lists give up rows before it is scrolled."""

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout is not None else -1


class _Scrolled(QScrollArea):
    """As high as what it holds while there is room; then, and only then, with bars."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        inside.setProperty("kind", "scrolled")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)
        self._inside = inside

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self._inside.layout()
        if layout is None:
            return -1
        high = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else -1
        return high if high >= 0 else layout.totalSizeHint().height()

    def sizeHint(self) -> QSize:
        return self._inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What it holds has another height now: the dialog is told."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class Dialog(QDialog):
    """A title, a ``body`` to fill, and a foot with a way out and the one gold button.

    It is modal to its window only, and deletes itself when closed.
    """

    def __init__(self, parent: QWidget, title: str, width: int = 520) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._wide = width
        self.setFixedWidth(width)
        self._failure: Label | None = None
        column = self._sheet_column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(24, 20, 24, 12)
        self.heading = Label(title, "title")
        head.addWidget(self.heading)
        column.addLayout(head)
        inside = _Inside()
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(24, 4, 24, 16)
        self.body.setSpacing(10)
        column.addWidget(_Scrolled(inside), 1)
        column.addWidget(Rule())
        self.foot = QHBoxLayout()
        self.foot.setContentsMargins(24, 14, 24, 14)
        self.foot.setSpacing(10)
        self.foot.addStretch(1)
        column.addLayout(self.foot)

    def add_way_out(self, text: str) -> Button:
        """The quiet button that closes without doing anything."""
        button = Button(text, key="Esc")
        button.clicked.connect(self.reject)
        self.foot.addWidget(button)
        return button

    def add_action(self, text: str, act: Callable[[], object], *, danger: bool = False) -> Button:
        """The button that does it: gold, or red ink for what cannot be taken back. Enter presses it."""
        button = Button(text, "danger" if danger else "primary", key=ENTER)
        button.setDefault(True)
        button.clicked.connect(lambda: act())
        self.foot.addWidget(button)
        return button

    def tell_failure(self, sentence: str) -> None:
        """What went wrong, over the foot: what the window says meanwhile lies behind this."""
        if self._failure is None:
            self._failure = Label("", "body", "danger", wrap=True)
            self._failure.setContentsMargins(24, 4, 24, 12)
            self._sheet_column.insertWidget(self._sheet_column.count() - 2, self._failure)
        self._failure.say(sentence)

    @property
    def failure(self) -> str:
        """The last that was told."""
        return self._failure.text() if self._failure is not None else ""

    def event(self, event: QEvent) -> bool:
        """Follow what the dialog shows: its inner layouts report a change of theirs one after the other."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return handled

    def fit(self) -> None:
        """As high as what it shows now, and no higher than the screen: then its lists give up rows, not its foot."""
        layout, room = self.layout(), self.screen().availableGeometry()
        if layout:
            least = layout.totalMinimumSize().width()  # its head and foot
            self.setFixedWidth(max(least, min(self._wide, room.width() - 2 * _BESIDE)))
            layout.activate()
            height = layout.totalHeightForWidth(self.width())
            wanted = height if height > 0 else layout.totalSizeHint().height()
            self.resize(self.width(), min(wanted, room.height() - _TITLE_BAR))

    def focusNextPrevChild(self, forward: bool) -> bool:
        moved = super().focusNextPrevChild(forward)
        show_ring()
        return moved

    def widen(self, width: int) -> None:
        """Another width, as far as the screen has it."""
        self._wide = width
        self.fit()

    def present(self) -> None:
        """Show it over its window and return at once."""
        self.open()
        self.fit()


class Confirm(Dialog):
    """A question about one act: what it does, then the verb or nothing."""

    def __init__(
        self,
        parent: QWidget,
        t: Texts,
        title: str,
        sentence: str,
        verb: str,
        act: Callable[[], object],
        *,
        danger: bool = True,
    ) -> None:
        super().__init__(parent, title, 440)
        self.body.addWidget(Label(sentence, "body", "muted", wrap=True))
        self.add_way_out(t("Back"))
        self._act = act
        self.action = self.add_action(verb, self._confirmed, danger=danger)
        self.action.setFocus()

    def _confirmed(self) -> None:
        self.accept()
        self._act()
