"""Starting and ending a live."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from core.live.views import Tiles
from desktop.pages.live.presenter import SOURCES, LivePresenter, NewLive
from desktop.widgets.buttons import Chip
from desktop.widgets.dialog import Confirm, Dialog
from desktop.widgets.fields import Field, TextField

TITLE_LIMIT = 80


class StartDialog(Dialog):
    """Title and place of the new live; both have a ready answer, so Enter is enough."""

    def __init__(self, parent: QWidget, presenter: LivePresenter, act: Callable[[NewLive], object]) -> None:
        t = presenter.t
        super().__init__(parent, t("Start a live"), 480)
        self._act = act
        self.title = TextField(t("Title"), t("For you and the reports; customers do not see it."), t("Friday live"))
        self.title.edit.setMaxLength(TITLE_LIMIT)
        self.body.addWidget(self.title)
        self._sources = QButtonGroup(self)
        chips = QWidget()
        line = QHBoxLayout(chips)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for number, (_, name) in enumerate(SOURCES):
            chip = Chip(name)
            self._sources.addButton(chip, number)
            line.addWidget(chip)
        line.addStretch(1)
        self._sources.button(0).setChecked(True)
        self.body.addWidget(Field(t("Where people watch"), chips, close=True))
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Start"), self._start)
        self.title.setFocus()

    def _start(self) -> None:
        self.accept()
        self._act(NewLive(self.title.text, SOURCES[self._sources.checkedId()][0]))


def end_dialog(parent: QWidget, presenter: LivePresenter, tiles: Tiles | None, act: Callable[[], object]) -> Confirm:
    """Asks before a live ends, and says what goes on after it."""
    t = presenter.t
    pending = tiles.pending if tiles else 0
    sentence = (
        t.plural(
            "{n} order is still pending: its hold, its link and its payment go on to their own end.",
            "{n} orders are still pending: their holds, links and payments go on to their own end.",
            pending,
        )
        if pending
        else t("No order is pending. New claims will no longer belong to this live.")
    )
    return Confirm(parent, t, t("End the live?"), sentence, t("End the live"), act)
