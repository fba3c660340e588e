"""The frame of every dialog. Opened with ``present()``, never ``exec()``: a nested loop would wedge qasync's tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.texts import Texts
from desktop.widgets.buttons import ENTER, Button
from desktop.widgets.labels import Label, Rule

_TITLE_BAR: Final = 40  # px


class Dialog(QDialog):
    """A title, a ``body`` to fill, and a foot with a way out and the one gold button.

    It is modal to its window only, and deletes itself when closed.
    """

    def __init__(self, parent: QWidget, title: str, width: int = 520) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(width)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(24, 20, 24, 12)
        self.heading = Label(title, "title")
        head.addWidget(self.heading)
        column.addLayout(head)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(24, 4, 24, 16)
        self.body.setSpacing(10)
        column.addLayout(self.body, 1)
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

    def event(self, event: QEvent) -> bool:
        """Follow what the dialog shows: its inner layouts report a change of theirs one after the other."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return handled

    def fit(self) -> None:
        """As high as what it shows now, and no higher than the screen: then its lists give up rows, not its foot."""
        layout = self.layout()
        if layout:
            layout.activate()
            height = layout.totalHeightForWidth(self.width())
            wanted = height if height > 0 else layout.totalSizeHint().height()
            self.resize(self.width(), min(wanted, self.screen().availableGeometry().height() - _TITLE_BAR))

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
