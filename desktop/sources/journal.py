"""The journal's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from core.accounts import queries
from core.accounts.guard import PREFIX
from core.bootstrap import Shop
from core.bootstrap.checkup import Words, said
from core.storage import archive, entries, journal
from core.storage.connection import Reader
from core.storage.entries import Sought
from core.storage.events import JournalExported
from core.storage.journal import Entry, Verdict
from core.support import about
from desktop.bridge import Control, Stopped

ACTOR = "seller"
_PRODUCTS = 20  # that a search may mean


class ShopJournal:
    """Implements :class:`desktop.pages.journal.presenter.JournalSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def page(self, sought: Sought, text: str, before: int | None, limit: int) -> list[Entry]:
        shop = self._shop
        products = shop.lexicon.search(text, _PRODUCTS) if text else ()

        def read(reader: Reader) -> list[Entry]:
            wanted = sought
            if sought.found is not None:
                wanted = replace(sought, found=replace(sought.found, subjects=about.subjects(reader, text, products)))
            return entries.page(reader, wanted, before, limit)

        return shop.engine.read(read)

    def actors(self) -> frozenset[str]:
        return self._shop.engine.read(lambda r: frozenset(actor for _, actor in entries.pairs(r)))

    def people(self) -> Mapping[str, str]:
        now = self._shop.clock.now()
        known = self._shop.engine.read(lambda r: queries.people(r, now))
        return {f"{PREFIX}{person.id}": person.name or person.email for person in known}

    def verify(self, language: str, control: Control) -> tuple[Verdict, list[str]]:
        with self._shop.engine.reader() as reader:
            total = reader.value("SELECT coalesce(max(seq), 0) FROM journal")
            verdict = journal.verify(reader, watch=lambda done: control.advance(done, total))
        return verdict, said(verdict, Words(language))

    def export(self, path: Path, control: Control) -> int | None:
        shop = self._shop
        shop.engine.call(lambda tx: tx.emit(JournalExported()), actor=ACTOR)
        try:
            with shop.engine.reader() as reader:
                part = archive.whole(reader)
                with archive.in_place(path) as file:
                    control.advance(0, part.entries)
                    archive.write(reader, part, shop.card.id, file, lambda done: control.advance(done, part.entries))
        except Stopped:
            return None
        archive.add_verifier(path.absolute().parent)
        return part.entries
