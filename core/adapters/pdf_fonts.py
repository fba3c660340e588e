"""The papers' fonts: read once, cut down once, and put into each file as they are.

fpdf2 reads, cuts down and writes its fonts again for every file, and with them a map of 131 072 empty places: two
thirds of a paper's 24 ms of processor time, taken from a live's window and server. Here a letter's code is its place in
the font, so one file of each font serves all: the letters of our languages, or all there are for a paper that uses
another one. It costs each paper some 20 kB of letters that it does not use.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any, Final

from fontTools import subset
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import Glyph, SubsetMap, TTFFont
from fpdf.output import CIDSystemInfo, OutputProducer, PDFFont, PDFFontStream
from fpdf.syntax import Name, PDFArray, PDFContentStream
from msgspec import Struct

from core.kernel.paths import resource

FILES: Final = (
    ("sans", "", "LivePayPaper-Regular"),
    ("sans", "B", "LivePayPaper-Bold"),
    ("serif", "B", "LivePayPaperSerif-Bold"),
)
COMMON: Final = frozenset(
    map(ord, "àâäçéèêëîïôöùûüñœÀÂÄÇÉÈÊËÎÏÔÖÙÛÜÑŒ’‘“”«»–—…·•×€°\u00a0\u2009\u202f"),
) | frozenset(range(0x20, 0x7F))
"""What papers in French, Malagasy and English are written with."""

_TO_UNICODE: Final = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<</Registry (Adobe)
/Ordering (UCS)
/Supplement 0
>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
_BLOCK: Final = 100  # entries that one block of such a map may have


class _Places(SubsetMap):
    """Gives each letter the code of its place in the font, and remembers which were used."""

    def __init__(self, font: TTFFont) -> None:
        self.font = font
        self.used: set[int] = set()

    def pick(self, unicode: int) -> int | None:  # type: ignore[override]
        self.used.add(unicode)
        return self.font.glyph_ids.get(unicode)

    def pick_glyph(self, glyph: Glyph | None) -> int | None:
        return None if glyph is None else glyph.glyph_id


class _Cut(Struct, frozen=True):
    """A font's file with these letters, what each place is as text, and how wide (thousandths of the size)."""

    file: PDFFontStream
    texts: PDFContentStream
    widths: str


class _Loaded(Struct, frozen=True):
    font: TTFFont
    common: _Cut
    whole: _Cut


def furnish(pdf: FPDF) -> None:
    """Give a new document the papers' fonts."""
    for key, loaded in _loaded().items():
        font = copy.copy(loaded.font)
        font.subset = _Places(font)
        font.missing_glyphs = []
        pdf.fonts[key] = font


def known(key: str) -> frozenset[int]:
    """The letters of a font."""
    return frozenset(_loaded()[key].font.cmap)


def finished(pdf: FPDF) -> bytes:
    """The file of a document that was furnished here."""
    return bytes(pdf.output(output_producer_class=_Producer))


class _Producer(OutputProducer):
    """Writes the fonts as they lie ready."""

    def _add_fonts(self, *_: Any) -> dict[int, Any]:
        made: dict[int, Any] = {}
        for key, font in self.fpdf.fonts.items():
            assert isinstance(font, TTFFont)
            assert isinstance(font.subset, _Places)
            loaded = _loaded()[key]
            cut = loaded.common if font.subset.used <= COMMON else loaded.whole
            made[font.i] = self._add_font(font, cut)
        return made

    def _add_font(self, font: TTFFont, cut: _Cut) -> PDFFont:
        name = f"LPAYAA+{font.name}"
        outer = PDFFont(subtype="Type0", base_font=name, encoding="Identity-H")
        inner = PDFFont(subtype="CIDFontType2", base_font=name, d_w=font.desc.missing_width, w=cut.widths)
        system, about = CIDSystemInfo(), copy.copy(font.desc)
        texts, file = copy.copy(cut.texts), copy.copy(cut.file)
        for part in (outer, inner, texts, system, about, file):
            self._add_pdf_obj(part, "fonts")
        outer.descendant_fonts = PDFArray([inner])
        outer.to_unicode = texts
        inner.c_i_d_system_info = system
        inner.c_i_d_to_g_i_d_map = Name("Identity")  # type: ignore[assignment]
        about.font_name = Name(name)
        about.font_file2 = file  # type: ignore[attr-defined]
        inner.font_descriptor = about
        return outer


@cache
def _loaded() -> Mapping[str, _Loaded]:
    """By fpdf2's name of the font."""
    pdf, found = FPDF(), {}
    for family, style, name in FILES:
        path = resource("fonts", f"{name}.ttf")
        pdf.add_font(family, style, path)
        font = pdf.fonts[f"{family}{style}"]
        assert isinstance(font, TTFFont)
        font.close()
        letters = frozenset(font.glyph_ids)
        common = _cut(font, TTFont(path, recalcTimestamp=False), letters & COMMON)
        found[f"{family}{style}"] = _Loaded(font, common, _cut(font, TTFont(path, recalcTimestamp=False), letters))
    return found


def _cut(font: TTFFont, file: TTFont, letters: frozenset[int]) -> _Cut:
    """``file`` is used up."""
    options = subset.Options(notdef_outline=True, recommended_glyphs=True, retain_gids=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(file)
    written = BytesIO()
    file.save(written)
    file.close()
    places = {font.glyph_ids[letter]: letter for letter in sorted(letters, reverse=True)}
    widths = [round(font.cw[places[at]]) if at in places else 0 for at in range(max(places) + 1)]
    entries = [f"<{at:04X}> <{letter:04X}>\n" for at, letter in sorted(places.items())]
    parts = [entries[at : at + _BLOCK] for at in range(0, len(entries), _BLOCK)]
    blocks = "".join(f"{len(part)} beginbfchar\n{''.join(part)}endbfchar\n" for part in parts)
    texts = PDFContentStream(_TO_UNICODE.format(blocks=blocks).encode("ascii"), compress=True)
    return _Cut(PDFFontStream(written.getvalue()), texts, f"[0 [{' '.join(map(str, widths))}]]")
