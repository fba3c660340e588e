"""What is done by hand in a provider's own pages so that its notices come here: step by step, each value to copy."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.kernel.i18n import catalogue
from core.payments.dashboard import Dashboard
from desktop.texts import Texts
from desktop.widgets.copyline import CopyLine
from desktop.widgets.labels import Label


class Instructions(QWidget):
    """The steps of one provider; one line where nothing is to be done, or while the store has no address."""

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        self._words = catalogue("errors", t.language).gettext
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(6)
        self.head = Label("", "small-bold")
        self.steps = Label("", "small", "muted", wrap=True)
        self.address = CopyLine(t, t("Address for notifications"))
        self.events = CopyLine(t, t("Events to tick"))
        self.doubt = Label("", "small", "muted", wrap=True)
        for part in (self.head, self.steps, self.address, self.events, self.doubt):
            column.addWidget(part)

    def show_dashboard(self, label: str, dashboard: Dashboard, address: str | None) -> None:
        """``address`` empty: this store has no public one yet; None: it stands elsewhere on the page."""
        t, wanted = self._t, bool(dashboard.steps)
        lines = [f"{n}. {self._words(step)}" for n, step in enumerate(dashboard.steps, 1)]
        self.head.say(t("In the pages of {provider}", provider=label))
        self.head.setVisible(wanted)
        if not wanted:
            lines = [t("Nothing to paste: the address goes along with each payment.")]
        elif address == "":
            lines.append(t("Its dashboard wants this store’s address: enter it in the step before."))
        self.steps.say("\n".join(lines))
        self.address.say(address or "")
        self.address.setVisible(wanted and bool(address))
        self.events.say(", ".join(dashboard.events))
        self.events.setVisible(wanted and bool(dashboard.events))
        self.doubt.say(t("Its menus may have other names by now: look for the word “webhook”."))
        self.doubt.setVisible(dashboard.unsure)
