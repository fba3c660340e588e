"""Runs the window: first something to see, then the shop behind it."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from core.kernel.errors import EnvironmentProblem, LivePayError
from core.kernel.i18n import explain
from desktop import plain  # noqa: F401 - before any other of the window's modules
from desktop.bridge import Bridge
from desktop.context import Context, Preferences
from desktop.garbage import Collector
from desktop.mishap import Mishaps
from desktop.pages.page import Mount
from desktop.shell import Shell
from desktop.sound import Sounds
from desktop.texts import Texts, chosen_language
from desktop.theme import CHOICES, Choice, theme
from desktop.ticker import Ticker
from desktop.widgets.notices import Notice

log = logging.getLogger(__name__)
SIZE = (1440, 900)


@dataclass
class InMemory:
    """Choices that are forgotten with the window."""

    values: dict[str, str] = field(default_factory=dict)

    def get(self, key: str, default: str) -> str:
        return self.values.get(key, default)

    def set(self, key: str, value: str) -> None:
        self.values[key] = value


class Desktop(QObject):
    """The window and all that lives as long as it does."""

    def __init__(
        self,
        open_context: Callable[[], Context],
        preferences: Preferences,
        language: str = "fr",
        store_name: str = "",
        rehearse: Callable[[int, int], object] | None = None,
    ) -> None:
        super().__init__()
        self._collector = Collector(self)
        self.t = Texts(chosen_language(preferences.get("language", ""), language))
        self.preferences = preferences
        self.exit_code = 0
        self._open_context = open_context
        self._rehearse = rehearse
        self._context: Context | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._ticker: Ticker | None = None
        self.sounds = Sounds(preferences.get("sound", "on") == "on", self)
        self.bridge = Bridge(self.t, parent=self)
        self.mishaps = Mishaps(self)
        self.shell = Shell(self.t, self.sounds, store_name=store_name)
        self.shell.resize(*SIZE)
        self.shell.restore(preferences.get("window.place", ""))
        self.shell.chosen.connect(preferences.set)
        self.mishaps.happened.connect(self.bridge.tell_mishap)
        self.bridge.mishap.connect(self._show_mishap)

    def start(self) -> None:
        """Show the window, then open the shop on another thread while it is already seen."""
        self.mishaps.listen()
        self.shell.show()
        QTimer.singleShot(0, self, self._open)

    def _open(self) -> None:
        self.bridge.run(self._open_context, owner=self, done=self._opened, failed=self._refused, name="open store")

    def _opened(self, context: Context) -> None:
        self._context = context
        self._ticker = Ticker(context.clock, self)
        self._unsubscribe = context.subscribe(self.bridge.post)
        lock, rehearse, speak = self.shell.lock_now, self._rehearse, self.shell.choose_language
        self.shell.attach(
            Mount(context, self.bridge, self.t, self._ticker, self.sounds, self.preferences, lock, rehearse, speak)
        )
        self._ticker.start()
        self._collector.start()
        self.bridge.run(context.support.take_fault, owner=self, done=self._tell_fault, name="last fault")

    def _tell_fault(self, found: str) -> None:
        """The program did not end by itself last time: say so, and offer what it left."""
        if found:
            t = self.t
            said = t("LivePay stopped unexpectedly last time. Your orders and payments are whole.")
            self.bridge.notice.emit(Notice(said, "waiting", t("See the report"), partial(self._show_mishap, found)))

    def _show_mishap(self, text: str) -> None:
        from desktop.mishapdialog import MishapDialog

        MishapDialog(self.shell, self.t, text).present()

    def _refused(self, error: Exception) -> None:
        t = self.t
        if isinstance(error, LivePayError):
            sentence = explain(error, t.language)
        else:
            log.error("the store could not be opened", exc_info=error)
            sentence = t("Something went wrong in LivePay. Nothing was lost; the details are in the log.")
        self.exit_code = 3 if isinstance(error, EnvironmentProblem) else 1
        self.shell.refuse(t("The store cannot be opened"), sentence)

    def stop(self) -> None:
        """Quiet first, then the shop: no change reaches a window that is going away."""
        if self._ticker:
            self._ticker.stop()
        if self._unsubscribe:
            self._unsubscribe()
        self.bridge.close()
        self.mishaps.leave()
        if self._context:
            self._context.close()
            self._context = None
        self._collector.stop()


def application() -> QApplication:
    """The process's QApplication. Closing its window does not end the loop: qasync would stop half-way."""
    existing = QApplication.instance()
    made = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    made.setApplicationName("LivePay")
    made.setQuitOnLastWindowClosed(False)
    return made


def theme_choice(preferences: Preferences) -> Choice:
    wanted = preferences.get("theme", "dark")
    return next((choice for choice in CHOICES if choice == wanted), "dark")


def run_desktop(
    open_context: Callable[[], Context],
    *,
    preferences: Preferences | None = None,
    language: str = "fr",
    store_name: str = "",
    ready: Callable[[Desktop], None] | None = None,
    rehearse: Callable[[int, int], object] | None = None,
) -> int:
    """Open the window over a shop and run until it is closed; → exit code.

    ``open_context`` runs on another thread once the window shows: it may import and open whatever it needs, and raise
    LivePayError, which the window then explains. ``ready`` gets the :class:`Desktop` when the window is on screen.
    """
    made = application()
    chosen = preferences or InMemory()
    theme().install(made, theme_choice(chosen))
    # A slot that runs long must not starve the server's thread (reference stack, "Recommended wiring").
    sys.setswitchinterval(0.0005)
    desktop = Desktop(open_context, chosen, language, store_name, rehearse)
    desktop.start()
    made.processEvents()
    # Seen first, loaded then: what the loop needs costs a third of the window's own start.
    import asyncio

    import qasync

    loop = qasync.QEventLoop(made)
    asyncio.set_event_loop(loop)
    done = asyncio.Event()
    desktop.shell.closing.connect(done.set)
    if not desktop.shell.isVisible():  # closed already
        done.set()
    if ready:
        QTimer.singleShot(0, desktop, lambda: ready(desktop))
    with loop:
        loop.run_until_complete(done.wait())
        desktop.stop()
    desktop.shell.deleteLater()
    gc.collect()
    return desktop.exit_code
