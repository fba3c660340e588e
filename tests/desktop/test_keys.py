"""Every key that is registered is named, and one sheet shows those that work now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.keys import KeysDialog, named, of
from desktop.pages.registry import PAGES
from tests.desktop.conftest import Open, board


def test_every_key_says_what_it_does(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    unnamed: dict[str, list[str]] = {}
    for entry in (entry for entry in PAGES if not entry.alone):
        desktop.shell.go(entry.name)
        qtbot.waitUntil(lambda: not desktop.bridge.busy)
        page = desktop.shell.page(entry.name)
        assert page is not None
        keys = [named(one.key()) for one in page.findChildren(QShortcut) if not one.whatsThis()]
        if keys:
            unnamed[entry.name] = keys
    own = desktop.shell.findChildren(QShortcut, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert [named(one.key()) for one in own if not one.whatsThis()] == []
    assert unnamed == {}


def test_the_sheet_shows_the_pages_keys_and_the_windows(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    QTest.keyClick(board(desktop), Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: desktop.shell.findChild(KeysDialog) is not None)
    sheet = desktop.shell.findChild(KeysDialog)
    assert isinstance(sheet, KeysDialog)
    said = {key.said: key.keys for key in sheet.shown}
    assert said["Nouvelle facture"] == "N"
    assert said["Grand écran"] == "G"
    assert said["Raccourcis clavier"] == "F1  ?"
    assert len(sheet.shown) == len(of(board(desktop))) + len(of(desktop.shell, whole=False))
    sheet.reject()
