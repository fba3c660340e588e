"""Tests of connections: with what is on the page, one at a time for each panel, given up at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from core.payments.provider import Finding
from desktop.bridge import Bridge, Task
from desktop.pages.page import Page
from desktop.pages.settings.parts import TestPanel
from desktop.pages.settings.presenter import SettingsPresenter
from desktop.pages.settings.views import Ask


class Trials(QObject):
    """``when_saved`` does something as soon as nothing is being saved. ``told`` with a panel that shows a verdict."""

    told = Signal(object)

    def __init__(
        self, page: Page, presenter: SettingsPresenter, when_saved: Callable[[Callable[[], object]], object]
    ) -> None:
        super().__init__(page)
        self._page, self._presenter, self._when_saved = page, presenter, when_saved
        self._running: dict[TestPanel, Task[tuple[Finding, ...]]] = {}

    @property
    def _bridge(self) -> Bridge:
        return self._page.mount.bridge

    def serve(self, panel: TestPanel, ask: Ask) -> None:
        """Have a panel's buttons start this test, and stop it."""
        panel.asked.connect(partial(self.run, panel, ask))
        panel.given_up.connect(partial(self.stop, panel))

    def run(self, panel: TestPanel, ask: Ask, *_: object) -> None:
        """Test a connection: a field still being typed in is saved first."""
        if panel.running:
            return
        focused = QApplication.focusWidget()
        if focused is not None and self._page.isAncestorOf(focused):
            panel.button.setFocus()
        panel.begin()
        self._when_saved(partial(self._start, panel, ask))

    def _start(self, panel: TestPanel, ask: Ask) -> None:
        panel.begin()
        self._running[panel] = self._bridge.run_long(
            ask,
            owner=panel,
            done=lambda found: self._tested(panel, found),
            failed=lambda error: self._not_tested(panel),
            name="test connection",
        )

    def _tested(self, panel: TestPanel, found: tuple[Finding, ...]) -> None:
        self._running.pop(panel, None)
        panel.show_verdict(self._presenter.verdict(found))
        self.told.emit(panel)

    def _not_tested(self, panel: TestPanel) -> bool:
        self._running.pop(panel, None)
        panel.forget()
        return False

    def stop(self, panel: TestPanel) -> None:
        """Give a test up."""
        if task := self._running.pop(panel, None):
            task.cancel()
        panel.forget()
