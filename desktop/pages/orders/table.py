"""The orders as a Qt table."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter, QResizeEvent

from core.kernel.paging import Sort
from core.orders.listing import NEWEST, OrderRow
from desktop.pages.orders.presenter import Cursor, OrdersPresenter, RowText
from desktop.theme import theme
from desktop.widgets.cells import two_lines, write
from desktop.widgets.paged import PagedModel, PagedTable
from desktop.widgets.pill import draw_pill, pill_width

STATE, WHO, GOODS, AMOUNT, AT, LIVE, MEANS = range(7)
# How the width is shared out. Where there is little of it the pane tells which live and by which means.
_ROOMY: Final = (1.4, 1.4, 1.3, 1.25, 1.0, 1.1, 1.0)
_MIDDLE: Final = (1.42, 1.3, 1.12, 1.15, 0.9, 0, 0)
_TIGHT: Final = (1.4, 1.35, 0, 1.2, 0.9, 0, 0)
_ROOMY_FROM: Final = 900
_MIDDLE_FROM: Final = 620
_SORTS: Final = {WHO: "customer", AMOUNT: "total", AT: "id"}


class OrdersModel(PagedModel):
    def __init__(self, presenter: OrdersPresenter, parent: QObject | None = None) -> None:
        super().__init__(presenter.headings(), parent)
        self._presenter = presenter
        self.rows: list[RowText] = []
        self.order: Sort = NEWEST

    def cursor(self, row: RowText) -> Cursor:
        return row.order.cursor(self.order)

    def text(self, row: OrderRow) -> RowText:
        return self._presenter.row(row)


class OrdersTable(PagedTable):
    def __init__(self, model: OrdersModel, name: str) -> None:
        super().__init__(model, name, _ROOMY, right=(AMOUNT,), states=(STATE,), sorts=_SORTS, words=(WHO,), many=True)
        self._orders = model

    @property
    def current(self) -> OrderRow | None:
        row: RowText | None = self.row
        return None if row is None else row.order

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width()
        shares = _ROOMY if wide >= _ROOMY_FROM else _MIDDLE if wide >= _MIDDLE_FROM else _TIGHT
        if shares != self._shares:
            self.share_out(shares)
        super().resizeEvent(event)

    def needs(self, row: RowText, column: int) -> float:
        return pill_width(row.state, row.icon) + 20 if column == STATE else self.number(row.amount, row.below)

    def paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        palette, text = theme().palette, self._orders.rows[row]
        if column == STATE:
            draw_pill(painter, box.left() + 14, box.center().y(), text.state, text.icon, text.role, box.width() - 20)
            return
        upper, lower, strong = {
            WHO: (text.who, text.order.reference, True),
            GOODS: (text.goods, "", False),
            AMOUNT: (text.amount, text.below, True),
            AT: (text.day, text.time, False),
            LIVE: (text.live or text.source, text.source if text.live else "", False),
            MEANS: (text.means, "", False),
        }[column]
        first, second = two_lines(self.inner(box, column), bool(lower))
        write(painter, first, upper, "body-bold" if strong else "body", palette.text, self.side(column))
        write(painter, second, lower, "small", palette.muted, self.side(column))
