"""The program beside other programs: the bell, the tray, and what closing the window means. Loaded once the shop is
open: the start does not pay for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from core.settings.declarations import ANSWERS
from desktop.beside import Beside
from desktop.context import Badges, Status
from desktop.notifications.centre import Centre, Entry
from desktop.notifications.panel import Panel
from desktop.pages.page import Mount
from desktop.statusline import StatusMark
from desktop.stores.desk import StoreState, counted, words
from desktop.texts import Texts
from desktop.tray import Act, Sign, Tray, state_of
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice
from desktop.widgets.popover import Popover

if TYPE_CHECKING:
    from desktop.shell import Shell

TRAY: Final = "tray"
"""Preference: ``ask`` at the next closing, ``keep`` running beside the clock, or ``quit``."""
NOTIFY: Final = "notify"
"""Preference: ``on`` or ``off``: messages of the system while the window is not in front."""


class Presence(QObject):
    """A store's bell, what is told of it by the system, and its part of the icon beside the clock. ``stated`` when it
    is told otherwise there."""

    stated = Signal()

    def __init__(self, shell: Shell, mount: Mount) -> None:
        super().__init__(shell)
        t = mount.t
        self._shell, self._mount, self._t = shell, mount, t
        self.slug = mount.context.store.slug
        self._read = Status(), Badges()
        pages = [page.name for section in shell.sections for page in section.pages]
        self.centre = Centre(mount, pages, self)
        self.centre.counted.connect(self._count)
        self.centre.arrived.connect(self._arrived)
        self._hang_bell()
        if shell.lock is not None:
            shell.lock.turned.connect(self.stated)
        self.beside = mount.stores.beside if mount.stores is not None else Beside(t, shell)
        self.beside.join(self)

    @property
    def tray(self) -> Tray | None:
        """None where the system has none."""
        return self.beside.tray

    @property
    def in_view(self) -> bool:
        """Whether this store's pages are the ones in the window."""
        stores = self._mount.stores
        return stores is None or any(one.shown and one.slug == self.slug for one in stores.states())

    def _hang_bell(self) -> None:
        self.bell = StatusMark("bell")
        self.bell.clicked.connect(self.open_panel)
        self._shell.status.line.addWidget(self.bell)
        self._count(self.centre.unseen)

    def remake(self) -> None:
        """The window speaks another language, and has another status line."""
        self.centre.reword()
        self._hang_bell()
        self.beside.refresh()

    def sign(self, t: Texts, *, alone: bool) -> Sign:
        """How the store is told beside the clock; ``alone``: no other one is."""
        status, badges = self._read
        store = self._mount.context.store
        known = counted(StoreState(store.slug, store.name, locked=self._shell.locked), status, badges)
        acts: tuple[Act, ...] = (
            (t("New invoice"), partial(self._do, "live", "new_invoice")),
            (t("Start a live"), partial(self._do, "live", "start_live")),
            (t("End the live"), partial(self._do, "live", "end_live")),
            (t("Let the bot answer again") if status.paused else t("Pause the bot"), self.switch_bot),
        )
        here = () if alone else ((t("Show this store"), self.come_back),)
        number = known.waiting + known.something
        said = words(known, t)
        return Sign(store.slug, store.name, state_of(status, badges), status.paused, said, number, here + acts)

    def come_back(self) -> None:
        """The window in front, whole, with this store in it."""
        window = self._shell.window()
        if self._mount.stores is not None and not self.in_view:
            self._mount.stores.show(self.slug)
        window.showNormal() if window.isMinimized() else window.show()
        window.raise_()
        window.activateWindow()

    def lock(self) -> None:
        self._shell.lock_now()

    def quit(self) -> None:
        self._shell.leave()

    def _do(self, page: str, act: str) -> None:
        self.come_back()
        if not self._shell.locked:
            self._shell.do(page, act)

    def follow(self, entry: Entry) -> None:
        """Show what a message of the system was about."""
        self.come_back()
        self._shell.go(entry.told.page, entry.told.subject)

    # -- the bot

    def switch_bot(self) -> None:
        """Silence the bot for everybody, or let it speak again. Who is locked out switches nothing."""
        if self._shell.locked:
            self.come_back()
            return
        source, wanted = self._mount.context.settings, "true" if self._read[0].paused else "false"
        self._mount.bridge.run(
            lambda: source.save(ANSWERS, wanted),
            owner=self,
            done=lambda _: self._switched(wanted == "true"),
            failed=self._not_switched,
            name="pause the bot",
        )

    def _switched(self, answers: bool) -> None:
        t = self._t
        if answers:
            said = Notice(t("The bot answers again. Who wrote meanwhile waits for you."), "paid")
        else:
            sentence = t("The bot is paused: buyers wait for you. Orders and payments go on.")
            said = Notice(sentence, "waiting", t("Let it answer again"), self.switch_bot)
        self._shell.say(said)
        self._shell.read_status()

    def _not_switched(self, error: Exception) -> bool:
        """Said in the window, as any refusal."""
        self.come_back()
        return False

    # -- telling

    def take_status(self, status: Status, badges: Badges) -> None:
        self.centre.take_status(status)
        self._read = status, badges
        self.stated.emit()

    def _count(self, number: int) -> None:
        said = self._t.plural("{n} new", "{n} new", number) if number else self._t("Notifications")
        self.bell.show_state("bell", "waiting" if number else "muted", said)

    def _arrived(self, entries: list[Entry]) -> None:
        """Of a store out of view, too, whose bell nobody sees. A locked window tells no names, beside the clock
        neither."""
        wanted = self._mount.preferences.get(NOTIFY, "on") == "on" and not self._shell.locked
        if wanted and not (self._shell.isActiveWindow() and self.in_view):
            self.beside.tell(self, entries)

    def open_panel(self) -> Panel | None:
        """The list of what happened; once is enough."""
        over = self._shell.centre
        if not over.isEnabled() or over.findChild(Popover) is not None:
            return None
        panel = Panel(over, self._t, self.centre, self._mount.context.store.zone, self._shell.go)
        panel.present(self.bell)
        return panel

    # -- closing

    def stays(self) -> bool:
        """Whether the closed window leaves the program running; asks when that has never been said."""
        if self.tray is None:
            return False
        wish = self._mount.preferences.get(TRAY, "ask")
        if wish == "ask":
            Leaving(self._shell, self).present()
        elif wish == "keep":
            self._shell.window().hide()
        return wish != "quit"

    def forget(self) -> None:
        """Ask at the next closing."""
        self._mount.preferences.set(TRAY, "ask")

    def switch_telling(self) -> None:
        """Messages of the system on or off, and which it is now."""
        now = "off" if self._mount.preferences.get(NOTIFY, "on") == "on" else "on"
        self._mount.preferences.set(NOTIFY, now)
        t = self._t
        on, off = t("The computer tells you what happens."), t("The computer stays silent; the bell keeps the list.")
        self._shell.say(Notice(on if now == "on" else off))

    def choose(self, wish: str) -> None:
        """Remember it, and do it."""
        self._mount.preferences.set(TRAY, wish)
        if wish == "keep":
            self._shell.window().hide()
        else:
            self._shell.leave()


class Leaving(Dialog):
    """Asked once: the window closes; does the shop go on?"""

    def __init__(self, shell: Shell, presence: Presence) -> None:
        t = presence._t
        super().__init__(shell, t("Keep selling with the window closed?"), 520)
        self.body.addWidget(
            Label(
                t(
                    "Beside the clock, LivePay goes on answering buyers and taking payments."
                    " Closed, it stops until you open it again."
                ),
                "body",
                "muted",
                wrap=True,
            )
        )
        self.body.addWidget(Label(t("The settings, under Appearance, take this back."), "small", "muted", wrap=True))
        self.add_way_out(t("Back"))
        self.quit = Button(t("Quit"))
        self.quit.clicked.connect(partial(self._choose, presence, "quit"))
        self.foot.addWidget(self.quit)
        self.keep = self.add_action(t("Keep running"), partial(self._choose, presence, "keep"))
        self.keep.setFocus()

    def _choose(self, presence: Presence, wish: str) -> None:
        self.accept()
        presence.choose(wish)
