"""The journal's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.accounts import queries
from core.accounts.guard import PREFIX
from core.bootstrap import Shop
from core.bootstrap.checkup import Words, said
from core.storage import archive, journal
from core.storage.events import JournalExported
from core.storage.journal import Entry, Verdict
from desktop.bridge import Control, Stopped

ACTOR = "seller"


class ShopJournal:
    """Implements :class:`desktop.pages.journal.presenter.JournalSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def page(self, kinds: Sequence[str], text: str, before: int | None, limit: int) -> list[Entry]:
        return self._shop.engine.read(lambda r: journal.page(r, kinds, text, before, limit))

    def people(self) -> Mapping[str, str]:
        now = self._shop.clock.now()
        known = self._shop.engine.read(lambda r: queries.people(r, now))
        return {f"{PREFIX}{person.id}": person.name or person.email for person in known}

    def verify(self, control: Control) -> tuple[Verdict, list[str]]:
        with self._shop.engine.reader() as reader:
            total = reader.value("SELECT coalesce(max(seq), 0) FROM journal")
            verdict = journal.verify(reader, watch=lambda done: control.advance(done, total))
        return verdict, said(verdict, Words(self._shop.settings.get("store.language")))

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
