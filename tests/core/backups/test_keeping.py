"""Continuous backups of a real store, in a real folder, while it is written to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.backups import restoring
from core.backups.places import FolderPlace
from core.backups.snapshot import prefix_of
from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.durable import outbox
from core.kernel.clock import DAY, MINUTE, ManualClock
from core.kernel.errors import NotFound, OutsideWorld, Refused
from core.storage import backup, journal
from core.storage.engine import Tx
from core.storage.folder import Home


class Kept:
    """A store, its keeper's place, and another computer that has only the recovery key."""

    def __init__(self, root: Path) -> None:
        self.home, self.other = Home(root / "home"), Home(root / "other")
        self.disk = root / "disk"
        self.disk.mkdir()
        self.other.path.mkdir()
        self.clock = ManualClock()
        self.card = create_store(self.home, "Chez Awa", "SN")
        self.shop = open_shop(self.home, self.card.slug, self.clock)
        self.shop.settings.set("backup.to", "folder")
        self.shop.settings.set("backup.folder", str(self.disk))
        self.place = FolderPlace(self.disk)
        self.prefix = prefix_of(self.card)

    @property
    def key(self) -> bytes:
        return backup.recovery_key(self.home, create=True)

    def product(self, number: int) -> int:
        fields = ProductFields(f"P{number}", f"P{number}", f"Robe {number}", "", "", 15_000, 3, None)
        return self.shop.engine.call(lambda tx: catalogue.add(tx, fields))

    def come_back(self, **wanted: object) -> Shop:
        """Restore on the other computer and open it there."""
        card = restoring.restore(self.other, self.place, self.prefix, self.key, **wanted)  # type: ignore[arg-type]
        return open_shop(self.other, card.slug, self.clock)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path)
    yield made
    made.shop.close()


def count(shop: Shop) -> int:
    return int(shop.engine.read(lambda r: r.value("SELECT count(*) FROM product")))


def test_everything_comes_back_on_another_computer(kept: Kept) -> None:
    kept.product(1)
    kept.shop.settings.set_secret("whatsapp.app_secret", "s3cret")
    (kept.shop.media / "robe été.jpg").write_bytes(b"picture" * 20_000)
    (kept.shop.media / "empty.jpg").write_bytes(b"")
    kept.shop.keeper.save(kept.place)
    back = kept.come_back()
    assert count(back) == 1
    assert back.settings.secret("whatsapp.app_secret") == "s3cret"
    assert (back.media / "robe été.jpg").read_bytes() == b"picture" * 20_000
    assert (back.media / "empty.jpg").read_bytes() == b""
    assert back.engine.read(journal.verify).intact
    assert back.links.token(b"n" * 16) == kept.shop.links.token(b"n" * 16)  # pay links that are out stay good
    back.close()


def test_nothing_that_is_kept_can_be_read_without_the_recovery_key(kept: Kept) -> None:
    kept.shop.settings.set_secret("whatsapp.app_secret", "s3cret-s3cret")
    kept.shop.settings.set("store.city", "Ziguinchor")
    (kept.shop.media / "face.jpg").write_bytes(b"a face of somebody")
    kept.shop.keeper.save(kept.place)
    pieces = b"".join(path.read_bytes() for path in kept.disk.rglob("*") if path.is_file())
    for secret in (b"s3cret-s3cret", b"Ziguinchor", b"a face", b"SQLite format", kept.shop.vault.database_key()):
        assert secret not in pieces
    with pytest.raises(Refused, match="another recovery key"):
        restoring.restore(kept.other, kept.place, kept.prefix, bytes(32))
    assert kept.other.list() == []


def test_only_what_changed_is_kept_again_and_nothing_when_nothing_did(kept: Kept) -> None:
    for number in range(3_000):
        kept.product(number)
    first = kept.shop.keeper.save(kept.place)
    kept.clock.advance(5 * MINUTE)
    kept.product(9_999)
    second = kept.shop.keeper.save(kept.place)
    kept.clock.advance(5 * MINUTE)
    kept.place.put = None  # type: ignore[method-assign, assignment] # nothing is written: nothing may be asked for
    third = kept.shop.keeper.save(kept.place)
    assert second.sent < first.sent / 2
    assert second.saved_at == third.saved_at
    assert third.safe_at == kept.clock.now()
    assert len(restoring.stores_in(kept.place)[kept.prefix]) == 2


def test_backups_taken_while_the_store_is_written_to_are_each_a_moment_of_it(kept: Kept) -> None:
    """Every product comes with its journal entry; a restored moment has as many of the one as of the other."""
    ending = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not ending.is_set():
            kept.product(written)
            written += 1

    kept.shop.engine.call(lambda tx: tx.run("PRAGMA wal_autocheckpoint=20"))  # the log starts anew again and again
    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = 0
        for number in range(12):
            while written < seen + 25:
                threading.Event().wait(0.001)
            before = written
            kept.clock.advance(MINUTE)
            kept.shop.keeper.save(kept.place)
            back = kept.come_back(name=f"copy {number}")
            seen = count(back)
            assert seen >= before - 1
            saved = back.engine.read(lambda r: r.value("SELECT count(*) FROM journal WHERE kind = 'ProductSaved'"))
            assert saved == seen
            back.close()
    finally:
        ending.set()
        writer.join()


