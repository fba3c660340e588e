"""Small pictures for phones on 3G: a product's photo in a few kilobytes, made once and kept in memory."""

from __future__ import annotations

import asyncio
import io
import logging
import warnings
from collections import OrderedDict
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

PHOTO_BYTES: Final = 8000
"""All photos of a page together."""
LOGO_BYTES: Final = 4000
PHOTO_SIDE: Final = 120  # px, for 60 on the page: phones have two or three dots a px
LOGO_SIDE: Final = 88
MAX_FILE: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 60_000_000
_QUALITIES: Final = (80, 70, 58, 46, 34, 22)
_KEPT: Final = 512


def find(media: Path, name: str) -> Path | None:
    """A file of the media folder; None for anything outside it (an address, ``../``) or missing."""
    if not name or "\x00" in name or "://" in name:
        return None
    try:
        path = (media / name).resolve()
        return path if path.is_relative_to(media.resolve()) and path.is_file() else None
    except OSError:
        return None


def version(path: Path) -> str:
    """Changes with the file, so that a browser may keep the picture."""
    stat = path.stat()
    return f"{stat.st_mtime_ns:x}{stat.st_size:x}"


def shrink(path: Path, side: int, limit: int) -> bytes | None:
    """A square JPEG of at most ``limit`` bytes; None when the file is no picture that can be read."""
    from PIL import Image

    try:
        if path.stat().st_size > MAX_FILE:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _shrink(path, side, limit)
    except Exception as error:  # noqa: BLE001 - boundary: what decoders raise on hostile bytes is not enumerable
        log.info("The picture %s cannot be shown: %s", path.name, type(error).__name__)
        return None


def _shrink(path: Path, side: int, limit: int) -> bytes | None:
    from PIL import Image, ImageOps

    with Image.open(path) as source:
        if source.width * source.height > MAX_PIXELS:
            return None
        source.draft("RGB", (side * 2, side * 2))  # a JPEG is decoded at a fraction of its size
        upright = ImageOps.exif_transpose(source)
        square = ImageOps.fit(upright.convert("RGBA"), (side, side), Image.Resampling.LANCZOS)
        picture = Image.new("RGB", (side, side), "white")
        picture.paste(square, mask=square.getchannel("A"))
    for smaller in (side, side * 2 // 3, side // 2):  # coarse grain may not fit at full size
        picture = picture.resize((smaller, smaller), Image.Resampling.LANCZOS)
        for quality in _QUALITIES:
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= limit:
                return out.getvalue()
    return None


class Pictures:
    """Shrinks each picture once, off the event loop, however many buyers open their link at the same moment."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[str, str, int, int], asyncio.Task[bytes | None]] = OrderedDict()

    async def get(self, path: Path, side: int, limit: int) -> bytes | None:
        try:
            key = (str(path), version(path), side, limit)
        except OSError:
            return None
        task = self._made.get(key)
        if task is None:
            task = self._made[key] = asyncio.create_task(asyncio.to_thread(shrink, path, side, limit))
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let what is being made come to its end."""
        await asyncio.gather(*self._made.values())
