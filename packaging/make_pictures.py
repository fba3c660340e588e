"""Makes ``resources/samples/photos``: ``python packaging/make_pictures.py``. The results are committed.

Five products of a shop in Dakar and its emblem, for the demo and for trying a catalogue out: own work, drawn by
``picture_goods.py`` with ``picture_pen.py``. Painted at FINER times the size and made smaller; shadows are the same
shapes, blurred. Nothing is left to chance and no font is used: with the same versions a second run changes no byte.
JPEG, because WhatsApp takes only JPEG and PNG (reference whatsapp §5.1); at most ``LARGEST`` bytes each.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

import picture_goods as goods
from picture_pen import SIDE
from PIL import Image, ImageFilter
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRadialGradient

TARGET: Final = Path(__file__).resolve().parents[1] / "resources" / "samples" / "photos"
FINER: Final = 2
LARGEST: Final = 40_000
EMBLEM_SIDE: Final = 400

Draw = Callable[[QPainter], None]

PICTURES: Final[tuple[tuple[str, Draw, Draw, str, str], ...]] = (
    ("robe-wax-ankara", goods.dress, goods.dress_shade, "#FBF4E4", "#E6D6B4"),
    ("sac-cuir-marron", goods.bag, goods.bag_shade, "#F4F5F8", "#CDD5E0"),
    ("chaussure-bazin", goods.shoes, goods.shoes_shade, "#FBF3E6", "#E8D2AE"),
    ("bazin-riche", goods.cloth, goods.cloth_shade, "#FAF7EC", "#E4DAB6"),
    ("grand-boubou", goods.boubou, goods.boubou_shade, "#F6F4EE", "#D8D3C4"),
)


def painted(draw: Draw, side: int = SIDE) -> Image.Image:
    """What ``draw`` paints, on nothing, at FINER times the size."""
    canvas = QImage(side * FINER, side * FINER, QImage.Format.Format_RGBA8888)
    canvas.fill(Qt.GlobalColor.transparent)
    p = QPainter(canvas)
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.scale(side * FINER / SIDE, side * FINER / SIDE)
    draw(p)
    p.end()
    return Image.frombytes("RGBA", (canvas.width(), canvas.height()), bytes(canvas.constBits()))


def scene(draw: Draw, shade: Draw, light: str, dark: str) -> Image.Image:
    """The thing before a wall that is lit from above, with the blurred ``shade`` it throws."""

    def wall(p: QPainter) -> None:
        glow = QRadialGradient(QPointF(360, 300), 620)
        glow.setColorAt(0, QColor(light))
        glow.setColorAt(1, QColor(dark))
        p.fillRect(QRectF(0, 0, SIDE, SIDE), glow)

    picture = painted(wall)
    picture.alpha_composite(painted(shade).filter(ImageFilter.GaussianBlur(18 * FINER)))
    picture.alpha_composite(painted(draw))
    return picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def jpeg(picture: Image.Image) -> bytes:
    """As good as fits into LARGEST bytes."""
    for quality in range(90, 48, -2):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= LARGEST:
            return out.getvalue()
    raise ValueError(f"more than {LARGEST} bytes at any quality worth looking at")


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, draw, shade, light, dark in PICTURES:
        content = jpeg(scene(draw, shade, light, dark))
        (TARGET / f"{name}.jpg").write_bytes(content)
        print(f"{name}.jpg: {len(content) / 1000:.0f} kB")
    seal = painted(goods.emblem, EMBLEM_SIDE).resize((EMBLEM_SIDE, EMBLEM_SIDE), Image.Resampling.LANCZOS)
    seal.quantize(64, Image.Quantize.FASTOCTREE).save(TARGET / "logo.png", optimize=True)
    print(f"logo.png: {(TARGET / 'logo.png').stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
