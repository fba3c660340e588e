"""The window: sidebar, the page in view, the status line, and whatever has to be said over all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from core.kernel.clock import DAY, SECOND
from desktop.bridge import Change
from desktop.context import Badges, Context, Status
from desktop.pages.page import Mount, Page
from desktop.pages.registry import PAGES, PageEntry
from desktop.sound import Sounds
from desktop.statusline import StatusLine
from desktop.texts import Texts, full_disk, second_due
from desktop.theme import Choice, theme
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import ElidedLabel, Label
from desktop.widgets.navigation import COMPACT, WIDE, NavButton
from desktop.widgets.notices import Banner, Notice, Toasts

if TYPE_CHECKING:
    from desktop.lock import IdleLock

COMPACT_UNDER: Final = 1100
STATUS_MS: Final = 5 * SECOND
SECOND_SOON: Final = 3 * DAY
_NEXT_THEME: Final[dict[Choice, Choice]] = {"dark": "light", "light": "system", "system": "dark"}


class Sidebar(QFrame):
    """Navigation. ``asked`` with a page's name; ``theme_asked`` and ``sound_asked`` for the two switches."""

    asked = Signal(str)
    theme_asked = Signal()
    sound_asked = Signal()

    def __init__(self, t: Texts, pages: Sequence[PageEntry]) -> None:
        super().__init__()
        self._t = t
        self.setProperty("kind", "sidebar")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 16, 12, 10)
        column.setSpacing(2)
        brand = QHBoxLayout()
        brand.setSpacing(0)
        brand.setContentsMargins(12, 0, 0, 0)
        self._first, self._second = Label("Live", "title"), Label("Pay", "title", "gold")
        brand.addWidget(self._first)
        brand.addWidget(self._second)
        brand.addStretch(1)
        column.addLayout(brand)
        self.store = ElidedLabel("", "small", "muted")
        self.store.setContentsMargins(12, 0, 0, 0)
        column.addWidget(self.store)
        column.addSpacing(16)
        self.buttons: dict[str, NavButton] = {}
        for number, page in enumerate(pages, 1):
            button = self.buttons[page.name] = NavButton(page.icon, t(page.title))
            button.clicked.connect(partial(self.asked.emit, page.name))
            if number < 10:
                button.setAccessibleDescription(f"Ctrl+{number}")
            column.addWidget(button)
        column.addStretch(1)
        self.sound = NavButton("volume-2", t("Sound on"), checkable=False)
        self.sound.clicked.connect(self.sound_asked)
        self.look = NavButton("moon", t("Dark theme"), checkable=False)
        self.look.clicked.connect(self.theme_asked)
        column.addWidget(self.sound)
        column.addWidget(self.look)
        self.set_compact(False)

    def set_compact(self, compact: bool) -> None:
        """Icons only, when the window is narrow."""
        self.setFixedWidth(COMPACT if compact else WIDE)
        margin = 8 if compact else 12
        layout = self.layout()
        if layout:
            layout.setContentsMargins(margin, 16, margin, 10)
        self._first.say("L" if compact else "Live")
        self._second.setVisible(not compact)
        self.store.setVisible(not compact)
        for button in (*self.buttons.values(), self.sound, self.look):
            button.set_compact(compact)

    def show_switches(self, choice: Choice, sound: bool) -> None:
        t = self._t
        icon, word = {
            "dark": ("moon", t("Dark theme")),
            "light": ("sun", t("Light theme")),
            "system": ("monitor", t("System theme")),
        }[choice]
        self.look.set_look(icon, word)
        self.sound.set_look("volume-2" if sound else "volume-x", t("Sound on") if sound else t("Sound off"))


