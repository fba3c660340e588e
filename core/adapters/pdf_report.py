"""The analyses as a paper: the shop's head, the figures, and every chart in strokes that stay sharp, over fpdf2.

Importing this module imports fpdf2: only the first report does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from fpdf import FPDF
from msgspec import Struct

from core.adapters.pdf_fonts import finished
from core.adapters.pdf_logo import draw_logo
from core.adapters.pdf_pen import LEFT, RIGHT, WIDTH, Pen, blank, writable
from core.analytics.charts import Chart, Tone
from core.analytics.drawing import Drawing, Line, Word, draw, height_of
from core.kernel.look import LIGHT
from core.storage.archive import in_place

PX: Final = 0.25  # mm: a chart's px on paper
POINT: Final = 72 / 25.4  # points in a mm
TOP: Final = 16.0
BOTTOM: Final = 276.0
FOOT: Final = 282.0
GAP: Final = 7.0
HEAD: Final = 13.0
NOTE: Final = 4.6
TILE: Final = (56.0, 25.0)
_SIDES: Final = {"left": "L", "right": "R", "middle": "C"}


class Figure(Struct, frozen=True):
    """A tile: what it is, how much, and how it changed; ``tone`` says whether that is welcome."""

    title: str
    value: str
    change: str
    tone: Tone


class Cover(Struct, frozen=True):
    """The head, in words. ``page_text``: « Page {page} / {pages} ». ``lines``: the seller's address and numbers."""

    language: str
    seller: str
    lines: tuple[str, ...]
    logo: Path | None
    title: str
    time: str
    against: str
    figures: tuple[Figure, ...]
    page_text: str
    created: datetime
    made: str


def write(path: Path, cover: Cover, charts: tuple[Chart, ...], progress: Callable[[int, int], bool]) -> int | None:
    """Draw the report and put it in its place. ``progress(done, of)`` → whether to go on. → pages, None when stopped.

    Raises EnvironmentProblem when the file cannot be written.
    """
    pdf = blank()
    pages = _Report(pdf, cover, charts).draw(progress)
    if pages is None:
        return None
    content = finished(pdf)
    with in_place(path) as file:
        file.write(content)
    progress(len(charts), len(charts))
    return pages


