"""Builds ``resources/fonts``: ``python packaging/make_fonts.py [LATO_FOLDER MERRIWEATHER_FILE]``.

Without arguments only the fonts of papers are made anew, from those of the window.

Run by hand when a font changes; the results are committed. Sources: Lato 2.0 (Debian ``fonts-lato``, the folder of its
TTF files) and Merriweather 2.1 (npm ``@fontsource/merriweather``, ``merriweather-latin-700-normal.woff2``; needs
brotli).

Both are under the SIL Open Font License with reserved names, so what is cut down here is renamed. What is changed:
only the characters French, Malagasy and English texts need are kept; figures are tabular by default, so that clocks
and amounts never shake; U+202F is as narrow as its name says (Lato draws it like a full space).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET: Final = Path(__file__).resolve().parents[1] / "resources" / "fonts"
TEXT: Final = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),  # Latin-1 and Latin Extended-A
    *(0x2009, 0x2010, 0x2011, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E, 0x2022, 0x2026),
    *(0x202F, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AC, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2248, 0x2264, 0x2265),
]
FIGURES: Final = [0x20, 0xA0, 0x202F, *map(ord, "0123456789+-,.:%/–−×")]
NARROW_SHARE: Final = 0.2  # of the em
MIDDLE: Final = 0x202F


def tabular(font: TTFont) -> None:
    """Point the digits at their fixed-width forms where the font's own are proportional."""
    table = font["GSUB"].table
    lookups = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for index in record.Feature.LookupListIndex
    }
    swaps: dict[str, str] = {}
    for index in lookups:
        for sub in table.LookupList.Lookup[index].SubTable:
            swaps.update(getattr(getattr(sub, "ExtSubTable", sub), "mapping", {}))
    for cmap in font["cmap"].tables:
        for code in range(0x30, 0x3A):
            if code in cmap.cmap:
                cmap.cmap[code] = swaps.get(cmap.cmap[code], cmap.cmap[code])


def narrow_space(font: TTFont) -> None:
    """Give U+202F a glyph of its own, ``NARROW_SHARE`` of an em wide."""
    best = font.getBestCmap()
    glyph = best.get(MIDDLE) or best[0x2009]
    font["hmtx"][glyph] = (round(font["head"].unitsPerEm * NARROW_SHARE), 0)
    for cmap in font["cmap"].tables:
        if cmap.isUnicode():
            cmap.cmap[MIDDLE] = glyph


def rename(font: TTFont, family: str, style: str, origin: str) -> None:
    names = font["name"]
    copyright_line = names.getDebugName(0)
    names.names = []
    for name_id, text in (
        (0, copyright_line),
        (1, family),
        (2, style),
        (3, f"{family} {style}"),
        (4, f"{family} {style}"),
        (5, f"Version 1.0; cut down from {origin}"),
        (6, f"{family}-{style}".replace(" ", "")),
        (13, "SIL Open Font License, Version 1.1"),
        (14, "https://openfontlicense.org"),
    ):
        names.setName(text, name_id, 3, 1, 0x409)


def build(source: Path, target: str, family: str, style: str, weight: int, codes: list[int], origin: str) -> None:
    font = TTFont(source, recalcTimestamp=False)
    font.flavor = None
    tabular(font)
    narrow_space(font)
    options = subset.Options(layout_features=["kern", "liga", "ccmp", "locl", "mark"], hinting=True, name_IDs=["*"])
    options.notdef_outline = True
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    rename(font, family, style, origin)
    font["OS/2"].usWeightClass = weight
    bold, italic = style == "Bold", style == "Italic"
    font["OS/2"].fsSelection = (1 << 5 if bold else 0) | (1 if italic else 0) | (0 if bold or italic else 1 << 6)
    font["head"].macStyle = (1 if bold else 0) | (2 if italic else 0)
    font.save(TARGET / target)
    print(f"{target}: {(TARGET / target).stat().st_size / 1000:.0f} kB")


def for_papers(source: str, target: str) -> None:
    """The same letters without hints, kerning and ligatures, which no PDF of ours uses: a third of the size, so that
    embedding what a paper needs of them is quick."""
    font = TTFont(TARGET / source, recalcTimestamp=False)
    options = subset.Options(layout_features=[], hinting=False, name_IDs=["*"], drop_tables=["GSUB", "GPOS", "GDEF"])
    options.notdef_outline = True
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=list(font.getBestCmap()))
    cutter.subset(font)
    if "STAT" in font:
        del font["STAT"]
    font.save(TARGET / target)
    print(f"{target}: {(TARGET / target).stat().st_size / 1000:.0f} kB")


def papers() -> None:
    for source, target in (
        ("LivePaySans-Regular.ttf", "LivePayPaper-Regular.ttf"),
        ("LivePaySans-Bold.ttf", "LivePayPaper-Bold.ttf"),
        ("LivePaySerif-Bold.ttf", "LivePayPaperSerif-Bold.ttf"),
    ):
        for_papers(source, target)


def main(lato: Path, merriweather: Path) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    origin = "Lato 2.007 by tyPoland Lukasz Dziedzic"
    build(lato / "Lato-Regular.ttf", "LivePaySans-Regular.ttf", "LivePay Sans", "Regular", 400, TEXT, origin)
    build(lato / "Lato-Bold.ttf", "LivePaySans-Bold.ttf", "LivePay Sans", "Bold", 700, TEXT, origin)
    build(lato / "Lato-Italic.ttf", "LivePaySans-Italic.ttf", "LivePay Sans", "Italic", 400, TEXT, origin)
    build(lato / "Lato-Black.ttf", "LivePayFigures-Black.ttf", "LivePay Figures", "Regular", 400, FIGURES, origin)
    serif_origin = "Merriweather 2.100 by The Merriweather Project Authors"
    build(merriweather, "LivePaySerif-Bold.ttf", "LivePay Serif", "Bold", 700, TEXT, serif_origin)


if __name__ == "__main__":
    if sys.argv[1:]:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    papers()
