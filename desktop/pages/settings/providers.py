"""One payment provider: switched on or off, its keys, what to paste into its dashboard, and its test."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.pages.notices import Instructions
from desktop.pages.settings.parts import CopyRow, Made, TestPanel, add_rows
from desktop.pages.settings.presenter import ProviderInfo, SettingsPresenter
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.labels import ElidedLabel, Label, Rule
from desktop.widgets.pill import StatusPill


class _Inside(QWidget):
    """Everything of a provider but the head: its keys, the address to paste, its test."""

    def __init__(self, provider: ProviderInfo, presenter: SettingsPresenter, made: Made) -> None:
        super().__init__()
        t = presenter.t
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Rule())
        add_rows(column, presenter.provider_group(provider.name), presenter, made, first=True)
        column.addWidget(Rule())
        self.hook = Button(t("Set notifications automatically"), icon="radio")
        self.hook.setToolTip(t("Has {provider} send its notices to this store.", provider=provider.label))
        self.by_api = QWidget()
        row = QHBoxLayout(self.by_api)
        row.setContentsMargins(SCALE.card, 12, SCALE.card, 4)
        row.addWidget(self.hook)
        row.addStretch(1)
        column.addWidget(self.by_api)
        self.address = CopyRow(
            t,
            t("Address for notifications"),
            t("Paste it into the dashboard of {provider}.", provider=provider.label),
            t("Fill in the public address of the store first."),
            t("Network"),
        )
        self.told = Label(t("Nothing to paste: the address goes along with each payment."), "small", "muted")
        self.told.setContentsMargins(SCALE.card, 12, SCALE.card, 12)
        column.addWidget(self.address)
        column.addWidget(self.told)
        self.notices = Instructions(t)
        self.notices.setContentsMargins(SCALE.card, 4, SCALE.card, 10)
        self.notices.hide()
        column.addWidget(self.notices)
        column.addWidget(Rule())
        self.test = TestPanel(t, provider.label)
        column.addWidget(self.test)

    def show_provider(self, provider: ProviderInfo) -> None:
        self.by_api.setVisible(provider.hooked)
        self.address.setVisible(provider.pasted)
        self.told.setVisible(not provider.pasted)
        self.address.show_text(provider.address)
        self.notices.setVisible(bool(provider.dashboard.steps))
        self.notices.show_dashboard(provider.label, provider.dashboard, None)


class ProviderCard(QFrame):
    """Folded to its head until it is opened, and only then the rest is built. ``switched`` with what the person wants;
    ``network_asked`` for the public address that is missing; ``test_asked`` and ``stop_asked`` about its test;
    ``hook_asked`` to have its notices set by its API.
    """

    switched = Signal(bool)
    network_asked = Signal()
    test_asked = Signal()
    hook_asked = Signal()
    stop_asked = Signal()

    def __init__(self, provider: ProviderInfo, presenter: SettingsPresenter, made: Made) -> None:
        super().__init__()
        self.provider, self._presenter = provider, presenter
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
        self._column = column
        self._made = made
        self._inside: _Inside | None = None

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
        self.switch.setAccessibleName(t("{what}: {value}", what=t("Offer to buyers"), value=self.provider.label))
        self.switch.clicked.connect(self.switched)
        head.addWidget(self.switch)
        self.fold = IconButton("chevron-right", t("Show the settings of {provider}", provider=self.provider.label))
        self.fold.clicked.connect(lambda: self.open(not self.opened))
        head.addWidget(self.fold)
        return head

    @property
    def opened(self) -> bool:
        return self._inside is not None and not self._inside.isHidden()

    @property
    def inside(self) -> _Inside:
        """What is folded away, built at the latest now."""
        if self._inside is None:
            self._inside = _Inside(self.provider, self._presenter, self._made)
            self._inside.hide()
            self._inside.address.missing_asked.connect(self.network_asked)
            self._inside.test.asked.connect(self.test_asked)
            self._inside.hook.clicked.connect(self.hook_asked)
            self._inside.test.given_up.connect(self.stop_asked)
            self._inside.show_provider(self.provider)
            self._column.addWidget(self._inside)
        return self._inside

    @property
    def test(self) -> TestPanel:
        return self.inside.test

    def forget_test(self) -> None:
        """What was tested has changed since."""
        if self._inside is not None:
            self._inside.test.forget()

    @property
    def problem(self) -> str:
        return "" if self._problem.isHidden() else self._problem.text()

    def open(self, opened: bool = True) -> None:
        """Show or fold away everything but the head."""
        if opened or self._inside is not None:
            self.inside.setVisible(opened)
        self.fold.set_icon_name("chevron-down" if opened else "chevron-right")

    def show_values(self, provider: ProviderInfo, values: Mapping[str, str]) -> None:
        """What is set up now."""
        self.provider = provider
        text = self._presenter.card(provider, values)
        self.state.show_state(text.state, text.icon, text.role)
        enabled = values.get(f"psp.{provider.name}.enabled") == "true"
        self.switch.setChecked(enabled)
        self.switch.setEnabled(enabled or provider.fits)
        if self._inside is not None:
            self._inside.show_provider(provider)
        if enabled or not self._presenter.missing(provider, values):
            self.say_wrong("")

    def say_wrong(self, text: str) -> None:
        """Why it cannot be switched on."""
        self._problem.say(text)
        self._problem.setVisible(bool(text))
