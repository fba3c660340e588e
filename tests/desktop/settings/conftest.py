"""The settings page in a real window over a real shop, with WhatsApp and providers simulated on the real wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.adapters.declared import declared_settings
from core.bootstrap import Shop
from desktop.app import Desktop
from desktop.pages.settings.page import SettingsPage
from desktop.pages.settings.presenter import SettingsPresenter
from desktop.pages.settings.rows import SecretRow, SettingRow, TextRow
from desktop.texts import Texts
from localserver.sandbox.stage import Stage
from tests.desktop.openpage import at_rest
from tests.desktop.realshop import make_shop, type_text, window_over


@dataclass
class Opened:
    """An open window, its settings page and the shop behind."""

    desktop: Desktop
    page: SettingsPage
    shop: Shop
    qtbot: QtBot

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        """Wait until nothing is read, saved or tested any more and ``holds``."""
        self.qtbot.waitUntil(lambda: at_rest(self.desktop, self.shop) and bool(holds()), timeout=60_000)

    def press(self, widget: QWidget, key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(widget, key, keys)

    def row(self, key: str) -> SettingRow:
        return self.page.rows[key][0]

    def text_row(self, key: str) -> TextRow:
        row = self.row(key)
        assert isinstance(row, TextRow)
        return row

    def secret_row(self, key: str) -> SecretRow:
        row = self.row(key)
        assert isinstance(row, SecretRow)
        return row

    def write(self, key: str, text: str) -> TextRow:
        """Type a value over the old one, and stay in the field."""
        row = self.text_row(key)
        row.edit.setFocus()
        row.edit.selectAll()
        type_text(row.edit, text)
        return row

    def paste(self, key: str, text: str) -> SecretRow:
        """Type a secret, and stay in the field."""
        row = self.secret_row(key)
        if not row.typing:
            row.replace.click()
        row.edit.setFocus()
        type_text(row.edit, text)
        return row


OpenSettings = Callable[..., Opened]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = make_shop(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def stage(shop: Shop) -> Iterator[Stage]:
    """WhatsApp and some providers simulated; the shop's settings point to them, as if typed in."""
    made = Stage(shop, ("sandbox", "bictorys", "orange_sonatel", "orange_web", "fedapay", "cinetpay", "paydunya"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def open_settings(shop: Shop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenSettings]:
    monkeypatch.setattr("desktop.pages.settings.rows._THANKS_MS", 600_000)  # they are seen whenever they are looked for
    desktops: list[Desktop] = []

    def open_it(section: str = "store") -> Opened:
        desktop = window_over(shop)
        desktops.append(desktop)
        desktop.start()
        qtbot.waitUntil(lambda: desktop.shell.page("live") is not None, timeout=60_000)
        desktop.shell.go("settings")
        page = desktop.shell.page("settings")
        assert isinstance(page, SettingsPage)
        page.open(section)
        opened = Opened(desktop, page, shop, qtbot)
        opened.settled(lambda: bool(page.reading.values))
        return opened

    yield open_it
    for desktop in desktops:
        desktop.stop()
        desktop.shell.close()
        desktop.shell.deleteLater()
        desktop.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def words() -> SettingsPresenter:
    return SettingsPresenter(Texts("fr"), declared_settings("SN"))
