"""The store's logo at the head of its documents."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.image_datastructures import RasterImageInfo
from fpdf.image_parsing import get_img_info

from core.adapters.pdf_pen import LEFT
from core.kernel.errors import LivePayError
from core.storage.pictures import decoded, read

log = logging.getLogger(__name__)

LOGO_SIDE: Final = 320  # pixels: 240 to the inch at the size it is drawn
LOGO: Final = (34.0, 22.0)


@lru_cache(maxsize=4)
def _shrunk(path: Path, _changed: int) -> RasterImageInfo:
    """The logo packed as the file has it, once for all documents: packing takes a sixth of a page's time.

    Its time of change makes a new picture of a new file. Raises LivePayError, OSError.
    """
    picture = decoded(read(path), LOGO_SIDE).convert("RGBA")
    picture.thumbnail((LOGO_SIDE, LOGO_SIDE))
    return get_img_info("logo", picture)


def draw_logo(pdf: FPDF, path: Path, y: float) -> tuple[float, float]:
    """→ the size taken, zero when the picture cannot be read: a document never fails for its logo."""
    try:
        picture = _shrunk(path, path.stat().st_mtime_ns)
    except (OSError, LivePayError) as error:
        log.info("The logo %s cannot be drawn: %s", path.name, error)
        return 0.0, 0.0
    scale = min(LOGO[0] / picture.width, LOGO[1] / picture.height)
    width, height = picture.width * scale, picture.height * scale
    pdf.image_cache.images["logo"] = RasterImageInfo(picture, i=1, usages=0, iccp=None, iccp_i=None)
    pdf.image("logo", LEFT, y, width, height)
    return width, height
