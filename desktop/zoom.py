"""How large everything in the window is: the factor that Qt itself puts on all it lays out and paints.

At a start Qt reads it from ``QT_SCALE_FACTOR`` (https://doc.qt.io/qt-6/highdpi.html), and multiplies it with the
screen's own. While a window is open Qt is made to read it once more, and told of a change of its screens, as when a
window moves to a finer one: fonts, sizes, icons, painted cells, menus and dialogs all follow; nothing is made again.
That takes four functions of Qt's private interface; where one is missing, another size holds from the next start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from core.kernel.look import ZOOMS

if TYPE_CHECKING:
    from PySide6.QtGui import QWindow

USUAL: Final = 100
_VARIABLE: Final = "QT_SCALE_FACTOR"
_SMALLEST: Final = QSize(960, 600)  # a window's, at the usual size


class Zoom(QObject):
    """The size in force, in percent. ``changed`` once the open windows have it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.percent = USUAL

    @contextmanager
    def starting(self, percent: int) -> Iterator[None]:
        """The QApplication that is made inside begins at this size."""
        self.percent = percent
        if percent == USUAL:
            yield
        else:
            with _said(percent):
                yield

    def choose(self, percent: int) -> bool:
        """Another size for all windows. → False when that cannot be done while they are open."""
        if percent == self.percent:
            return True
        qt = _qt()
        if qt is None:
            return False
        self.percent = percent
        with _said(percent):
            qt.read()
            qt.use()
        for window in QGuiApplication.allWindows():
            qt.tell_window(_address(window))
        for screen in QGuiApplication.screens():
            qt.tell_screen(_address(screen), screen.logicalDotsPerInchX(), screen.logicalDotsPerInchY())
        for window in QGuiApplication.topLevelWindows():
            _follow(window)
        self.changed.emit()
        return True

    def logical(self, width: int, height: int) -> QSize:
        """What so many px of the usual size are now."""
        return QSize(width * USUAL // self.percent, height * USUAL // self.percent)

    @property
    def smallest(self) -> QSize:
        """A window's smallest size: it does not grow with what is in it, which then scrolls."""
        return self.logical(_SMALLEST.width(), _SMALLEST.height())


@lru_cache(maxsize=1)
def zoom() -> Zoom:
    """The program's one size."""
    return Zoom()


def read(text: str) -> int:
    """A size that was remembered; what is none of the steps is the usual one."""
    return next((step for step in ZOOMS if text == str(step)), USUAL)


def _follow(window: QWindow) -> None:
    """A window keeps its place on the screen, and so holds less or more; a dialog keeps what it holds, and so grows or
    shrinks."""
    from PySide6.QtGui import QMoveEvent, QResizeEvent  # no start needs these
    from PySide6.QtWidgets import QDialog

    widget = next((one for one in QApplication.topLevelWidgets() if one.windowHandle() == window), None)
    if widget is None or not widget.isVisible():
        return
    if isinstance(widget, QDialog):
        window.resize(widget.size())
        return
    place = window.geometry()
    QApplication.sendEvent(window, QResizeEvent(place.size(), widget.size()))
    QApplication.sendEvent(window, QMoveEvent(place.topLeft(), widget.pos()))


@contextmanager
def _said(percent: int) -> Iterator[None]:
    """The size in Qt's variable, on top of what the person has there; programs we start do not inherit ours."""
    own = os.environ.get(_VARIABLE)
    try:
        base = float(own or 1)
    except ValueError:  # Qt passes over it too
        base = 1.0
    os.environ[_VARIABLE] = str(base * percent / USUAL)
    try:
        yield
    finally:
        if own is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = own


def _address(thing: QObject) -> int:
    return shiboken6.getCppPointer(thing)[0]


class _Qt:
    """``read`` the variable, ``use`` it; ``tell_window`` (its address) and ``tell_screen`` (its address, dots an inch)
    that there is another factor."""

    def __init__(self, place: str, names: tuple[str, str, str, str]) -> None:
        """Raises OSError or AttributeError for what is not there."""
        import ctypes

        library = ctypes.CDLL(place)
        self.read, self.use, self.tell_window, self.tell_screen = (getattr(library, name) for name in names)
        for function in (self.read, self.use, self.tell_window, self.tell_screen):
            function.restype = None
        self.tell_window.argtypes = [ctypes.c_void_p]
        self.tell_screen.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_double]


@lru_cache(maxsize=1)
def _qt() -> _Qt | None:
    names = (
        "_ZN15QHighDpiScaling18initHighDpiScalingEv",
        "_ZN15QHighDpiScaling20updateHighDpiScalingEv",
        "_ZN22QWindowSystemInterface35handleWindowDevicePixelRatioChangedINS_19SynchronousDeliveryEEEvP7QWindow",
        "_ZN22QWindowSystemInterface36handleScreenLogicalDotsPerInchChangeEP7QScreendd",
    )
    place = "libQt6Gui.so.6"  # loaded already: found by its name, wherever it lies
    if sys.platform == "win32":
        place = "Qt6Gui.dll"
        told = "?$handleWindowDevicePixelRatioChanged@USynchronousDelivery@QWindowSystemInterface@@"
        names = (
            "?initHighDpiScaling@QHighDpiScaling@@SAXXZ",
            "?updateHighDpiScaling@QHighDpiScaling@@SAXXZ",
            f"?{told}@QWindowSystemInterface@@SAXPEAVQWindow@@@Z",
            "?handleScreenLogicalDotsPerInchChange@QWindowSystemInterface@@SAXPEAVQScreen@@NN@Z",
        )
    elif sys.platform == "darwin":
        from PySide6.QtCore import QLibraryInfo

        place = QLibraryInfo.path(QLibraryInfo.LibraryPath.LibrariesPath) + "/QtGui.framework/Versions/A/QtGui"
    try:
        return _Qt(place, names)
    except (OSError, AttributeError):
        return None
