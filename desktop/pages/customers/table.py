"""The customers as a Qt table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter, QResizeEvent

from core.customers.listing import CustomerRow
from desktop.pages.customers.presenter import PAGE, CustomersPresenter, RowText
from desktop.pages.customers.source import Place
from desktop.theme import theme
from desktop.widgets.cells import two_lines, write
from desktop.widgets.paged import PagedModel, PagedTable
from desktop.widgets.pill import draw_pill

WHO, SCORE, TIER, ORDERS, SPENT, LAST = range(6)
# How the width is shared out. Where there is little of it the last purchase stands beneath what was spent.
_ROOMY: Final = (2.3, 0.75, 1.05, 1.1, 1.2, 1.1)
_TIGHT: Final = (2.1, 0.7, 1.1, 0, 1.3, 0)
_ROOMY_FROM: Final = 760


class CustomersModel(PagedModel):
    def __init__(self, presenter: CustomersPresenter, parent: QObject | None = None) -> None:
        super().__init__(presenter.headings(), parent)
        self._presenter = presenter
        self.rows: list[RowText] = []

    def cursor(self, row: RowText) -> object:
        return row.cursor

    def show(self, customers: Sequence[CustomerRow], limit: int) -> None:
        """These rows, from the first on."""
        self.show_rows([self._presenter.row(one) for one in customers], len(customers) >= limit)

    def append(self, customers: Sequence[CustomerRow], after: Place) -> None:
        """The page behind the last row."""
        self.append_rows([self._presenter.row(one) for one in customers], after, len(customers) >= PAGE)


class CustomersTable(PagedTable):
    def __init__(self, model: CustomersModel, name: str) -> None:
        super().__init__(model, name, _ROOMY, right=(SCORE, SPENT))
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
        first, second = two_lines(box.adjusted(8 if column else 16, 0, -8, -1), bool(lower))
        ink = palette.ink(text.score_role) if column == SCORE else palette.text
        strong = column in (WHO, SCORE, SPENT)
        write(painter, first, upper, "body-bold" if strong else "body", ink, self.side(column))
        write(painter, second, lower, "small", palette.muted, self.side(column))
