"""A removable disk in everyday life: pulled out in the middle, full, protected, changed for another. Each is said in
one sentence, and the next backup is whole again."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.backups.places import FolderPlace, Missing
from core.kernel.clock import MINUTE
from core.kernel.errors import OutsideWorld
from core.kernel.i18n import explain
from tests.core.backups.test_keeping import Kept, count


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path)
    made.product(1)
    (made.shop.media / "robe.jpg").write_bytes(bytes(300_000))
    yield made
    made.shop.close()


class Trouble(FolderPlace):
    """After so many pieces, something happens to the disk."""

    def __init__(self, root: Path, after: int, what: Callable[[], object]) -> None:
        super().__init__(root)
        self._left, self._what = after, what

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._what()

    def put_later(self, name: str, content: bytes) -> None:
        self._count()
        super().put_later(name, content)

    def finish(self) -> None:
        self._count()
        super().finish()

    def get(self, name: str) -> bytes:
        self._count()
        return super().get(name)


def recovers(kept: Kept) -> None:
    """The next backup is whole."""
    kept.clock.advance(MINUTE)
    kept.shop.keeper.look()
    assert kept.shop.keeper.state.worst is None
    back = kept.come_back(name="back")
    assert count(back) == 1
    assert (back.media / "robe.jpg").stat().st_size == 300_000
    back.close()


@pytest.mark.parametrize("after", [1, 3, 20])
def test_pulled_out_in_the_middle(kept: Kept, after: int) -> None:
    away = kept.disk.with_name("pulled out")
    with pytest.raises(OutsideWorld, match="is not there: plug its disk in"):
        kept.shop.keeper.save(Trouble(kept.disk, after, lambda: kept.disk.rename(away)))
    assert not kept.disk.exists(), "no folder stands in its place"
    assert not list(away.rglob("*.snapshot"))
    away.rename(kept.disk)
    recovers(kept)


def test_pulled_out_in_the_middle_of_a_trial_is_no_harm(kept: Kept) -> None:
    kept.shop.keeper.save(kept.place)
    away = kept.disk.with_name("pulled out")
    with pytest.raises(OutsideWorld, match="plug its disk in") as caught:
        kept.shop.keeper.rehearse(Trouble(kept.disk, 3, lambda: kept.disk.rename(away)))
    assert not isinstance(caught.value, Missing)
    assert not kept.shop.keeper.state.harmed
    away.rename(kept.disk)
    recovers(kept)


SAID = {
    errno.ENOSPC: "is full: free some room",
    errno.EROFS: "cannot be written: it is protected",
    errno.EACCES: "cannot be written: it is protected",
    errno.EIO: "was pulled out or fails",
}


@pytest.mark.parametrize("number", SAID)
@pytest.mark.parametrize("after", [0, 2, 12])
def test_a_disk_that_refuses(kept: Kept, monkeypatch: pytest.MonkeyPatch, number: int, after: int) -> None:
    write, written = Path.write_bytes, 0

    def refusing(self: Path, data: bytes) -> int:
        nonlocal written
        written += 1
        if kept.disk in self.parents and written > after:
            raise OSError(number, os.strerror(number))
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", refusing)
    with pytest.raises(OutsideWorld) as caught:
        kept.shop.keeper.save(kept.place)
    monkeypatch.undo()
    assert SAID[number] in str(caught.value)
    assert str(kept.disk) in explain(caught.value, "fr")
    assert kept.shop.keeper.state.problem == str(caught.value)
    assert not list(kept.disk.rglob("*.snapshot"))
    recovers(kept)


def test_a_disk_that_refuses_to_sync_has_kept_nothing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutsideWorld, match="was pulled out or fails"):
        FolderPlace(kept.disk).put("a/b", b"1")
    place = FolderPlace(kept.disk)
    place.put_later("a/b", b"1")
    with pytest.raises(OutsideWorld, match="was pulled out or fails"):
        place.finish()
    monkeypatch.undo()
    assert place.names() == []


def test_another_disk_of_the_same_name_gets_everything(kept: Kept) -> None:
    kept.shop.keeper.save(kept.place)
    kept.disk.rename(kept.disk.with_name("first disk"))
    kept.disk.mkdir()
    recovers(kept)
    kept.disk.rename(kept.disk.with_name("second disk"))
    kept.disk.with_name("first disk").rename(kept.disk)  # and the first again
    kept.clock.advance(MINUTE)
    kept.shop.keeper.save(kept.place)
    kept.shop.keeper.rehearse(kept.place)
