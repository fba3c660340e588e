"""What every test of the window needs: the look, an open window over the sample, and nothing left behind."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, SignalInstance
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from desktop.app import Desktop, InMemory
from desktop.pages.live.page import LivePage
from desktop.pages.live.presenter import LivePresenter
from desktop.texts import Texts
from desktop.theme import theme
from tests.desktop.sample import STORE, SampleContext, SampleSource

Open = Callable[..., Desktop]
PATIENCE_MS: Final = 60_000
LAYOUTS: Final = 3  # one within the other


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["livepay"]


class PatientBot(QtBot):
    """Waits up to a minute where a test does not say how long: on a busy machine a moment is long."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)
        for _ in range(LAYOUTS):  # what was just shown, hidden or said has its place now, as a person would see it
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def waitSignal(self, signal: SignalInstance, *, timeout: int = PATIENCE_MS, **how: Any) -> SignalBlocker:
        return super().waitSignal(signal, timeout=timeout, **how)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> Iterator[None]:
    """The dark theme before each test, and no widget more after it than before."""
    qapp.setQuitOnLastWindowClosed(False)
    if theme().choice != "dark" or not qapp.styleSheet():
        theme().install(qapp, "dark")
    before = set(QApplication.topLevelWidgets())
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    left = [widget for widget in QApplication.topLevelWidgets() if widget not in before]
    for widget in left:
        widget.deleteLater()
    assert [type(widget).__name__ for widget in left] == []


@pytest.fixture
def t() -> Texts:
    return Texts("fr")


@pytest.fixture
def presenter(t: Texts) -> LivePresenter:
    return LivePresenter(t, STORE.currency, STORE.zone)


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[Open]:
    """``open_window(source)`` shows the window over a sample and waits until its board has been read."""
    opened: list[Desktop] = []

    def open_it(
        source: SampleSource | None = None, context: SampleContext | None = None, language: str = "fr"
    ) -> Desktop:
        shop = context or SampleContext(source or SampleSource())
        desktop = Desktop(lambda: shop, InMemory({"sound": "off"}), language)
        opened.append(desktop)
        desktop.start()
        qtbot.waitUntil(lambda: desktop.shell.page("live") is not None)
        qtbot.waitUntil(lambda: board(desktop)._last is not None)
        qtbot.waitUntil(lambda: not desktop.bridge.busy)
        return desktop

    yield open_it
    for desktop in opened:
        desktop.stop()
        desktop.shell.close()
        desktop.shell.deleteLater()
        desktop.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def board(desktop: Desktop) -> LivePage:
    """The live page of an open window."""
    page = desktop.shell.page("live")
    assert isinstance(page, LivePage)
    return page
