"""The right side of the settings: one scrolled column for each section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.pages.page import Mount
from desktop.pages.settings.parts import CopyRow, GroupCard, Made, TestPanel
from desktop.pages.settings.presenter import VERIFY_TOKEN, ProviderInfo, Reading, Section, SettingsPresenter
from desktop.pages.settings.providers import ProviderCard
from desktop.pages.settings.rows import SecretRow
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card
from desktop.widgets.labels import Label, Rule

WIDEST: Final = 880
_LEAST: Final = 520
_SETTLE_MS: Final = 40


class SectionView(QScrollArea):
    """A section's cards under its one-sentence purpose. ``network_asked`` when the public address is wanted."""

    network_asked = Signal()
    steps_asked = Signal(object)
    """Somebody wants to be led: the step of the first run."""

    def __init__(self, section: Section, presenter: SettingsPresenter, made: Made) -> None:
        super().__init__()
        self.section, self.presenter = section, presenter
        self._made = made
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(section.title)
        inside = self._inside = QWidget()
        inside.setProperty("kind", "scrolled")
        line = QHBoxLayout(inside)
        line.setContentsMargins(0, 0, 12, 0)
        holder = QWidget()
        holder.setMaximumWidth(WIDEST)
        self.column = QVBoxLayout(holder)
        self.column.setContentsMargins(0, 0, 0, 12)
        self.column.setSpacing(SCALE.gap)
        line.addWidget(holder, 1)
        line.addStretch(0)
        self.setWidget(inside)
        if section.intro:
            self.column.addWidget(Label(section.intro, "body", "muted", wrap=True))
        self.fill()
        self.column.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        """It scrolls downwards only; the section in view asks for its width, within reason."""
        hint = super().minimumSizeHint()
        wide = 0 if self.isHidden() else min(_LEAST, self._inside.minimumSizeHint().width())
        return QSize(max(hint.width(), wide), hint.height())

    def fill(self) -> None:
        """Put the section's cards into the column."""
        for group in self.section.groups:
            self.column.addWidget(GroupCard(group, self.presenter, self._made))

    def attach(self, mount: Mount) -> None:
        """Read and act by itself, where the page does not do it for the section."""

    def show_reading(self, reading: Reading) -> None:
        """What is shown besides the settings themselves."""

    def forget_tests(self, key: str) -> None:
        """A setting changed: a test made before says nothing any more."""

    def add_guide(self, step: str) -> None:
        """A line that leads to the same values step by step."""
        t = self.presenter.t
        line = QHBoxLayout()
        line.setSpacing(12)
        said = t("Would you rather be led? Each value is checked as you type it, up to a first test.")
        line.addWidget(Label(said, "small", "muted", wrap=True), 1)
        self.guide = Button(t("Set it up step by step"), icon="store")
        self.guide.clicked.connect(lambda: self.steps_asked.emit(step))
        line.addWidget(self.guide)
        self.column.addLayout(line)

    def ensure(self, widget: QWidget) -> None:
        """Bring a part into sight, once the layouts around it have settled."""
        QTimer.singleShot(_SETTLE_MS, widget, lambda: self.ensureWidgetVisible(widget, 0, 24))


class MetaCard(Card):
    """What Meta's dashboard wants: the address and the token. ``make_asked`` and ``copy_asked`` about the token."""

    make_asked = Signal()
    copy_asked = Signal()
    network_asked = Signal()

    def __init__(self, t: Texts, presenter: SettingsPresenter, made: Made) -> None:
        super().__init__(t("To paste at Meta"))
        self.head.addWidget(Label(t("App → WhatsApp → Configuration"), "small", "muted"))
        self.head.addStretch(1)
        self.address = CopyRow(
            t,
            t("Callback address"),
            t("Where WhatsApp sends your buyers’ messages."),
            t("Fill in the public address of the store first."),
            t("Network"),
        )
        self.address.missing_asked.connect(self.network_asked)
        self.body.addWidget(self.address)
        self.body.addWidget(Rule())
        token = SecretRow(VERIFY_TOKEN, presenter)
        made(token)
        self.body.addWidget(token)
        line = QHBoxLayout()
        line.setContentsMargins(16, 0, 16, 14)
        line.setSpacing(10)
        self.make = Button(t("Make a token"), icon="key-round")
        self.copy = Button(t("Copy the token"), icon="copy")
        self.make.clicked.connect(self.make_asked)
        self.copy.clicked.connect(self.copy_asked)
        line.addStretch(1)
        line.addWidget(self.make)
        line.addWidget(self.copy)
        self.body.addLayout(line)

    def show_reading(self, reading: Reading) -> None:
        self.address.show_text(reading.whatsapp_address)
        self.copy.setEnabled(bool(reading.values.get(VERIFY_TOKEN)))


class WhatsAppSection(SectionView):
    """The number's keys, its test, and what to paste at Meta."""

    def fill(self) -> None:
        t = self.presenter.t
        self.add_guide("whatsapp")
        for group in self.section.groups:
            card = GroupCard(group, self.presenter, self._made)
            self.test = TestPanel(t, "WhatsApp", primary=True)
            self.connect_here = Button(t("Receive the messages here"), icon="radio")
            self.connect_here.setToolTip(t("Has WhatsApp send this number’s messages to this store."))
            self.test.add_button(self.connect_here)
            card.body.addWidget(Rule())
            card.body.addWidget(self.test)
            self.column.addWidget(card)
        self.meta = MetaCard(t, self.presenter, self._made)
        self.meta.network_asked.connect(self.network_asked)
        self.column.addWidget(self.meta)

    def show_reading(self, reading: Reading) -> None:
        self.meta.show_reading(reading)

    def forget_tests(self, key: str) -> None:
        if key.startswith("whatsapp.") or key == "public_url":
            self.test.forget()


