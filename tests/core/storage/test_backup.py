"""The store in one file: everything comes back, any harm is named with its place, nothing is ever half there."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.bootstrap import create_store, open_shop
from core.kernel.errors import EnvironmentProblem, Refused
from core.storage import arriving, backup, sealed
from core.storage.folder import Home

KEY = bytes.fromhex("5a" * 32)
OLD = Path(__file__).parent / "files" / "made-by-version-1.livepay"
PICTURES = {"été.jpg": 100_000, "empty.jpg": 0, "robe.jpg": 200_000, "tiny.jpg": 3}
STEP = sealed.CHUNK + sealed.TAG


@dataclass
class Made:
    """A backup of a store with pictures, and another home to bring it back to."""

    home: Home
    file: Path
    whole: bytes
    spans: dict[str, tuple[int, int]]
    """Name → first and end of it in the content."""

    def refusal(self, content: bytes) -> str:
        """Nothing is left of a store that was refused."""
        self.file.write_bytes(content)
        with pytest.raises(Refused) as caught:
            backup.restore(self.home, self.file, None)
        assert self.home.list() == []
        assert list(self.home.stores.glob("*")) == []
        return str(caught.value)

    def at(self, place: int) -> set[str]:
        """What the chunk that holds this byte of the file belongs to."""
        start = sealed.header_size(backup.MAGIC)
        first = max(0, place - start) // STEP * sealed.CHUNK
        return {n for n, (a, b) in self.spans.items() if a < first + sealed.CHUNK and first < b}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    root = tmp_path_factory.mktemp("backup")
    patch = pytest.MonkeyPatch()
    patch.setenv("LIVEPAY_RECOVERY_KEY", KEY.hex())
    home = Home(root / "home")
    card = create_store(home, "Chez Awa", "SN")
    shop = open_shop(home, card.slug)
    shop.settings.set("store.city", "Thiès, Randoulène")
    shop.settings.set_secret("whatsapp.app_secret", "s3cret")
    for name, size in PICTURES.items():
        (shop.media / name).write_bytes(bytes(n * 7 % 251 for n in range(size)))
    file = root / "awa.livepay"
    backup.write(home, shop.folder, shop.card, shop.vault, shop.secret_names(), file)
    shop.close()
    with file.open("rb") as source:
        opened = backup._open(source, file, KEY)
    begin, spans = opened._index, {"inside.json": (0, opened._index)}
    for name, length in opened.files:
        spans[name] = (begin, begin + length)
        begin += length
    yield Made(Home(root / "other"), file, file.read_bytes(), spans)
    patch.undo()


def test_everything_comes_back_under_another_name(made: Made) -> None:
    made.file.write_bytes(made.whole)
    for secret in ("Thiès, Randoulène".encode(), b"s3cret", b"SQLite format", bytes(n * 7 % 251 for n in range(100))):
        assert secret not in made.whole
    card = backup.restore(made.home, made.file, "Chez Awa bis")
    shop = open_shop(made.home, card.slug)
    assert shop.settings.get("store.city") == "Thiès, Randoulène"
    assert shop.settings.secret("whatsapp.app_secret") == "s3cret"
    assert {path.name: path.stat().st_size for path in shop.media.iterdir()} == PICTURES
    shop.close()
    with pytest.raises(Refused, match="exists already"):
        backup.restore(made.home, made.file, "Chez Awa bis")
    made.home.delete(card.slug)


def _named(text: str) -> tuple[int, int]:
    found = [int(number) for number in re.findall(r"byte (\d+)", text)]
    return found[0], found[-1]


HARMED = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255))


@given(HARMED)
@example((0.0, 1))
@example((14 / 10**6, 3))
@settings(max_examples=60)
def test_a_changed_byte_is_named_with_its_place(made: Made, harm: tuple[float, int]) -> None:
    place = int(harm[0] * len(made.whole))
    content = bytearray(made.whole)
    content[place] ^= harm[1]
    said = made.refusal(bytes(content))
    first, end = _named(said)
    assert first <= place < end <= first + STEP + sealed.header_size(backup.MAGIC), said
    assert set(re.findall(r"[\w/é]+\.(?:jpg|json|db)", said)) & made.at(place), said


@pytest.mark.parametrize("place", range(65))
def test_every_byte_of_the_header_counts(made: Made, place: int) -> None:
    content = bytearray(made.whole)
    content[place] ^= 3
    first, end = _named(made.refusal(bytes(content)))
    assert first <= place < end


@given(st.floats(0, 1, exclude_max=True))
@example(0.9999)
@settings(max_examples=40)
def test_a_cut_is_named_with_its_place(made: Made, where: float) -> None:
    place = max(30, int(where * len(made.whole)))
    said = made.refusal(made.whole[:place])
    first, end = _named(said)
    assert first <= place <= end, said
    assert "cut off" in said or place < sealed.header_size(backup.MAGIC) + 2 * STEP, said


def test_a_cut_between_two_chunks_is_a_cut(made: Made) -> None:
    place = sealed.header_size(backup.MAGIC) + 3 * STEP
    assert f"cut off at byte {place}" in made.refusal(made.whole[:place])


@given(st.binary(min_size=1, max_size=3 * STEP))
@settings(max_examples=20)
def test_what_is_added_is_named(made: Made, more: bytes) -> None:
    said = made.refusal(made.whole + more)
    assert f"from byte {len(made.whole)} on was added" in said


@given(st.integers(0, 5), st.integers(0, 5))
@settings(max_examples=25)
def test_chunks_out_of_place_are_named(made: Made, one: int, other: int) -> None:
    if one == other:
        return
    start = sealed.header_size(backup.MAGIC)
    chunks = [made.whole[at : at + STEP] for at in range(start, len(made.whole), STEP)]
    chunks[one], chunks[other] = chunks[other], chunks[one]
    said = made.refusal(made.whole[:start] + b"".join(chunks))
    low = min(one, other)
    assert _named(said) == (start + low * STEP if low else 0, start + (low + 1) * STEP), said
    assert "not in its place" in said


@pytest.mark.parametrize("gone", range(6))
def test_a_missing_chunk_is_named(made: Made, gone: int) -> None:
    first = sealed.header_size(backup.MAGIC) + gone * STEP
    said = made.refusal(made.whole[:first] + made.whole[first + STEP :])
    assert _named(said) == (first if gone else 0, first + STEP), said


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + bytes(200), b"LIVE"], ids=["empty", "zip", "short"])
def test_another_kind_of_file_is_said_to_be_none(made: Made, content: bytes) -> None:
    assert "not a LivePay backup" in made.refusal(content)


def test_another_key_is_told_from_a_harm(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEPAY_RECOVERY_KEY", "00" * 32)
    assert "another recovery key" in made.refusal(made.whole)


def test_a_backup_of_the_former_version_comes_back(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    card = backup.restore(made.home, OLD, None)
    shop = open_shop(made.home, card.slug)
    assert shop.settings.secret("whatsapp.app_secret") == "s3cret"
    assert (shop.media / "robe.jpg").read_bytes() == b"picture" * 10
    assert shop.engine.read(lambda r: r.all("SELECT sku, on_hand FROM product")) == [("ROBE1", 3)]
    shop.close()
    made.home.delete(card.slug)
    content = bytearray(OLD.read_bytes())
    content[1000] ^= 1
    assert "is damaged, or was made with another recovery key" in made.refusal(bytes(content))
    monkeypatch.setenv("LIVEPAY_RECOVERY_KEY", "00" * 32)
    assert "another recovery key" in made.refusal(OLD.read_bytes())


def test_what_a_killed_restore_left_is_cleared_away(made: Made) -> None:
    made.file.write_bytes(made.whole)
    folder = made.home.stores / "chez-awa"
    (folder / "media").mkdir(parents=True)
    (folder / arriving._ARRIVING).touch()
    (folder / "store.db").write_bytes(b"half")
    card = backup.restore(made.home, made.file, None)
    open_shop(made.home, card.slug).close()
    made.home.delete(card.slug)


def test_a_disk_that_refuses_leaves_nothing(made: Made, tmp_path: Path) -> None:
    made.file.write_bytes(made.whole)
    blocked = Home(tmp_path / "file")
    blocked.path.write_bytes(b"")
    with pytest.raises(EnvironmentProblem):
        backup.restore(blocked, made.file, None)
    with pytest.raises(EnvironmentProblem):
        backup.restore(made.home, tmp_path / "nowhere", None)
    assert made.home.list() == []


def test_memory_does_not_grow_with_the_store(made: Made, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    card = create_store(home, "Beaucoup d’images", "SN")
    shop = open_shop(home, card.slug)
    for number in range(6):
        (shop.media / f"{number}.jpg").write_bytes(bytes(4_000_000))
    file = tmp_path / "much.livepay"

    def peak(act: Callable[[], object]) -> int:
        tracemalloc.start()
        act()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    written = peak(lambda: backup.write(home, shop.folder, shop.card, shop.vault, [], file))
    shop.close()
    restored = peak(lambda: backup.restore(made.home, file, "Retour"))
    made.home.delete("retour")
    assert file.stat().st_size > 24_000_000
    assert max(written, restored) < 4_000_000
