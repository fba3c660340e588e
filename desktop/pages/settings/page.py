"""The settings: sections on the left, what belongs to one on the right; every field is saved when it is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.kernel.errors import LivePayError
from core.kernel.look import SCALE
from core.payments.provider import Finding
from desktop.bridge import Change, Task
from desktop.pages.page import Mount, Page
from desktop.pages.settings.accessdesk import AccessDesk
from desktop.pages.settings.finding import Finder
from desktop.pages.settings.parts import LastChange, TestPanel
from desktop.pages.settings.presenter import (
    LANGUAGE,
    LOGO,
    SOUND,
    THEME,
    VERIFY_TOKEN,
    Reading,
    Saved,
    SettingsPresenter,
    SettingsSource,
)
from desktop.pages.settings.rows import LogoRow, SettingRow
from desktop.pages.settings.sections import PaymentsSection, SectionView, TestedSection, WhatsAppSection
from desktop.pages.settings.views import VIEWS, AccessSection, Ask
from desktop.theme import CHOICES, theme
from desktop.widgets.labels import Label
from desktop.widgets.navigation import NavButton
from desktop.widgets.notices import Notice

AREA: Final = "settings"
_NAV: Final = 196


class SettingsPage(Page):
    """Places the sections, saves what was typed, and runs the tests."""

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        self.source: SettingsSource = mount.context.settings
        self.presenter = SettingsPresenter(mount.t, self.source.declared)
        self.rows: dict[str, list[SettingRow]] = {}
        self.reading = Reading({}, (), "")
        self._saving = 0
        self._stale = False
        self._waiting: list[Callable[[], object]] = []
        self._tests: dict[TestPanel, Task[tuple[Finding, ...]]] = {}
        self.last = LastChange(self.t)
        self.last.undone.connect(self.undo)
        self.stack = QStackedWidget()
        self.views: dict[str, SectionView] = {}
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

    def _nav(self) -> QFrame:
        nav = QFrame()
        nav.setProperty("kind", "card")
        nav.setFixedWidth(_NAV)
        column = QVBoxLayout(nav)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(2)
        for section in self.presenter.sections():
            view = VIEWS.get(section.name, SectionView)(section, self.presenter, self._made)
            view.network_asked.connect(partial(self.open, "network"))
            view.attach(self.mount)
            self.views[section.name] = view
            self.stack.addWidget(view)
            button = self.buttons[section.name] = NavButton(section.icon, section.title)
            button.clicked.connect(partial(self.open, section.name))
            column.addWidget(button)
        next(iter(self.buttons.values())).setChecked(True)
        return nav

    def _connect(self) -> None:
        whatsapp, payments, network = self.whatsapp, self.payments, self.views["network"]
        whatsapp.test.asked.connect(partial(self.run_test, whatsapp.test, self.source.test_whatsapp))
        whatsapp.test.given_up.connect(partial(self.stop_test, whatsapp.test))
        whatsapp.connect_here.clicked.connect(partial(self.run_test, whatsapp.test, self.source.connect_whatsapp))
        for meta in (whatsapp.meta, getattr(network, "meta", None)):
            if meta:
                meta.make_asked.connect(self.make_token)
                meta.copy_asked.connect(self.copy_token)
        for name, verb in (("backup", self.source.test_backup), ("mail", self.source.test_mail)):
            if isinstance(view := self.views.get(name), TestedSection):
                view.test.asked.connect(partial(self.run_test, view.test, verb))
                view.test.given_up.connect(partial(self.stop_test, view.test))
        self.access = AccessDesk(cast(AccessSection, self.views["access"]), self.mount)
        self.access.lock_asked.connect(self.mount.lock)
        payments.switched.connect(self.switch_provider)
        payments.test_asked.connect(self.test_provider)
        payments.stop_asked.connect(lambda name: self.stop_test(payments.cards[name].test))
        self.mount.bridge.changed.connect(self._changed)
        theme().changed.connect(self._show_choices)
        self.mount.sounds.switched.connect(self._show_choices)
        self.add_shortcut("Ctrl+Z", self.undo, self.t("Take the last change back"))
        self.add_shortcut("Ctrl+F", self.finder.ask_for, self.t("Find a setting"))

    @property
    def whatsapp(self) -> WhatsAppSection:
        view = self.views["whatsapp"]
        assert isinstance(view, WhatsAppSection)
        return view

    @property
    def payments(self) -> PaymentsSection:
        view = self.views["payments"]
        assert isinstance(view, PaymentsSection)
        return view

    def _made(self, row: SettingRow) -> None:
        self.rows.setdefault(row.key, []).append(row)
        row.committed.connect(self.save)
        if isinstance(row, LogoRow):
            row.picked.connect(self.keep_logo)
        if row.key in self.reading.values:
            row.show_value(self.reading.values[row.key])

    # -- showing

    def open(self, name: str, *_: object) -> None:
        """Show a section."""
        if name in self.views:
            self.stack.setCurrentWidget(self.views[name])
            self.buttons[name].setChecked(True)

    def take_focus(self) -> None:
        self.buttons[self._section].setFocus()

    @property
    def _section(self) -> str:
        return next(name for name, view in self.views.items() if view is self.stack.currentWidget())

    def show_subject(self, subject: object) -> None:
        """Open a section (``whatsapp``), a provider's card (``psp.wave``), or where a setting is, by its key."""
        name = str(subject)
        if not self.finder.reach_key(name):
            self.open("payments" if name.startswith("psp.") else name)
            self.payments.bring(name.removeprefix("psp."))

    def loses(self) -> bool:
        """Every field saves itself; what was refused is still in its field."""
        return any(row.error for rows in self.rows.values() for row in rows)

    def kept(self) -> object:
        return self._section

    def take_back(self, kept: object) -> None:
        self.open(str(kept))

    def refresh(self) -> None:
        self._stale = False
        self.call(self.source.read, "read settings", self.show_reading)

    def show_reading(self, reading: Reading) -> None:
        """Put what was read on the page."""
        logo_before = self.reading.values.get(LOGO)
        self.reading = Reading(
            {**reading.values, **self._choices()}, reading.providers, reading.whatsapp_address, reading.usage
        )
        for view in self.views.values():
            view.show_reading(self.reading)
        self.finder.know(self.reading.providers)
        for key, rows in self.rows.items():
            for row in rows:
                row.show_value(self.reading.values[key])
        if reading.values.get(LOGO, "") != (logo_before or ""):
            self._read_logo()

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
        if self._stale:
            self.refresh()

    # -- saving

    def save(self, key: str, text: str) -> None:
        """Keep what was typed; the row says that it was, or why not."""
        if key in (THEME, SOUND, LANGUAGE):
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

    def _choices(self) -> dict[str, str]:
        sound = "true" if self.mount.sounds.enabled else "false"
        return {THEME: theme().choice, SOUND: sound, LANGUAGE: self.t.language}

    def _choose(self, key: str, text: str) -> None:
        if key == LANGUAGE:
            self.mount.speak(text)
        elif key == THEME:
            choice = next(choice for choice in CHOICES if choice == text)
            theme().choose(choice)
            self.mount.preferences.set("theme", choice)
        else:
            self.mount.sounds.enabled = text == "true"
            self.mount.preferences.set("sound", "on" if text == "true" else "off")
        self._show_choices()
        for row in self.rows.get(key, []):
            row.say_saved()

    def _show_choices(self) -> None:
        for key, value in self._choices().items():
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
        self.run_test(card.test, lambda control: self.source.test_provider(name, control))

    def run_test(self, panel: TestPanel, ask: Ask, *_: object) -> None:
        """Test a connection with what is on the page: a field still being typed in is saved first."""
        if panel.running:
            return
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            panel.button.setFocus()
        panel.begin()
        if self._saving:
            self._waiting.append(partial(self._start_test, panel, ask))
        else:
            self._start_test(panel, ask)

    def _start_test(self, panel: TestPanel, ask: Ask) -> None:
        panel.begin()
        self._tests[panel] = self.mount.bridge.run_long(
            ask,
            owner=panel,
            done=lambda found: self._tested(panel, found),
            failed=lambda error: self._not_tested(panel),
            name="test connection",
        )

    def _tested(self, panel: TestPanel, found: tuple[Finding, ...]) -> None:
        self._tests.pop(panel, None)
        panel.show_verdict(self.presenter.verdict(found))
        self._ensure(panel)

    def _ensure(self, part: QWidget) -> None:
        view = self.stack.currentWidget()
        if isinstance(view, SectionView) and view.isAncestorOf(part):
            view.ensure(part)

    def _not_tested(self, panel: TestPanel) -> bool:
        self._tests.pop(panel, None)
        panel.forget()
        return False

    def stop_test(self, panel: TestPanel) -> None:
        """Give a test up."""
        if task := self._tests.pop(panel, None):
            task.cancel()
        panel.forget()
