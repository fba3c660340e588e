"""Runs the window: first something to see, then the shop behind it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from PySide6.QtCore import QSize, Qt, QTimer, SignalInstance
from PySide6.QtWidgets import QApplication, QWidget

from desktop import plain  # noqa: F401 - before any other of the window's modules
from desktop.context import Context, Preferences
from desktop.garbage import Collector
from desktop.mishap import Mishaps
from desktop.seat import Seat, show
from desktop.sound import Sounds
from desktop.texts import Texts, chosen_language
from desktop.theme import CHOICES, Choice, theme
from desktop.zoom import USUAL, read, zoom

R = TypeVar("R", bound="Running")
SIZE = (1440, 900)
_FRAME: Final = QSize(8, 40)  # px


class InMemory:
    """Choices that are forgotten with the window."""

    def __init__(self, values: dict[str, str] | None = None) -> None:
        self.values = {} if values is None else values

    def get(self, key: str, default: str) -> str:
        return self.values.get(key, default)

    def set(self, key: str, value: str) -> None:
        self.values[key] = value


class Desktop(Seat):
    """The window of one store, and all that lives as long as it does."""

    def __init__(
        self,
        open_context: Callable[[], Context],
        preferences: Preferences,
        language: str = "fr",
        store_name: str = "",
        rehearse: Callable[[int, int], object] | None = None,
    ) -> None:
        sounds = Sounds(preferences.get("sound", "on") == "on")
        t = Texts(chosen_language(preferences.get("language", ""), language))
        super().__init__(open_context, preferences, t, sounds, store_name, rehearse)
        sounds.setParent(self)
        self._collector = Collector(self)
        self.mishaps = Mishaps(self)
        self.shell.resize(zoom().logical(*SIZE))
        self.shell.restore(preferences.get("window.place", ""))
        self.mishaps.happened.connect(self.bridge.tell_mishap)

    @property
    def closing(self) -> SignalInstance:
        return self.shell.closing

    @property
    def window(self) -> QWidget:
        return self.shell

    def start(self) -> None:
        """Show the window, then open the shop on another thread while it is already seen."""
        self.mishaps.listen()
        show(self.shell)
        QTimer.singleShot(0, self, self.open)

    def _opened(self, context: Context) -> None:
        super()._opened(context)
        self._collector.start()
        self.tell_fault()

    def stop(self) -> None:
        self.quiet()
        self.mishaps.leave()
        self.close()
        self._collector.stop()


def application(preferences: Preferences | None = None) -> QApplication:
    """The process's QApplication. Closing its window does not end the loop: qasync would stop half-way."""
    made = QApplication.instance()
    if not isinstance(made, QApplication):
        with zoom().starting(read(preferences.get("zoom", "")) if preferences else USUAL):
            made = QApplication(sys.argv[:1])
    made.setApplicationName("LivePay")
    made.setQuitOnLastWindowClosed(False)
    return made


def theme_choice(preferences: Preferences) -> Choice:
    wanted = preferences.get("theme", "dark")
    return next((choice for choice in CHOICES if choice == wanted), "dark")


class Running(Protocol):
    """What :func:`run_window` runs: a window and what is behind it."""

    @property
    def exit_code(self) -> int: ...

    @property
    def closing(self) -> SignalInstance: ...

    @property
    def window(self) -> QWidget: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


def run_desktop(
    open_context: Callable[[], Context],
    *,
    preferences: Preferences | None = None,
    language: str = "fr",
    store_name: str = "",
    ready: Callable[[Desktop], None] | None = None,
    rehearse: Callable[[int, int], object] | None = None,
) -> int:
    """Open the window over one shop and run until it is closed; → exit code.

    ``open_context`` runs on another thread once the window shows: it may import and open whatever it needs, and raise
    LivePayError, which the window then explains. ``ready`` gets the :class:`Desktop` when the window is on screen.
    """
    chosen = preferences or InMemory()
    return run_window(lambda: Desktop(open_context, chosen, language, store_name, rehearse), chosen, ready)


def room(window: QWidget) -> QSize:
    """What its screen has for a window, without what the system puts around it."""
    return window.screen().availableGeometry().size() - _FRAME


def fit(window: QWidget) -> None:
    """A window that is larger than its screen fills the screen: on a small laptop its foot would be out of sight.
    What is narrower than the smallest window is no screen (an off-screen platform's is 800 px)."""
    most = room(window)
    if window.size().boundedTo(most) != window.size() and most.width() >= zoom().smallest.width():
        window.resize(window.size().boundedTo(most))
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def run_window(make: Callable[[], R], preferences: Preferences, ready: Callable[[R], None] | None = None) -> int:
    """Make a window and run until it is closed; → exit code."""
    made = application(preferences)
    theme().install(made, theme_choice(preferences))
    # A slot that runs long must not starve the server's thread (reference stack, "Recommended wiring").
    sys.setswitchinterval(0.0005)
    desktop = make()
    fit(desktop.window)
    desktop.start()
    # Seen first, loaded then: what the loop needs costs a third of the window's own start.
    import asyncio

    import qasync

    loop = qasync.QEventLoop(made)
    asyncio.set_event_loop(loop)
    done = asyncio.Event()
    desktop.closing.connect(done.set)
    if not desktop.window.isVisible():  # closed already
        done.set()
    if ready:
        QTimer.singleShot(0, desktop.window, lambda: ready(desktop))
    with loop:
        loop.run_until_complete(done.wait())
        desktop.stop()
    desktop.window.deleteLater()
    gc.collect()
    return desktop.exit_code