def test_a_restored_store_sends_nothing_again(kept: Kept) -> None:
    kept.shop.engine.call(lambda tx: queue(tx, "text"))
    kept.shop.engine.call(lambda tx: queue(tx, "receipt"))
    kept.shop.keeper.save(kept.place)
    back = kept.come_back()
    back.engine.call(back._recover)
    back.returning.begun()
    states = dict(back.engine.read(lambda r: r.all("SELECT kind, state FROM outbox")))
    assert states == {"text": "unknown", "receipt": "dropped"}
    assert back.engine.read(lambda r: r.value("SELECT count(*) FROM journal WHERE kind = 'StoreRestored'")) == 1
    back.engine.call(lambda tx: queue(tx, "text", "later"))
    back.engine.call(back._recover)  # a later start is an ordinary one
    assert back.engine.read(lambda r: r.value("SELECT state FROM outbox WHERE key = 'later'")) == "queued"
    back.close()


def queue(tx: Tx, kind: str, key: str = "") -> None:
    buyer = tx.insert("INSERT INTO customer(name, created_at) VALUES('Fatim', ?)", (tx.now,))
    outbox.put(tx, key or kind, buyer, kind, {"text": {"body": kind}})


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:]),
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
    ],
    ids=["cut", "changed", "gone", "empty"],
)
def test_a_harmed_piece_is_named_and_leaves_no_store_behind(kept: Kept, harm: Callable[[Path], object]) -> None:
    kept.product(1)
    kept.shop.keeper.save(kept.place)
    for piece in sorted((kept.disk / kept.prefix / "pieces").rglob("*")):
        if piece.is_file():
            before = piece.read_bytes()
            harm(piece)
            with pytest.raises(OutsideWorld, match=piece.name):
                restoring.restore(kept.other, kept.place, kept.prefix, kept.key)
            with pytest.raises(OutsideWorld, match=piece.name):
                kept.shop.keeper.rehearse(kept.place)
            assert piece.name in kept.shop.keeper.state.rehearsal_problem
            piece.write_bytes(before)
    assert kept.other.list() == []
    assert not list(kept.home.path.rglob("rehearsal-*"))
    kept.shop.keeper.rehearse(kept.place)
    assert kept.shop.keeper.state.rehearsal_problem == ""


def test_an_unplugged_disk_is_waited_for_and_never_replaced(kept: Kept) -> None:
    keeper = kept.shop.keeper
    kept.disk.rmdir()
    keeper.look()
    unplugged = keeper.state
    assert "not there" in unplugged.problem
    assert not kept.disk.exists()
    kept.disk.mkdir()
    keeper.look()  # within the minute: not asked again
    assert keeper.state == unplugged
    kept.clock.advance(MINUTE)
    keeper.look()
    plugged = keeper.state
    assert plugged.problem == ""
    assert plugged.saved_at == plugged.rehearsed_at == kept.clock.now()


def test_another_disk_at_the_same_place_gets_everything(kept: Kept) -> None:
    kept.product(1)
    kept.shop.keeper.save(kept.place)
    kept.disk.rename(kept.disk.with_name("first disk"))
    with pytest.raises(OutsideWorld):
        kept.shop.keeper.save(kept.place)
    kept.disk.mkdir()
    kept.clock.advance(MINUTE)
    kept.shop.keeper.save(kept.place)  # nothing was written since, and nothing of it is on this disk
    back = kept.come_back()
    assert count(back) == 1
    back.close()


def test_the_state_as_of_a_time_comes_back(kept: Kept) -> None:
    kept.product(1)
    kept.shop.keeper.save(kept.place)
    then = kept.clock.now()
    kept.clock.advance(MINUTE)
    kept.product(2)
    kept.shop.keeper.save(kept.place)
    back = kept.come_back(at=then + MINUTE - 1, name="Avant")
    assert count(back) == 1
    back.close()
    with pytest.raises(NotFound):
        kept.come_back(at=then - 1)


def test_old_backups_are_given_up_and_what_stays_comes_back(kept: Kept) -> None:
    for number in range(4):
        kept.product(number)
        kept.clock.advance(MINUTE)
        kept.shop.keeper.save(kept.place)
    kept.clock.advance(3 * DAY)
    kept.product(9)
    kept.shop.keeper.save(kept.place)
    assert kept.shop.keeper.give_up_old(kept.place) == 0  # seen as nobody's for the first time
    assert len(restoring.stores_in(kept.place)[kept.prefix]) == 2
    assert kept.shop.keeper.give_up_old(kept.place) > 0
    kept.shop.keeper.rehearse(kept.place)
    for at in restoring.stores_in(kept.place)[kept.prefix]:
        back = kept.come_back(at=at, name=f"at {at}")
        back.close()


def test_a_single_file_backup_sends_nothing_again_either(kept: Kept, tmp_path: Path) -> None:
    kept.shop.engine.call(lambda tx: queue(tx, "text"))
    backup.write(kept.home, kept.shop.folder, kept.card, kept.shop.vault, [], tmp_path / "awa.livepay")
    card = backup.restore(kept.home, tmp_path / "awa.livepay", "Copie")
    back = open_shop(kept.home, card.slug, kept.clock)
    back.engine.call(back._recover)
    assert back.engine.read(lambda r: r.value("SELECT state FROM outbox")) == "unknown"
    back.close()