class Shell(QMainWindow):
    """Shown before the shop is open; :meth:`attach` gives it the shop. ``closing`` when the person closes it."""

    closing = Signal()
    chosen = Signal(str, str)
    """A choice of this computer's person: key (``theme``, ``sound``) and value."""

    def __init__(self, t: Texts, sounds: Sounds, pages: Sequence[PageEntry] = PAGES, store_name: str = "") -> None:
        super().__init__()
        self.t = t
        self._sounds = sounds
        self._entries = {page.name: page for page in pages}
        pages = [page for page in pages if not page.alone]
        self._pages: dict[str, Page] = {}
        self._mount: Mount | None = None
        self._status_at = 0
        self.lock: IdleLock | None = None
        self.setWindowTitle(f"LivePay – {store_name}" if store_name else "LivePay")
        self.setMinimumSize(QSize(960, 600))
        self.sidebar = Sidebar(t, pages)
        self.sidebar.store.say(store_name)
        self.sidebar.asked.connect(self.go)
        self.sidebar.theme_asked.connect(self.next_theme)
        self.sidebar.sound_asked.connect(self.switch_sound)
        self.banner = Banner()
        self.stack = QStackedWidget()
        self.opening = EmptyState("store", t("Opening the store…"), t("Its orders and messages are being read."))
        self.stack.addWidget(self.opening)
        self.status = StatusLine(t)
        self._lay_out()
        self.toasts = Toasts(self._centre, t("Close"))
        self._bind_keys(pages)
        theme().changed.connect(self._show_switches)
        sounds.switched.connect(self._show_switches)
        self._show_switches()

    def _lay_out(self) -> None:
        centre = self._centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        right = QVBoxLayout()
        right.setSpacing(0)
        strip = self._strip = QVBoxLayout()
        strip.setContentsMargins(20, 0, 20, 0)
        strip.addWidget(self.banner)
        right.addLayout(strip)
        right.addWidget(self.stack, 1)
        row.addLayout(right, 1)
        column.addLayout(row, 1)
        column.addWidget(self.status)
        self.setCentralWidget(centre)

    def _bind_keys(self, pages: Sequence[PageEntry]) -> None:
        bound: list[tuple[str, Callable[[], object]]] = [
            ("F11", self.switch_full_screen),
            ("Ctrl+T", self.next_theme),
            ("Ctrl+L", self.lock_now),
            ("Ctrl+Q", self.close),
        ]
        bound += [(f"Ctrl+{n}", partial(self.go, page.name)) for n, page in enumerate(pages[:9], 1)]
        for keys, act in bound:
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def lock_now(self) -> None:
        """Hide everything until somebody says who they are; nothing happens while nobody has an account."""
        if self.lock is not None:
            self.lock.lock()

    # -- the shop

    def attach(self, mount: Mount) -> None:
        """The shop is open: show its first page and keep the status line true."""
        from desktop.lock import IdleLock

        self._mount = mount
        self.lock = IdleLock(self, self._centre, mount)
        store = mount.context.store
        self.setWindowTitle(f"LivePay – {store.name}")
        self.sidebar.store.say(store.name)
        mount.bridge.notice.connect(self.say)
        mount.bridge.changed.connect(self._changed)
        mount.ticker.second.connect(self._second)
        self.status.show_time(mount.context.clock.now(), store.zone)
        self._read_status()
        self.go("welcome" if store.welcome and "welcome" in self._entries else next(iter(self._entries)))

    def refuse(self, title: str, sentence: str) -> None:
        """The shop could not be opened: say why instead of the pages."""
        self.opening.say(title, sentence)
        self.stack.setCurrentWidget(self.opening)

    def go(self, name: str, subject: object = None) -> None:
        """Show a page, built the first time; ``subject`` is brought into sight there. Unknown names do nothing."""
        if self._mount is None or name not in self._entries:
            return
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = self._entries[name].build(self._mount)
            page.wants.connect(self.go)
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        alone = self._entries[name].alone
        self.sidebar.setVisible(not alone)
        if not alone:
            self.sidebar.buttons[name].setChecked(True)
        page.take_focus()
        if subject is not None:
            page.show_subject(subject)

    def page(self, name: str) -> Page | None:
        """A page that has been shown before."""
        return self._pages.get(name)

    def say(self, notice: Notice) -> None:
        self.toasts.say(notice)

    # -- status

    def _second(self, now: int) -> None:
        if self._mount and self.isVisible():
            self.status.show_time(now, self._mount.context.store.zone)
            if now - self._status_at >= STATUS_MS:
                self._read_status()

    def _changed(self, changes: list[Change]) -> None:
        if any(change.area == "storage" for change in changes):
            self._read_status()

    def _read_status(self) -> None:
        if self._mount is None:
            return
        context: Context = self._mount.context
        self._status_at = context.clock.now()
        self._mount.bridge.run(
            lambda: (context.status(), context.badges()), owner=self, done=self._show_status, name="read status"
        )

    def _show_status(self, read: tuple[Status, Badges]) -> None:
        status, badges = read
        if self._mount:
            self.status.show_status(status, self._mount.context.clock.now(), self._mount.context.store.zone)
        if status.storage_failed:
            self.banner.warn(*full_disk(self.t), "danger")
        elif not self._warn_second(status):
            self.banner.hide()
        self._strip.setContentsMargins(20, 0 if self.banner.isHidden() else 12, 20, 0)
        counts = dict(badges.counts)
        for name, button in self.sidebar.buttons.items():
            button.set_badge(counts.get(name, 0))

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

    def switch_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _show_switches(self) -> None:
        self.sidebar.show_switches(theme().choice, self._sounds.enabled)

    # -- the window

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sidebar.set_compact(self.width() < COMPACT_UNDER)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)
