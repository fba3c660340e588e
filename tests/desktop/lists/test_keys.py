"""Every list by keyboard alone: found in, gone through, copied, opened, asked for its menu, several selected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QDialog, QMenu
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from core.live import service as live
from core.orders.service import Wanted
from core.pipeline.rules import STAGES
from desktop.app import Desktop
from tests.desktop.openpage import at_rest

NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@dataclass(frozen=True)
class Listed:
    """``view`` and ``search`` of a page, the signal that Enter gives, the one that asks for a menu; ``many``: several
    rows can be selected."""

    page: str
    view: Callable[[Any], Any]
    search: Callable[[Any], Any]
    opens: str
    menu: str
    many: bool = False


def column(page: Any) -> Any:
    """The stage with the most prospects."""
    return max((page.columns[stage].view for stage in STAGES), key=lambda view: view.model().rowCount())


LISTS = (
    *(
        Listed(name, lambda page: page.table, lambda page: page.search, "chosen", "menu_asked", many)
        for name, many in (
            ("orders", True),
            ("payments", False),
            ("papers", False),
            ("quotes", True),
            ("customers", True),
            ("journal", False),
        )
    ),
    Listed("catalogue", lambda page: page.products.table, lambda page: page.head.search, "chosen", "asked", True),
    Listed("live", lambda page: page.board.table, lambda page: page.board.orders.search, "chosen", "asked"),
    Listed(
        "conversations", lambda page: page.people.list, lambda page: page.people.search, "entered", "menu_asked", True
    ),
    Listed("pipeline", column, lambda page: page.search, "chosen", "menu_asked", True),
)


def on_air(shop: Shop) -> None:
    """Orders of a running live."""

    def claim(tx: Any) -> None:
        live.start(tx, "Deuxième soirée", "tiktok")
        for (buyer,) in tx.all("SELECT id FROM customer ORDER BY id LIMIT 3"):
            shop.orders.claim(tx, buyer, [Wanted(2, 1)], "tiktok")

    shop.engine.call(claim)


@pytest.mark.qt_log_ignore("grabbing the keyboard", "support raise")  # the off-screen platform cannot
@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.page)
def test_every_list_obeys_the_keyboard(listed: Listed, desktop: Desktop, shop: Shop, qtbot: QtBot) -> None:
    if listed.page == "live":
        on_air(shop)
    desktop.shell.go(listed.page)
    page: Any = desktop.shell.page(listed.page)
    qtbot.waitUntil(lambda: at_rest(desktop, shop) and listed.view(page).model().rowCount() >= 3)
    holders: tuple[Any, ...] = (page, getattr(page, "acts", None))
    for opens in holders:
        if hasattr(opens, "opener"):
            opens.opener = lambda path: True  # the system's viewer
    view: QAbstractItemView = listed.view(page)
    last = view.model().rowCount() - 1
    desktop.shell.activateWindow()

    def key(which: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(view, which, held)
        qtbot.waitUntil(lambda: at_rest(desktop, shop))

    def row() -> int:
        return view.currentIndex().row()

    def selected() -> list[int]:
        return sorted({index.row() for index in view.selectedIndexes()})

    view.setFocus()
    key(Qt.Key.Key_F, CTRL)
    assert listed.search(page).hasFocus(), "Ctrl+F leads to the search"
    QTest.keyClick(listed.search(page), Qt.Key.Key_Down)
    view.setFocus()
    key(Qt.Key.Key_Home)
    assert row() == 0
    key(Qt.Key.Key_Down)
    assert row() == 1
    key(Qt.Key.Key_Up)
    assert row() == 0
    key(Qt.Key.Key_PageDown)
    assert row() > 0
    key(Qt.Key.Key_PageUp)
    assert row() == 0
    key(Qt.Key.Key_End)
    assert row() == last
    QGuiApplication.clipboard().clear()
    key(Qt.Key.Key_C, CTRL)
    copied = QGuiApplication.clipboard().text()
    said = view.model().index(last, view.currentIndex().column()).data()
    assert copied, "Ctrl+C copies what is selected"
    assert " ".join(str(said).split()) in copied or "\t" in copied
    menus: list[object] = []
    getattr(view, listed.menu).connect(lambda *asked: menus.append(asked))
    place = view.visualRect(view.currentIndex()).center()
    by_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, view.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), by_key)
    assert len(menus) == 1, "the key of the menu asks for it"
    for menu in page.findChildren(QMenu):
        if menu.isVisible():
            menu.close()
    opened: list[object] = []
    getattr(view, listed.opens).connect(lambda *row: opened.append(row))
    if listed.many:
        key(Qt.Key.Key_Home)
        key(Qt.Key.Key_Down, SHIFT)
        assert selected() == [0, 1]
        key(Qt.Key.Key_Space)
        assert selected() == [0]
        key(Qt.Key.Key_Space)
        key(Qt.Key.Key_A, CTRL)
        qtbot.waitUntil(lambda: selected() == list(range(last + 1)))
        key(Qt.Key.Key_Escape)
        assert selected() == [row()]
    else:
        key(Qt.Key.Key_Home)
        key(Qt.Key.Key_Down, SHIFT)
        assert selected() == [1]
    with qtbot.capture_exceptions() as raised:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert not raised
    assert len(opened) == 1, "Enter opens"
    qtbot.waitUntil(lambda: at_rest(desktop, shop))
    for dialog in page.findChildren(QDialog):
        if dialog.isVisible():
            dialog.close()
