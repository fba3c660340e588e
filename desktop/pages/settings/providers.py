"""One payment provider: switched on or off, its keys, what to paste into its dashboard, and its test."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.pages.notices import Instructions
from desktop.pages.settings.parts import CopyRow, Made, TestPanel, add_rows
from desktop.pages.settings.presenter import ProviderInfo, SettingsPresenter
from desktop.widgets.buttons import IconButton
from desktop.widgets.labels import ElidedLabel, Label, Rule
from desktop.widgets.pill import StatusPill


class ProviderCard(QFrame):
    """Folded to its head until it is opened. ``switched`` with what the person wants; ``network_asked`` for the
    public address that is missing.
    """

    switched = Signal(bool)
    network_asked = Signal()

    def __init__(self, provider: ProviderInfo, presenter: SettingsPresenter, made: Made) -> None:
        super().__init__()
        self.provider, self._presenter = provider, presenter
        t = presenter.t
        self.setProperty("kind", "card")
        self.setAccessibleName(provider.label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head())
        self._problem = Label("", "small", "danger", wrap=True)
        self._problem.setContentsMargins(SCALE.card, 0, SCALE.card, 10)
        self._problem.hide()
        column.addWidget(self._problem)
        self._inside = QWidget()
        inner = QVBoxLayout(self._inside)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(Rule())
        add_rows(inner, presenter.provider_group(provider.name), presenter, made, first=True)
        inner.addWidget(Rule())
        self.address = CopyRow(
            t,
            t("Address for notifications"),
            t("Paste it into the dashboard of {provider}.", provider=provider.label),
            t("Fill in the public address of the store first."),
            t("Network"),
        )
        self.address.missing_asked.connect(self.network_asked)
        self._told = Label(t("Nothing to paste: the address goes along with each payment."), "small", "muted")
        self._told.setContentsMargins(SCALE.card, 12, SCALE.card, 12)
        inner.addWidget(self.address)
        inner.addWidget(self._told)
        self.notices = Instructions(t)
        self.notices.setContentsMargins(SCALE.card, 4, SCALE.card, 10)
        self.notices.hide()
        inner.addWidget(self.notices)
        inner.addWidget(Rule())
        self.test = TestPanel(t, provider.label)
        inner.addWidget(self.test)
        self._inside.hide()
        column.addWidget(self._inside)

    def _head(self) -> QHBoxLayout:
        t = self._presenter.t
        head = QHBoxLayout()
        head.setContentsMargins(SCALE.card, 12, 12, 12)
        head.setSpacing(14)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(self.provider.label, "heading"))
        words.addWidget(ElidedLabel(self._presenter.methods(self.provider), "small", "muted"))
        head.addLayout(words, 1)
        self.state = StatusPill("")
        head.addWidget(self.state, 0, Qt.AlignmentFlag.AlignVCenter)
        self.switch = QCheckBox(t("Offer to buyers"))
        self.switch.setAccessibleName(f"{t('Offer to buyers')} : {self.provider.label}")
        self.switch.clicked.connect(self.switched)
        head.addWidget(self.switch)
        self.fold = IconButton("chevron-right", t("Show the settings of {provider}", provider=self.provider.label))
        self.fold.clicked.connect(lambda: self.open(self._inside.isHidden()))
        head.addWidget(self.fold)
        return head

    @property
    def opened(self) -> bool:
        return not self._inside.isHidden()

    @property
    def problem(self) -> str:
        return "" if self._problem.isHidden() else self._problem.text()

    def open(self, opened: bool = True) -> None:
        """Show or fold away everything but the head."""
        self._inside.setVisible(opened)
        self.fold.set_icon_name("chevron-down" if opened else "chevron-right")

    def show_values(self, provider: ProviderInfo, values: Mapping[str, str]) -> None:
        """What is set up now."""
        self.provider = provider
        text = self._presenter.card(provider, values)
        self.state.show_state(text.state, text.icon, text.role)
        enabled = values.get(f"psp.{provider.name}.enabled") == "true"
        self.switch.setChecked(enabled)
        self.switch.setEnabled(enabled or provider.fits)
        self.address.setVisible(provider.pasted)
        self._told.setVisible(not provider.pasted)
        self.address.show_text(provider.address)
        self.notices.setVisible(bool(provider.dashboard.steps))
        self.notices.show_dashboard(provider.label, provider.dashboard, None)
        if enabled or not self._presenter.missing(provider, values):
            self.say_wrong("")

    def say_wrong(self, text: str) -> None:
        """Why it cannot be switched on."""
        self._problem.say(text)
        self._problem.setVisible(bool(text))
