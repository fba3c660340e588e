"""The lives that are over as a Qt table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter

from core.kernel.paging import Sort
from core.orders.lives import NEWEST, LiveRow
from desktop.pages.lives.presenter import PAGE, Cursor, LivesPresenter, RowText
from desktop.theme import theme
from desktop.widgets.cells import two_lines, write
from desktop.widgets.paged import PagedModel, PagedTable

WHEN, LIVE, DURATION, TAKINGS, ORDERS, SHARE, BEST = range(7)
_SHARES: Final = (1.0, 1.9, 0.9, 1.35, 1.0, 1.3, 1.6)
_SORTS: Final = {WHEN: "id", DURATION: "duration", TAKINGS: "takings", ORDERS: "orders", SHARE: "share"}


class LivesModel(PagedModel):
    def __init__(self, presenter: LivesPresenter, parent: QObject | None = None) -> None:
        super().__init__(presenter.headings(), parent)
        self._presenter = presenter
        self.rows: list[RowText] = []
        self.order: Sort = NEWEST

    def cursor(self, row: RowText) -> Cursor:
        return row.live.cursor(self.order)

    def show(self, lives: Sequence[LiveRow], limit: int) -> None:
        """These rows, from the first on."""
        self.show_rows([self._presenter.row(live) for live in lives], len(lives) >= limit)

    def append(self, lives: Sequence[LiveRow], after: Cursor) -> None:
        """The page behind the last row."""
        self.append_rows([self._presenter.row(live) for live in lives], after, len(lives) >= PAGE)


class LivesTable(PagedTable):
    """Two lives can be selected, to be compared."""

    def __init__(self, model: LivesModel, name: str) -> None:
        numbers = (DURATION, TAKINGS, ORDERS, SHARE)
        super().__init__(model, name, _SHARES, right=numbers, sorts=_SORTS, many=True)
        self._lives = model

    def needs(self, row: RowText, column: int) -> float:
        if column == SHARE:
            return self.number(*row.share.partition(" · ")[::2])
        return self.number({DURATION: row.duration, TAKINGS: row.takings, ORDERS: row.orders}[column])

    def paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        palette, text = theme().palette, self._lives.rows[row]
        upper, lower, strong = {
            WHEN: (text.day, text.hour, False),
            LIVE: (text.title, text.source, True),
            DURATION: (text.duration, "", False),
            TAKINGS: (text.takings, "", True),
            ORDERS: (text.orders, "", False),
            SHARE: (text.share.partition(" · ")[0], text.share.partition(" · ")[2], False),
            BEST: (text.best, text.sold, False),
        }[column]
        first, second = two_lines(self.inner(box, column), bool(lower))
        write(painter, first, upper, "body-bold" if strong else "body", palette.text, self.side(column))
        write(painter, second, lower, "small", palette.muted, self.side(column))
