"""The version of PySide6 in use keeps count of None.

PySide6 6.12.0 on Python 3.10 and 3.11 loses one reference of None at each call of a function that returns nothing, and
the process dies after about 5 000 of them (reference stack, trap 1).
"""

from __future__ import annotations

import sys

from pytestqt.qtbot import QtBot


def test_void_calls_lose_no_reference_of_none(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QLabel

    label = QLabel("15 000")
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for _ in range(1000):
        label.update()
    assert sys.getrefcount(None) > before - 100
