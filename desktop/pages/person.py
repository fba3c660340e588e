"""A dialog about somebody: name and number, looked at as they are typed, whether they are known, and one verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from core.customers.writing import checked
from core.kernel.errors import LivePayError, Refused
from core.kernel.i18n import explain
from core.kernel.phone import normalise
from desktop.bridge import Bridge
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.fields import TextField

PAUSE_MS: Final = 200


class PersonDialog(Dialog):
    """``kept`` with the id of what was kept; ``shown`` with what is there already, which ``known`` leads to.

    The dialog that it becomes places ``name``, ``phone`` and ``known``, and looks for who it may be in :meth:`look`.
    """

    kept = Signal(int)
    shown = Signal(int)

    def __init__(
        self,
        parent: QWidget,
        title: str,
        width: int,
        t: Texts,
        bridge: Bridge,
        country: str,
        hint: str = "",
        *,
        close: bool = True,
    ) -> None:
        """``close``: as :class:`desktop.widgets.fields.Field` has it."""
        super().__init__(parent, title, width)
        self._t, self._bridge, self._country = t, bridge, country
        self._there: int | None = None
        self.name = TextField(t("Name"), placeholder=t("Aminata Diallo"), close=close)
        self.phone = TextField(t("WhatsApp number"), hint, close=close)
        self.known = Button("", "link", shrinks=True)
        self.known.hide()
        self.known.clicked.connect(self._show_known)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.look)

    def finish(self, verb: str) -> None:
        """Once everything has its place."""
        self.add_way_out(self._t("Back"))
        self.action = self.add_action(verb, self.save)
        self.name.setFocus()

    def look(self) -> None:
        """Ask who this is, once nothing was typed for a moment."""
        raise NotImplementedError

    def save(self) -> None:
        raise NotImplementedError

    def problem(self, field: TextField) -> str:
        """What is wrong with the name or the number, in words; empty when all is well."""
        try:
            checked(field.text) if field is self.name else normalise(field.text, self._country)
        except Refused as error:
            return explain(error, self._t.language)
        return ""

    def lead_to(self, there: int | None, words: str = "") -> None:
        """They are there already; None: they are not, as far as is known."""
        self._there = there
        self.known.setVisible(there is not None)
        self.known.setText(words)

    def _show_known(self) -> None:
        if self._there is not None:
            self.shown.emit(self._there)
            self.accept()

    def keep(self, work: Callable[[], int], name: str) -> None:
        """Once; what is refused is said under the number, and may be tried again."""
        self.action.setEnabled(False)
        self._bridge.run(work, owner=self, done=self._kept, failed=self._failed, name=name)

    def _kept(self, number: int) -> None:
        self.kept.emit(number)
        self.accept()

    def _failed(self, error: Exception) -> bool:
        self.action.setEnabled(True)
        if not isinstance(error, LivePayError):
            return False
        self.phone.set_error(explain(error, self._t.language))
        return True
