"""Takes pictures of a window: shows a page, does what leads to a state, waits until nothing is read or drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QEventLoop, QPoint, QTimer
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from desktop.app import Desktop, InMemory, application
from desktop.context import Context
from desktop.gallery.shots import Shot
from desktop.palette.overlay import Palette
from desktop.ticker import Ticker
from desktop.widgets.dialog import Dialog
from desktop.widgets.popover import Popover

Size = tuple[int, int]
PATIENCE_MS: Final = 30_000
_SOON_MS: Final = 700  # a timer that ends sooner is a moment's pause before something is read
_ROUNDS: Final = 3  # one reading may ask for the next
_SHADE: Final = 0.45


class NeverStill(Exception):
    """The window did not come to rest; says what was still going on."""


def settle(desktop: Desktop) -> None:
    """Wait until nothing is being read, and nothing is about to be. Raises NeverStill."""
    limit = QDeadlineTimer(PATIENCE_MS)
    still = 0
    while still < _ROUNDS:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
        moving = _moving(desktop)
        still = 0 if moving else still + 1
        if moving and limit.hasExpired():
            raise NeverStill(moving)


def _moving(desktop: Desktop) -> str:
    if desktop.bridge.busy:
        return ", ".join(desktop.bridge.tasks) or "?"
    for place in (desktop, desktop.shell):
        for timer in place.findChildren(QTimer):
            soon = timer.isActive() and timer.isSingleShot() and timer.interval() <= _SOON_MS
            if soon and not isinstance(timer.parent(), Ticker):
                return f"{type(timer.parent()).__name__}'s timer"
    return ""


@contextmanager
def window(open_context: Callable[[], Context], language: str, size: Size) -> Iterator[Desktop]:
    """A window over a shop, at rest on its first page; taken down at the end."""
    desktop = Desktop(open_context, InMemory({"sound": "off"}), language)
    desktop.shell.resize(*size)
    desktop.start()
    try:
        while desktop.shell.stack.currentWidget() is desktop.shell.opening:
            application().processEvents()
        settle(desktop)
        yield desktop
    finally:
        desktop.stop()
        desktop.shell.close()
        desktop.shell.deleteLater()
        desktop.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def pose(desktop: Desktop, shot: Shot) -> Any:
    """Bring the window into a shot's state. → the page."""
    shell = desktop.shell
    shell.go(shot.page)
    settle(desktop)
    page = shell.page(shot.page)
    for step in shot.steps:
        step(desktop, page)
        settle(desktop)
    return page


def tidy(desktop: Desktop) -> None:
    """Close what opened over the page."""
    for dialog in standing(desktop):
        dialog.reject()
    for popover in desktop.shell.findChildren(Popover):
        popover.close()
    for palette in desktop.shell.findChildren(Palette):
        palette.leave()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    settle(desktop)


def standing(desktop: Desktop) -> list[Dialog]:
    """The dialogs that are open, the lowest first."""
    return [dialog for dialog in desktop.shell.findChildren(Dialog) if dialog.isVisible()]


def develop(desktop: Desktop) -> QPixmap:
    """The window as a person sees it, with the dialogs that stand over it."""
    shell = desktop.shell
    for widget in QApplication.topLevelWidgets():
        widget.ensurePolished()
    picture = shell.grab()
    for dialog in standing(desktop):
        seen = dialog.grab()
        ratio = picture.devicePixelRatio()
        place = QPoint((shell.width() - dialog.width()) // 2, max(0, (shell.height() - dialog.height()) // 2))
        painter = QPainter(picture)
        painter.fillRect(shell.rect(), QColor.fromRgbF(0, 0, 0, _SHADE))
        seen.setDevicePixelRatio(ratio)
        painter.drawPixmap(place, seen)
        painter.end()
    return picture