class NetworkSection(SectionView):
    """The public address, and what to paste where because of it."""

    def fill(self) -> None:
        super().fill()
        self.fill_pasted()

    def fill_pasted(self) -> None:
        """What Meta's dashboard and those of the providers want."""
        self.meta = MetaCard(self.presenter.t, self.presenter, self._made)
        self.meta.network_asked.connect(self.network_asked)
        self.column.addWidget(self.meta)
        self._card = Card(self.presenter.t("To paste at your payment providers"))
        self._card.head.addStretch(1)
        self._rows: dict[str, CopyRow] = {}
        self.column.addWidget(self._card)
        self._card.hide()

    def show_reading(self, reading: Reading) -> None:
        self.meta.show_reading(reading)
        t = self.presenter.t
        for provider in reading.providers:
            if provider.pasted and provider.fits:
                if provider.name not in self._rows:
                    if self._rows:
                        self._card.body.addWidget(Rule())
                    row = CopyRow(t, provider.label, "", t("Fill in the public address of the store first."))
                    self._rows[provider.name] = row
                    self._card.body.addWidget(row)
                self._rows[provider.name].show_text(provider.address)
        self._card.setVisible(bool(self._rows))


class PaymentsSection(SectionView):
    """A card for each provider. ``switched`` with its name; ``test_asked``, ``hook_asked`` and ``stop_asked`` too."""

    switched = Signal(str, bool)
    test_asked = Signal(str)
    hook_asked = Signal(str)
    stop_asked = Signal(str)

    def fill(self) -> None:
        self.add_guide("payment")
        super().fill()
        self.cards: dict[str, ProviderCard] = {}
        self._place = self.column.count()

    def show_reading(self, reading: Reading) -> None:
        if not self.cards:
            self._build(reading.providers, reading.values)
        for provider in reading.providers:
            self.cards[provider.name].show_values(provider, reading.values)

    def _build(self, providers: Sequence[ProviderInfo], values: Mapping[str, str]) -> None:
        for provider in providers:
            card = self.cards[provider.name] = ProviderCard(provider, self.presenter, self._made)
            name = provider.name
            card.switched.connect(lambda wanted, name=name: self.switched.emit(name, wanted))
            card.test_asked.connect(lambda name=name: self.test_asked.emit(name))
            card.hook_asked.connect(lambda name=name: self.hook_asked.emit(name))
            card.stop_asked.connect(lambda name=name: self.stop_asked.emit(name))
            card.network_asked.connect(self.network_asked)
            card.open(values.get(f"psp.{name}.enabled") == "true")
            self.column.insertWidget(self._place, card)
            self._place += 1

    def bring(self, name: str) -> None:
        """Open a provider's card and bring it into sight; nothing for a name that is none."""
        card = self.cards.get(name)
        if card is not None:
            card.open()
            self.ensure(card)

    def unfold(self, key: str) -> None:
        """Open the card that a setting is on."""
        for name, card in self.cards.items():
            if key.startswith(f"psp.{name}."):
                card.open()

    def forget_tests(self, key: str) -> None:
        for name, card in self.cards.items():
            if key.startswith(f"psp.{name}."):
                card.forget_test()


class TestedSection(SectionView):
    """Settings with one verb below that proves them."""

    about = ""
    """The beginning of the settings' names that the test is about."""

    def verb(self) -> tuple[str, str]:
        """(what is tested, the verb)"""
        raise NotImplementedError

    def fill(self) -> None:
        for group in self.section.groups:
            card = GroupCard(group, self.presenter, self._made)
            what, verb = self.verb()
            self.test = TestPanel(self.presenter.t, what, verb=verb, primary=True)
            card.body.addWidget(Rule())
            card.body.addWidget(self.test)
            self.column.addWidget(card)

    def forget_tests(self, key: str) -> None:
        if key.startswith(self.about):
            self.test.forget()


class BackupSection(TestedSection):
    """Where backups go, and one verb that makes one and proves that it comes back."""

    about = "backup."

    def verb(self) -> tuple[str, str]:
        t = self.presenter.t
        return t.of("settings", "Backups"), t("Back up now and check it")

    def fill(self) -> None:
        super().fill()
        t = self.presenter.t
        self.moving = Card(t("Another computer"))
        self.moving.body.setContentsMargins(SCALE.card, 12, SCALE.card, SCALE.card)
        self.moving.body.setSpacing(12)
        said = t("The whole store in one file, opened on the other computer; from then on that one answers.")
        self.moving.body.addWidget(Label(said, "body", "muted", wrap=True))
        self.move_button = Button(t("Move to another computer…"), icon="monitor")
        self.moving.body.addWidget(self.move_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.moving.hide()
        self.column.addWidget(self.moving)

    def attach(self, mount: Mount) -> None:
        """Only where all stores are: a store moves out of the window that shows them."""
        stores = mount.stores
        if stores is not None:
            self.moving.show()
            self.move_button.clicked.connect(lambda: stores.removal.move_out(mount.context.store.slug))


class MailSection(TestedSection):
    """Who hears of prospects, and one verb that sends an e-mail there."""

    about = "smtp."

    def verb(self) -> tuple[str, str]:
        t = self.presenter.t
        return t.of("settings", "E-mail"), t("Send a test e-mail")


# Section → how its right side looks; the others have nothing but their settings.
OWN: Final[dict[str, type[SectionView]]] = {
    "whatsapp": WhatsAppSection,
    "network": NetworkSection,
    "payments": PaymentsSection,
    "backup": BackupSection,
    "mail": MailSection,
}
