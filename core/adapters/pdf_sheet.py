"""One A4 document drawn with fpdf2, in the look's colours: letterhead, facts, a table that breaks over pages, totals.

Importing this module imports fpdf2 (0.2 s): only :mod:`core.adapters.pdf` does, when the first document is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fpdf import FPDF
from msgspec import Struct

from core.adapters.pdf_ending import PAD, Ending
from core.adapters.pdf_fonts import finished
from core.adapters.pdf_logo import draw_logo
from core.adapters.pdf_parts import WIDTHS, Row, Sheet
from core.adapters.pdf_pen import LEFT, LINE, RIGHT, WIDTH, blank, writable
from core.kernel.look import LIGHT

TOP: Final = 16.0
BOTTOM: Final = 272.0  # the content ends here, the footer is beneath
DENSE_ABOVE: Final = 12  # rows: a longer table is set closer, each row on one line where it fits
DENSE_PAD: Final = 1.5
GAP: Final = 2.5
SMALL_LINE: Final = 3.7
HEAD: Final = 8.0
CARRY: Final = 6.5
SELLER_LINES: Final = 6  # of one fact about the seller: the numbers that the law asks for must all be there
WHITE: Final = "#FFFFFF"


def draw(sheet: Sheet) -> bytes:
    """The finished file."""
    pdf = blank()
    pdf.set_lang(sheet.language)
    pdf.set_title(f"{sheet.title} {sheet.number}")
    pdf.set_author(writable(sheet.seller))
    pdf.set_creator("LivePay")
    pdf.set_creation_date(sheet.created)
    _Drawing(pdf, sheet).all_pages()
    return finished(pdf)


class _Placed(Struct, frozen=True):
    """A row with its height and its wrapped lines; ``inline``: how far in the detail stands beside the title, or 0."""

    row: Row
    title: tuple[str, ...]
    detail: tuple[str, ...]
    inline: float
    height: float


class _Drawing(Ending):
    """Places and draws one sheet; ``y`` goes down the page."""

    def __init__(self, pdf: FPDF, sheet: Sheet) -> None:
        super().__init__(pdf, sheet, TOP)
        self.pad = PAD if len(sheet.rows) <= DENSE_ABOVE else DENSE_PAD
        self.columns = WIDTHS[len(sheet.columns)]

    # -- pages -------------------------------------------------------------------------------------------------

    def all_pages(self) -> None:
        """Draw everything: rows are measured first, so that each page knows how many there are."""
        self.pdf.add_page()
        self._letterhead()
        self._parties()
        pages = self._paginate([self._measure(row) for row in self.sheet.rows])
        carried = self._added(())
        for number, placed in enumerate(pages, 1):
            if number > 1:
                self.pdf.add_page()
                self._continuation()
            self._table(placed, carried if number > 1 else None)
            carried = tuple(map(sum, zip(carried, self._added(placed), strict=True)))
            if number < len(pages):
                self._carry(self.sheet.carried[0], carried)
            else:
                self.ending()
            self._footer(number, len(pages))

    def _added(self, rows: Sequence[_Placed]) -> tuple[int, ...]:
        """The sums of these rows, column by column of those that are carried."""
        first = self.sheet.rows[:1]
        return tuple(sum(p.row.amounts[i] for p in rows) for i in range(len(first[0].amounts) if first else 0))

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
        if y + self.ending_height() > BOTTOM and pages[-1]:
            pages.append([pages[-1].pop()] if len(pages[-1]) > 1 else [])
        return pages

    def _letterhead(self) -> None:
        sheet = self.sheet
        x = LEFT
        width, height = draw_logo(self.pdf, sheet.logo, self.y) if sheet.logo else (0.0, 0.0)
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
            for line in self.wrapped(text, room)[:SELLER_LINES]:
                self.text(x, y, line.strip(" ·"), room, height=4.3)
                y += 4.3
        self.font(23, "B", "serif", LIGHT.text)
        self.text(LEFT + 118, self.y - 1, sheet.title, WIDTH - 118, "R", 10)
        self.font(11, "B", colour=LIGHT.gold_text)
        self.text(LEFT + 118, self.y + 10, sheet.number, WIDTH - 118, "R", 5)
        self.y = max(y, self.y + max(height, 16)) + 5
        self.rule(self.y, LIGHT.gold, 0.9)
        self.y += 7

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
        if role == "waiting":  # the hands of a clock want their face
            self.pdf.circle(x + 6.2, self.y + 3.7, 2.3)
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
        width = self.columns[0] - 2 * PAD
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

    def _table(self, rows: Sequence[_Placed], carried: tuple[int, ...] | None) -> None:
        self.box(LEFT, self.y, WIDTH, HEAD, LIGHT.structure)
        self.font(9, "B", colour=WHITE)
        x = LEFT
        for index, (title, width) in enumerate(zip(self.sheet.columns, self.columns, strict=True)):
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
            self.text(LEFT + PAD, y, line, self.columns[0] - 2 * PAD)
            y += LINE
        self.font(8, colour=LIGHT.muted)
        if placed.inline:
            self.text(LEFT + PAD + placed.inline, self.y + self.pad + 0.25, placed.detail[0], self.columns[0])
        for line in () if placed.inline else placed.detail:
            self.text(LEFT + PAD, y, line, self.columns[0] - 2 * PAD, height=SMALL_LINE)
            y += SMALL_LINE
        x, y = LEFT + self.columns[0], self.y + self.pad
        cells = placed.row.cells
        for index, (value, width) in enumerate(zip(cells, self.columns[1:], strict=True)):
            self.font(9.5, "B" if index == len(cells) - 1 else "")
            self.text(x + PAD, y, value, width - 2 * PAD, "R")
            x += width

    def _carry(self, label: str, amounts: tuple[int, ...]) -> None:
        self.font(9, colour=LIGHT.muted)
        widths = self.columns[len(self.columns) - len(amounts) :]
        x = RIGHT - sum(widths)
        self.text(LEFT + PAD, self.y, label, x - LEFT - 2 * PAD, "R", CARRY)
        for amount, width in zip(amounts, widths, strict=True):
            self.text(x + PAD, self.y, self.sheet.amount_text(amount), width - 2 * PAD, "R", CARRY)
            x += width
        self.y += CARRY

    def _footer(self, page: int, pages: int) -> None:
        self.rule(279)
        self.font(8, colour=LIGHT.muted)
        foot = self.sheet.seller
        for part in " · ".join(self.sheet.seller_lines[-1:]).split(" · "):
            if part and self.pdf.get_string_width(writable(f"{foot} · {part}")) <= WIDTH - 34:
                foot += f" · {part}"  # whole facts only, as many as there is room for
        self.text(LEFT, 280.5, self.fitted(foot, WIDTH - 34), WIDTH - 34)
        self.text(RIGHT - 32, 280.5, self.sheet.page_text.format(page=page, pages=pages), 32, "R")
