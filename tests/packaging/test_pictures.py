"""The sample pictures: fit for a message on WhatsApp, and light enough for a phone."""

from __future__ import annotations

import pytest
from PIL import Image

from core.kernel.paths import resource

PHOTOS = ("robe-wax-ankara", "sac-cuir-marron", "chaussure-bazin", "bazin-riche", "grand-boubou")


@pytest.mark.parametrize("name", PHOTOS)
def test_a_photo_is_a_small_square_jpeg(name: str) -> None:
    path = resource("samples", "photos", f"{name}.jpg")
    assert path.stat().st_size <= 40_000
    with Image.open(path) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (800, 800))
        assert len(picture.getcolors(maxcolors=800 * 800) or ()) > 1000  # a drawing, not a blank sheet


def test_the_emblem_stands_on_any_ground() -> None:
    with Image.open(resource("samples", "photos", "logo.png")) as picture:
        assert (picture.format, picture.size) == ("PNG", (400, 400))
        corner = picture.convert("RGBA").getpixel((2, 2))
        assert isinstance(corner, tuple)
        assert corner[3] == 0
