"""``backup``: what keeping a big store safe costs, and how long it takes to have it back.

The raw reference is the same store copied as plainly as can be done rightly: SQLite's own online backup of the database
and the pictures file by file, each synced to the disk. The bounds:

- ``first``: the same bytes are read, hashed, put aside, written and synced in more files, pictures sealed: 4 × it.
- ``bytes``: a changed page of 4 kB costs its piece of 16 kB, and the changes of a live lie close together: 3 × the
  changed pages and new pictures.
- ``again``: with nearly nothing new, a backup must be cheaper than one plain copy.
- ``writer``: who sells while a backup runs waits for the same disk and two cores: p99 of a commit at most 4 × as long.
- ``restore``: fetched, proved, written, the database checked page by page and the whole journal: 5 × the copy,
  neither of them synced.
- ``rto``: a store of 10 GB, projected by the same rate, runs again within 2 h (F126); a slower line adds its own time.
- ``rpo``: killed at any moment, what is lost is less old than 15 min (F126).
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.backups import restoring, rules
from core.backups.places import FolderPlace
from core.bootstrap import Shop, create_store, open_shop
from core.kernel.clock import HOUR, MINUTE, SECOND, ManualClock
from core.storage.backup import recovery_key
from core.storage.connection import open_connection
from core.storage.engine import Tx
from core.storage.folder import Home
from core.storage.migrations import copy_database
from tests.bench import ledger
from tests.bench.figures import Figure, Measured, percentile
from tests.bench.stores import open_new
from tests.bench.verify import watched

MB: Final = 1024 * 1024
PICTURE: Final = 100 * 1024
PAGE: Final = 4096
PACE: Final = 0.01  # s between two commits of the one who sells
RTO_S: Final = 7200.0
BIG: Final = 10 * 1024 * MB
MOST_MB: Final = 64.0


@dataclass(frozen=True, slots=True)
class Scale:
    """``live``: orders of one live; ``new_pictures`` come with it."""

    orders: int = 100_000
    pictures: int = 2_000
    live: int = 2_000
    new_pictures: int = 50
    commits: int = 300
    kills: int = 12


def measure(folder: Path, scale: Scale | None = None) -> list[Measured]:
    scale = scale or Scale()
    with open_new(folder, "Grande boutique") as shop:
        return [*_costs(folder, shop, scale), _lost_work(folder, scale)]


def _costs(folder: Path, shop: Shop, scale: Scale) -> list[Measured]:
    disk = folder / "disk"
    disk.mkdir()
    place = FolderPlace(disk)
    shop.engine.call(lambda tx: ledger._fill(tx, scale.orders))
    for number in range(scale.pictures):
        (shop.media / f"{number}.jpg").write_bytes(os.urandom(PICTURE))
    _fold_in(shop)
    size = _size(shop)
    raw = min(_timed(lambda: _plain_copy(shop, folder / "raw", synced=True)) for _ in range(2))
    quick = min(_timed(lambda: _plain_copy(shop, folder / "raw", synced=False)) for _ in range(2))
    with watched() as memory:
        first = _timed(lambda: shop.keeper.save(place))
    before = _pages(shop)
    _live(shop, scale)
    waited_alone = _commits(shop, scale.commits)
    _fold_in(shop)
    changed = len(_pages(shop) - before) * PAGE + scale.new_pictures * PICTURE
    with watched() as less:
        again = _timed(lambda: shop.keeper.save(place))
    sent = shop.keeper.state.sent
    waited = _while_backing_up(shop, place, scale.commits)
    shop.keeper.save(place)
    back = _timed(lambda: _restored(folder, place, shop))
    figures: dict[str, Figure] = {"MB": size / MB, "raw_s": raw}
    alone, beside = percentile(waited_alone, 0.99), percentile(waited, 0.99)
    return [
        Measured("backup", first / raw, "at most", 4.0, {**figures, "s": first}),
        Measured("backup.bytes", sent / changed, "at most", 3.0, {"sent_MB": sent / MB, "changed_MB": changed / MB}),
        Measured("backup.again", again / raw, "at most", 1.0, {"s": again, "raw_s": raw}),
        Measured("backup.memory", max(memory.grown, less.grown) / MOST_MB, "at most", 1.0, {"MB": memory.grown}),
        Measured("backup.writer", beside / alone, "at most", 4.0, {"p99_ms": beside * 1000, "alone_ms": alone * 1000}),
        Measured("backup.restore", back / quick, "at most", 5.0, {"raw_s": quick, "s": back}),
        Measured("backup.rto", back * BIG / size / RTO_S, "at most", 1.0, {"GB": 10, "s": back * BIG / size}),
    ]


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _size(shop: Shop) -> int:
    return sum(p.stat().st_size for p in (shop.folder / "store.db", *shop.media.iterdir()))


def _fold_in(shop: Shop) -> None:
    """The log into the file: pages are counted there."""
    connection = open_connection(shop.folder / "store.db", shop.vault.database_key(), write=True)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _pages(shop: Shop) -> set[bytes]:
    """A hash of every page."""
    with (shop.folder / "store.db").open("rb") as file:
        return {hashlib.blake2b(page, digest_size=16).digest() for page in iter(lambda: file.read(PAGE), b"")}


def _plain_copy(shop: Shop, target: Path, *, synced: bool) -> None:
    (target / "media").mkdir(parents=True)
    connection = open_connection(shop.folder / "store.db", shop.vault.database_key(), write=False)
    copy_database(connection, target / "store.db", shop.vault.database_key())
    connection.close()
    for picture in shop.media.iterdir():
        with picture.open("rb") as source, (target / "media" / picture.name).open("wb") as copy:
            shutil.copyfileobj(source, copy)
            if synced:
                copy.flush()
                os.fsync(copy.fileno())
    shutil.rmtree(target)


def _live(shop: Shop, scale: Scale) -> None:
    def some(tx: Tx, first: int) -> None:
        for n in range(first, first + 20):
            ledger._sale(tx, n, ledger.PROVIDERS[n % len(ledger.PROVIDERS)])

    for first in range(scale.orders, scale.orders + scale.live, 20):
        shop.engine.call(lambda tx, n=first: some(tx, n))  # type: ignore[misc]
    for number in range(scale.new_pictures):
        (shop.media / f"live {number}.jpg").write_bytes(os.urandom(PICTURE))


def _commits(shop: Shop, count: int, until: threading.Event | None = None) -> list[float]:
    """How long a small commit takes, one every 10 ms, s."""
    found: list[float] = []
    pause = threading.Event()
    while len(found) < count or (until is not None and not until.is_set()):
        found.append(_timed(lambda: shop.engine.call(_sell)))
        pause.wait(PACE)
    return found


def _sell(tx: Tx) -> None:
    tx.run("UPDATE customer SET name = name || '.' WHERE id = 1 + abs(random()) % 1000")


def _while_backing_up(shop: Shop, place: FolderPlace, count: int) -> list[float]:
    """The same beside backups that run one after the other."""
    ended = threading.Event()
    found: list[float] = []
    seller = threading.Thread(target=lambda: found.extend(_commits(shop, count, ended)))
    seller.start()
    try:
        while len(found) < count and seller.is_alive() and not ended.is_set():
            for _ in range(3):
                shop.keeper.save(place)
            ended.set()
    finally:
        ended.set()
        seller.join()
    return found


def _restored(folder: Path, place: FolderPlace, shop: Shop) -> None:
    """On an empty computer, until its first page can be read."""
    other = Home(folder / "other")
    other.path.mkdir()
    card = restoring.restore(other, place, shop.keeper._charge.prefix, recovery_key(Home(folder), create=False))
    back = open_shop(other, card.slug)
    back.engine.read(lambda r: ledger._open(r, back.clock.now()))
    back.close()


def _lost_work(folder: Path, scale: Scale) -> Measured:
    """A live on a clock of its own, killed at random moments: how old is the oldest work that is not in the backup?"""
    home, disk, clock = Home(folder / "small"), folder / "small disk", ManualClock()
    disk.mkdir()
    card = create_store(home, "Petite boutique", "SN")
    shop = open_shop(home, card.slug, clock)
    shop.settings.set("backup.to", "folder")
    shop.settings.set("backup.folder", str(disk))
    draw, worst = random.Random(2026), 0
    kills = sorted(draw.sample(range(5 * MINUTE, 2 * HOUR, SECOND), scale.kills))
    began, place, key = clock.now(), FolderPlace(disk), recovery_key(home, create=True)
    try:
        for number, kill in enumerate(kills):
            while clock.now() - began < kill:
                shop.engine.call(_order)
                shop.keeper.look()
                clock.advance(2 * SECOND)
            back = restoring.restore(home, place, shop.keeper._charge.prefix, key, name=f"kill {number}")
            again = open_shop(home, back.slug, clock)
            kept = int(again.engine.read(lambda r: r.value("SELECT max(created_at) FROM customer")))
            again.close()
            worst = max(worst, clock.now() - kept)
    finally:
        shop.close()
    figures: dict[str, Figure] = {"worst_s": worst / SECOND, "promise_s": rules.PROMISE / SECOND, "kills": scale.kills}
    return Measured("backup.rpo", worst / rules.PROMISE, "at most", 1.0, figures)


def _order(tx: Tx) -> None:
    tx.run("INSERT INTO customer(name, created_at) VALUES('Cliente', ?)", (tx.now,))
