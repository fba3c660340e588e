"""What an empty place says: what it is for, and the first thing to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.widgets.buttons import Button
from desktop.widgets.labels import IconLabel, Label


class EmptyState(QWidget):
    """An icon, a title, a sentence, and a button when there is something to start. ``button`` is None without one."""

    def __init__(
        self,
        icon: str,
        title: str,
        sentence: str,
        verb: str = "",
        act: Callable[[], object] | None = None,
        *,
        key: str | None = None,
        primary: bool = True,
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(IconLabel(icon, "muted", 40), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        self._title = Label(title, "title")
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._sentence = Label(sentence, "body", "muted", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._sentence.setMaximumWidth(460)
        column.addWidget(self._title)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self._sentence, 4)
        line.addStretch(1)
        column.addLayout(line)
        self.button: Button | None = None
        if verb:
            column.addSpacing(10)
            self.button = Button(verb, "primary" if primary else "secondary", key=key, live=True)
            if act:
                self.button.clicked.connect(lambda: act())
            column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._column = column

    def offer(self, button: Button, act: Callable[[], object]) -> None:
        """A second, quieter thing to do."""
        button.clicked.connect(lambda: act())
        self._column.insertWidget(self._column.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter)

    @property
    def sentence(self) -> str:
        return self._sentence.text()

    def say(self, title: str, sentence: str) -> None:
        self._title.say(title)
        self._sentence.say(sentence)
