"""How a document ends: totals, conditions, sentences, and beneath them where it is answered, checked and signed."""

from __future__ import annotations

import io
from typing import Final

import segno
from fpdf import FPDF
from PIL import Image

from core.adapters.pdf_parts import Sheet, Sum
from core.adapters.pdf_pen import LEFT, LINE, RIGHT, WIDTH, Pen
from core.kernel.look import LIGHT

PAD: Final = 2.4
SUMS_WIDTH: Final = 84.0
CODE: Final = 27.0
MASK: Final = 3
DOT: Final = 8  # pixels
PANEL: Final = 38.0  # where a quote is answered, and signed
HALF: Final = (WIDTH - 6) / 2
NAMES: Final = 20.0  # of the conditions
INSET: Final = 4.0


class Ending(Pen):
    """Draws the end of ``sheet``; ``y`` goes down the page."""

    def __init__(self, pdf: FPDF, sheet: Sheet, y: float) -> None:
        super().__init__(pdf)
        self.sheet = sheet
        self.y = y

    def ending_height(self) -> float:
        """Millimetres that all of it takes: it stays together."""
        lines = sum(len(lines) * LINE + 3 for *_, lines in self._sentences() if lines)
        panels = PANEL + 2 if self.sheet.signature else 0.0
        return 6 + max(self._sums_height(), self._side_height()) + 5 + lines + panels

    def ending(self) -> None:
        self.y += 6
        top = self.y
        if self.sheet.signature:
            self._conditions(top)
        elif self.sheet.code:
            self._code(LEFT, top, self.sheet.code_caption)
        y, x = top, RIGHT - SUMS_WIDTH
        for each in self.sheet.sums:
            y = self._sum(x, y, each)
        self.y = top + max(self._sums_height(), self._side_height()) + 5
        for style, size, colour, _, lines in self._sentences():
            self.font(size, style, colour=colour)
            for line in lines:
                self.text(LEFT, self.y, line, WIDTH)
                self.y += LINE
            self.y += 3 if lines else 0
        if self.sheet.signature:
            self._answered(self.y + 1)
            self._signed(self.y + 1)

    # -- what it comes to ----------------------------------------------------------------------------------------

    def _sums_height(self) -> float:
        return sum(11.0 if s.strong else 6.4 for s in self.sheet.sums) + 2

    def _side_height(self) -> float:
        """What stands on the left of the totals."""
        if self.sheet.conditions:
            return 9 + sum(len(lines) * LINE + 1.6 for _, lines in self._condition_lines())
        return CODE if self.sheet.code and not self.sheet.signature else 0.0

    def _sum(self, x: float, y: float, each: Sum) -> float:
        if each.strong:
            self.box(x, y, SUMS_WIDTH, 10, LIGHT.background)
            self.box(x, y, 1.2, 10, LIGHT.gold)
            self.font(11.5, "B")
            self.text(x + 5, y, each.label, 32, height=10)
            self.font(14, "B")
            self.text(x + 34, y, each.value, SUMS_WIDTH - 34 - PAD, "R", 10)
            return y + 11
        self.font(9.5, colour=LIGHT.muted)
        self.text(x + 5, y, each.label, 50, height=6)
        self.font(9.5)
        self.text(x + 50, y, each.value, SUMS_WIDTH - 50 - PAD, "R", 6)
        return y + 6.4

    def _sentences(self) -> list[tuple[str, float, str, str, tuple[str, ...]]]:
        """(style, size, colour, what, lines) of the sentences beneath the totals."""
        sheet = self.sheet
        parts = []
        for style, size, colour, text in (
            *(("", 9.5, LIGHT.text, sentence) for sentence in sheet.closing),
            ("", 9, LIGHT.muted, sheet.mention),
            ("", 9.5, LIGHT.text, sheet.note),
        ):
            self.font(size, style)
            parts.append((style, size, colour, text, self.wrapped(text, WIDTH) if text else ()))
        return parts

    # -- what is agreed on -----------------------------------------------------------------------------------------

    def _condition_lines(self) -> list[tuple[str, tuple[str, ...]]]:
        self.font(9.5)
        return [(name, self.wrapped(value, HALF - NAMES - 4)) for name, value in self.sheet.conditions]

    def _conditions(self, y: float) -> None:
        if not self.sheet.conditions:
            return
        self.font(9.5, "B", colour=LIGHT.structure)
        self.text(LEFT, y, self.sheet.conditions_title, HALF, height=6)
        self.rule(y + 7, LIGHT.line, 0.3, LEFT, LEFT + HALF - 4)
        y += 9
        for name, lines in self._condition_lines():
            self.font(9.5, colour=LIGHT.muted)
            self.text(LEFT, y, name, NAMES)
            self.font(9.5)
            for line in lines:
                self.text(LEFT + NAMES, y, line, HALF - NAMES - 4)
                y += LINE
            y += 1.6

    def _answered(self, y: float) -> None:
        """Where the customer answers by phone or computer, if there is such a page."""
        sheet = self.sheet
        if not sheet.code:
            return
        self.box(LEFT, y, HALF, PANEL, LIGHT.background)
        self.box(LEFT, y, 1.2, PANEL, LIGHT.gold)
        self._code(LEFT + 5, y + (PANEL - CODE) / 2, "")
        x, room = LEFT + 5 + CODE + INSET, HALF - CODE - 5 - 2 * INSET
        self.font(9.5, "B", colour=LIGHT.structure)
        self.text(x, y + 5.5, sheet.code_title, room, height=5)
        self._small(x, y + 11.5, sheet.code_caption, room, 8.5, LIGHT.text)
        if sheet.check_url:
            self.font(8, colour=LIGHT.info.ink)
            self.pdf.set_xy(x, y + PANEL - 9.5)
            self.pdf.cell(room, 4.2, sheet.check_caption, link=sheet.check_url)

    def _signed(self, y: float) -> None:
        x = RIGHT - HALF
        self.pdf.set_draw_color(LIGHT.line)
        self.pdf.set_line_width(0.3)
        self.pdf.rect(x, y, HALF, PANEL)
        self.font(9.5, "B", colour=LIGHT.structure)
        self.text(x + INSET, y + 3, self.sheet.signature, HALF - 2 * INSET, height=5)
        self._small(x + INSET, y + 8.5, self.sheet.signature_about, HALF - 2 * INSET, 8, LIGHT.muted)

    def _small(self, x: float, y: float, text: str, room: float, size: float, colour: str) -> None:
        self.font(size, colour=colour)
        for index, line in enumerate(self.wrapped(text, room)):
            self.text(x, y + index * 4.2, line, room, height=4.2)

    def _code(self, x: float, y: float, caption: str) -> None:
        buffer = io.BytesIO()
        # Any mask can be read; trying all eight for the best takes longer than the rest of the code.
        code = segno.make(self.sheet.code, error="m", micro=False, mask=MASK)
        code.save(buffer, kind="png", scale=1, border=0)
        dots = Image.open(buffer).convert("L")
        picture = dots.resize((dots.width * DOT, dots.height * DOT), Image.Resampling.NEAREST)
        self.pdf.image(picture, x, y, CODE, CODE, link=self.sheet.code, alt_text=self.sheet.code_caption)
        if caption:
            self._small(x + CODE + 5, y, caption, 52, 8.5, LIGHT.muted)
