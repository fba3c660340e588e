"""What the window does with pictures: photos and logos a person chose, and small ones to paint. Off its thread only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec import Struct

from core.kernel.errors import EnvironmentProblem, Refused
from core.storage import pictures
from core.storage.pictures import MediaFile

PHOTO_SIDE: Final = 1600  # px: sharp on any phone, well under WhatsApp's 5 MB for an image (reference whatsapp §5.4)
LOGO_SIDE: Final = 800
_QUALITY: Final = 85


class Thumb(Struct, frozen=True):
    """A picture of exactly ``width`` × ``height`` px; ``rgba``: four bytes a pixel, row by row."""

    width: int
    height: int
    rgba: bytes


def prepare(source: Path | bytes, side: int = PHOTO_SIDE, *, transparent: bool = False) -> MediaFile:
    """Make a chosen file, or the content of one, fit to be kept: at most ``side`` px, transparent where that is
    allowed.

    Raises Refused for what is no picture, EnvironmentProblem for what cannot be read from the disk.
    """
    content = source if isinstance(source, bytes) else pictures.read(source)
    return pictures.fitted(pictures.decoded(content), side, _QUALITY, transparent=transparent)


def thumb(source: Path | bytes, width: int, height: int) -> Thumb | None:
    """The picture cut to exactly this size, in px; None when it cannot be read."""
    from PIL import Image, ImageOps

    try:
        content = source if isinstance(source, bytes) else pictures.read(source)
        picture = pictures.decoded(content, max(width, height) * 2)
    except (Refused, EnvironmentProblem):
        return None
    fitting = ImageOps.fit(picture.convert("RGBA"), (width, height), Image.Resampling.LANCZOS)
    return Thumb(width, height, fitting.tobytes())
