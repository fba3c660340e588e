"""The settings: sections on the left, what belongs to one on the right; every field is saved when it is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.errors import LivePayError
from core.kernel.look import SCALE
from desktop.bridge import Change, Task
from desktop.pages.page import Mount, Page
from desktop.pages.settings import choices
from desktop.pages.settings.access import AccessSection
from desktop.pages.settings.accessdesk import AccessDesk
from desktop.pages.settings.finding import Finder
from desktop.pages.settings.parts import LastChange
from desktop.pages.settings.presenter import (
    LOGO,
    VERIFY_TOKEN,
    Reading,
    Saved,
    SettingsPresenter,
    SettingsSource,
)
from desktop.pages.settings.rows import LogoRow, SettingRow
from desktop.pages.settings.sections import (
    BackupSection,
    MailSection,
    NetworkSection,
    PaymentsSection,
    SectionView,
    WhatsAppSection,
)
from desktop.pages.settings.stack import Sections
from desktop.pages.settings.trials import Trials
from desktop.theme import theme
from desktop.widgets.labels import Label
from desktop.widgets.navigation import NavButton
from desktop.widgets.notices import Notice

AREA: Final = "settings"
_NAV: Final = 196
_FIRST_MS: Final = 1  # the first section comes after the page was painted; at 0 it would be the same turn of the loop


class SettingsPage(Page):
    """Places the sections, saves what was typed, and runs the tests."""

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        self.source: SettingsSource = mount.context.settings
        self.presenter = SettingsPresenter(mount.t, self.source.declared, mount.context.store.name)
        self.rows: dict[str, list[SettingRow]] = {}
        self.reading = Reading({}, (), "")
        self._saving = 0
        self._stale = False
        self._read: Task[Reading] | None = None
        self._waiting: list[Callable[[], object]] = []
        self._awaited = ""
        self.trials = Trials(self, self.presenter, self.when_saved)
        self.last = LastChange(self.t)
        self.last.undone.connect(self.undo)
        self.stack = Sections(self.presenter, self._made)
        self.buttons: dict[str, NavButton] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 12)
        outer.setSpacing(SCALE.gap)
        head = QHBoxLayout()
        title = Label(self.t("Settings"), "title")
        title.setMinimumHeight(SCALE.target_live)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.last)
        self.finder = Finder(self, self.presenter)
        head.addWidget(self.finder)
        outer.addLayout(head)
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(self._nav(), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.stack, 1)
        outer.addLayout(line, 1)
        self._connect()
        self.refresh()
        QTimer.singleShot(_FIRST_MS, self, lambda: self.open(self.stack.current))

    def _nav(self) -> QFrame:
        nav = QFrame()
        nav.setProperty("kind", "card")
        nav.setFixedWidth(_NAV)
        column = QVBoxLayout(nav)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(2)
        for section in self.stack.declared.values():
            button = self.buttons[section.name] = NavButton(section.icon, section.title)
            button.clicked.connect(partial(self.open, section.name))
            column.addWidget(button)
        self.buttons[self.stack.current].setChecked(True)
        return nav

    def _connect(self) -> None:
        self.stack.built.connect(self._wire)
        self.trials.told.connect(self._ensure)
        self.mount.bridge.changed.connect(self._changed)
        theme().changed.connect(self._show_choices)
        self.mount.sounds.switched.connect(self._show_choices)
        self.add_shortcut("Ctrl+Z", self.undo, self.t("Take the last change back"))
        self.add_shortcut("Ctrl+F", self.finder.ask_for, self.t("Find a setting"))

    def _wire(self, view: SectionView) -> None:
        """A section that was just built: what is pressed there, and what it shows."""
        view.network_asked.connect(partial(self.open, "network"))
        view.attach(self.mount)
        view.steps_asked.connect(partial(self.navigate, "welcome"))
        if isinstance(view, WhatsAppSection):
            self.trials.serve(view.test, self.source.test_whatsapp)
            view.connect_here.clicked.connect(partial(self.trials.run, view.test, self.source.connect_whatsapp))
        elif isinstance(view, PaymentsSection):
            view.switched.connect(self.switch_provider)
            view.test_asked.connect(self.test_provider)
            view.hook_asked.connect(self.hook_provider)
            view.stop_asked.connect(lambda name: self.trials.stop(view.cards[name].test))
        elif isinstance(view, BackupSection):
            self.trials.serve(view.test, self.source.test_backup)
        elif isinstance(view, MailSection):
            self.trials.serve(view.test, self.source.test_mail)
        elif isinstance(view, AccessSection):
            self.access = AccessDesk(view, self.mount)
            self.access.lock_asked.connect(self.mount.lock)
        if isinstance(view, WhatsAppSection | NetworkSection):
            view.meta.make_asked.connect(self.make_token)
            view.meta.copy_asked.connect(self.copy_token)
        if self.reading.values:
            view.show_reading(self.reading)

    @property
    def views(self) -> Mapping[str, SectionView]:
        """The sections that were opened so far."""
        return self.stack.views

    @property
    def whatsapp(self) -> WhatsAppSection:
        view = self.stack.view("whatsapp")
        assert isinstance(view, WhatsAppSection)
        return view

    @property
    def payments(self) -> PaymentsSection:
        view = self.stack.view("payments")
        assert isinstance(view, PaymentsSection)
        return view

    def _made(self, row: SettingRow) -> None:
        self.rows.setdefault(row.key, []).append(row)
        row.committed.connect(self.save)
        if isinstance(row, LogoRow):
            row.picked.connect(self.keep_logo)
        if row.key in self.reading.values:
            row.show_value(self.reading.values[row.key])
            if row.key == LOGO:
                self._read_logo()

    # -- showing

    def open(self, name: str, *_: object) -> None:
        """Show a section."""
        if name in self.buttons:
            self.stack.open(name)
            self.buttons[name].setChecked(True)
            if self.focusWidget() in self.buttons.values():
                self.take_focus()

    def reveal(self, section: str, key: str) -> SettingRow | None:
        """Show a section, with a provider's card open where the setting is on it. → the setting's row there."""
        self.open(section)
        view = self.stack.view(section)
        if isinstance(view, PaymentsSection):
            view.unfold(key)
        return next((row for row in self.rows.get(key, ()) if view.isAncestorOf(row)), None)

    def take_focus(self) -> None:
        self.buttons[self.stack.current].setFocus()

    def show_subject(self, subject: object) -> None:
        """Open a section (``whatsapp``), a provider's card (``psp.wave``), or where a setting is, by its key."""
        name = str(subject)
        if self.finder.reach_key(name):
            return
        self.open("payments" if name.startswith("psp.") else name)
        if name.startswith("psp."):
            self._awaited = "" if self.reading.values else name  # which providers there are has still to be read
            self.payments.bring(name.removeprefix("psp."))

    def loses(self) -> bool:
        """Every field saves itself; what was refused is still in its field."""
        return any(row.error for rows in self.rows.values() for row in rows)

    def kept(self) -> object:
        return self.stack.current

    def take_back(self, kept: object) -> None:
        self.open(str(kept))

    def refresh(self) -> None:
        self._stale = False
        if self._read is not None:
            self._read.cancel()  # it may end after the one that begins now, and knows less
        self._read = self.call(self.source.read, "read settings", self.show_reading)

    def show_reading(self, reading: Reading) -> None:
        """Put what was read on the page."""
        logo_before = self.reading.values.get(LOGO)
        self.reading = Reading(
            {**reading.values, **choices.read(self.mount)}, reading.providers, reading.whatsapp_address, reading.usage
        )
        for view in self.views.values():
            view.show_reading(self.reading)
        self.finder.know(self.reading.providers)
        for key, rows in self.rows.items():
            for row in rows:
                row.show_value(self.reading.values[key])
        if reading.values.get(LOGO, "") != (logo_before or ""):
            self._read_logo()
        awaited, self._awaited = self._awaited, ""
        if awaited:
            self.show_subject(awaited)

    def _read_logo(self) -> None:
        side = LogoRow.SIZE.width() * 2
        for row in self.rows.get(LOGO, []):
            if isinstance(row, LogoRow):
                self.call(lambda: self.source.logo(side, side), "read logo", row.show_thumb)

    def _changed(self, changes: list[Change]) -> None:
        if any(change.area == AREA for change in changes):
            if self.isVisible():
                self.refresh()
            else:
                self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_choices()
        if self._stale:
            self.refresh()

    # -- saving

    def save(self, key: str, text: str) -> None:
        """Keep what was typed; the row says that it was, or why not."""
        if key in choices.OWN:
            self._choose(key, text)
            return
        self._saving += 1
        self.mount.bridge.run(
            lambda: self.source.save(key, text),
            owner=self,
            done=self._saved,
            failed=partial(self._not_saved, key),
            name="save setting",
        )

    def keep_logo(self, path: Path | None) -> None:
        """Keep a picture as the logo."""
        self._saving += 1
        self.mount.bridge.run(
            lambda: self.source.keep_logo(path),
            owner=self,
            done=self._saved,
            failed=partial(self._not_saved, LOGO),
            name="save logo",
        )

    def when_saved(self, act: Callable[[], object]) -> None:
        """Do something now, or as soon as nothing is being saved any more."""
        if self._saving:
            self._waiting.append(act)
        else:
            act()

    def _end(self) -> None:
        self._saving -= 1
        if not self._saving:
            waiting, self._waiting = self._waiting, []
            for act in waiting:
                act()

    def _saved(self, saved: Saved) -> None:
        self._note(saved)
        for row in self.rows.get(saved.key, []):
            row.say_saved()
        self.last.saved(self._name_of(saved.key))
        self.refresh()  # a secret is told of before it is kept: what was read meanwhile does not know it
        self._end()

    def _note(self, saved: Saved) -> None:
        self.reading = replace(self.reading, values={**self.reading.values, saved.key: saved.value})
        for row in self.rows.get(saved.key, []):
            row.show_value(saved.value, kept=True)
        for view in self.views.values():
            view.forget_tests(saved.key)
        if saved.key == LOGO:
            self._read_logo()

    def _not_saved(self, key: str, error: Exception) -> bool:
        self._end()
        if not isinstance(error, LivePayError):
            return False
        for row in self.rows.get(key, []):
            row.say_wrong(self.presenter.explain(error))
        return bool(self.rows.get(key))

    def _name_of(self, key: str) -> str:
        """A setting's name; of a provider's, with whose it is."""
        label = self.presenter.label(key)
        owner = next((p.label for p in self.reading.providers if key.startswith(f"psp.{p.name}.")), "")
        return f"{owner} · {label}" if owner else label

    def undo(self) -> None:
        """Take the last change back."""
        if not self.last.isHidden():
            self.call(self.source.undo, "undo setting", self._undone)

    def _undone(self, saved: Saved | None) -> None:
        if saved is not None:
            self._note(saved)
            self.last.restored(self._name_of(saved.key))

    # -- choices of this computer's person, kept outside the store

    def _choose(self, key: str, text: str) -> None:
        choices.choose(self.mount, key, text)
        self._show_choices()
        for row in self.rows.get(key, []):
            row.say_saved()

    def _show_choices(self) -> None:
        for key, value in choices.read(self.mount).items():
            for row in self.rows.get(key, []):
                row.show_value(value)

    # -- connections

    def switch_provider(self, name: str, wanted: bool) -> None:
        """Offer a provider to buyers, or no longer."""
        card = self.payments.cards[name]
        problem = self.presenter.cannot_enable(card.provider, self.reading.values) if wanted else ""
        if problem:
            card.switch.setChecked(False)
            card.say_wrong(problem)
            card.open()
            self.payments.ensure(card)
            return
        card.say_wrong("")
        self.save(f"psp.{name}.enabled", "true" if wanted else "false")

    def make_token(self) -> None:
        """A new verify token, on the clipboard at once: it is pasted at Meta."""
        self._saving += 1
        self.mount.bridge.run(
            self.source.new_verify_token,
            owner=self,
            done=self._token_made,
            failed=partial(self._not_saved, VERIFY_TOKEN),
            name="make token",
        )

    def _token_made(self, token: str) -> None:
        self._saved(Saved(VERIFY_TOKEN, "•"))
        self._copied(token)
        self.refresh()

    def copy_token(self) -> None:
        self.call(self.source.verify_token, "copy token", self._copied)

    def _copied(self, token: str) -> None:
        QGuiApplication.clipboard().setText(token)
        self.mount.bridge.notice.emit(Notice(self.t("The token is on the clipboard: paste it at Meta."), "paid"))

    def test_provider(self, name: str) -> None:
        """Ask a provider whether the account works."""
        card = self.payments.cards[name]
        self.trials.run(card.test, lambda control: self.source.test_provider(name, control))

    def hook_provider(self, name: str) -> None:
        """Have a provider's notices sent here by its API."""
        card = self.payments.cards[name]
        self.trials.run(card.test, lambda control: self.source.hook_provider(name, control))

    def _ensure(self, part: QWidget) -> None:
        view = self.stack.currentWidget()
        if isinstance(view, SectionView) and view.isAncestorOf(part):
            view.ensure(part)
