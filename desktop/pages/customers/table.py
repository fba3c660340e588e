"""The customers as a Qt table."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter, QResizeEvent

from core.customers.listing import LATEST, CustomerRow
from core.kernel.paging import Sort
from desktop.pages.customers.presenter import CustomersPresenter, RowText
from desktop.theme import theme
from desktop.widgets.cells import two_lines, write
from desktop.widgets.paged import PagedModel, PagedTable
from desktop.widgets.pill import draw_pill, pill_width

WHO, SCORE, TIER, ORDERS, SPENT, LAST = range(6)
# How the width is shared out. Where there is little of it the last purchase stands beneath what was spent.
_ROOMY: Final = (2.3, 0.75, 1.05, 1.1, 1.2, 1.1)
_TIGHT: Final = (2.1, 0.7, 1.1, 0, 1.3, 0)
_ROOMY_FROM: Final = 760
_SORTS: Final = {WHO: "name", SCORE: "score", TIER: "tier", ORDERS: "orders", SPENT: "spent", LAST: "last"}


class CustomersModel(PagedModel):
    def __init__(self, presenter: CustomersPresenter, parent: QObject | None = None) -> None:
        super().__init__(presenter.headings(), parent)
        self._presenter = presenter
        self.rows: list[RowText] = []
        self.order: Sort = LATEST

    def cursor(self, row: RowText) -> object:
        return row.cursor

    def text(self, row: CustomerRow) -> RowText:
        return self._presenter.row(row)


class CustomersTable(PagedTable):
    def __init__(self, model: CustomersModel, name: str) -> None:
        super().__init__(
            model, name, _ROOMY, right=(SCORE, SPENT), states=(TIER,), sorts=_SORTS, words=(WHO,), many=True
        )
        self._customers = model
        self._tight = False

    @property
    def current(self) -> CustomerRow | None:
        row: RowText | None = self.row
        return None if row is None else row.customer

    def resizeEvent(self, event: QResizeEvent) -> None:
        tight = self.width() < _ROOMY_FROM
        if tight != self._tight:
            self._tight = tight
            self.share_out(_TIGHT if tight else _ROOMY)
        super().resizeEvent(event)

    def needs(self, row: RowText, column: int) -> float:
        if column == TIER:
            return pill_width(row.tier, "star") + 12
        return self.number(row.score) if column == SCORE else self.number(row.spent, row.last if self._tight else "")

    def paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        palette, text = theme().palette, self._customers.rows[row]
        if column == TIER:
            draw_pill(painter, box.left() + 8, box.center().y(), text.tier, "star", text.tier_role, box.width() - 12)
            return
        upper, lower = {
            WHO: (text.who, text.below),
            SCORE: (text.score, ""),
            ORDERS: (text.orders, text.paid),
            SPENT: (text.spent, text.last if self._tight else ""),
            LAST: (text.last, ""),
        }[column]
        first, second = two_lines(self.inner(box, column), bool(lower))
        ink = palette.ink(text.score_role) if column == SCORE else palette.text
        strong = column in (WHO, SCORE, SPENT)
        write(painter, first, upper, "body-bold" if strong else "body", ink, self.side(column))
        write(painter, second, lower, "small", palette.muted, self.side(column))
