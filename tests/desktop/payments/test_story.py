"""From a payment to what happened to it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop.pages.support.page import SupportPage
from tests.desktop.payments.conftest import OpenPayments


@pytest.mark.qt_log_ignore("grabbing the keyboard")
def test_a_payments_story_is_one_key_away(open_payments: OpenPayments) -> None:
    opened = open_payments(3)
    page, shell = opened.page, opened.desktop.shell
    payment = opened.shown()[1]
    page.table.select_key(payment)
    menu = page.open_menu(QPoint(10, 10))
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Ouvrir…", "Que s’est-il passé\u202f?\tT"]
    menu.close()
    QTest.keyClick(page, Qt.Key.Key_T)
    support = shell.page("support")
    assert isinstance(support, SupportPage)
    assert shell.stack.currentWidget() is support
    opened.settled()
