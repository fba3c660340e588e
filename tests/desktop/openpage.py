"""A page in an open window, as tests use it: waiting, keys, dialogs, what was said and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from core.bootstrap import Shop
from desktop.app import Desktop

D = TypeVar("D", bound=QDialog)


@dataclass
class OpenPage:
    """A living page with a table. ``seen``: what was handed to the system's viewer."""

    desktop: Desktop
    page: Any
    shop: Shop
    qtbot: QtBot
    seen: list[Path] = field(default_factory=list)

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        """Wait until nothing is read or written any more and ``holds``."""
        page = self.page
        self.qtbot.waitUntil(
            lambda: at_rest(self.desktop, self.shop) and not page._pause.isActive() and bool(holds()), timeout=60_000
        )

    def press(self, key: Qt.Key) -> None:
        """A key on the table; off-screen, a dialog that closed does not give the keyboard back by itself."""
        self.desktop.shell.activateWindow()
        self.page.table.setFocus()
        self.qtbot.waitUntil(self.page.table.hasFocus)
        QTest.keyClick(self.page.table, key)

    def dialog(self, kind: type[D]) -> D:
        """The dialog that stands over the page."""
        found: list[D] = []

        def there() -> bool:
            found[:] = [each for each in self.page.findChildren(kind) if each.isVisible()]
            return bool(found)

        self.qtbot.waitUntil(there, timeout=60_000)
        return found[0]

    def look(self, path: Path) -> bool:
        """The system's viewer."""
        self.seen.append(path)
        return True

    def said(self) -> str:
        """The last notice."""
        notices = self.desktop.shell.toasts.shown()
        return notices[-1].notice.text if notices else ""


def at_rest(desktop: Desktop, shop: Shop) -> bool:
    """Whether nothing is read or written any more, and all that was stored until now was told to the window.

    The writer answers who asked before it tells the window, and tells the window before it takes the next command.
    """
    bridge = desktop.bridge
    if bridge.busy or bridge._woken:
        return False
    shop.engine.call(lambda tx: None)
    return not bridge._woken


def go_to(desktop: Desktop, qtbot: QtBot, name: str) -> Any:
    """Start the window and show a page of it."""
    desktop.shell.resize(1280, 720)
    desktop.start()
    qtbot.waitUntil(lambda: desktop.shell.page("live") is not None, timeout=60_000)
    desktop.shell.go(name)
    return desktop.shell.page(name)
