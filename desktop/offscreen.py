"""A window without a screen: for pictures and reports, on any machine."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

_CANNOT: Final = re.compile(
    r"This plugin does not support (propagateSizeHints\(\)|raise\(\)|setting window |grabbing the )"
)
"""What Qt's off-screen platform writes without a category, so that no logging rule can tell it from anything else
(QPlatformWindow's own bodies in qtbase/src/gui/kernel/qplatformwindow.cpp). There is no window manager to be told."""


@contextmanager
def off_screen(width: int = 0, height: int = 0, scale: float = 1) -> Iterator[None]:
    """The QApplication that is made inside has no screen, and does not say so at each window.

    ``width`` × ``height``, px: how large it takes its screen to be (0: Qt's own 800 × 800); ``scale``: how much larger
    than usual that screen shows everything.
    """
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qFormatLogMessage, qInstallMessageHandler

    def pass_on(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if not _CANNOT.match(text):
            sys.stderr.write(qFormatLogMessage(kind, context, text) + "\n")

    with TemporaryDirectory(prefix="livepay-screen-") as folder:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        if width:
            # The keys of QOffscreenIntegration::configure (qtbase/src/plugins/platforms/offscreen).
            screen = {"name": "", "x": 0, "y": 0, "width": width, "height": height, "dpr": 1}
            screen |= {"logicalDpi": 96, "logicalBaseDpi": 96}
            place = Path(folder, "screen.json")
            place.write_text(json.dumps({"screens": [screen]}), "utf-8")
            os.environ["QT_QPA_PLATFORM"] += f":configfile={place}"
        if scale != 1:
            os.environ["QT_SCALE_FACTOR"] = str(scale)
        before: Any = qInstallMessageHandler(pass_on)
        try:
            yield
        finally:
            qInstallMessageHandler(before)
