"""Moving a store to another computer: its last backup and the end of its life here in one act, and its arrival there.

One home answers, at every instant. Here the store can be opened until its mark stands (:mod:`core.storage.departure`);
the file takes its place only after that. At a relay the place goes to who comes first with the file's epoch, and
whoever comes second is turned away and asks a person; without a relay the mark is all there is, and that a second home
does not lead WhatsApp away from one that answers (:func:`core.bootstrap.following.lead_here`).
"""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, to_builtins

from core.bootstrap.shop import Shop
from core.bootstrap.stores import open_shop
from core.kernel.errors import EnvironmentProblem, Refused, StorageFailed
from core.kernel.reasons import reason
from core.relay import place
from core.storage import backup, departure
from core.storage.backup import OtherKey, Tell, recovery_key
from core.storage.connection import Reader, open_connection
from core.storage.departure import ARCHIVED, Departure
from core.storage.engine import Tx
from core.storage.events import StoreLeft, StoreTakenBack
from core.storage.filekeys import key_of
from core.storage.folder import Home, StoreCard
from core.storage.vault import write_private

_MB: Final = 1024 * 1024
_SLACK: Final = 64 * _MB
"""Room that is left over: a disk filled to the brim stops more than this program."""
_TABLES: Final = {"orders": "orders", "customers": "customer", "products": "product", "payments": "payment"}


class Counts(Struct, frozen=True):
    """How much is in a store, and the last entry of its journal (hex): the same on both sides of a move."""

    orders: int = 0
    customers: int = 0
    products: int = 0
    payments: int = 0
    head: str = ""


class Standing(Struct, frozen=True):
    """What is to be known of an open store before it moves. ``size``: bytes of its file, about; ``here``: bytes needed
    for a while beside the store, of which ``free`` there are. ``leaving``, ``coming``: messages that have not gone yet,
    and that came and were not worked on."""

    live: bool
    leaving: int
    coming: int
    size: int
    here: int
    free: int
    relay: str = ""


class Moved(Struct, frozen=True):
    """The file, its size in bytes, and what was counted in it."""

    path: Path
    size: int
    counts: Counts
    key_path: Path


class Sight(Struct, frozen=True):
    """What a file says of itself before anything is brought. ``at``: ms UTC when the store left; 0 for a backup that is
    no move. ``source``: the computer's name for itself."""

    name: str
    slug: str
    at: int = 0
    source: str = ""
    counts: Counts = Counts()


def standing(shop: Shop) -> Standing:
    """Blocks for some short reads."""

    def read(reader: Reader) -> tuple[bool, int, int, place.Place | None]:
        leaving, coming = reader.one(
            "SELECT (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending') AND kind <> 'receipt'),"
            " (SELECT count(*) FROM inbox WHERE state = 'new')"
        ) or (0, 0)
        return _live(reader), leaving, coming, place.place_of(reader)

    live, leaving, coming, at_relay = shop.engine.read(read)
    data, media = _sizes(shop.folder)
    return Standing(
        live, leaving, coming, data + media, 2 * data, _free(shop.folder), at_relay.domain if at_relay else ""
    )


def room_for(folder: Path, size: int) -> None:
    """Whether a file of so many bytes can be written there. Raises EnvironmentProblem with how much is missing."""
    free = _free(folder)
    if free < size + _SLACK:
        raise EnvironmentProblem(
            "There is not enough room in {path}: {needed} MB are needed, {free} MB are free.",
            path=folder,
            needed=(size + _SLACK) // _MB + 1,
            free=free // _MB,
        )


def fitting(folder: Path, target: Path, here: int, size: int) -> None:
    """Whether a store can leave its folder in this file. Raises Refused, EnvironmentProblem."""
    if target.exists():
        raise Refused("There is a file {path} already. Choose another name.", path=target)
    room_for(target.parent, size)
    room_for(folder, here + (size if _one_disk(folder, target.parent) else 0))


def move_out(home: Home, slug: str, target: Path, actor: str, *, code: str = "", tell: Tell = backup.silent) -> Moved:
    """Write everything into one file, open and count it again, and put the closed store away here, as moved.

    ``code``: what opens the file, empty for this computer's recovery key. The file holds the relay's place one epoch
    further on: where it is restored the relay takes it at once, and this computer, were its store taken back, would be
    refused. If the file cannot be written nothing has changed but that number, which is this store's own to use, and
    the journal says that the store is here again.
    ``tell`` may raise, to stop in time. Raises NotFound, Refused, EnvironmentProblem.
    """
    target = target.absolute()
    shop = open_shop(home, slug)
    try:
        if shop.engine.read(_live):
            raise Refused("A live is running in this store. End it first, then move the store.")
        data, media = _sizes(shop.folder)
        fitting(shop.folder, target, 2 * data, data + media)
        shop.engine.call(_leave, actor=actor)
        try:
            return _write(home, shop, target, code, tell)
        except BaseException:
            if not (shop.folder / ARCHIVED).exists():
                with suppress(StorageFailed):  # what stopped the move is what is told
                    shop.engine.call(lambda tx: tx.emit(StoreTakenBack()), actor=actor)
            raise
    finally:
        shop.close()


def _leave(tx: Tx) -> None:
    if place.place_of(tx) is not None:
        place.take(tx, 0)
    tx.emit(StoreLeft())


