"""« Réseau »: how the world reaches the store, what the tunnel is doing, and what to paste where because of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from core.tunnels.rules import KIND, OFF
from desktop.bridge import Change, Task
from desktop.pages.page import Mount
from desktop.pages.settings.parts import CopyRow, Folded, GroupCard, Made, add_rows
from desktop.pages.settings.presenter import Group, Reading, SettingsPresenter
from desktop.pages.settings.sections import NetworkSection
from desktop.pages.settings.tunnelparts import ADVANCED, HandsCard, StateLine, TunnelReading
from desktop.tunnelwords import KINDS, at_length, verb
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card
from desktop.widgets.labels import Label, Rule


class OfKind(Folded):
    """The settings of one kind of tunnel, shown where it is chosen, or asked for."""

    def __init__(self, group: Group, presenter: SettingsPresenter, made: Made) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(Rule())
        add_rows(self.column, group, presenter, made, first=True)

    def open(self, shown: bool = True) -> None:
        self.setVisible(shown)


class TunnelSection(NetworkSection):
    """The address that somebody typed, or the tunnel that has one; then what is to be pasted."""

    shown = Signal()

    def fill(self) -> None:
        t, presenter, made = self.presenter.t, self.presenter, self._made
        typed, tunnel = self.section.groups
        self.kinds: dict[str, OfKind] = {}
        self.card = Card(tunnel.title)
        if tunnel.intro:
            self.card.head.addWidget(Label(tunnel.intro, "small", "muted"))
        self.card.head.addStretch(1)
        add_rows(self.card.body, Group("", "", (KIND,)), presenter, made, first=True)
        self.state, self._rule = StateLine(t), Rule()
        self.card.body.addWidget(self._rule)
        self.card.body.addWidget(self.state)
        for kind in KINDS:
            keys = tuple(key for key in tunnel.keys if key.startswith(f"tunnel.{kind}_"))
            plain = tuple(key for key in keys if key not in ADVANCED)
            advanced = tuple(key for key in keys if key in ADVANCED)
            part = self.kinds[kind] = OfKind(Group("", "", plain, advanced), presenter, made)
            part.open(False)
            self.card.body.addWidget(part)
        self.key = CopyRow(
            t,
            t("Public key"),
            t("One line for the file authorized_keys of that user on the server."),
            t("Make a key, or paste yours above."),
        )
        self.make_key = Button(t("Make a key"), icon="key-round")
        line = QHBoxLayout()
        line.setContentsMargins(16, 0, 16, 12)
        line.addStretch(1)
        line.addWidget(self.make_key)
        ssh = self.kinds["ssh"].column
        ssh.addWidget(Rule())
        ssh.addWidget(self.key)
        ssh.addLayout(line)
        self.hands = HandsCard(t)
        self.typed = GroupCard(typed, presenter, made)
        for card in (self.hands, self.card, self.typed):
            self.column.addWidget(card)
        self.fill_pasted()
        self.show_kind(OFF)

    def attach(self, mount: Mount) -> None:
        self.desk = TunnelDesk(self, mount)

    def show_reading(self, reading: Reading) -> None:
        super().show_reading(reading)
        self.show_kind(reading.values.get(KIND, OFF))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def show_kind(self, kind: str) -> None:
        """A typed address does not count beside a tunnel: its card goes."""
        for name, part in self.kinds.items():
            part.open(name == kind)
        self.typed.setVisible(kind == OFF)
        self._rule.setVisible(kind != OFF)
        self.state.setVisible(kind != OFF)


class TunnelDesk(QObject):
    """Between the section and the shop: reads what the tunnel does while somebody looks, and runs the verbs."""

    def __init__(self, view: TunnelSection, mount: Mount) -> None:
        super().__init__(view)
        self._view, self._mount, self.t = view, mount, mount.t
        self._source = mount.context.tunnel
        self.reading: TunnelReading | None = None
        self._reading: Task[TunnelReading] | None = None
        self._stale = True
        view.shown.connect(self._shown)
        view.state.acted.connect(self._act)
        view.hands.done.connect(lambda name: self._run(partial(self._source.pasted, name), "note pasted address"))
        view.make_key.clicked.connect(lambda: self._run(self._source.new_key, "make key"))
        mount.bridge.changed.connect(self._changed)
        mount.ticker.second.connect(self._second)

    def refresh(self) -> None:
        self._stale = False
        if self._reading is not None:
            self._reading.cancel()  # what was asked before may be answered after
        self._reading = self._mount.bridge.run(self._source.read, owner=self, done=self._read, name="read tunnel")

    def _shown(self) -> None:
        if self._stale:
            self.refresh()

    def _changed(self, changes: list[Change]) -> None:
        if any(change.area in ("tunnel", "settings") for change in changes):
            self._stale = True
            if self._view.isVisible():
                self.refresh()

    def _read(self, reading: TunnelReading) -> None:
        self.reading = reading
        self._view.hands.show_hands(reading.hands)
        self._view.key.show_text(reading.key_line)
        self._view.make_key.setVisible(not reading.key_line)
        self._say(self._mount.context.clock.now())

    def _say(self, now: int) -> None:
        assert self.reading is not None
        tunnel = self.reading.state
        text = at_length(tunnel, now, self._mount.context.store.zone, self.t)
        self._view.state.show_text(text, verb(tunnel, self.t), asks=tunnel.phase == "asks")

    def _second(self, now: int) -> None:
        """The countdown to the next try."""
        if self.reading is not None and self.reading.state.again_at is not None and self._view.isVisible():
            self._say(now)

    def _act(self) -> None:
        tunnel = self.reading.state if self.reading else None
        if tunnel is not None and tunnel.phase == "asks":
            self._run(partial(self._source.trust, tunnel.fingerprint), "trust server")
        else:
            self._run(self._source.retry, "try tunnel")

    def _run(self, verb: Callable[[], object], name: str) -> None:
        self._mount.bridge.run(verb, owner=self, done=lambda _: self.refresh(), name=name)
