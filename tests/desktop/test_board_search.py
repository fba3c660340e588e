"""Searching the live board, by keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.widgets.dialog import Dialog
from tests.desktop.conftest import Open, board


def test_slash_searches_and_enter_goes_to_what_was_found(open_window: Open, qtbot: QtBot) -> None:
    page = board(open_window())
    search = page.board.orders.search
    QTest.keyClick(page, Qt.Key.Key_Slash)
    assert search.hasFocus()
    QTest.keyClicks(search, "ouedra")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert (page.model.rowCount(), page.board.table.current) == (1, 116)
    assert page.board.table.hasFocus()


def test_letters_typed_in_the_search_are_no_shortcuts(open_window: Open, qtbot: QtBot) -> None:
    desktop = open_window()
    search = board(desktop).board.orders.search
    search.setFocus()
    QTest.keyClicks(search, "nel/")
    assert search.text() == "nel/"
    assert [one for one in desktop.shell.findChildren(Dialog) if one.isVisible()] == []


def test_escape_empties_the_search_first(open_window: Open, qtbot: QtBot) -> None:
    page = board(open_window())
    search = page.board.orders.search
    search.setFocus()
    QTest.keyClicks(search, "zzz")
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)
    assert page.board.orders._nothing._title.text() == "Aucune commande ici"
    QTest.keyClick(search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.model.rowCount() == 23)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert page.board.table.hasFocus()
