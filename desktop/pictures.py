"""Photos and logos: what a person chose becomes a small file in the store's media folder, with a name of our own.

Decoding is the one risky thing here (files come from phones, chats and the web): formats are named, sizes bounded, and
what a decoder raises is told as one sentence. All of it may take long: call it off the window's thread.
"""

from __future__ import annotations

import io
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.kernel.errors import EnvironmentProblem, Refused
from core.storage.vault import write_private

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_FILE: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 60_000_000
PHOTO_SIDE: Final = 1600  # px: sharp on any phone, well under WhatsApp's 5 MB for an image (reference whatsapp §5.4)
LOGO_SIDE: Final = 800
_QUALITY: Final = 85
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture ready to be kept: its bytes and the ending of its name (``.jpg``)."""

    content: bytes
    suffix: str


@dataclass(frozen=True, slots=True)
class Thumb:
    """A picture of exactly ``width`` × ``height`` px; ``rgba``: four bytes a pixel, row by row."""

    width: int
    height: int
    rgba: bytes


def prepare(path: Path, side: int = PHOTO_SIDE, *, transparent: bool = False) -> Prepared:
    """Read a chosen file and make it fit to be kept: upright, at most ``side`` px, without place and camera data.

    A JPEG, or a PNG when ``transparent`` is allowed and used. Raises Refused for what is no picture, EnvironmentProblem
    for what cannot be read from the disk.
    """
    with _opened(_read(path)) as picture:
        picture.thumbnail((side, side))
        out = io.BytesIO()
        if transparent and "A" in picture.getbands():
            picture.save(out, "PNG", optimize=True)
            return Prepared(out.getvalue(), ".png")
        _flat(picture).save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
        return Prepared(out.getvalue(), ".jpg")


def keep(media: Path, prepared: Prepared) -> str:
    """Write it into the media folder, whole or not at all. → its name there. Raises EnvironmentProblem."""
    name = secrets.token_hex(16) + prepared.suffix
    try:
        media.mkdir(parents=True, exist_ok=True)
        write_private(media / name, prepared.content)
    except OSError as error:
        raise EnvironmentProblem(
            "The folder {path} cannot be written ({detail}).", path=media, detail=error.strerror
        ) from None
    return name


def find(media: Path, name: str) -> Path | None:
    """A file of the media folder; None for an address, anything outside the folder, or a file that is gone."""
    if not name or "\0" in name or "://" in name:
        return None
    try:
        path = (media / name).resolve()
        return path if path.is_relative_to(media.resolve()) and path.is_file() else None
    except OSError:
        return None


def thumb(source: Path | bytes, width: int, height: int) -> Thumb | None:
    """The picture cut to exactly this size, in px; None when it cannot be read."""
    from PIL import Image, ImageOps

    try:
        with _opened(source if isinstance(source, bytes) else _read(source), (width * 2, height * 2)) as picture:
            fitted = ImageOps.fit(picture.convert("RGBA"), (width, height), Image.Resampling.LANCZOS)
            return Thumb(width, height, fitted.tobytes())
    except (Refused, EnvironmentProblem):
        return None


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE:
            raise Refused("The picture is larger than {maximum} MB.", maximum=MAX_FILE // 1024 // 1024)
        return path.read_bytes()
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be read ({detail}).", path=path.name, detail=error.strerror
        ) from None


@contextmanager
def _opened(content: bytes, wanted: tuple[int, int] | None = None) -> Iterator[Image]:
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as source:
                if source.width * source.height > MAX_PIXELS:
                    raise Refused("The picture has too many pixels: make it smaller first.")
                if wanted:
                    source.draft("RGB", wanted)  # a JPEG is decoded at a fraction of its size
                upright = ImageOps.exif_transpose(source)
                picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - boundary: what decoders raise on hostile bytes is not enumerable
        raise Refused(
            "This file is not a picture that can be read: choose a photo in JPEG, PNG or WebP format."
        ) from None
    yield picture


def _flat(picture: Image) -> Image:
    """Without transparency, on white."""
    from PIL import Image

    if "A" not in picture.getbands():
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
