"""Small photos for tables, panes and pickers: made off the window's thread, the last one asked for first."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from desktop.bridge import Bridge
from desktop.pictures import Thumb
from desktop.widgets.picture import pixmap_of

KEPT: Final = 300
WAITING: Final = 80  # a fast scroll asks for more than will ever be looked at
Key = tuple[str, int, int]


class ThumbSource(Protocol):
    """Whoever can find a product's photo; it may block."""

    def thumb(self, photo: str, width: int, height: int) -> Thumb | None:
        """A kept photo, cut to this size in px; None when there is no such file."""
        ...


class Thumbs(QObject):
    """``ready`` with a photo's name when its picture can be had from :meth:`get`."""

    ready = Signal(str)

    def __init__(self, source: ThumbSource, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source, self._bridge = source, bridge
        self._made: OrderedDict[Key, QPixmap | None] = OrderedDict()
        self._waiting: OrderedDict[Key, float] = OrderedDict()
        self._busy = False

    def get(self, photo: str | None, width: int, height: int, ratio: float) -> QPixmap | None:
        """The picture in ``width`` × ``height`` logical px, None while there is none; the first call has it made."""
        if not photo:
            return None
        key = (photo, round(width * ratio), round(height * ratio))
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        self._waiting[key] = ratio
        self._waiting.move_to_end(key)
        if len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)
        self._next()
        return None

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        key, ratio = self._waiting.popitem()
        self._bridge.run(
            partial(self._source.thumb, *key),
            owner=self,
            done=partial(self._done, key, ratio),
            failed=partial(self._failed, key, ratio),
            name="make thumb",
        )

    def _failed(self, key: Key, ratio: float, error: Exception) -> bool:
        """A photo that cannot be made must not keep the others waiting."""
        self._done(key, ratio, None)
        return False

    def _done(self, key: Key, ratio: float, thumb: Thumb | None) -> None:
        self._busy = False
        self._made[key] = None if thumb is None else pixmap_of(thumb, ratio)
        if len(self._made) > KEPT:
            self._made.popitem(last=False)
        self.ready.emit(key[0])
        self._next()
