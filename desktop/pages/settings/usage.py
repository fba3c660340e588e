"""« Messages et IA »: what the month came to, its budget, and the language model that may phrase answers."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.pages.settings.presenter import Reading
from desktop.pages.settings.sections import SectionView
from desktop.pages.settings.usagewords import usage_lines, verdict
from desktop.widgets.card import Card
from desktop.widgets.labels import Label


class UsageSection(SectionView):
    """The month's card above the settings."""

    def fill(self) -> None:
        t = self.presenter.t
        self.month = Card(t("This month"))
        self.month.head.addStretch(1)
        self.said = Label("", "small-bold", "waiting")
        self.month.head.addWidget(self.said)
        self._lines = QWidget()
        self._column = QVBoxLayout(self._lines)
        self._column.setContentsMargins(16, 4, 16, 14)
        self._column.setSpacing(8)
        self.month.body.addWidget(self._lines)
        self.column.addWidget(self.month)
        self.shown: list[tuple[str, str]] = []
        super().fill()

    def show_reading(self, reading: Reading) -> None:
        if reading.usage is None:
            return
        t = self.presenter.t
        self.said.say(verdict(t, reading.usage))
        lines = usage_lines(t, reading.usage)
        if lines == self.shown:
            return
        self.shown = lines
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for what, much in lines:
            self._column.addWidget(_line(what, much))


def _line(what: str, much: str) -> QWidget:
    widget = QWidget()
    line = QHBoxLayout(widget)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(Label(what, "body", "muted", wrap=True), 1)
    line.addWidget(Label(much, "body-bold"))
    widget.setAccessibleName(f"{what}: {much}")
    return widget
