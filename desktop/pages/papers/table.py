"""The papers as a Qt table."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter, QResizeEvent

from core.invoices.queries import NEWEST, PaperRow
from core.kernel.paging import Sort
from desktop.fonts import width
from desktop.pages.papers.presenter import Cursor, PapersPresenter, RowText
from desktop.theme import theme
from desktop.widgets.cells import two_lines, write
from desktop.widgets.paged import PagedModel, PagedTable
from desktop.widgets.pill import draw_pill, pill_width

NUMBER, WHO, AMOUNT, SENT, CERTIFIED = range(5)
# How the width is shared out. Where there is little of it the buyer stands beneath the number, and the day beneath the
# amount: the pane tells the rest.
_ROOMY: Final = (1.36, 1.26, 1.38, 1.2, 1.1)
_TIGHT: Final = (1.35, 0, 1.1, 1.15, 1.05)
_ROOMY_FROM: Final = 690
_SORTS: Final = {NUMBER: "at", AMOUNT: "total"}


class PapersModel(PagedModel):
    def __init__(self, presenter: PapersPresenter, parent: QObject | None = None) -> None:
        super().__init__(presenter.headings(), parent)
        self._presenter = presenter
        self.rows: list[RowText] = []
        self.order: Sort = NEWEST

    def cursor(self, row: RowText) -> Cursor:
        return row.paper.cursor(self.order)

    def text(self, row: PaperRow) -> RowText:
        return self._presenter.row(row)


class PapersTable(PagedTable):
    def __init__(self, model: PapersModel, name: str) -> None:
        super().__init__(model, name, _ROOMY, right=(AMOUNT,), states=(NUMBER, WHO, SENT, CERTIFIED), sorts=_SORTS)
        self._papers = model
        self._certifying = False
        self._tight = False
        self._arrange()

    def set_certifying(self, certifying: bool) -> None:
        """The last column is there only where a state's platform is told of papers."""
        if certifying != self._certifying:
            self._certifying = certifying
            self._arrange()

    def _arrange(self) -> None:
        shares = _TIGHT if self._tight else _ROOMY
        self.share_out(shares if self._certifying else (*shares[:-1], 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        tight = self.width() < _ROOMY_FROM
        if tight != self._tight:
            self._tight = tight
            self._arrange()
        super().resizeEvent(event)

    @property
    def current(self) -> PaperRow | None:
        row: RowText | None = self.row
        return None if row is None else row.paper

    def needs(self, row: RowText, column: int) -> float:
        if column == AMOUNT:
            return self.number(row.amount, row.day if self._tight else row.below)
        if column in (NUMBER, WHO):  # a reference is read aloud, digit by digit: the last one too
            below = row.paper.reference if column == WHO else "" if self._tight else f"{row.kind} · {row.day}"
            return max(width(below, "small"), width(row.paper.number, "body-bold") if column == NUMBER else 0) + 24
        pill = row.sent if column == SENT else row.certified
        return pill_width(pill.word, pill.icon) + 12 if pill is not None else 0

    def paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        palette, text = theme().palette, self._papers.rows[row]
        if column in (SENT, CERTIFIED):
            pill = text.sent if column == SENT else text.certified
            if pill is not None:
                left = box.left() + 8
                draw_pill(painter, left, box.center().y(), pill.word, pill.icon, pill.role, box.width() - 12)
            return
        upper, lower = {
            NUMBER: (text.paper.number, text.who if self._tight else f"{text.kind} · {text.day}"),
            WHO: (text.who, text.paper.reference),
            AMOUNT: (text.amount, text.day if self._tight else text.below),
        }[column]
        first, second = two_lines(self.inner(box, column), bool(lower))
        ink = palette.muted if column == AMOUNT and text.paper.kind == "receipt" else palette.text
        write(painter, first, upper, "body-bold", ink, self.side(column))
        write(painter, second, lower, "small", palette.muted, self.side(column))
