"""The list behind the bell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.kernel.text import clock_time
from desktop.notifications.centre import Centre, Entry
from desktop.texts import Texts
from desktop.widgets.alertrow import AlertRow
from desktop.widgets.buttons import Button
from desktop.widgets.labels import Label
from desktop.widgets.popover import Popover

SHOWN: Final = 50
_HIGHEST: Final = 392


class Panel(Popover):
    """The latest first; a verb leads to its object and closes the list."""

    def __init__(
        self, parent: QWidget, t: Texts, centre: Centre, zone: tzinfo, go: Callable[[str, object], object]
    ) -> None:
        super().__init__(parent, t("Notifications"), 420)
        self._centre, self._go = centre, go
        self.column.setContentsMargins(0, 10, 0, 6)
        head = QHBoxLayout()
        head.setContentsMargins(16, 0, 8, 0)
        head.addWidget(Label(t("Notifications"), "heading"), 1)
        self.column.addLayout(head)
        self.rows: list[AlertRow] = []
        if not centre.entries:
            nothing = Label(
                t("Nothing has happened yet. Payments, calls for help and low stock are told here."), wrap=True
            )
            nothing.set_role("muted")
            nothing.setContentsMargins(16, 4, 16, 10)
            self.column.addWidget(nothing)
            return
        clear = Button(t("Clear the list"), "link")
        clear.clicked.connect(self._clear)
        head.addWidget(clear)
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for entry in list(centre.entries)[:SHOWN]:
            column.addWidget(self._row(entry, zone))
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setAccessibleName(t("Notifications"))
        scroll.setFixedHeight(min(inside.sizeHint().height(), _HIGHEST))
        self.column.addWidget(scroll)

    def _row(self, entry: Entry, zone: tzinfo) -> AlertRow:
        row, told = AlertRow(), entry.told
        detail = " · ".join(part for part in (clock_time(entry.at, zone), told.detail) if part)
        row.show_alert(told.icon, told.role, told.title, detail, told.verb)
        row.acted.connect(partial(self._act, entry))
        self.rows.append(row)
        return row

    def _act(self, entry: Entry) -> None:
        self.close()
        self._go(entry.told.page, entry.told.subject)

    def _clear(self) -> None:
        self._centre.clear()
        self.close()

    def present(self, beside: QWidget) -> None:
        super().present(beside)
        self._centre.look()
        verbs = self.findChildren(Button)
        if verbs:
            verbs[-1 if len(verbs) == 1 else 1].setFocus()
        else:
            self.setFocus()
