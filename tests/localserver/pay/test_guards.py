"""Buckets, origins and small pictures."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.kernel.clock import HOUR, SECOND, ManualClock
from core.storage.pictures import find
from localserver.pay import guards
from localserver.pay.guards import Bucket, origin_of, origins
from localserver.pay.pictures import Pictures, shrink


@given(st.lists(st.integers(0, 3 * SECOND), max_size=60), st.integers(1, 6))
def test_a_bucket_never_gives_more_than_its_burst_and_pace(pauses: list[int], burst: int) -> None:
    clock = ManualClock()
    bucket, start = Bucket(clock, burst, SECOND), clock.now()
    given_out = 0
    for pause in pauses:
        clock.advance(pause)
        given_out += bucket.take("one")
        assert given_out <= burst + (clock.now() - start) // SECOND
    clock.advance(burst * SECOND)
    assert [bucket.take("one") for _ in range(burst + 1)] == [True] * burst + [False]


def test_a_clock_set_back_locks_nobody_out() -> None:
    clock = ManualClock()
    bucket = Bucket(clock, 2, SECOND)
    assert [bucket.take(1), bucket.take(1), bucket.take(1)] == [True, True, False]
    clock.advance(-HOUR)
    assert bucket.take(1)


def test_buckets_forget_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "KEYS", 3)
    bucket = Bucket(ManualClock(), 1, SECOND)
    assert [bucket.take(key) for key in (1, 2, 3, 1)] == [True, True, True, False]
    assert bucket.take(4)
    assert bucket.take(1)  # 1 was pushed out by 4


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://pay.wave.com/c/cos-1", "https://pay.wave.com"),
        ("http://127.0.0.1:8787/sandbox", "http://127.0.0.1:8787"),
        ("http://[::1]:80/x", "http://[::1]:80"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("wave://pay", None),
        ("https://a.example; script-src *", None),
        ("https://a.example,b", None),
        ("https://u:p@a.example", None),
        ("https://", None),
        ("", None),
        ("https://[", None),
    ],
)
def test_only_web_origins_enter_the_policy(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


def test_origins_are_named_once() -> None:
    assert origins(["https://a.example/x", "ftp://b", "https://a.example/y"]) == ("https://a.example",)


# -- pictures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "CMYK", "I;16", "LA"])
@pytest.mark.parametrize("size", [(1, 1), (3, 900), (1600, 1200), (120, 120)], ids=str)
def test_any_picture_becomes_a_small_square(tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    noise = Image.effect_noise(size, 80)
    path = tmp_path / ("a.tiff" if mode == "CMYK" else "a.png")
    (noise.convert("RGB").convert(mode) if mode != "I;16" else noise.convert("I;16")).save(path)
    small = shrink(path, 120, 4000)
    assert small is not None
    assert len(small) <= 4000
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.format == "JPEG"
        assert picture.width == picture.height >= 60


def test_a_photo_taken_upright_stays_upright(tmp_path: Path) -> None:
    lying = Image.new("RGB", (400, 400), "red")
    lying.paste("blue", (0, 0, 400, 200))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    lying.save(tmp_path / "a.jpg", exif=exif)
    small = shrink(tmp_path / "a.jpg", 120, 8000)
    assert small is not None
    with Image.open(io.BytesIO(small)) as picture:
        top = picture.getpixel((60, 20))
    assert isinstance(top, tuple)
    assert top[0] > 200 > top[2]


def test_a_small_file_that_unpacks_to_a_giant_is_left_alone(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    assert shrink(tmp_path / "bomb.png", 120, 8000) is None


@given(st.binary(max_size=300))
def test_bytes_that_are_no_picture_are_no_error(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "raw.jpg"
    path.write_bytes(raw)
    assert shrink(path, 120, 8000) is None


async def test_a_picture_is_made_once_until_its_file_changes(tmp_path: Path) -> None:
    path, pictures = tmp_path / "a.png", Pictures()
    Image.new("RGB", (300, 300), "red").save(path)
    first = await pictures.get(path, 120, 8000)
    path.chmod(0o600)
    assert await pictures.get(path, 120, 8000) is first
    Image.new("RGB", (300, 300), "blue").save(path)
    os.utime(path, ns=(1, 1))
    assert await pictures.get(path, 120, 8000) != first
    path.unlink()
    assert await pictures.get(path, 120, 8000) is None
    await pictures.close()


def test_only_files_of_the_media_folder_are_found(tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (tmp_path / "secret").write_text("x")
    (media / "a.png").write_text("x")
    (media / "out").symlink_to(tmp_path / "secret")
    assert find(media, "a.png") == media / "a.png"
    for name in (
        "",
        ".",
        "..",
        "../secret",
        "out",
        str(tmp_path / "secret"),
        "a.png\x00",
        "http://x/a.png",
        "x" * 5000,
    ):
        assert find(media, name) is None, name
