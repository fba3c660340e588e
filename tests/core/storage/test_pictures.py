"""The media folder and the one decoder: what is outside is not found, what is hostile is refused in one sentence."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from core.kernel.errors import EnvironmentProblem, Refused
from core.storage.pictures import FORMATS, MAX_PIXELS, MediaFile, NotAPicture, decoded, find, fitted, flat, keep


def saved(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(EnvironmentProblem):
        keep(tmp_path / "media", MediaFile(b"x", ".jpg"))


@pytest.mark.parametrize("name", ["", "../secret.jpg", "/etc/hosts", "https://x.sn/p.jpg", "a\0b", "gone.jpg"])
def test_only_files_of_the_media_folder_are_found(tmp_path: Path, name: str) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"x")
    assert find(media, name) is None


PHOTO = saved(Image.new("RGB", (640, 480), "red"), "JPEG")


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"%PDF-1.4", PHOTO[:300], b"\x89PNG\r\n\x1a\n" + bytes(64)])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        decoded(content)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    wide = saved(Image.new("1", (MAX_PIXELS // 1000 + 1, 1000)), "PNG")
    with pytest.raises(Refused, match="too many pixels"):
        decoded(wide)


def test_only_the_formats_named_are_tried() -> None:
    bitmap = saved(Image.new("RGB", (8, 8), "red"), "BMP")
    assert decoded(bitmap).size == (8, 8)
    with pytest.raises(NotAPicture):
        decoded(bitmap, formats=FORMATS[:2])


def test_a_jpeg_is_decoded_no_larger_than_needed() -> None:
    assert decoded(PHOTO).size == (640, 480)
    assert max(decoded(PHOTO, 80).size) < 640


def test_transparency_stays_where_it_may_and_is_white_elsewhere() -> None:
    clear = decoded(saved(Image.new("RGBA", (90, 30), (0, 0, 0, 0)), "PNG"))
    assert fitted(clear.copy(), 30, 80, transparent=True).suffix == ".png"
    shown = fitted(clear.copy(), 30, 80)
    assert shown.suffix == ".jpg"
    assert decoded(shown.content).size == (30, 10)
    assert flat(clear).getpixel((0, 0)) == (255, 255, 255)
