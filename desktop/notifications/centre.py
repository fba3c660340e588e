"""Keeps what happened while the program runs: the bell counts it, the panel lists it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from desktop.bridge import Change
from desktop.context import Status
from desktop.notifications.presenter import Happening, Told, of_status, told
from desktop.pages.page import Mount

KEPT: Final = 200


class Entry(Struct, frozen=True):
    """``at`` in ms UTC."""

    at: int
    told: Told
    happening: Happening


class Centre(QObject):
    """``arrived`` with the entries that are new; ``counted`` with how many nobody has looked at."""

    arrived = Signal(list)
    counted = Signal(int)

    def __init__(self, mount: Mount, pages: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mount, self._pages = mount, pages
        self._source = mount.context.happenings
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.unseen = 0
        self._status: Status | None = None
        mount.bridge.changed.connect(self._changed)

    def _changed(self, changes: list[Change]) -> None:
        concerning = self._source.concern(changes)
        if concerning:
            source = self._source
            self._mount.bridge.run(
                lambda: source.read(concerning), owner=self, done=self.add, name="read what happened"
            )

    def take_status(self, status: Status) -> None:
        self.add(of_status(self._status, status))
        self._status = status

    def add(self, happenings: Sequence[Happening]) -> None:
        """Keep them, the latest first."""
        if not happenings:
            return
        now = self._mount.context.clock.now()
        new = [Entry(now, self._told(one), one) for one in happenings]
        self.entries.extendleft(new)
        self.unseen = min(self.unseen + len(new), len(self.entries))
        self.counted.emit(self.unseen)
        self.arrived.emit(new)

    def _told(self, happening: Happening) -> Told:
        return told(happening, self._mount.t, self._mount.context.store.currency, self._pages)

    def reword(self) -> None:
        """The window speaks another language."""
        again = [Entry(entry.at, self._told(entry.happening), entry.happening) for entry in self.entries]
        self.entries = deque(again, maxlen=KEPT)

    def look(self) -> None:
        """Somebody looks at the list."""
        self.unseen = 0
        self.counted.emit(0)

    def clear(self) -> None:
        self.entries.clear()
        self.look()
