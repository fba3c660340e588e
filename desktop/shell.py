"""The window: sidebar, the page in view with its tabs, the status line, and what is said over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.kernel.clock import DAY, SECOND
from desktop import qtwords, windowkeys
from desktop.bridge import Change
from desktop.context import Badges, Context, Link, Status
from desktop.pages.page import Mount, Page
from desktop.pages.registry import PAGES, PageEntry, load
from desktop.pagestack import PageStack, PageView
from desktop.remaking import Remaking, discard
from desktop.sections import grouped
from desktop.sidebar import Sidebar
from desktop.sound import Sounds
from desktop.statusline import StatusLine
from desktop.texts import Texts, full_disk, opening, second_due
from desktop.theme import Choice, theme
from desktop.widgets.empty import EmptyState
from desktop.widgets.notices import Banner, Notice, Toasts
from desktop.widgets.ring import RingingWindow
from desktop.widgets.tabs import Tabs
from desktop.zooming import Zooming

if TYPE_CHECKING:
    from desktop.lock import IdleLock
    from desktop.palette.overlay import Palette
    from desktop.presence import Presence

STATUS_MS: Final = 5 * SECOND
SECOND_SOON: Final = 3 * DAY
_NEXT_THEME: Final[dict[Choice, Choice]] = {"dark": "light", "light": "system", "system": "dark"}


class Shell(RingingWindow):
    """Shown before the shop is open; :meth:`attach` gives it the shop. ``closing`` when the person closes it."""

    closing = Signal()
    chosen = Signal(str, str)
    """A choice of this computer's person, and how they left the window: key (``theme``, ``sound``, ``language``,
    ``zoom``, ``window.place``, ``window.page``) and value."""

    told = Signal(object, object)
    """The :class:`Status` and :class:`Badges` that were read."""
    hiding = Signal()
    """The person locks the window."""

    def __init__(self, t: Texts, sounds: Sounds, pages: Sequence[PageEntry] = PAGES, store_name: str = "") -> None:
        super().__init__()
        self.t = t
        self._sounds = sounds
        self._entries = {page.name: page for page in pages}
        pages = [page for page in pages if not page.alone]
        self.pages: dict[str, Page] = {}
        """Those that have been shown, by name."""
        self._mount: Mount | None = None
        self.remaking = Remaking(self)
        self._status_at = 0
        self.lock: IdleLock | None = None
        self.presence: Presence | None = None
        self._palette: Palette | None = None
        self._leaving = False
        self.setWindowTitle(f"LivePay – {store_name}" if store_name else "LivePay")
        self.sections = grouped(pages)
        self._section = self.sections[0]
        self._last: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._store_name = store_name
        self.banner = Banner()
        self.stack = PageStack()
        self.opening = EmptyState("store", *opening(t))
        self.stack.addWidget(self.opening)
        self._read = Status()
        self._lay_out()
        self.toasts = Toasts(self._centre, t("Close"))
        self.zooming: Zooming = Zooming(self)
        windowkeys.bind(self)
        theme().changed.connect(self._show_switches)
        sounds.switched.connect(self._show_switches)
        self._show_switches()

    def _lay_out(self) -> None:
        centre = self._centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = self._row = QHBoxLayout()
        row.setSpacing(0)
        right = self._right = QVBoxLayout()
        right.setSpacing(0)
        strip = self._strip = QVBoxLayout()
        strip.setContentsMargins(20, 0, 20, 0)
        strip.addWidget(self.banner)
        right.addLayout(strip)
        right.addWidget(PageView(self.stack), 1)
        row.addLayout(right, 1)
        column.addLayout(row, 1)
        self._make_edges()
        self.setCentralWidget(centre)

    def _make_edges(self) -> None:
        """What stands around the pages: made again in another language or size."""
        t = self.t
        self.sidebar = Sidebar(t, self.sections)
        self.sidebar.store.say(self._store_name)
        self.sidebar.asked.connect(self.go_section)
        self.sidebar.neared.connect(lambda section: load(self._page_of(section), self._mount))
        self.sidebar.theme_asked.connect(self.next_theme)
        self.sidebar.sound_asked.connect(self.switch_sound)
        self.sidebar.language_asked.connect(self.remaking.next_language)
        self._row.insertWidget(0, self.sidebar)
        self.tabs = Tabs()
        self.tabs.asked.connect(self.go)
        self.tabs.neared.connect(lambda name: load(name, self._mount))
        self._right.insertWidget(1, self.tabs)
        self.status = StatusLine(t)
        self.status.asked.connect(self._explain)
        column = self._centre.layout()
        assert column is not None
        column.addWidget(self.status)

    def lock_now(self) -> None:
        """Hide everything until somebody says who they are; nothing happens while nobody has an account."""
        if self.lock is not None:
            self.lock.lock()
        self.hiding.emit()

    # -- the shop

    def attach(self, mount: Mount) -> None:
        """The shop is open: show the page that was last in view and keep the status line true."""
        from desktop.lock import IdleLock

        self._mount = mount
        self.lock = IdleLock(self, self._centre, mount)
        store = mount.context.store
        self._store_name = store.name
        self.setWindowTitle(f"LivePay – {store.name}")
        self.sidebar.store.say(store.name)
        mount.bridge.notice.connect(self.say)
        mount.bridge.changed.connect(self._changed)
        mount.ticker.second.connect(self._second)
        from desktop.presence import Presence

        self.presence = Presence(self, mount)
        self.status.show_time(mount.context.clock.now(), store.zone)
        self.read_status()
        last = mount.preferences.get("window.page", "")
        if store.welcome and "welcome" in self._entries:
            self.go("welcome")
        else:
            self.go(last if last in self._entries else self.sections[0].pages[0].name)

    def refuse(self, title: str, sentence: str) -> None:
        """The shop could not be opened: say why instead of the pages."""
        self.opening.say(title, sentence)
        self.stack.setCurrentWidget(self.opening)

    def go_section(self, name: str) -> None:
        """Show a section: its tab that was last in view."""
        self.go(self._page_of(name))

    def _page_of(self, name: str) -> str:
        section = next(section for section in self.sections if section.name == name)
        return self._last.get(name, section.pages[0].name)

    def next_tab(self, step: int) -> None:
        """The section's next tab, round and round."""
        names = [page.name for page in self._section.pages]
        self.go(names[(names.index(self._last[self._section.name]) + step) % len(names)])

    def go(self, name: str, subject: object = None) -> None:
        """Show a page, built the first time; ``subject`` is brought into sight there. Unknown names do nothing."""
        if self._mount is None or name not in self._entries:
            return
        page = self.pages.get(name)
        if page is None:
            page = self.pages[name] = self._entries[name].build(self._mount)
            page.setAccessibleName(self.title(name))
            page.wants.connect(self.go)
            self.stack.addWidget(page)
            self.remaking.give_back(name, page)
        self.stack.setCurrentWidget(page)
        alone = self._entries[name].alone
        self.sidebar.setVisible(not alone)
        self.tabs.setVisible(not alone)
        if not alone:
            self._show_section(name)
        page.take_focus()
        if subject is not None:
            page.show_subject(subject)

    def _show_section(self, name: str) -> None:
        section = self._section = next(s for s in self.sections if self._entries[name] in s.pages)
        self._last[section.name] = name
        self.sidebar.buttons[section.name].setChecked(True)
        self.tabs.show_tabs([(page.name, self.t(page.title)) for page in section.pages], name)
        self.tabs.count(self._counts)

    def do(self, name: str, act: str) -> None:
        """Show a page and do there what its entry offers."""
        self.go(name)
        if name in self.pages:
            getattr(self.pages[name], act)()

    @property
    def centre(self) -> QWidget:
        """All but what stands over the window."""
        return self._centre

    @property
    def locked(self) -> bool:
        return self.lock is not None and self.lock.locked

    def open_notifications(self) -> None:
        if self.presence is not None:
            self.presence.open_panel()

    def open_palette(self) -> None:
        """Ask for anything. It is loaded when first asked for."""
        mount = self._mount
        if mount is None or not self._centre.isEnabled():
            return
        if self._palette is None:
            from desktop.palette.opening import make_palette

            self._palette = make_palette(self, self._centre, mount)
        self._palette.present()

    def title(self, name: str) -> str:
        return self.t(self._entries[name].title)

    @property
    def attached(self) -> bool:
        return self._mount is not None

    @property
    def busy(self) -> bool:
        """Whether something a page asked for is still being done."""
        return self._mount is not None and self._mount.bridge.busy

    def renew(self) -> None:
        """Everything but the pages again, in the language and size in force."""
        gone = [part for part in (self.sidebar, self.tabs, self.status, self._palette) if part is not None]
        self._palette = None
        for part in gone:
            discard(part)
        self._make_edges()
        self._resized()
        self._show_switches()
        self.opening.say(*opening(self.t))
        self.toasts.close_word = self.t("Close")
        if self.lock:
            self.lock.remake()
        if self.presence:
            self.presence.remake()
        if self._mount:
            self.status.show_time(self._mount.context.clock.now(), self._mount.context.store.zone)
        self.read_status()

    def page(self, name: str) -> Page | None:
        """A page that has been shown before."""
        return self.pages.get(name)

    def close_page(self, name: str) -> None:
        """Take a page down with all it holds; it is built anew when it is next shown."""
        page = self.pages.pop(name, None)
        if page is not None:
            self.stack.removeWidget(page)
            page.deleteLater()

    def say(self, notice: Notice) -> None:
        self.toasts.say(notice)

    # -- status

    def _second(self, now: int) -> None:
        if self._mount and self.isVisible():
            self.status.show_time(now, self._mount.context.store.zone)
            if now - self._status_at >= STATUS_MS:
                self.read_status()

    def _changed(self, changes: list[Change]) -> None:
        if any(change.area in ("storage", "settings", "tunnel") for change in changes):
            self.read_status()

    def read_status(self) -> None:
        if self._mount is None:
            return
        context: Context = self._mount.context
        self._status_at = context.clock.now()
        self._mount.bridge.run(
            lambda: (context.status(), context.badges()), owner=self, done=self._show_status, name="read status"
        )

    def _show_status(self, read: tuple[Status, Badges]) -> None:
        status, badges = read
        self._read = status
        if self.presence:
            self.presence.take_status(status, badges)
        if self._mount:
            self.status.show_status(status, self._mount.context.clock.now(), self._mount.context.store.zone)
        if status.storage_failed:
            self.banner.warn(*full_disk(self.t), "danger")
        elif not self._warn_second(status):
            self.banner.rest()
        self._strip.setContentsMargins(20, 0 if self.banner.isHidden() else 12, 20, 0)
        counts = self._counts = dict(badges.counts)
        for section in self.sections:
            self.sidebar.buttons[section.name].set_badge(section.badge(counts))
        self.tabs.count(counts)
        self.told.emit(status, badges)

    def _explain(self, mark: QWidget, asked: Link | str) -> None:
        """Say what a part of the status line means, and offer the way to it."""
        from desktop.explained import explained, present

        context = self._mount.context if self._mount else None
        present(self._centre, explained(asked, self._read, self.t, context), self.go, mark)

    def _warn_second(self, status: Status) -> bool:
        """Three days before an owner's account needs a second factor, and from then on."""
        if self._mount is None or status.second_due is None:
            return False
        left = status.second_due - self._mount.context.clock.now()
        if left > SECOND_SOON:
            return False
        title, detail = second_due(self.t, left)
        self.banner.warn(title, detail, "waiting", self.t("Set it up now"), partial(self.go, "settings", "access"))
        return True

    # -- switches

    def next_theme(self) -> None:
        """Dark, light, as the system says, and round again."""
        choice = _NEXT_THEME[theme().choice]
        theme().choose(choice)
        self.chosen.emit("theme", choice)

    def switch_sound(self) -> None:
        self._sounds.enabled = not self._sounds.enabled
        self.chosen.emit("sound", "on" if self._sounds.enabled else "off")

    def choose_language(self, code: str) -> None:
        """Speak another language (``fr``, ``mg``, ``en``) from now on, here and at the next start."""
        self.remaking.choose_language(code)

    def switch_full_screen(self) -> None:
        self.window().setWindowState(self.window().windowState() ^ Qt.WindowState.WindowFullScreen)

    def _show_switches(self) -> None:
        self.sidebar.show_switches(theme().choice, self._sounds.enabled)

    # -- the window

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        qtwords.speak(self.t.language)
        self.zooming.watch()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resized()

    def _resized(self) -> None:
        self.sidebar.fit(self.width(), self.height())

    def _remember(self) -> None:
        self.chosen.emit("window.place", bytes(self.window().saveGeometry().toBase64().data()).decode())
        name = self._last.get(self._section.name)
        if name is not None:
            self.chosen.emit("window.page", name)

    def restore(self, place: str) -> bool:
        """Size, place and state as :attr:`chosen` told them. → False when that cannot be read."""
        return bool(place) and self.restoreGeometry(QByteArray.fromBase64(place.encode("ascii", "replace")))

    def leave(self) -> None:
        """Close for good."""
        self._leaving = True
        self.close()
        self.closing.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._leaving and self.presence is not None and self.presence.stays():
            self._remember()
            event.ignore()
            return
        self._remember()
        self.closing.emit()
        super().closeEvent(event)
