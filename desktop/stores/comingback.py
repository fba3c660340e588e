"""A store that was moved away: where it went, and whether it may live here again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.bridge import Bridge
from desktop.stores import movewords
from desktop.stores.moveparts import SaidLines, local_zone
from desktop.texts import Texts
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import Label

if TYPE_CHECKING:
    from core.bootstrap.whereabouts import Whereabouts
    from desktop.stores.keeping import Keeping


class TakeBack(Dialog):
    """``taken`` once the store lives here again. Who cannot be sure that no other computer has it has to say so."""

    def __init__(
        self,
        parent: QWidget,
        t: Texts,
        slug: str,
        name: str,
        keeping: Keeping,
        bridge: Bridge,
        taken: Callable[[], object],
    ) -> None:
        super().__init__(parent, t("{store} was moved", store=name), 520)
        self._t, self._slug, self._keeping, self._bridge, self._taken = t, slug, keeping, bridge, taken
        self.found: Whereabouts | None = None
        self.gone, self.lines = Label("", "body", "muted", wrap=True), SaidLines(12)
        self.lines.say(movewords.asking(t))
        self.sure = QCheckBox(t("The file was opened on no other computer"))
        self.sure.toggled.connect(lambda _: self._show_action())
        self.sure.hide()
        self.after = Label("", "small", "muted", wrap=True)
        self.after.hide()
        for widget in (self.gone, self.lines, self.sure, self.after):
            self.body.addWidget(widget)
        self.out = self.add_way_out(t("Back"))
        self.action = self.add_action(t("Take it back here"), self.take)
        self.action.setEnabled(False)
        self.out.setFocus()
        bridge.run(lambda: keeping.whereabouts(slug), owner=self, done=self._know, failed=self._unknown, name="ask")

    def _know(self, found: Whereabouts) -> None:
        t, self.found = self._t, found
        self.gone.say(movewords.gone(found.departure, local_zone(), t))
        self.lines.say((movewords.may_come_back(found, t),))
        self.sure.setVisible(found.answers == "unknown")
        if found.answers == "elsewhere":
            self.action.hide()
        else:
            self.after.show()
            self.after.say(movewords.after_coming_back(found, t))
        self._show_action()
        self.fit()

    def _unknown(self, error: Exception) -> bool:
        self.reject()
        return False

    def _show_action(self) -> None:
        found = self.found
        self.action.setEnabled(found is not None and (found.answers == "here" or self.sure.isChecked()))

    def take(self) -> None:
        if not self.action.isEnabled():
            return
        self.action.setEnabled(False)
        keeping, slug = self._keeping, self._slug
        self._bridge.run(
            lambda: keeping.take_back(slug), owner=self, done=self._back, failed=self._unknown, name="take back"
        )

    def _back(self, removed: bool) -> None:
        self.accept()
        self._taken()
