"""What the network section needs of the tunnel, and what its card is made of."""

from __future__ import annotations

from typing import Final, Protocol

from msgspec import Struct
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.i18n import catalogue
from core.tunnels.rules import Hand, TunnelState
from desktop.pages.settings.parts import CopyRow
from desktop.texts import Texts
from desktop.tunnelwords import TunnelText
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card
from desktop.widgets.labels import IconLabel, Label, Rule

ADVANCED: Final = frozenset(
    ("tunnel.ssh_port", "tunnel.ssh_remote_port", "tunnel.ssh_bind", "tunnel.ssh_fingerprint", "tunnel.ssh_password")
)
"""What is right as it is for nearly everybody."""


class TunnelReading(Struct, frozen=True):
    """``hands``: dashboards that still have another address. ``key_line``: what the SSH server wants of our key."""

    state: TunnelState
    hands: tuple[Hand, ...] = ()
    key_line: str = ""


class TunnelSource(Protocol):
    """What the section reads and the verbs it calls; each may block."""

    def read(self) -> TunnelReading: ...

    def retry(self) -> None:
        """Try it now, whatever pause it is in."""
        ...

    def trust(self, fingerprint: str) -> None:
        """This is the server's key, from now on and no other."""
        ...

    def pasted(self, provider: str) -> None:
        """The provider's dashboard has the address."""
        ...

    def new_key(self) -> str:
        """Make and keep a key of our own. → what the server wants of it"""
        ...


class StateLine(QWidget):
    """How the tunnel is, and the one verb that helps. ``acted`` when it is pressed."""

    acted = Signal()

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 12, 16, 14)
        line.setSpacing(10)
        self.icon = IconLabel("minus", "muted", 16)
        line.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.title = Label("", "body-bold")
        self.detail = Label("", "small", "muted", wrap=True)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(self.title)
        words.addWidget(self.detail)
        line.addLayout(words, 1)
        self.verb = Button(t("Try now"), icon="refresh-cw")
        self.verb.clicked.connect(self.acted)
        line.addWidget(self.verb, 0, Qt.AlignmentFlag.AlignTop)

    def show_text(self, text: TunnelText, verb: str, *, asks: bool) -> None:
        self.icon.show_icon(text.icon, text.role)
        self.title.say(text.title)
        self.title.set_role(text.role)
        self.detail.say(text.detail)
        self.detail.setVisible(bool(text.detail))
        self.verb.setText(verb)
        self.verb.set_icon_name("check" if asks else "refresh-cw")
        self.setAccessibleName(f"{text.title}. {text.detail}")


class HandsCard(Card):
    """The dashboards that want the new address, each until it was pasted. ``done`` with the provider's name."""

    done = Signal(str)

    def __init__(self, t: Texts) -> None:
        super().__init__(t("New address, to paste at your payment providers"))
        self._t = t
        self.head.addStretch(1)
        self.rows: dict[str, QWidget] = {}
        self._shown: tuple[Hand, ...] = ()
        self.hide()

    def show_hands(self, hands: tuple[Hand, ...]) -> None:
        if hands != self._shown:
            self._shown = hands
            for row in self.rows.values():
                self.body.removeWidget(row)
                row.deleteLater()
            self.rows = {}
            for number, hand in enumerate(hands):
                row = self.rows[hand.provider] = self._row(hand, first=not number)
                self.body.addWidget(row)
        self.setVisible(bool(hands))

    def _row(self, hand: Hand, *, first: bool) -> QWidget:
        t = self._t
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if not first:
            column.addWidget(Rule())
        hint = t("In the dashboard of {provider}, replace the webhook’s address by this one.", provider=hand.label)
        if hand.where:
            way = catalogue("errors", t.language).gettext(hand.where)
            hint = f"{way} {t('Where the old address stands, put this one instead.')}"
        copy = CopyRow(t, hand.label, hint)
        copy.show_text(hand.address)
        column.addWidget(copy)
        line = QHBoxLayout()
        line.setContentsMargins(16, 0, 16, 12)
        line.addStretch(1)
        button = Button(t("It is done"), icon="check")
        button.setAccessibleName(t("{what}: {value}", what=t("It is done"), value=hand.label))
        button.clicked.connect(lambda: self.done.emit(hand.provider))
        line.addWidget(button)
        column.addLayout(line)
        return row
