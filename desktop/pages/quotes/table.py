"""The quotes as a Qt table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter, QResizeEvent

from core.kernel.paging import Sort
from core.quotes.listing import NEWEST, QuoteRow
from desktop.pages.quotes.presenter import Cursor, QuotesPresenter, RowText
from desktop.theme import theme
from desktop.widgets.cells import two_lines, write
from desktop.widgets.paged import PagedModel, PagedTable
from desktop.widgets.pill import draw_pill, pill_width

NUMBER, WHO, AMOUNT, STATE, VALIDITY = range(5)
# How the width is shared out. Where there is little of it the customer stands beneath the number.
_ROOMY: Final = (1.15, 1.35, 1.2, 1.25, 1.15)
_TIGHT: Final = (1.35, 0, 1.15, 1.25, 1.15)
_ROOMY_FROM: Final = 690
_SORTS: Final = {NUMBER: "id", AMOUNT: "total", VALIDITY: "valid_until"}


class QuotesModel(PagedModel):
    def __init__(self, presenter: QuotesPresenter, now: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(presenter.headings(), parent)
        self._presenter, self._now = presenter, now
        self.rows: list[RowText] = []
        self.order: Sort = NEWEST

    def cursor(self, row: RowText) -> Cursor:
        return row.quote.cursor(self.order)

    def text(self, row: QuoteRow) -> RowText:
        return self._presenter.row(row, self._now())


class QuotesTable(PagedTable):
    def __init__(self, model: QuotesModel, name: str) -> None:
        super().__init__(model, name, _ROOMY, right=(AMOUNT,), states=(STATE,), sorts=_SORTS, many=True)
        self._quotes = model
        self._tight = False

    @property
    def current(self) -> QuoteRow | None:
        row: RowText | None = self.row
        return None if row is None else row.quote

    def resizeEvent(self, event: QResizeEvent) -> None:
        tight = self.width() < _ROOMY_FROM
        if tight != self._tight:
            self._tight = tight
            self.share_out(_TIGHT if tight else _ROOMY)
        super().resizeEvent(event)

    def needs(self, row: RowText, column: int) -> float:
        if column == STATE:
            return pill_width(row.state.word, row.state.icon) + 12
        return self.number(row.amount, row.day if self._tight else "")

    def paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        palette, text = theme().palette, self._quotes.rows[row]
        if column == STATE:
            pill, left = text.state, box.left() + 8
            draw_pill(painter, left, box.center().y(), pill.word, pill.icon, pill.role, box.width() - 12)
            return
        upper, lower = {
            NUMBER: (text.quote.reference, text.who if self._tight else text.day),
            WHO: (text.who, text.phone),
            AMOUNT: (text.amount, text.day if self._tight else ""),
            VALIDITY: (text.left, text.until),
        }[column]
        first, second = two_lines(self.inner(box, column), bool(lower))
        strong = column != VALIDITY or text.left_role == "waiting"
        ink = palette.ink(text.left_role) if column == VALIDITY else palette.text
        write(painter, first, upper, "body-bold" if strong else "body", ink, self.side(column))
        write(painter, second, lower, "small", palette.muted, self.side(column))
