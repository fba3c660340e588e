"""Moving a store to another computer: what is refused, what the file holds, and the way back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.bootstrap import create_store, moving, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.kernel.errors import EnvironmentProblem, LivePayError, Refused
from core.live import service as live
from core.storage import departure
from core.storage.filekeys import LENGTH, grouped, key_of, new_code, plain_code
from core.storage.folder import Home
from core.storage.vault import beside

SLUG = "chez-awa"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "old", passing=True)
    create_store(made, "Chez Awa", "SN")
    shop = open_shop(made, SLUG)
    try:
        shop.settings.set("store.city", "Thiès", "test")
        (shop.media / "robe.jpg").write_bytes(os.urandom(70_000))
        shop.engine.call(lambda tx: catalogue.add(tx, ProductFields("ROBE1", "R1", "Robe", "", "", 15_000, 5, None)))
    finally:
        shop.close()
    return made


def other(tmp_path: Path) -> Home:
    return Home(tmp_path / "new", passing=True)


def test_a_code_is_read_back_however_it_is_typed() -> None:
    code = new_code()
    assert len(plain_code(code)) == LENGTH
    assert key_of(code) == key_of(code.lower().replace("-", "  ")) == key_of(plain_code(code))
    assert key_of("0123 4567 89AB CDEF GHJK MNPQ") == key_of("oi23-4567-89ab-cdef-ghjk-mnpq")
    assert grouped("oi2345") == "0123-45"
    assert key_of("5A" * 32) == bytes.fromhex("5a" * 32)
    for wrong in ("", "5a" * 31, code[:-1], "U" + code[1:]):
        with pytest.raises(Refused):
            key_of(wrong)


def test_what_moved_is_there_whole_and_nowhere_else(home: Home, tmp_path: Path) -> None:
    file, code, told = tmp_path / "awa.livepay", new_code(), list[tuple[int, int]]()
    moved = moving.move_out(home, SLUG, file, "test", code=code, tell=lambda *how: told.append(how))
    assert moved.size == file.stat().st_size
    assert (moved.counts.products, moved.counts.orders) == (1, 0)
    assert told[-1][0] == told[-1][1] > 70_000
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    gone = home.moved(SLUG)
    assert gone is not None
    assert gone.path == file
    with pytest.raises(Refused, match="moved to another computer"):
        open_shop(home, SLUG)
    new = other(tmp_path)
    sight = moving.look(new, file, code)
    assert (sight.name, sight.slug, sight.counts) == ("Chez Awa", SLUG, moved.counts)
    assert sight.at == gone.at
    card = moving.move_in(new, file, code.lower(), "", "test")
    shop = open_shop(new, card.slug)
    try:
        assert shop.settings.get("store.city") == "Thiès"
        kinds = [row[0] for row in shop.engine.read(lambda r: r.all("SELECT kind FROM journal ORDER BY seq DESC"))]
        assert kinds[:2] == ["StoreRestored", "StoreLeft"]
        assert (shop.media / "robe.jpg").stat().st_size == 70_000
    finally:
        shop.close()
    assert (new.path / "recovery.key").read_text() == (home.path / "recovery.key").read_text()


def test_a_computer_keeps_the_recovery_key_it_has(home: Home, tmp_path: Path) -> None:
    new, file, code = other(tmp_path), tmp_path / "awa.livepay", new_code()
    new.path.mkdir()
    (new.path / "recovery.key").write_text("5a" * 32)
    moving.move_out(home, SLUG, file, "test", code=code)
    moving.move_in(new, file, code, "Awa bis", "test")
    assert (new.path / "recovery.key").read_text() == "5a" * 32
    assert [card.name for card in new.list()] == ["Awa bis"]


def test_it_is_taken_back_with_its_file_removed(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "awa.livepay"
    moving.move_out(home, SLUG, file, "test")
    home.archive(SLUG)  # putting it away again does not make it one that may be taken back unasked
    with pytest.raises(Refused):
        home.archive(SLUG, away=False)
    assert moving.take_back(home, SLUG, "test")
    assert not file.exists()
    open_shop(home, SLUG).close()
    with pytest.raises(Refused, match="not moved"):
        moving.take_back(home, SLUG, "test")
    moving.move_out(home, SLUG, file, "test")
    file.rename(tmp_path / "carried away.livepay")
    assert not moving.take_back(home, SLUG, "test")


def test_what_is_not_the_moment_changes_nothing(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "awa.livepay"

    def refused(why: str, target: Path = file) -> None:
        with pytest.raises(LivePayError, match=why):
            moving.move_out(home, SLUG, target, "test")
        assert home.moved(SLUG) is None
        assert not beside(target).exists()

    shop = open_shop(home, SLUG)
    try:
        refused("already open")
        session = shop.engine.call(lambda tx: live.start(tx, "Live du soir"))
        assert moving.standing(shop).live
    finally:
        shop.close()
    refused("A live is running")
    shop = open_shop(home, SLUG)
    try:
        shop.engine.call(lambda tx: live.end(tx, session))
        assert not moving.standing(shop).live
    finally:
        shop.close()
    refused("cannot be read", tmp_path / "nowhere" / "awa.livepay")
    file.write_text("something else")
    refused("already")
    assert file.read_text() == "something else"
    file.unlink()
    monkeypatch.setattr(moving, "_SLACK", 1 << 60)
    refused("not enough room")
    monkeypatch.undo()

    class Enough(Exception):
        """The person stopped it."""

    def stop(done: int, total: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        moving.move_out(home, SLUG, file, "test", tell=stop)
    assert list(tmp_path.glob("awa*")) == []
    shop = open_shop(home, SLUG)
    try:
        last = shop.engine.read(lambda r: r.value("SELECT kind FROM journal ORDER BY seq DESC LIMIT 1"))
        assert last == "StoreTakenBack"  # it was to leave, and did not
    finally:
        shop.close()


def test_a_wrong_code_and_a_harmed_file_bring_nothing(home: Home, tmp_path: Path) -> None:
    file, code, new = tmp_path / "awa.livepay", new_code(), other(tmp_path)
    moving.move_out(home, SLUG, file, "test", code=code)
    with pytest.raises(Refused, match="code does not open"):
        moving.move_in(new, file, new_code(), "", "test")
    with pytest.raises(EnvironmentProblem, match="recovery key is missing"):
        moving.move_in(new, file, "", "", "test")
    whole = file.read_bytes()
    file.write_bytes(whole[:-100])
    with pytest.raises(Refused):
        moving.move_in(new, file, code, "", "test")
    assert new.list() == []
    file.write_bytes(whole)
    moving.move_in(new, file, code, "", "test")
    with pytest.raises(Refused, match="exists already"):
        moving.move_in(new, file, code, "", "test")


def test_a_mark_of_a_former_version_is_a_move_without_a_file(home: Home) -> None:
    folder = home.folder(SLUG)
    (folder / departure.ARCHIVED).write_text("moved\n")
    assert home.moved(SLUG) == departure.Departure()
    (standing,) = home.survey()
    assert standing.archived
    assert standing.moved == departure.Departure()
    (folder / departure.ARCHIVED).write_text("moved\n{half")
    assert home.moved(SLUG) == departure.Departure()
    assert not moving.take_back(home, SLUG, "test")
    (folder / departure.ARCHIVED).write_text("")
    assert home.moved(SLUG) is None
