"""Small pictures for phones on 3G: a product's photo in a few kilobytes, made once and kept in memory."""

from __future__ import annotations

import asyncio
import io
import logging
from collections import OrderedDict
from pathlib import Path
from typing import Final

from core.kernel.errors import LivePayError
from core.storage.pictures import decoded, flat, read

log = logging.getLogger(__name__)

PHOTO_BYTES: Final = 8000
"""All photos of a page together."""
LOGO_BYTES: Final = 4000
PHOTO_SIDE: Final = 120  # px, for 60 on the page: phones have two or three dots a px
LOGO_SIDE: Final = 88
_QUALITIES: Final = (80, 70, 58, 46, 34, 22)
_KEPT: Final = 512


def version(path: Path) -> str:
    """Changes with the file, so that a browser may keep the picture."""
    stat = path.stat()
    return f"{stat.st_mtime_ns:x}{stat.st_size:x}"


def shrink(path: Path, side: int, limit: int) -> bytes | None:
    """A square JPEG of at most ``limit`` bytes; None when the file is no picture that can be read."""
    from PIL import Image, ImageOps

    try:
        whole = flat(decoded(read(path), side * 2))
    except LivePayError as error:
        log.info("The picture %s cannot be shown: %s", path.name, error)
        return None
    picture = ImageOps.fit(whole, (side, side), Image.Resampling.LANCZOS)
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
