"""A window without a screen has the size it was given, and says nothing but what somebody must read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WINDOW = """
from PySide6.QtCore import qWarning
from PySide6.QtWidgets import QApplication, QWidget
from desktop.offscreen import off_screen
with off_screen(1920, 1080, 1.5):
    made = QApplication([])
    window = QWidget()
    window.show()
    window.setMinimumSize(300, 200)
    window.raise_()
    qWarning("this is to be read")
    size = made.primaryScreen().size()
    print(size.width(), size.height(), made.primaryScreen().devicePixelRatio())
"""


def test_its_screen_is_as_large_as_wanted_and_its_limits_are_not_told() -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QT_")}
    ran = subprocess.run(
        [sys.executable, "-c", WINDOW],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=True,
    )
    assert ran.stdout.split() == ["1280", "720", "1.5"]
    assert ran.stderr.splitlines() == ["this is to be read"]