def _write(home: Home, shop: Shop, target: Path, code: str, tell: Tell) -> Moved:
    """While the store is held and does nothing. The mark is the last thing before the file takes its place."""
    counts, gone = shop.engine.read(_count), Departure(shop.clock.now(), str(target))
    about: dict[str, Any] = {"moved": {"at": gone.at, "source": platform.node(), "counts": to_builtins(counts)}}
    if code:  # whoever opens the file need not bring the key of its continuous backups beside it
        about["recovery"] = recovery_key(home, create=True).hex()

    def whole(opened: backup.Opened) -> None:
        _compare(shop, opened, counts)
        departure.write(shop.folder, gone)

    names = shop.secret_names()
    try:
        made = backup.write(
            home,
            shop.folder,
            shop.card,
            shop.vault,
            names,
            target,
            sealed_with=key_of(code) if code else None,
            more=about,
            tell=tell,
            whole=whole,
        )
    except BaseException:
        if not target.exists():  # the mark stood, and the disk was gone before the file had its name
            (shop.folder / ARCHIVED).unlink(missing_ok=True)
        raise
    departure.flush_names(target.parent)
    return Moved(target, made.size, counts, made.key_path)


def _compare(shop: Shop, opened: backup.Opened, counts: Counts) -> None:
    """Open the store that the file holds, and count again. Raises Refused."""
    with tempfile.TemporaryDirectory(dir=shop.folder) as room:
        copy = Path(room) / "store.db"
        with copy.open("wb") as out:
            opened.copy(opened.files[0][1], out)
        connection = open_connection(copy, bytes.fromhex(opened.inside["key"]), write=False)
        try:
            reader = Reader(connection)
            same = reader.value("PRAGMA quick_check") == "ok" and _count(reader) == counts
        finally:
            connection.close()
    if not same:
        raise Refused("The file does not hold what the store holds. Nothing was changed; check the disk and try again.")


def look(home: Home, path: Path, typed: str) -> Sight:
    """What a file holds. ``typed``: the code of the move or a recovery key, empty for this computer's own.

    Raises Refused (what was typed does not open it, not a backup, damaged), EnvironmentProblem.
    """
    inside = _inside(home, path, typed)
    card, noted = StoreCard(**inside["card"]), inside.get("moved") or {}
    counts = Counts(**noted.get("counts", {}))
    return Sight(card.name, card.slug, int(noted.get("at", 0)), str(noted.get("source", "")), counts)


def move_in(home: Home, path: Path, typed: str, name: str, actor: str, *, tell: Tell = backup.silent) -> StoreCard:
    """The store of a file, on this computer from now on; a computer without a recovery key takes over that of before.

    What waited to be sent is held back and the providers are asked what happened meanwhile, as after every restore.
    ``tell`` may raise, to stop in time. Raises what :func:`look` raises, and Refused (name taken).
    """
    inside, key = _inside(home, path, typed), _key(home, typed)
    size = path.stat().st_size
    room_for(home.path if home.path.exists() else home.path.parent, size)
    card = backup.restore(home, path, name.strip() or None, key, tell)
    kept = home.path / "recovery.key"
    if "recovery" in inside and not kept.exists():
        write_private(kept, str(inside["recovery"]).encode())
    note_arrival(home, card.slug, actor)
    return card


def note_arrival(home: Home, slug: str, actor: str) -> None:
    """Opened once, so that its journal says who brought it."""
    shop = open_shop(home, slug)
    try:
        shop.engine.call(shop.returning.begin, actor=actor)
        shop.returning.begun()
    finally:
        shop.close()


def _key(home: Home, typed: str) -> bytes:
    return key_of(typed) if typed.strip() else recovery_key(home, create=False)


def _inside(home: Home, path: Path, typed: str) -> Mapping[str, Any]:
    try:
        return backup.look_into(path, _key(home, typed))
    except OtherKey:
        if not typed.strip():
            raise
        raise Refused("This code does not open the file {path}. Compare it with what you noted.", path=path) from None


def take_back(home: Home, slug: str, actor: str) -> bool:
    """Have a moved store live here again. → whether the file it went in was found and removed.

    The relay is not overtaken: were the place another's meanwhile, this store asks before it answers. Raises Refused
    for one that was not moved, EnvironmentProblem.
    """
    gone = home.moved(slug)
    if gone is None:
        raise Refused("The store “{name}” was not moved from here.", name=home.card(slug).name)
    shop = open_shop(home, slug, away=True)
    try:
        shop.engine.call(lambda tx: tx.emit(StoreTakenBack()), actor=actor)
    finally:
        shop.close()
    removed = departure.destroy_file(gone)
    home.archive(slug, away=False, anyway=True)
    return removed


def _count(reader: Reader) -> Counts:
    found = {name: reader.value(f"SELECT count(*) FROM {table}") for name, table in _TABLES.items()}  # noqa: S608
    head = reader.value("SELECT hash FROM journal ORDER BY seq DESC LIMIT 1")
    return Counts(**found, head=(head or b"").hex())


def _live(reader: Reader) -> bool:
    return bool(reader.value("SELECT EXISTS (SELECT 1 FROM live_session WHERE ended_at IS NULL)"))


def _sizes(folder: Path) -> tuple[int, int]:
    """Bytes of the database and of the media."""
    data = sum(path.stat().st_size for path in folder.glob("store.db*"))
    return data, sum(path.stat().st_size for path in (folder / "media").glob("*") if path.is_file())


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be read ({detail}).", path=folder, detail=reason(error)
        ) from None


def _one_disk(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False
