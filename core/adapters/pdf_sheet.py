"""One A4 document drawn with fpdf2, in the look's colours: letterhead, facts, a table that breaks over pages, totals.

Importing this module imports fpdf2 (0.2 s): only :mod:`core.adapters.pdf` does, when the first document is drawn.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import segno
from fpdf import FPDF

from core.adapters.pdf_pen import LEFT, LINE, RIGHT, WIDTH, Pen, blank, close, writable
from core.kernel.errors import LivePayError
from core.kernel.look import LIGHT
from core.storage.pictures import decoded, read

log = logging.getLogger(__name__)

TOP: Final = 16.0
BOTTOM: Final = 272.0  # the content ends here, the footer is beneath
COLUMNS: Final = (94.0, 16.0, 32.0, 32.0)
PAD: Final = 2.4
DENSE_ABOVE: Final = 12  # rows: a longer table is set closer, each row on one line where it fits
DENSE_PAD: Final = 1.5
GAP: Final = 2.5
SMALL_LINE: Final = 3.7
HEAD: Final = 8.0
CARRY: Final = 6.5
SUMS_WIDTH: Final = 84.0
CODE: Final = 27.0
LOGO: Final = (34.0, 22.0)
LOGO_SIDE: Final = 800  # px
WHITE: Final = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; ``amount`` in smallest units is what is carried from page to page."""

    title: str
    detail: str
    quantity: str
    unit_price: str
    amount: int
    amount_text: str


@dataclass(frozen=True, slots=True)
class Sum:
    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is drawn, already in words. ``status``: a text and its role in the look; ``code``: a QR's URL."""

    language: str
    seller: str
    seller_lines: tuple[str, ...]
    logo: Path | None
    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    buyer_label: str
    buyer: tuple[str, ...]
    columns: tuple[str, str, str, str]
    rows: tuple[Row, ...]
    sums: tuple[Sum, ...]
    carried: tuple[str, str]
    amount_text: Callable[[int], str]
    closing: str
    mention: str
    page_text: str
    continued: str
    created: datetime
    status: tuple[str, str] | None = None
    note: str = ""
    code: str = ""
    code_caption: str = ""
    signature: str = ""


