"""Pictures of a store: found and kept in its media folder, decoded in this one place.

Decoding is the one risky thing here (files come from phones, chats and the web): formats are named, sizes bounded, and
what a decoder raises is told as one sentence. Pillow is imported where it is used. All of it may take long: never call
it on an event loop or the window's thread.
"""

from __future__ import annotations

import io
import secrets
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.kernel.errors import EnvironmentProblem, Refused
from core.kernel.reasons import reason
from core.storage.vault import write_private

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_FILE: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 60_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


class NotAPicture(Refused):
    """The bytes are no picture that can be read."""


class MediaFile(Struct, frozen=True):
    """A file ready to be kept: its bytes, which are what they say, and the ending of its name (``.jpg``)."""

    content: bytes
    suffix: str


# -- the media folder --------------------------------------------------------------------------------------------


def find(media: Path, name: str) -> Path | None:
    """A file of the media folder; None for an address, anything outside the folder, or a file that is gone."""
    if not name or "\0" in name or "://" in name:
        return None
    try:
        path = (media / name).resolve()
        return path if path.is_relative_to(media.resolve()) and path.is_file() else None
    except OSError:
        return None


def keep(media: Path, file: MediaFile, prefix: str = "") -> str:
    """Write it into the media folder, whole or not at all. → its name there. Raises EnvironmentProblem."""
    name = prefix + secrets.token_hex(16) + file.suffix
    try:
        media.mkdir(parents=True, exist_ok=True)
        write_private(media / name, file.content)
    except OSError as error:
        raise EnvironmentProblem(
            "The folder {path} cannot be written ({detail}).", path=media, detail=reason(error)
        ) from None
    return name


def read(path: Path) -> bytes:
    """A picture file as it is on the disk. Raises Refused for one that is too large, EnvironmentProblem."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise Refused("The picture is larger than {maximum} MB.", maximum=MAX_FILE // 1024 // 1024)
        return path.read_bytes()
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be read ({detail}).", path=path.name, detail=reason(error)
        ) from None


# -- decoding ----------------------------------------------------------------------------------------------------


def decoded(content: bytes, wanted: int | None = None, formats: tuple[str, ...] = FORMATS) -> Image:
    """The picture upright, RGBA when it has transparency and RGB else, without place and camera data.

    ``wanted``: sides of that many px are enough, so a JPEG is decoded at a fraction of its size. Raises Refused,
    NotAPicture.
    """
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=formats) as source:
                if source.width * source.height > MAX_PIXELS:
                    raise Refused("The picture has too many pixels: make it smaller first.")
                if wanted:
                    source.draft("RGB", (wanted, wanted))
                upright = ImageOps.exif_transpose(source)
                return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except Refused:
        raise
    except Exception:  # noqa: BLE001 - boundary: what decoders raise on hostile bytes is not enumerable
        raise NotAPicture(
            "This file is not a picture that can be read: choose a photo in JPEG, PNG or WebP format."
        ) from None


def flat(picture: Image) -> Image:
    """Without transparency, on white."""
    from PIL import Image

    if "A" not in picture.getbands():
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def fitted(picture: Image, side: int, quality: int, *, transparent: bool = False) -> MediaFile:
    """At most ``side`` px a side: a JPEG, or a PNG where transparency is allowed and used."""
    picture.thumbnail((side, side))
    out = io.BytesIO()
    if transparent and "A" in picture.getbands():
        picture.save(out, "PNG", optimize=True)
        return MediaFile(out.getvalue(), ".png")
    flat(picture).save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return MediaFile(out.getvalue(), ".jpg")
