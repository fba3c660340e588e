"""What opens beside a press keeps the keyboard until it is left, and never stays in another page's way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.buttons import Button
from desktop.widgets.labels import Label
from desktop.widgets.popover import Popover
from tests.desktop.conftest import Open


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 600)
    line = QHBoxLayout(made)
    for word in ("avant", "après"):
        line.addWidget(QPushButton(word))
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def opened(window: QWidget, buttons: int) -> Popover:
    made = Popover(window, "Liste")
    made.column.addWidget(Label("Liste"))
    for number in range(buttons):
        made.column.addWidget(Button(str(number)))
    first = window.findChildren(QPushButton)[0]
    first.setFocus()
    made._back = first
    made.present(first)
    return made


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Down, Qt.Key.Key_Up])
def test_the_keyboard_goes_round_in_it(window: QWidget, qtbot: QtBot, key: Qt.Key) -> None:
    popover = opened(window, 3)
    buttons = popover.findChildren(Button)
    buttons[0].setFocus()
    seen = []
    for _ in range(6):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)
        seen.append(QApplication.focusWidget())
    assert {id(one) for one in seen} == {id(button) for button in buttons}
    QTest.keyClick(seen[-1], Qt.Key.Key_Escape)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.findChildren(QPushButton)[0])


def test_one_without_anything_to_press_goes_with_escape_too(window: QWidget, qtbot: QtBot) -> None:
    popover = opened(window, 0)
    assert popover.hasFocus()
    gone: list[bool] = []
    popover.destroyed.connect(lambda: gone.append(True))
    QTest.keyClick(popover, Qt.Key.Key_Tab)
    assert popover.hasFocus()
    QTest.keyClick(popover, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: bool(gone))


def test_another_page_is_not_seen_through_the_notifications(open_window: Open, qtbot: QtBot) -> None:
    shell = open_window().shell
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    shell.open_notifications()
    assert shell.centre.findChild(Popover) is not None
    shell.go("orders")
    qtbot.waitUntil(lambda: shell.centre.findChild(Popover) is None, timeout=60_000)
