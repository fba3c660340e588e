"""The stores of a computer, over its home; and a store's day, over an open shop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from core.accounts import queries
from core.accounts.rules import may
from core.backups import restoring
from core.backups.places import FolderPlace
from core.bootstrap import Shop, moving
from core.bootstrap.whereabouts import Whereabouts, whereabouts
from core.kernel.clock import SECOND
from core.kernel.errors import Refused
from core.storage import backup, departure
from core.storage.connection import Reader
from core.storage.events import BackupBegun
from core.storage.filekeys import key_of
from core.storage.folder import Home, Standing, StoreCard
from desktop import firststore
from desktop.bridge import Control
from desktop.context import Context
from desktop.firststore import FirstStore, StoreDraft
from desktop.stores.keeping import Day, Facts
from desktop.texts import Texts

ACTOR: Final = "seller"
_LOGO: Final = 96  # px
_KB: Final = 1024


class HomeKeeping:
    """Implements :class:`desktop.stores.keeping.Keeping`."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def survey(self) -> Sequence[Standing]:
        found = self._home.survey()
        for one in found:
            if one.moved is not None:
                departure.finish(self._home.stores / one.slug)
        return found

    def facts(self, slug: str, context: Context | None) -> Facts:
        folder = self._home.folder(slug)
        size, kept = _size(folder), _backup_at(folder)
        if context is None:
            return Facts(size, kept)
        return Facts(size, kept, context.day(), context.settings.logo(_LOGO, _LOGO), context.owns())

    def create(self, draft: StoreDraft) -> FirstStore:
        return firststore.make(self._home, draft)

    def name_problem(self, draft: StoreDraft, language: str) -> str:
        return firststore.name_problem(draft, self._home, Texts(language))

    def bring(self, source: Path, name: str, key: str) -> StoreCard:
        recovery = key_of(key) if key.strip() else backup.recovery_key(self._home, create=False)
        wanted = name.strip() or None
        if source.is_dir():
            place = FolderPlace(source)
            there = restoring.stores_in(place)
            if len(there) != 1:
                raise Refused("Choose the folder of one store’s backups: {count} are in this one.", count=len(there))
            card = restoring.restore(self._home, place, next(iter(there)), recovery, name=wanted)
        else:
            card = backup.restore(self._home, source, wanted, recovery)
        moving.note_arrival(self._home, card.slug, ACTOR)
        return card

    def fitting(self, slug: str, target: Path, standing: moving.Standing) -> None:
        moving.fitting(self._home.folder(slug), target.absolute(), standing.here, standing.size)

    def move_out(self, slug: str, target: Path, code: str, control: Control) -> moving.Moved:
        return moving.move_out(self._home, slug, target, ACTOR, code=code, tell=told(control))

    def whereabouts(self, slug: str) -> Whereabouts:
        return asyncio.run(whereabouts(self._home, slug))

    def take_back(self, slug: str) -> bool:
        return moving.take_back(self._home, slug, ACTOR)

    def look(self, source: Path, key: str) -> moving.Sight:
        return moving.look(self._home, source, key)

    def move_in(self, source: Path, key: str, name: str, control: Control) -> StoreCard:
        return moving.move_in(self._home, source, key, name, ACTOR, tell=told(control))

    def archive(self, slug: str, away: bool) -> None:
        self._home.archive(slug, away)

    def delete(self, slug: str) -> None:
        self._home.delete(slug)


def told(control: Control) -> Callable[[int, int], None]:
    """Tells the window in kilobytes: bytes of a large store are more than a progress bar can count."""

    def tell(done: int, total: int) -> None:
        control.advance(done // _KB, total // _KB)

    return tell


def _size(folder: Path) -> int:
    """What a store takes on the disk; a file that goes meanwhile counts nothing."""
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:
            continue
    return total


def _backup_at(folder: Path) -> int | None:
    """When its work was safe last, as the keeper noted it."""
    try:
        found = json.loads((folder / "backup.json").read_text("utf-8")).get("safe_at")
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, int) else None


def day(shop: Shop) -> Day:
    zone = shop.country.zone
    local = datetime.fromtimestamp(shop.clock.now() / SECOND, zone)
    since = round(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) * SECOND

    def read(reader: Reader) -> Day:
        orders = reader.value("SELECT count(*) FROM orders WHERE reserved_at >= ?", (since,))
        paid, revenue = reader.one(
            "SELECT count(*), coalesce(sum(received), 0) FROM orders WHERE paid_at >= ? AND state = 'paid'", (since,)
        ) or (0, 0)
        live = reader.value("SELECT count(*) FROM live_session WHERE ended_at IS NULL")
        return Day(orders, paid, revenue, bool(live))

    return shop.engine.read(read)


def owns(shop: Shop, account_id: int | None) -> bool:
    """Whether who uses the window may take the whole store away: its owner, or anybody while it has no accounts."""
    if account_id is None:
        return True
    person = shop.engine.read(lambda r: queries.person(r, account_id, shop.clock.now()))
    return person is not None and may(person.role, "accounts.write")


def export(shop: Shop, target: Path) -> Path:
    """The store in one encrypted file, read back whole. → where the recovery key is that opens it."""
    home = Home(shop.folder.parent.parent)
    shop.engine.call(lambda tx: tx.emit(BackupBegun()), actor=ACTOR)
    return backup.write(home, shop.folder, shop.card, shop.vault, shop.secret_names(), target).key_path