def draw(sheet: Sheet) -> bytes:
    """The finished file."""
    pdf = blank()
    pdf.set_lang(sheet.language)
    pdf.set_title(f"{sheet.title} {sheet.number}")
    pdf.set_author(writable(sheet.seller))
    pdf.set_creator("LivePay")
    pdf.set_creation_date(sheet.created)
    try:
        _Drawing(pdf, sheet).all_pages()
        return bytes(pdf.output())
    finally:
        close(pdf)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row with its height and its wrapped lines; ``inline``: how far in the detail stands beside the title, or 0."""

    row: Row
    title: tuple[str, ...]
    detail: tuple[str, ...]
    inline: float
    height: float


class _Drawing(Pen):
    """Places and draws one sheet; ``y`` goes down the page."""

    def __init__(self, pdf: FPDF, sheet: Sheet) -> None:
        super().__init__(pdf)
        self.sheet = sheet
        self.y = TOP
        self.pad = PAD if len(sheet.rows) <= DENSE_ABOVE else DENSE_PAD

    # -- pages -------------------------------------------------------------------------------------------------

    def all_pages(self) -> None:
        """Draw everything: rows are measured first, so that each page knows how many there are."""
        self.pdf.add_page()
        self._letterhead()
        self._parties()
        pages = self._paginate([self._measure(row) for row in self.sheet.rows])
        carried = 0
        for number, placed in enumerate(pages, 1):
            if number > 1:
                self.pdf.add_page()
                self._continuation()
            self._table(placed, carried if number > 1 else None, last=number == len(pages))
            carried += sum(p.row.amount for p in placed)
            if number < len(pages):
                self._carry(self.sheet.carried[0], carried)
            else:
                self._ending()
            self._footer(number, len(pages))

    def _paginate(self, rows: list[_Placed]) -> list[list[_Placed]]:
        """Rows page by page; the ending stays together and takes at least one row with it to a page of its own."""
        pages: list[list[_Placed]] = [[]]
        y = self.y + HEAD
        for placed in rows:
            if y + placed.height + CARRY > BOTTOM and pages[-1]:
                pages.append([])
                y = TOP + 12 + HEAD + CARRY
            pages[-1].append(placed)
            y += placed.height
        if y + self._ending_height() > BOTTOM and pages[-1]:
            pages.append([pages[-1].pop()] if len(pages[-1]) > 1 else [])
        return pages

    def _letterhead(self) -> None:
        sheet = self.sheet
        x = LEFT
        width, height = self._logo() if sheet.logo else (0.0, 0.0)
        if height:
            x += width + 6
        room = 118 - (x - LEFT)
        self.font(16, "B", "serif", LIGHT.structure)
        lines = self.wrapped(sheet.seller, room)[:2]
        y = self.y
        for line in lines:
            self.text(x, y, line, room, height=7)
            y += 7
        y += 1
        self.font(9, colour=LIGHT.muted)
        for text in sheet.seller_lines:
            for line in self.wrapped(text, room)[:2]:
                self.text(x, y, line.strip(" ·"), room, height=4.3)
                y += 4.3
        self.font(23, "B", "serif", LIGHT.text)
        self.text(LEFT + 118, self.y - 1, sheet.title, WIDTH - 118, "R", 10)
        self.font(11, "B", colour=LIGHT.gold_text)
        self.text(LEFT + 118, self.y + 10, sheet.number, WIDTH - 118, "R", 5)
        self.y = max(y, self.y + max(height, 16)) + 5
        self.rule(self.y, LIGHT.gold, 0.9)
        self.y += 7

    def _logo(self) -> tuple[float, float]:
        """→ the size taken, zero when the picture cannot be read: a document never fails for its logo."""
        path = self.sheet.logo
        assert path is not None
        try:
            picture = decoded(read(path), LOGO_SIDE).convert("RGBA")
        except LivePayError as error:
            log.info("The logo %s cannot be drawn: %s", path.name, error)
            return 0.0, 0.0
        picture.thumbnail((LOGO_SIDE, LOGO_SIDE))
        scale = min(LOGO[0] / picture.width, LOGO[1] / picture.height)
        width, height = picture.width * scale, picture.height * scale
        self.pdf.image(picture, LEFT, self.y, width, height)
        return width, height

    def _parties(self) -> None:
        """The buyer on the left, the document's facts on the right, what became of the money beneath them."""
        sheet, top = self.sheet, self.y
        y = top
        if sheet.buyer:
            self.font(8.5, colour=LIGHT.muted)
            self.text(LEFT, y, sheet.buyer_label, 90, height=4)
            y += 5
            for index, text in enumerate(sheet.buyer):
                self.font(11.5 if not index else 9.5, "B" if not index else "")
                for line in self.wrapped(text, 92)[:2]:
                    self.text(LEFT, y, line, 92, height=5.2)
                    y += 5.2
        right = top
        for label, value in sheet.facts:
            self.font(9.5, colour=LIGHT.muted)
            self.text(LEFT + 100, right, label, 34, height=5.2)
            self.font(9.5, "B")
            self.text(LEFT + 134, right, value, WIDTH - 134, "R", 5.2)
            right += 5.6
        self.y = max(y, right) + 3
        if sheet.status is not None:
            self._status(*sheet.status)
        self.y += 4

    def _status(self, text: str, role: str) -> None:
        tones = {"paid": LIGHT.paid, "waiting": LIGHT.waiting, "info": LIGHT.info}
        tone = tones[role]
        self.font(9.5, "B", colour=tone.ink)
        width = self.pdf.get_string_width(text) + 15
        x = RIGHT - width
        self.box(x, self.y, width, 7.4, tone.ground, 3.6)
        self.pdf.set_draw_color(tone.ink)
        self.pdf.set_line_width(0.55)
        mark = {
            "paid": [(4.2, 3.9), (5.6, 5.2), (8.2, 2.5)],
            "waiting": [(6.2, 2.2), (6.2, 3.9), (7.6, 4.8)],
            "info": [(8.2, 3.7), (4.2, 3.7), (5.8, 2.3), (4.2, 3.7), (5.8, 5.1)],
        }[role]
        self.pdf.polyline([(x + a, self.y + b) for a, b in mark])
        self.text(x + 10.4, self.y, text, width - 12, height=7.4)
        self.y += 9

    def _continuation(self) -> None:
        sheet = self.sheet
        self.font(10, "B", "serif", LIGHT.structure)
        self.text(LEFT, TOP - 3, self.fitted(sheet.seller, 100), 100, height=6)
        self.font(9.5, "B", colour=LIGHT.gold_text)
        text = sheet.continued.format(title=sheet.title, number=sheet.number)
        self.text(LEFT + 80, TOP - 3, text, WIDTH - 80, "R", 6)
        self.rule(TOP + 5, LIGHT.gold, 0.5)
        self.y = TOP + 12

    # -- the table ---------------------------------------------------------------------------------------------

    def _measure(self, row: Row) -> _Placed:
        width = COLUMNS[0] - 2 * PAD
        self.font(8)
        detail = self.wrapped(row.detail, width)
        beside = self.pdf.get_string_width(detail[0]) if len(detail) == 1 else width
        self.font(9.5)
        title = self.wrapped(row.title, width)
        inline = 0.0
        if len(self.sheet.rows) > DENSE_ABOVE and len(title) == 1:
            used = self.pdf.get_string_width(title[0]) + GAP
            inline = used if used + beside <= width else 0.0
        height = len(title) * LINE + (0 if inline else len(detail) * SMALL_LINE) + 2 * self.pad
        return _Placed(row, title, detail, inline, max(height, LINE + 2 * self.pad))

    def _table(self, rows: Sequence[_Placed], carried: int | None, *, last: bool) -> None:
        self.box(LEFT, self.y, WIDTH, HEAD, LIGHT.structure)
        self.font(9, "B", colour=WHITE)
        x = LEFT
        for index, (title, width) in enumerate(zip(self.sheet.columns, COLUMNS, strict=True)):
            self.text(x + PAD, self.y, title, width - 2 * PAD, "L" if not index else "R", HEAD)
            x += width
        self.y += HEAD
        if carried is not None and rows:
            self._carry(self.sheet.carried[1], carried)
            self.rule(self.y)
        for placed in rows:
            self._row(placed)
            self.y += placed.height
            self.rule(self.y)

    def _row(self, placed: _Placed) -> None:
        y = self.y + self.pad
        self.font(9.5)
        for line in placed.title:
            self.text(LEFT + PAD, y, line, COLUMNS[0] - 2 * PAD)
            y += LINE
        self.font(8, colour=LIGHT.muted)
        if placed.inline:
            self.text(LEFT + PAD + placed.inline, self.y + self.pad + 0.25, placed.detail[0], COLUMNS[0])
        for line in () if placed.inline else placed.detail:
            self.text(LEFT + PAD, y, line, COLUMNS[0] - 2 * PAD, height=SMALL_LINE)
            y += SMALL_LINE
        x, y = LEFT + COLUMNS[0], self.y + self.pad
        values = (placed.row.quantity, placed.row.unit_price, placed.row.amount_text)
        for index, (value, width) in enumerate(zip(values, COLUMNS[1:], strict=True)):
            self.font(9.5, "B" if index == 2 else "")
            self.text(x + PAD, y, value, width - 2 * PAD, "R")
            x += width

    def _carry(self, label: str, amount: int) -> None:
        self.font(9, "I", colour=LIGHT.muted)
        self.text(LEFT + PAD, self.y, label, WIDTH - COLUMNS[3] - 2 * PAD, "R", CARRY)
        self.text(RIGHT - COLUMNS[3] + PAD, self.y, self.sheet.amount_text(amount), COLUMNS[3] - 2 * PAD, "R", CARRY)
        self.y += CARRY

    # -- the end -----------------------------------------------------------------------------------------------

    def _sums_height(self) -> float:
        return sum(11.0 if s.strong else 6.4 for s in self.sheet.sums) + 2

    def _closing_lines(self) -> list[tuple[str, float, str, str, tuple[str, ...]]]:
        """(style, size, colour, what, lines) of the sentences beneath the totals."""
        sheet = self.sheet
        parts = []
        for style, size, colour, text in (
            ("I", 9.5, LIGHT.text, sheet.closing),
            ("", 9, LIGHT.muted, sheet.mention),
            ("", 9.5, LIGHT.text, sheet.note),
        ):
            self.font(size, style)
            parts.append((style, size, colour, text, self.wrapped(text, WIDTH) if text else ()))
        return parts

    def _ending_height(self) -> float:
        sheet = self.sheet
        side = (CODE if sheet.code else 0.0) or (26.0 if sheet.signature else 0.0)
        lines = sum(len(lines) * LINE + 3 for *_, lines in self._closing_lines() if lines)
        return 6 + max(self._sums_height(), side) + 5 + lines

    def _ending(self) -> None:
        self.y += 6
        top = self.y
        if self.sheet.code:
            self._code(top)
        elif self.sheet.signature:
            self._signature(top)
        y = top
        x = RIGHT - SUMS_WIDTH
        for each in self.sheet.sums:
            y = self._sum(x, y, each)
        side = (CODE if self.sheet.code else 0.0) or (26.0 if self.sheet.signature else 0.0)
        self.y = top + max(self._sums_height(), side) + 5
        for style, size, colour, _, lines in self._closing_lines():
            self.font(size, style, colour=colour)
            for line in lines:
                self.text(LEFT, self.y, line, WIDTH)
                self.y += LINE
            self.y += 3 if lines else 0

    def _sum(self, x: float, y: float, each: Sum) -> float:
        if each.strong:
            self.box(x, y, SUMS_WIDTH, 10, LIGHT.background)
            self.box(x, y, 1.2, 10, LIGHT.gold)
            self.font(11.5, "B")
            self.text(x + 5, y, each.label, 30, height=10)
            self.font(14, "B")
            self.text(x + 30, y, each.value, SUMS_WIDTH - 30 - PAD, "R", 10)
            return y + 11
        self.font(9.5, colour=LIGHT.muted)
        self.text(x + 5, y, each.label, 40, height=6)
        self.font(9.5)
        self.text(x + 40, y, each.value, SUMS_WIDTH - 40 - PAD, "R", 6)
        return y + 6.4

    def _code(self, y: float) -> None:
        buffer = io.BytesIO()
        segno.make(self.sheet.code, error="m", micro=False).save(buffer, kind="png", scale=8, border=0, dark=LIGHT.text)
        self.pdf.image(buffer, LEFT, y, CODE, CODE, link=self.sheet.code, alt_text=self.sheet.code_caption)
        self.font(8.5, colour=LIGHT.muted)
        for index, line in enumerate(self.wrapped(self.sheet.code_caption, 52)):
            self.text(LEFT + CODE + 5, y + index * 4.2, line, 52, height=4.2)

    def _signature(self, y: float) -> None:
        self.pdf.set_draw_color(LIGHT.line)
        self.pdf.set_line_width(0.25)
        self.pdf.rect(LEFT, y, 74, 26, round_corners=True, corner_radius=2)
        self.font(8.5, colour=LIGHT.muted)
        self.text(LEFT + 3, y + 1.5, self.sheet.signature, 68, height=5)

    def _footer(self, page: int, pages: int) -> None:
        self.rule(279)
        self.font(8, colour=LIGHT.muted)
        foot = " · ".join((self.sheet.seller, *self.sheet.seller_lines[-1:]))
        self.text(LEFT, 280.5, self.fitted(foot, WIDTH - 34), WIDTH - 34)
        self.text(RIGHT - 32, 280.5, self.sheet.page_text.format(page=page, pages=pages), 32, "R")
