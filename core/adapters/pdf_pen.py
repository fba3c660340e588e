"""The strokes all documents are made of: text that fits, rules, boxes, over fpdf2 and the shipped fonts."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from fpdf import FPDF
from fpdf.enums import MethodReturnValue

from core.adapters.pdf_fonts import furnish, known
from core.kernel.look import LIGHT

LEFT: Final = 18.0
RIGHT: Final = 192.0
WIDTH: Final = RIGHT - LEFT
LINE: Final = 4.6  # of table text


def blank() -> FPDF:
    """An empty document that has its fonts; :func:`core.adapters.pdf_fonts.finished` gives its file."""
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0
    furnish(pdf)
    return pdf


def writable(text: str, font: str = "sans") -> str:
    """The text with only what the font can draw: accents it lacks are left off, emoji dropped, the rest is « ? »."""
    letters = known(font)
    if all(ord(c) in letters for c in text):
        return text
    shown: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if ord(char) in letters or char == "\n":
            shown.append(char)
            continue
        plain = [c for c in unicodedata.normalize("NFKD", char) if ord(c) in letters]
        if plain:
            shown += plain
        elif char.isspace():
            shown.append(" ")
        elif unicodedata.category(char)[0] in "LN":
            shown.append("?")
    return re.sub(" {2,}", " ", "".join(shown))


class Pen:
    """Draws on one file. Places and sizes in millimetres from the page's top left, font sizes in points."""

    def __init__(self, pdf: FPDF) -> None:
        self.pdf = pdf

    def font(self, size: float, style: str = "", family: str = "sans", colour: str = LIGHT.text) -> None:
        self.pdf.set_font(family, style, size)
        self.pdf.set_text_color(colour)

    def text(self, x: float, y: float, text: str, width: float, align: str = "L", height: float = LINE) -> None:
        """One line of text in a box that starts at (x, y)."""
        self.pdf.set_xy(x, y)
        self.pdf.cell(width, height, text, align=align)

    def wrapped(self, text: str, width: float) -> tuple[str, ...]:
        """The lines that a text takes in the current font."""
        text = writable(text)
        if "\n" not in text and self.pdf.get_string_width(text) <= width:
            return (text,) if text else ()
        found: Any = self.pdf.multi_cell(width, LINE, text, align="L", dry_run=True, output=MethodReturnValue.LINES)
        return tuple(found)

    def fitted(self, text: str, width: float) -> str:
        """The text on one line, cut with an ellipsis when it is wider."""
        text = writable(" ".join(text.split()))
        if self.pdf.get_string_width(text) <= width:
            return text
        while text and self.pdf.get_string_width(text + "…") > width:
            text = text[:-1]
        return text.rstrip() + "…"

    def rule(self, y: float, colour: str = LIGHT.line, width: float = 0.2, x: float = LEFT, to: float = RIGHT) -> None:
        self.pdf.set_draw_color(colour)
        self.pdf.set_line_width(width)
        self.pdf.line(x, y, to, y)

    def box(self, x: float, y: float, width: float, height: float, colour: str, corner: float = 0) -> None:
        self.pdf.set_fill_color(colour)
        rounded: dict[str, Any] = {"round_corners": True, "corner_radius": corner} if corner else {}
        self.pdf.rect(x, y, width, height, style="F", **rounded)
