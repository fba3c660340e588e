"""The shipped typefaces and the sizes they are used in."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QGuiApplication

from core.kernel.look import FIGURES, SANS, SCALE, SERIF
from core.kernel.paths import resource

Face = Literal["small", "small-bold", "body", "body-bold", "lead", "lead-bold", "title", "heading", "figure"]

_FILES: Final = (
    "LivePaySans-Regular.ttf",
    "LivePaySans-Bold.ttf",
    "LivePaySans-Italic.ttf",
    "LivePayFigures-Black.ttf",
    "LivePaySerif-Bold.ttf",
)
_FACES: Final[dict[Face, tuple[str, float, bool]]] = {
    "small": (SANS, SCALE.small, False),
    "small-bold": (SANS, SCALE.small, True),
    "body": (SANS, SCALE.body, False),
    "body-bold": (SANS, SCALE.body, True),
    "lead": (SANS, SCALE.lead, False),
    "lead-bold": (SANS, SCALE.lead, True),
    "heading": (SERIF, 15, True),
    "title": (SERIF, SCALE.title, True),
    "figure": (FIGURES, SCALE.figure, False),
}


@lru_cache(maxsize=1)
def load_fonts() -> None:
    """Makes the shipped faces known to Qt; where one cannot be read the system's sans and serif stand in."""
    for name in _FILES:
        QFontDatabase.addApplicationFont(str(resource("fonts", name)))
    QFont.insertSubstitutions(SANS, ["Lato", "Segoe UI", "Helvetica Neue", "sans-serif"])
    QFont.insertSubstitutions(FIGURES, [SANS])
    QFont.insertSubstitutions(SERIF, ["Merriweather", "Georgia", "serif"])


def points(pixels: float) -> float:
    """The point size that gives ``pixels``: Qt keeps fractions of points only, and macOS counts 72 of them an inch."""
    return pixels * 72 / QGuiApplication.primaryScreen().logicalDotsPerInchY()


@lru_cache(maxsize=4096)
def width(text: str, name: Face) -> float:
    """How wide a text is in a face, px. Remembered: tables measure the same words at every repaint."""
    return QFontMetricsF(face(name)).horizontalAdvance(text)


@lru_cache(maxsize=1024)
def elided(text: str, name: Face, room: int) -> str:
    """The text cut with … to ``room`` px."""
    return QFontMetricsF(face(name)).elidedText(text, Qt.TextElideMode.ElideRight, room)


@lru_cache(maxsize=32)
def face(name: Face) -> QFont:
    """A named face. Shared: copy before changing."""
    family, pixels, bold = _FACES[name]
    font = QFont(family)
    font.setPointSizeF(points(pixels))
    font.setBold(bold)
    return font
