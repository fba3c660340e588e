"""Photos from anywhere: made fit and kept under a name of our own, or refused in one sentence."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from core.kernel.errors import EnvironmentProblem, Refused
from core.storage.pictures import MAX_FILE, MediaFile, keep
from desktop import pictures
from tests.desktop.realshop import picture_file


def saved(path: Path, picture: Image.Image, kind: str, **options: object) -> Path:
    picture.save(path, kind, **options)
    return path


def size_of(prepared: MediaFile) -> tuple[int, int]:
    with Image.open(io.BytesIO(prepared.content)) as picture:
        return picture.size


def test_a_large_photo_becomes_small_enough(tmp_path: Path) -> None:
    prepared = pictures.prepare(picture_file(tmp_path / "p.jpg", size=(4000, 3000)))
    assert (size_of(prepared), prepared.suffix) == ((1600, 1200), ".jpg")


def test_a_photo_is_turned_upright_and_loses_where_it_was_taken(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera"
    path = saved(tmp_path / "p.jpg", Image.new("RGB", (40, 20), "red"), "JPEG", exif=exif)
    prepared = pictures.prepare(path)
    with Image.open(io.BytesIO(prepared.content)) as picture:
        assert picture.size == (20, 40)
        assert not picture.getexif()


def test_what_is_transparent_becomes_white_for_a_photo_and_stays_for_a_logo(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.png", Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG")
    with Image.open(io.BytesIO(pictures.prepare(path).content)) as photo:
        assert (photo.format, photo.getpixel((5, 5))) == ("JPEG", (255, 255, 255))
    with Image.open(io.BytesIO(pictures.prepare(path, transparent=True).content)) as logo:
        assert (logo.format, logo.getpixel((5, 5))) == ("PNG", (0, 0, 0, 0))


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"\xff\xd8\xff\xe0broken", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(Refused, match="not a picture"):
        pictures.prepare(path)
    assert pictures.thumb(path, 10, 10) is None


def test_half_a_photo_is_refused(tmp_path: Path) -> None:
    path = picture_file(tmp_path / "p.jpg")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(Refused, match="not a picture"):
        pictures.prepare(path)


@pytest.mark.parametrize("side", [8000, 20_000])
def test_a_picture_of_too_many_pixels_is_never_decoded(tmp_path: Path, side: int) -> None:
    path = saved(tmp_path / "bomb.png", Image.new("1", (side, side)), "PNG")
    with pytest.raises(Refused):
        pictures.prepare(path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(MAX_FILE + 1)
    with pytest.raises(Refused, match="larger than 20 MB"):
        pictures.prepare(path)


def test_a_missing_file_is_the_environment(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem):
        pictures.prepare(tmp_path / "gone.jpg")


def test_a_kept_photo_has_a_name_nobody_can_guess_and_no_rest_beside_it(tmp_path: Path) -> None:
    media = tmp_path / "media"
    prepared = pictures.prepare(picture_file(tmp_path / "etc.jpg"))
    names = {keep(media, prepared) for _ in range(3)}
    assert len(names) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}\.jpg", name) for name in names)
    assert {path.name for path in media.iterdir()} == names


def test_a_thumb_has_exactly_the_size_asked(tmp_path: Path) -> None:
    thumb = pictures.thumb(picture_file(tmp_path / "p.jpg", colour="#FF0000", size=(300, 100)), 68, 68)
    assert thumb is not None
    assert (thumb.width, thumb.height, len(thumb.rgba)) == (68, 68, 68 * 68 * 4)
