"""Takes pictures of a window: shows a page, does what leads to a state, waits until nothing is read or drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QEventLoop, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from desktop.app import Desktop, InMemory, application
from desktop.bridge import Bridge
from desktop.context import Context
from desktop.gallery.shots import Shot
from desktop.palette.overlay import Palette
from desktop.ticker import Ticker
from desktop.widgets.dialog import Dialog
from desktop.widgets.popover import Popover

Size = tuple[int, int]
Seen = Iterator[tuple[str, QWidget]]
"""Names and windows, each in the state that is photographed while the next is not asked for."""

PATIENCE_MS: Final = 30_000
_SOON_MS: Final = 700  # a timer that ends sooner is a moment's pause before something is read
_ROUNDS: Final = 3  # one reading may ask for the next
_SHADE: Final = 0.45


class NeverStill(Exception):
    """The window did not come to rest; says what was still going on."""


def settle(desktop: Desktop) -> None:
    """Wait until nothing is being read, and nothing is about to be. Raises NeverStill."""
    be_still([desktop.bridge], [desktop, desktop.shell])


def be_still(bridges: Sequence[Bridge], places: Sequence[QObject]) -> None:
    """Wait until these read nothing, and none of the timers in these places is about to. Raises NeverStill."""
    limit = QDeadlineTimer(PATIENCE_MS)
    still = 0
    while still < _ROUNDS:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
        moving = _moving(bridges, places)
        still = 0 if moving else still + 1
        if moving and limit.hasExpired():
            raise NeverStill(moving)


def until(reached: Callable[[], bool]) -> None:
    """Let everything go on until this is so. Raises NeverStill."""
    limit = QDeadlineTimer(PATIENCE_MS)
    while not reached():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
        if limit.hasExpired():
            raise NeverStill("what was waited for did not come")


def _moving(bridges: Sequence[Bridge], places: Sequence[QObject]) -> str:
    for bridge in bridges:
        if bridge.busy:
            return ", ".join(bridge.tasks) or "?"
    for place in places:
        for timer in place.findChildren(QTimer):
            soon = timer.isActive() and timer.isSingleShot() and timer.interval() <= _SOON_MS
            if soon and not isinstance(timer.parent(), Ticker):
                return f"{type(timer.parent()).__name__}'s timer"
    return ""


@contextmanager
def window(open_context: Callable[[], Context], language: str, size: Size) -> Iterator[Desktop]:
    """A window over a shop, at rest on its first page; taken down at the end."""
    desktop = Desktop(open_context, InMemory({"sound": "off"}), language, rehearse=_no_rehearsal)
    desktop.shell.resize(*size)
    desktop.start()
    desktop.shell.activateWindow()
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


def _no_rehearsal(buyers: int, speed: int) -> None:
    """A rehearsal is offered here, never begun: it would be a process of its own."""


def pose(desktop: Desktop, shot: Shot) -> Any:
    """Bring the window into a shot's state. → the page."""
    shell = desktop.shell
    shell.activateWindow()  # a menu that stood before it may have taken the keyboard with it
    shell.go(shot.page)
    settle(desktop)
    page = shell.page(shot.page)
    for step in shot.steps:
        step(desktop, page)
        settle(desktop)
    return page


def tidy(desktop: Desktop, shot: Shot) -> None:
    """Close what opened over the page, and what does not find back by itself."""
    for window in own_windows():
        window.close()
    for dialog in standing(desktop.shell):
        dialog.reject()
    for popover in desktop.shell.findChildren(Popover):
        popover.close()
    for palette in desktop.shell.findChildren(Palette):
        palette.leave()
    if shot.changes:
        desktop.shell.close_page(shot.page)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    settle(desktop)


def standing(window: QWidget) -> list[Dialog]:
    """The dialogs that are open over a window, the lowest first."""
    return [dialog for dialog in window.findChildren(Dialog) if dialog.isVisible()]


def own_windows() -> list[QWidget]:
    """What stands before the window and is no dialog: menus, lists that drop, and what fills the screen."""
    shown = (widget for widget in QApplication.topLevelWidgets() if widget.isVisible())
    return [one for one in shown if one.windowType() == Qt.WindowType.Popup or one.isFullScreen()]


def develop(window: QWidget) -> QPixmap:
    """A window as a person sees it, with what stands over it."""
    for widget in QApplication.topLevelWidgets():
        widget.ensurePolished()
    for _ in range(_ROUNDS):  # another theme lays out anew what is not painted yet
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    before = own_windows()
    for full in before:
        if full.isFullScreen():
            return full.grab()
    picture = window.grab()
    for dialog in standing(window):
        place = QPoint((window.width() - dialog.width()) // 2, max(0, (window.height() - dialog.height()) // 2))
        _lay_over(picture, dialog, place, shade=True)
    for menu in before:
        _lay_over(picture, menu, menu.pos() - window.pos(), shade=False)
    return picture


def _lay_over(picture: QPixmap, widget: QWidget, place: QPoint, *, shade: bool) -> None:
    seen = widget.grab()
    seen.setDevicePixelRatio(picture.devicePixelRatio())
    painter = QPainter(picture)
    if shade:
        painter.fillRect(QRect(QPoint(), picture.deviceIndependentSize().toSize()), QColor.fromRgbF(0, 0, 0, _SHADE))
    painter.drawPixmap(place, seen)
    painter.end()
