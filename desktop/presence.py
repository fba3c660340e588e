"""The program beside other programs: the bell, the tray, and what closing the window means. Loaded once the shop is
open: the start does not pay for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from desktop.context import Badges, Status
from desktop.notifications.centre import Centre, Entry
from desktop.notifications.panel import Panel
from desktop.pages.page import Mount
from desktop.statusline import StatusMark
from desktop.tray import Tray, state_of
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
    """``tray`` is None where the system has none."""

    def __init__(self, shell: Shell, mount: Mount, *, tray: bool | None = None) -> None:
        super().__init__(shell)
        t = mount.t
        self._shell, self._mount, self._t = shell, mount, t
        pages = [page.name for section in shell.sections for page in section.pages]
        self.centre = Centre(mount, pages, self)
        self.centre.counted.connect(self._count)
        self.centre.arrived.connect(self._arrived)
        self._hang_bell()
        self.tray = self._make_tray() if (Tray.available() if tray is None else tray) else None

    def _hang_bell(self) -> None:
        self.bell = StatusMark("bell")
        self.bell.clicked.connect(self.open_panel)
        self._shell.status.line.addWidget(self.bell)
        self._count(self.centre.unseen)

    def remake(self) -> None:
        """The window speaks another language, and has another status line."""
        self.centre.reword()
        self._hang_bell()
        if self.tray:
            before, self.tray = self.tray, self._make_tray()
            self.tray.show_state(before.state or "well")
            before.close()
            before.menu.deleteLater()
            before.deleteLater()

    def _make_tray(self) -> Tray:
        t, shell = self._t, self._shell
        tray = Tray(
            t,
            self._mount.context.store.name,
            (
                (t("Open LivePay"), self.come_back),
                (t("New invoice"), partial(self._do, "live", "new_invoice")),
                (t("Start a live"), partial(self._do, "live", "start_live")),
                (t("End the live"), partial(self._do, "live", "end_live")),
                (t("Lock now"), shell.lock_now),
                (t("Quit LivePay"), shell.leave),
            ),
            shell,
        )
        tray.opened.connect(self.come_back)
        tray.told.connect(self._follow)
        return tray

    def show_tray(self, shown: bool) -> None:
        """Of several stores in a window only the one in view has its sign beside the clock."""
        if self.tray:
            self.tray.show_icon(shown)

    def come_back(self) -> None:
        """The window in front, whole."""
        window = self._shell.window()
        window.showNormal() if window.isMinimized() else window.show()
        window.raise_()
        window.activateWindow()

    def _do(self, page: str, act: str) -> None:
        self.come_back()
        if not self._shell.locked:
            self._shell.do(page, act)

    def _follow(self, entry: Entry) -> None:
        self.come_back()
        self._shell.go(entry.told.page, entry.told.subject)

    # -- telling

    def take_status(self, status: Status, badges: Badges) -> None:
        self.centre.take_status(status)
        if self.tray:
            self.tray.show_state(state_of(status, badges))

    def _count(self, number: int) -> None:
        words = self._t.plural("{n} new", "{n} new", number) if number else self._t("Notifications")
        self.bell.show_state("bell", "waiting" if number else "muted", words)

    def _arrived(self, entries: list[Entry]) -> None:
        """A locked window tells no names, beside the clock neither."""
        wanted = self._mount.preferences.get(NOTIFY, "on") == "on" and not self._shell.locked
        if self.tray and wanted and not self._shell.isActiveWindow():
            self.tray.tell(entries)

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
        self.body.addWidget(
            Label(t("Ctrl+K, “Ask again when the window closes”, takes this back."), "small", "muted", wrap=True)
        )
        self.add_way_out(t("Back"))
        self.quit = Button(t("Quit"))
        self.quit.clicked.connect(partial(self._choose, presence, "quit"))
        self.foot.addWidget(self.quit)
        self.keep = self.add_action(t("Keep running"), partial(self._choose, presence, "keep"))
        self.keep.setFocus()

    def _choose(self, presence: Presence, wish: str) -> None:
        self.accept()
        presence.choose(wish)
