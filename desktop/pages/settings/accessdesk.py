"""Between the access section and the shop: reads, opens the dialogs, runs the verbs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.accounts.queries import Person
from core.accounts.second import Offer
from desktop.bridge import Bridge, Change, Task
from desktop.pages.page import Mount
from desktop.pages.settings.access import AccessSection
from desktop.pages.settings.accessdialogs import (
    AddDialog,
    CodesDialog,
    LendDialog,
    PasswordDialog,
    ProveDialog,
    RoleDialog,
    SecondDialog,
    SessionsDialog,
)
from desktop.pages.settings.accesswords import AccessReading, AccessSource, AccessWords
from desktop.widgets.dialog import Confirm, Dialog

AREA = "accounts"


class AccessDesk(QObject):
    """``lock_asked`` when the window is to be locked now."""

    lock_asked = Signal()

    def __init__(self, view: AccessSection, mount: Mount) -> None:
        super().__init__(view)
        self._view, self._mount, self.t = view, mount, mount.t
        self._source = mount.context.access
        self._words = AccessWords(mount.t, mount.context.store.zone)
        self._stale = True
        self._reading: Task[AccessReading] | None = None
        view.shown.connect(self._shown)
        view.lock_asked.connect(self.lock_asked)
        view.set_up_asked.connect(self.set_up)
        view.codes_asked.connect(self.new_codes)
        view.remove_asked.connect(self.remove)
        view.end_asked.connect(self._end)
        view.add_asked.connect(self.add)
        view.verb_asked.connect(self.act)
        view.lend_asked.connect(self.lend)
        view.take_back_asked.connect(lambda person: self._run(partial(self._source.lend, person.id, 0, ())))
        mount.bridge.changed.connect(self._changed)

    @property
    def _now(self) -> int:
        return self._mount.context.clock.now()

    # -- reading

    def refresh(self) -> None:
        """Read who sits here, and whom they may see."""
        self._stale = False
        if self._reading is not None:
            self._reading.cancel()  # what was asked before may be answered after
        self._reading = self._mount.bridge.run(self._source.read, owner=self, done=self._show, name="read accounts")

    def _show(self, reading: AccessReading) -> None:
        self._view.show_access(reading, self._words, self._now)

    def _shown(self) -> None:
        if self._stale or self._view.reading is not None:
            self.refresh()

    def _changed(self, changes: list[Change]) -> None:
        if any(change.area == AREA for change in changes):
            if self._view.isVisible():
                self.refresh()
            else:
                self._stale = True

    def _run(self, work: Callable[[], object], done: Callable[[object], object] | None = None) -> None:
        self._mount.bridge.run(work, owner=self, done=done, name="access")

    def _present(self, dialog: Dialog) -> Dialog:
        dialog.present()
        return dialog

    # -- oneself

    def set_up(self) -> None:
        """A new second factor: its secret, a first code, the recovery codes."""
        self._mount.bridge.run(self._source.offer, owner=self, done=self._offered, name="second factor")

    def _offered(self, offer: Offer) -> None:
        dialog = SecondDialog(self._view.window(), self._mount.bridge, self._words, self._source, offer)
        dialog.confirmed.connect(self.show_codes)
        dialog.present()

    def show_codes(self, codes: Sequence[str]) -> None:
        """This once."""
        self._present(CodesDialog(self._view.window(), self.t, self._mount.context.store.name, codes))

    def new_codes(self) -> None:
        t = self.t
        dialog = self._prove(
            t("New recovery codes"),
            t("The codes of before are good no longer, also those on paper."),
            t("Make new ones"),
            self._source.new_codes,
        )
        dialog.proved.connect(self.show_codes)

    def remove(self) -> None:
        t = self.t
        self._prove(
            t("Remove the second factor"),
            t("From then on your password alone opens. Owners have seven days to set a new one up."),
            t("Remove"),
            self._source.remove_second,
        )

    def _prove(self, title: str, sentence: str, verb: str, work: Callable[[str], object]) -> ProveDialog:
        dialog = ProveDialog(self._view.window(), self._mount.bridge, self.t, title, sentence, verb, work)
        dialog.present()
        return dialog

    def _end(self, number: int | None) -> None:
        me = self._view.reading.me if self._view.reading else None
        if me is not None:
            self._run(partial(self._source.end_sessions, me.id, number))

    # -- others

    def add(self) -> None:
        reading = self._view.reading
        first = reading is not None and reading.first
        window, bridge, words, source = self._asked()
        dialog = AddDialog(window, bridge, words, source, first=first)
        dialog.accepted.connect(self.refresh)  # who made the first account uses the window only after that
        self._present(dialog)

    def lend(self, person: Person) -> None:
        self._present(LendDialog(self._view.window(), self._mount.bridge, self._words, self._source, person))

    def act(self, verb: str, person: Person) -> None:
        """A verb of an account's menu."""
        acts: dict[str, Callable[[Person], object]] = {
            "role": lambda p: self._present(RoleDialog(*self._asked(), p)),
            "password": lambda p: self._present(PasswordDialog(*self._asked(), p)),
            "sessions": lambda p: self._present(SessionsDialog(*self._asked(), p, lambda: self._now)),
            "unlock": lambda p: self._run(partial(self._source.unlock, p.id)),
            "enable": lambda p: self._run(partial(self._source.set_active, p.id, True)),
            "second": self._ask_remove,
            "disable": self._ask_disable,
        }
        acts[verb](person)

    def _asked(self) -> tuple[QWidget, Bridge, AccessWords, AccessSource]:
        return self._view.window(), self._mount.bridge, self._words, self._source

    def _ask_remove(self, person: Person) -> None:
        t, name = self.t, self._words.name(person)
        told = t("For somebody who lost the phone and the recovery codes. Be sure that it is them who ask you.")
        self._confirm(
            t("Remove the second factor of {name}", name=name),
            told,
            t("Remove"),
            partial(self._source.remove_second_of, person.id),
        )

    def _ask_disable(self, person: Person) -> None:
        t, name = self.t, self._words.name(person)
        told = t(
            "{name} does not log in any more, and open sessions end. What they did stays in the journal.", name=name
        )
        self._confirm(
            t("Switch {name} off", name=name),
            told,
            t.of("account", "Switch off"),
            partial(self._source.set_active, person.id, False),
        )

    def _confirm(self, title: str, sentence: str, verb: str, work: Callable[[], object]) -> None:
        self._present(Confirm(self._view.window(), self.t, title, sentence, verb, partial(self._run, work)))
