"""One store in a window: its shop, opened on another thread, and all of the window that lives as long as it does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from core.kernel.errors import EnvironmentProblem, LivePayError
from core.kernel.i18n import explain
from desktop.bridge import Bridge
from desktop.context import Context, Preferences
from desktop.pages.page import Mount
from desktop.shell import Shell
from desktop.sound import Sounds
from desktop.texts import Texts
from desktop.ticker import Ticker
from desktop.widgets.notices import Notice

if TYPE_CHECKING:
    from desktop.pages.welcome.presenter import Tryout
    from desktop.stores.desk import StoresDesk

log = logging.getLogger(__name__)


def show(window: QWidget) -> None:
    """Show a window, and return when it is painted: what is loaded beside it from then on does not hold that up."""
    window.show()
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


class Seat(QObject):
    """A store's place in the window. ``settled`` once it is open, or is known not to open (``problem`` says why)."""

    settled = Signal()

    def __init__(
        self,
        open_context: Callable[[], Context],
        preferences: Preferences,
        t: Texts,
        sounds: Sounds,
        store_name: str = "",
        rehearse: Callable[[int, int], object] | None = None,
        stores: StoresDesk | None = None,
    ) -> None:
        super().__init__()
        self.t = t
        self.preferences = preferences
        self.sounds = sounds
        self.exit_code = 0
        self.problem = ""
        self._stores = stores
        self._open_context = open_context
        self._rehearse = rehearse
        self._context: Context | None = None
        self._made: Context | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._ticker: Ticker | None = None
        self.bridge = Bridge(t, parent=self)
        self.shell = Shell(t, sounds, store_name=store_name)
        self.shell.chosen.connect(preferences.set)
        self.bridge.mishap.connect(self.show_mishap)

    @property
    def context(self) -> Context | None:
        """The open shop; None before, and when it could not be opened."""
        return self._context

    def open(self) -> None:
        self.bridge.run(self._make, owner=self, done=self._opened, failed=self._refused, name="open store")

    def _make(self) -> Context:
        """Kept as soon as it is there: a window that goes before it is told still closes it."""
        self._made = self._open_context()
        return self._made

    def _opened(self, context: Context) -> None:
        self._context = context
        self._ticker = Ticker(context.clock, self)
        self._unsubscribe = context.subscribe(self.bridge.post)
        lock, rehearse, speak = self.shell.lock_now, self._rehearse, self.shell.choose_language
        enlarge = self.shell.zooming.choose
        mine = self.bridge, self.t, self._ticker, self.sounds, self.preferences
        self.shell.attach(Mount(context, *mine, lock, rehearse, speak, enlarge, self._stores))
        self._ticker.start()
        self._look_for_trial(context)
        self.settled.emit()

    def show_mishap(self, text: str) -> None:
        from desktop.mishapdialog import MishapDialog

        MishapDialog(self.shell, self.t, text).present()

    def tell_fault(self) -> None:
        """The program did not end by itself last time: say so, and offer what it left."""
        if self._context is not None:
            self.bridge.run(self._context.support.take_fault, owner=self, done=self._tell_fault, name="last fault")

    def _tell_fault(self, found: str) -> None:
        if found:
            t = self.t
            said = t("LivePay stopped unexpectedly last time. Your orders and payments are whole.")
            self.bridge.notice.emit(Notice(said, "waiting", t("See the report"), partial(self.show_mishap, found)))

    def _look_for_trial(self, context: Context) -> None:
        """A test payment that was open when LivePay was closed is told; the first steps have it by themselves."""
        if not context.store.welcome:
            look = context.welcome.trial_left
            self.bridge.run(look, owner=self, done=self._tell_trial, name="test payment left")

    def _tell_trial(self, tryout: Tryout | None) -> None:
        if tryout is not None and self._context is not None:
            from desktop.pages.welcome.presenter import WelcomePresenter

            said = WelcomePresenter(self.t, self._context.store.currency).left(tryout)
            way = partial(self.shell.go, "welcome", "payment")
            self.bridge.notice.emit(Notice(said, "waiting", self.t("Look at it"), way))

    def _refused(self, error: Exception) -> None:
        t = self.t
        if isinstance(error, LivePayError):
            sentence = explain(error, t.language)
        else:
            log.error("the store could not be opened", exc_info=error)
            sentence = t("Something went wrong in LivePay. Nothing was lost; the details are in the log.")
        self.exit_code = 3 if isinstance(error, EnvironmentProblem) else 1
        self.problem = sentence
        self.shell.refuse(t("The store cannot be opened"), sentence)
        self.settled.emit()

    def quiet(self) -> None:
        """No change reaches a window that is going away. Idempotent."""
        if self._ticker:
            self._ticker.stop()
        if self._unsubscribe:
            self._unsubscribe()
            self._unsubscribe = None
        self.bridge.quiet()

    def close(self) -> None:
        """Wait for what runs, then shut the shop down. From any thread, once :meth:`quiet`."""
        self.bridge.drain()
        context = self._context or self._made
        self._context = self._made = None
        if context:
            context.close()

    def stop(self) -> None:
        """Quiet first, then the shop."""
        self.quiet()
        self.close()
