"""The payments as a Qt table."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter

from core.kernel.paging import Sort
from core.payments.queries import NEWEST, PaymentRow
from desktop.pages.payments.presenter import Cursor, PaymentsPresenter, RowText
from desktop.theme import theme
from desktop.widgets.cells import two_lines, write
from desktop.widgets.paged import PagedModel, PagedTable
from desktop.widgets.pill import draw_pill, pill_width

STATE, WHO, AMOUNT, MEANS, AT = range(5)
_SHARES: Final = (1.25, 1.5, 1.15, 1.05, 1.05)
_SORTS: Final = {AMOUNT: "amount", MEANS: "provider", AT: "at"}


class PaymentsModel(PagedModel):
    def __init__(self, presenter: PaymentsPresenter, parent: QObject | None = None) -> None:
        super().__init__(presenter.headings(), parent)
        self._presenter = presenter
        self.rows: list[RowText] = []
        self.order: Sort = NEWEST

    def cursor(self, row: RowText) -> Cursor:
        return row.payment.cursor(self.order)

    def text(self, row: PaymentRow) -> RowText:
        return self._presenter.row(row)


class PaymentsTable(PagedTable):
    """``chosen`` with a row's texts on Enter or a double click."""

    def __init__(self, model: PaymentsModel, name: str) -> None:
        super().__init__(model, name, _SHARES, right=(AMOUNT,), states=(STATE,), sorts=_SORTS)
        self._payments = model

    @property
    def current(self) -> PaymentRow | None:
        row: RowText | None = self.row
        return None if row is None else row.payment

    def needs(self, row: RowText, column: int) -> float:
        return pill_width(row.state, row.icon) + 20 if column == STATE else self.number(row.amount, row.below)

    def paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        palette, text = theme().palette, self._payments.rows[row]
        if column == STATE:
            draw_pill(painter, box.left() + 14, box.center().y(), text.state, text.icon, text.role, box.width() - 20)
            return
        upper, lower, strong = {
            WHO: (text.who, text.reference, True),
            AMOUNT: (text.amount, text.below, True),
            MEANS: (text.provider, text.means, False),
            AT: (text.day, text.time, False),
        }[column]
        first, second = two_lines(self.inner(box, column), bool(lower))
        write(painter, first, upper, "body-bold" if strong else "body", palette.text, self.side(column))
        write(painter, second, lower, "small", palette.muted, self.side(column))