class _Report(Pen):
    def __init__(self, pdf: FPDF, cover: Cover, charts: tuple[Chart, ...]) -> None:
        super().__init__(pdf)
        self.cover, self.charts = cover, charts
        pdf.set_lang(cover.language)
        pdf.set_title(writable(f"{cover.title} {cover.time}"))
        pdf.set_author(writable(cover.seller))
        pdf.set_creator("LivePay")
        pdf.set_creation_date(cover.created)
        self.y = TOP

    def draw(self, progress: Callable[[int, int], bool]) -> int | None:
        self.pdf.add_page()
        self._letterhead()
        self._figures()
        pages = self._paginate()
        done = 0
        for number, charts in enumerate(pages, 1):
            if number > 1:
                self.pdf.add_page()
                self.y = TOP
            for chart in charts:
                if not progress(done, len(self.charts)):
                    return None
                self._chart(chart)
                done += 1
            self._footer(number, len(pages))
        return len(pages)

    def _paginate(self) -> list[list[Chart]]:
        """A chart is never torn."""
        pages: list[list[Chart]] = [[]]
        y = self.y
        for chart in self.charts:
            high = self._height(chart)
            if y + high > BOTTOM and (pages[-1] or len(pages) == 1):
                pages.append([])
                y = TOP
            pages[-1].append(chart)
            y += high + GAP
        return pages

    def _height(self, chart: Chart) -> float:
        body = 8.0 if chart.nothing else height_of(chart.shape) * PX
        return HEAD + body + NOTE * len(chart.notes)

    def _letterhead(self) -> None:
        cover, x = self.cover, LEFT
        width, height = draw_logo(self.pdf, cover.logo, self.y) if cover.logo else (0.0, 0.0)
        if height:
            x += width + 6
        room = 108 - (x - LEFT)
        self.font(16, "B", "serif", LIGHT.structure)
        y = self.y
        for line in self.wrapped(cover.seller, room)[:2]:
            self.text(x, y, line, room, height=7)
            y += 7
        self.font(9, colour=LIGHT.muted)
        for text in cover.lines:
            self.text(x, y + 1, self.fitted(text, room), room, height=4.3)
            y += 4.3
        self.font(22, "B", "serif", LIGHT.text)
        self.text(LEFT + 108, self.y - 1, writable(cover.title, "serifB"), WIDTH - 108, "R", 10)
        self.font(10, "B", colour=LIGHT.gold_text)
        self.text(LEFT + 80, self.y + 10, writable(cover.time), WIDTH - 80, "R", 5)
        self.y = max(y + 1, self.y + max(height, 16)) + 4
        self.rule(self.y, LIGHT.gold, 0.9)
        self.y += 4
        self.font(8.5, colour=LIGHT.muted)
        self.text(LEFT, self.y, self.fitted(cover.against, WIDTH), WIDTH)
        self.y += 7

    def _figures(self) -> None:
        wide, high = TILE
        for number, figure in enumerate(self.cover.figures):
            column, row = number % 3, number // 3
            x, y = LEFT + column * (wide + 3), self.y + row * (high + 3)
            self.box(x, y, wide, high, LIGHT.raised, 2)
            self.font(8.5, colour=LIGHT.muted)
            self.text(x + 4, y + 3, self.fitted(figure.title, wide - 8), wide - 8)
            size = 17.0
            self.font(size, "B")
            while size > 9 and self.pdf.get_string_width(writable(figure.value)) > wide - 8:
                size -= 0.5
                self.font(size, "B")
            self.text(x + 4, y + 8.5, writable(figure.value), wide - 8, height=8)
            self.font(8.5, colour=LIGHT.shade(figure.tone))
            self.text(x + 4, y + 18, self.fitted(figure.change, wide - 8), wide - 8)
        self.y += -(-len(self.cover.figures) // 3) * (high + 3) + GAP - 3

    def _chart(self, chart: Chart) -> None:
        top = self.y
        self.font(12, "B", "serif", LIGHT.text)
        self.text(LEFT, top, writable(chart.title, "serifB"), WIDTH, height=6)
        self.font(8.5, colour=LIGHT.muted)
        self.text(LEFT, top + 6, self.fitted(chart.about, WIDTH), WIDTH)
        y = top + HEAD
        if chart.nothing:
            self.font(9.5, colour=LIGHT.muted)
            self.text(LEFT, y, self.fitted(chart.nothing, WIDTH), WIDTH)
        else:
            self._strokes(draw(chart.shape, WIDTH / PX, height_of(chart.shape), self._measure), LEFT, y)
            y += height_of(chart.shape) * PX
            self.font(8.5, colour=LIGHT.muted)
            for note in chart.notes:
                self.text(LEFT, y + 0.6, self.fitted(note, WIDTH), WIDTH)
                y += NOTE
        self.y = top + self._height(chart) + GAP

    def _measure(self, text: str, size: float, bold: bool) -> float:
        self.pdf.set_font("sans", "B" if bold else "", size * PX * POINT)
        return float(self.pdf.get_string_width(writable(text))) / PX

    def _strokes(self, drawing: Drawing, left: float, top: float) -> None:
        self._lines(drawing.under, left, top)
        for box in drawing.boxes:
            place = (left + box.x * PX, top + box.y * PX, box.width * PX, box.height * PX)
            corner = min(box.corner * PX, place[2] / 2, place[3] / 2)
            self.box(*place, LIGHT.shade(box.colour, box.share), corner if corner > 0.2 else 0)
        self._lines(drawing.lines, left, top)
        for word in drawing.words:
            self._word(word, left, top)

    def _lines(self, lines: list[Line], left: float, top: float) -> None:
        for line in lines:
            self.pdf.set_draw_color(LIGHT.shade(line.colour))
            self.pdf.set_line_width(line.width * PX * 0.8)
            self.pdf.set_dash_pattern(*((1.4, 0.9) if line.dashed else (0.0, 0.0)))
            self.pdf.polyline([(left + x * PX, top + y * PX) for x, y in line.points])
        self.pdf.set_dash_pattern()

    def _word(self, word: Word, left: float, top: float) -> None:
        self.font(word.size * PX * POINT, "B" if word.bold else "", colour=LIGHT.shade(word.colour))
        x, y = left + word.x * PX, top + word.y * PX
        self.text(x, y, writable(word.text), word.width * PX, _SIDES[word.side], word.height * PX)

    def _footer(self, page: int, pages: int) -> None:
        self.rule(FOOT - 2)
        self.font(8, colour=LIGHT.muted)
        self.text(LEFT, FOOT, self.fitted(self.cover.made, WIDTH - 30), WIDTH - 30)
        self.text(RIGHT - 30, FOOT, writable(self.cover.page_text.format(page=page, pages=pages)), 30, "R")
