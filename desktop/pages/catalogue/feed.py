"""Keeps the catalogue true: reads ids, rows in sight and counts off the window's thread, one reading at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge import Bridge, Change
from desktop.pages.catalogue.presenter import CatalogueSource, Counts, Question

AREA: Final = "catalogue"
LIST_MS: Final = 250  # ids and counts are read no more often than this
MANY: Final = 200  # changed products from which on everything in sight is read again


class Listing(Struct, frozen=True):
    """The answer to a question: ids in order, the row of each, and how many stand under each filter."""

    question: Question
    ids: tuple[int, ...]
    places: dict[int, int]
    counts: Counts


class CatalogueFeed(QObject):
    """``listed`` carries a :class:`Listing`; ``loaded`` products read; ``lost`` ids whose reading failed, and why.

    While ``sleeping`` (the page is hidden) changes are only noted.
    """

    listed = Signal(object)
    loaded = Signal(object)
    lost = Signal(object, object)

    def __init__(self, source: CatalogueSource, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source, self._bridge = source, bridge
        self.question = Question()
        self.sleeping = False
        self._stale = self._moved = False
        self._reading = False
        self._dirty: set[int] = set()
        self._everything = False
        self._last: Listing | None = None
        self._pause = QTimer(self, singleShot=True, interval=LIST_MS)
        self._pause.timeout.connect(self._go)
        bridge.changed.connect(self.take)

    def ask(self, question: Question) -> None:
        """Another question: its answer alone counts from now on."""
        self.question = question
        self.refresh()

    def refresh(self) -> None:
        """Read the list and the counts again, at once."""
        self._stale = self._moved = True
        self._pause.stop()
        self._go()

    def wake(self) -> None:
        """The page is in sight again."""
        self.sleeping = False
        self._go()

    def read_rows(self, ids: Sequence[int]) -> None:
        """Read these products; the answer comes by ``loaded``."""
        wanted, source = tuple(ids), self._source
        self._bridge.run(
            lambda: source.products(wanted),
            owner=self,
            done=self.loaded.emit,
            failed=lambda error: self.lost.emit(wanted, error),
            name="read products",
        )

    def take(self, changes: list[Change]) -> None:
        """Note what changed; soon after, rows in sight, list and counts are read again."""
        mine = [change.subject for change in changes if change.area == AREA]
        if not mine:
            return
        self._dirty.update(subject for subject in mine if subject)
        self._moved = self._moved or not self._knows(mine)
        self._everything = self._everything or 0 in mine or len(self._dirty) > MANY
        self._stale = True
        if not self._pause.isActive():
            self._pause.start()
            self._go()

    def _knows(self, ids: Sequence[int]) -> bool:
        return self._last is not None and all(product_id in self._last.places for product_id in ids)

    def changed_rows(self) -> tuple[bool, frozenset[int]]:
        """What changed since this was asked last: whether everything may have, else which products."""
        answer = self._everything, frozenset(self._dirty)
        self._everything = False
        self._dirty.clear()
        return answer

    def _go(self) -> None:
        if self.sleeping or self._reading or not self._stale:
            return
        self._reading = True
        question, source, kept = self.question, self._source, self._unmoved()
        self._stale = self._moved = False

        def read() -> Listing:
            if kept is not None:
                return Listing(question, kept.ids, kept.places, source.counts())
            ids = source.ids(question)
            # The rows of 50 000 products are 13 ms of work: here, not on the window's thread.
            return Listing(question, ids, {product_id: row for row, product_id in enumerate(ids)}, source.counts())

        self._bridge.run(read, owner=self, done=self._done, failed=self._failed, name="list products")

    def _unmoved(self) -> Listing | None:
        """The listing as it was, when what changed cannot have moved them: stock that is sold during a live."""
        plain = self._last is not None and self._last.question == self.question == Question()
        return self._last if plain and not self._moved else None

    def _done(self, listing: Listing) -> None:
        self._reading = False
        if listing.question == self.question:
            self._last = listing
            self.listed.emit(listing)
        self._go()

    def _failed(self, error: Exception) -> None:
        self._reading = False
        self._stale = self._moved = True  # read again at the next change, or when the page shows again
        self.lost.emit((), error)
