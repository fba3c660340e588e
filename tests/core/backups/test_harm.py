"""Any byte of any object of a backup place: changed, cut or gone, it is named with what it belongs to; nothing is left
of a restore that found it; the next backup after a trial heals it."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.backups import pieces, restoring, snapshot
from core.backups.pieces import Harmed, Stopped
from core.backups.places import FolderPlace
from core.bootstrap import open_shop
from core.kernel.clock import DAY, MINUTE
from core.kernel.errors import LivePayError, OutsideWorld
from core.kernel.i18n import explain
from tests.core.backups.test_keeping import Kept, count

PICTURES = {"robe été.jpg": 150_000, "sac.jpg": 20_000}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    made = Kept(tmp_path_factory.mktemp("harm"))
    made.product(1)
    for name, size in PICTURES.items():
        (made.shop.media / name).write_bytes(bytes(n * 13 % 241 for n in range(size)))
    made.shop.keeper.save(made.place)
    yield made
    made.shop.close()


def objects(kept: Kept) -> list[Path]:
    return sorted(path for path in kept.disk.rglob("*") if path.is_file())


def owners(kept: Kept, piece: str) -> dict[str, list[int]]:
    """The files that a piece belongs to, and from which bytes on."""
    listed = restoring.find(kept.place, kept.prefix, kept.key)
    found: dict[str, list[int]] = {}
    for file in listed.files:
        size = pieces.PIECE if file.sealed else pieces.PAGES
        for number, name in enumerate(file.pieces):
            if name == piece:
                found.setdefault(file.name, []).append(number * size)
    return found


def refusal(kept: Kept) -> LivePayError:
    with pytest.raises(LivePayError) as caught:
        restoring.restore(kept.other, kept.place, kept.prefix, kept.key)
    assert kept.other.list() == []
    assert list(kept.other.stores.glob("*")) == []
    with pytest.raises(LivePayError) as tried:
        kept.shop.keeper.rehearse(kept.place)
    assert kept.shop.keeper.state.harmed
    assert str(tried.value) == str(caught.value) == kept.shop.keeper.state.rehearsal_problem
    assert not list(kept.home.path.rglob("rehearsal-*"))
    return caught.value


@given(st.integers(0, 10**6), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
@settings(max_examples=60)
def test_a_changed_byte_of_any_object_is_named(kept: Kept, which: int, where: float, flip: int) -> None:
    there = objects(kept)
    path = there[which % len(there)]
    whole = path.read_bytes()
    harmed = bytearray(whole)
    harmed[int(where * len(whole))] ^= flip
    path.write_bytes(harmed)
    said = refusal(kept)
    path.write_bytes(whole)
    assert path.name in str(said)
    if isinstance(said, Harmed):
        belongs = owners(kept, said.piece)
        assert said.params["first"] in belongs[said.params["file"]]
    else:
        assert path.suffix == snapshot.SUFFIX


def test_every_byte_of_a_list_s_beginning_counts(kept: Kept) -> None:
    path = next(kept.disk.rglob("*.snapshot"))
    whole = path.read_bytes()
    for place in range(45):
        harmed = bytearray(whole)
        harmed[place] ^= 3
        path.write_bytes(harmed)
        with pytest.raises(OutsideWorld, match=path.name):
            restoring.restore(kept.other, kept.place, kept.prefix, kept.key)
    path.write_bytes(whole)


@pytest.mark.parametrize("harm", ["gone", "empty", "cut", "longer", "another's"])
def test_an_object_that_is_gone_or_another_is_named(kept: Kept, harm: str) -> None:
    there = [path for path in objects(kept) if path.suffix != snapshot.SUFFIX]
    for path in there[::7]:
        whole = path.read_bytes()
        if harm == "gone":
            path.unlink()
        else:
            other = next(p for p in there if p != path).read_bytes()
            path.write_bytes({"empty": b"", "cut": whole[:-1], "longer": whole + b"x", "another's": other}[harm])
        said = refusal(kept)
        path.write_bytes(whole)
        assert isinstance(said, Harmed)
        assert said.piece == path.name
        french = explain(said, "fr")
        assert path.name in french
        assert said.params["file"] in french


def test_a_list_that_is_gone_is_missed(kept: Kept) -> None:
    kept.clock.advance(MINUTE)
    kept.product(2)
    kept.shop.keeper.save(kept.place)
    newest = max(kept.disk.rglob("*.snapshot"))
    whole = newest.read_bytes()
    newest.unlink()
    with pytest.raises(OutsideWorld, match=newest.name):
        kept.shop.keeper.rehearse(kept.place)
    newest.write_bytes(whole)
    kept.shop.keeper.rehearse(kept.place)


def test_what_a_trial_finds_harmed_is_kept_anew(kept: Kept) -> None:
    kept.clock.advance(DAY)
    kept.shop.keeper.look()
    listed = restoring.find(kept.place, kept.prefix, kept.key)
    harmed = {next(f for f in listed.files if f.name == name).pieces[0] for name in ("store.db", "media/sac.jpg")}
    for piece in harmed:
        next(kept.disk.rglob(piece)).write_bytes(b"harmed")
    kept.clock.advance(DAY)
    for _ in range(len(harmed) + 1):  # a trial names the first that it meets
        kept.shop.keeper.look()
        kept.clock.advance(MINUTE)
    assert kept.shop.keeper.state.worst is None
    assert not kept.shop.keeper.state.harmed
    back = kept.come_back(name="healed")
    assert count(back) == 2
    back.close()


def test_pictures_that_did_not_change_are_neither_read_nor_sealed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path)
    sealed: list[int] = []
    seal = pieces.Sealer.seal

    def counted(self: pieces.Sealer, plain: bytes) -> bytes:
        sealed.append(len(plain))
        return seal(self, plain)

    monkeypatch.setattr(pieces.Sealer, "seal", counted)
    picture = kept.shop.media / "robe.jpg"
    picture.write_bytes(b"picture")
    os.utime(picture, (1, 1))  # long ago: it cannot change unnoticed
    kept.shop.keeper.save(kept.place)
    assert sealed == [7]
    kept.product(1)
    kept.clock.advance(MINUTE)
    kept.shop.keeper.save(kept.place)
    kept.shop.close()
    kept.shop = open_shop(kept.home, kept.card.slug, kept.clock)  # known also after a start
    kept.product(2)
    kept.clock.advance(MINUTE)
    kept.shop.keeper.save(kept.place)
    assert sealed == [7]
    picture.write_bytes(b"another")
    kept.product(3)
    kept.clock.advance(MINUTE)
    kept.shop.keeper.save(kept.place)
    assert sealed == [7, 7]
    back = kept.come_back()
    assert (back.media / "robe.jpg").read_bytes() == b"another"
    back.close()
    kept.shop.close()


class Ends(FolderPlace):
    """A place at which the program is told to stop after so many pieces."""

    def __init__(self, root: Path, ending: threading.Event, after: int) -> None:
        super().__init__(root)
        self._ending, self._left = ending, after

    def _count(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._ending.set()

    def put_later(self, name: str, content: bytes) -> None:
        self._count()
        super().put_later(name, content)

    def get(self, name: str) -> bytes:
        self._count()
        return super().get(name)


@pytest.mark.parametrize("after", [1, 2, 5, 9])
def test_stopping_in_the_middle_leaves_nothing_half_done(tmp_path: Path, after: int) -> None:
    kept = Kept(tmp_path)
    keeper = kept.shop.keeper
    (kept.shop.media / "robe.jpg").write_bytes(bytes(300_000))
    place = Ends(kept.disk, keeper._ending, after)
    with pytest.raises(Stopped):
        keeper.save(place)
    assert not list(kept.disk.rglob("*.snapshot"))
    assert not list(kept.disk.rglob("*.partial"))
    assert not list(kept.shop.folder.glob("saving-*"))
    keeper._ending.clear()
    keeper.save(kept.place)
    with pytest.raises(Stopped):
        keeper.rehearse(Ends(kept.disk, keeper._ending, after))
    assert not list(kept.shop.folder.glob("rehearsal-*"))
    assert keeper.state.rehearsal_trouble is None
    keeper._ending.clear()
    keeper.rehearse(kept.place)
    (kept.shop.folder / "rehearsal-killed").mkdir()
    kept.shop.close()
    open_shop(kept.home, kept.card.slug).close()
    assert not list(kept.shop.folder.glob("rehearsal-*"))


async def test_a_program_that_ends_waits_for_its_trial_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread is left, nothing is half done, and the next start does it all."""
    kept = Kept(tmp_path)
    (kept.shop.media / "robe.jpg").write_bytes(bytes(300_000))
    kept.shop.keeper.save(kept.place)
    reached, go = threading.Event(), threading.Event()
    get = FolderPlace.get

    def slow(self: FolderPlace, name: str) -> bytes:
        if "/pieces/" in name:
            reached.set()
            go.wait(60)
        return get(self, name)

    monkeypatch.setattr(FolderPlace, "get", slow)
    working = asyncio.create_task(kept.shop.keeper.run())
    assert await asyncio.to_thread(reached.wait, 60)
    working.cancel()
    await asyncio.sleep(0)
    assert not working.done(), "it waits for what is under way"
    go.set()
    await asyncio.wait([working], timeout=60)
    assert working.cancelled()
    monkeypatch.undo()
    assert not list(kept.shop.folder.glob("rehearsal-*"))
    assert kept.shop.keeper.state.rehearsed_at is None
    assert kept.shop.keeper.state.worst is None
    again = asyncio.create_task(kept.shop.keeper.run())
    state = kept.shop.keeper._file
    while '"rehearsed_at": null' in state.read_text():  # noqa: ASYNC110 - by itself, soon after the start
        await asyncio.sleep(0.01)
    again.cancel()
    await asyncio.wait([again])
    kept.shop.close()
