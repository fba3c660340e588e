"""Keeps the board true: reads, off the window's thread, just what changed, one reading at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal

from core.live.views import Alert, MinuteBar, SessionView, StockBar, Tiles
from desktop.bridge import Bridge, Change
from desktop.pages.live.presenter import LiveSource
from desktop.pages.live.rows import Entry, entry

AREAS: Final = frozenset({"orders", "payments", "live", "catalogue", "stock", "conversations", "messages", "storage"})
MANY: Final = 400  # changed orders from which on the whole board is read at once
PANELS_MS: Final = 250  # stock, alerts and curve are read no more often than this
RETRY_MS: Final = 1000


class Panels(Struct, frozen=True):
    stock: tuple[StockBar, ...]
    alerts: tuple[Alert, ...]
    minutes: tuple[MinuteBar, ...]


class Reading(Struct, frozen=True):
    """What one visit to the shop brought back. ``full``: ``entries`` are all there are. ``panels`` None: as before."""

    session: SessionView | None
    full: bool = True
    entries: tuple[Entry, ...] = ()
    gone: tuple[int, ...] = ()
    tiles: Tiles | None = None
    panels: Panels | None = None


def read(source: LiveSource, known: int | None, order_ids: Sequence[int], panels: bool) -> Reading:
    """Read the board; ``known`` is the session shown now: another one, or too many changes, mean reading it whole."""
    session = source.session()
    if session is None:
        return Reading(None)
    full = session.session_id != known or len(order_ids) > MANY
    rows = source.board() if full else source.rows(order_ids) if order_ids else []
    entries = tuple(entry(row) for row in rows)
    found = {one.row.order_id for one in entries}
    gone = () if full else tuple(order_id for order_id in order_ids if order_id not in found)
    read_panels = (
        Panels(tuple(source.stock()), tuple(source.alerts()), tuple(source.minutes())) if panels or full else None
    )
    return Reading(session, full, entries, gone, source.tiles(), read_panels)


class BoardFeed(QObject):
    """``reading`` carries a :class:`Reading` to apply; ``failed`` the error of one that could not be made."""

    reading = Signal(object)
    failed = Signal(object)

    def __init__(self, source: LiveSource, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source, self._bridge = source, bridge
        self._known: int | None = None
        self._dirty: set[int] = set()
        self._stale = self._panels_stale = True
        self._whole = self._under_way = False
        self._panels_timer = QTimer(self, singleShot=True, interval=PANELS_MS)
        self._panels_timer.timeout.connect(self._go)
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self.refresh)
        bridge.changed.connect(self.take)

    def refresh(self) -> None:
        """Read everything again, after what is being read now."""
        self._whole = True
        self._stale = self._panels_stale = True
        self._go()

    def refresh_orders(self, order_ids: Sequence[int]) -> None:
        """Read these orders again, and what hangs on them."""
        self._dirty.update(order_ids)
        self._stale = self._panels_stale = True
        self._go()

    def take(self, changes: list[Change]) -> None:
        """Note what changed, and read it unless a reading is under way already."""
        relevant = [change for change in changes if change.area in AREAS]
        if not relevant:
            return
        self.refresh_orders([change.subject for change in relevant if change.area == "orders" and change.subject])

    def _go(self) -> None:
        panels = self._panels_stale and not self._panels_timer.isActive()
        if self._under_way or not (self._stale or panels):
            return
        ids = tuple(self._dirty)
        self._dirty.clear()
        self._stale = False
        if panels:
            self._panels_stale = False
            self._panels_timer.start()
        self._under_way = True
        source, known = self._source, None if self._whole else self._known
        self._whole = False
        self._bridge.run(
            lambda: read(source, known, ids, panels),
            owner=self,
            done=self._done,
            failed=self._failed,
            name="read board",
        )

    def _done(self, reading: Reading) -> None:
        self._under_way = False
        self._known = reading.session.session_id if reading.session else None
        self.reading.emit(reading)
        self._go()

    def _failed(self, error: Exception) -> None:
        # What was to be read is not known any more: everything is read again after a pause.
        self._under_way = False
        self.failed.emit(error)
        self._retry.start()
