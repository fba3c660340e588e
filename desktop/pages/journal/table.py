"""The journal as a Qt table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter

from core.storage.journal import Entry
from desktop.pages.journal.presenter import PAGE, JournalPresenter, RowText
from desktop.theme import theme
from desktop.widgets.cells import two_lines, write
from desktop.widgets.paged import PagedModel, PagedTable

WHEN, WHAT, WHO = range(3)


class JournalModel(PagedModel):
    def __init__(self, presenter: JournalPresenter, parent: QObject | None = None) -> None:
        super().__init__(presenter.headings(), parent)
        self._presenter = presenter
        self.rows: list[RowText] = []

    def cursor(self, row: RowText) -> int:
        return row.entry.seq

    def show(self, entries: Sequence[Entry], limit: int) -> None:
        """These rows, from the newest on."""
        self.show_rows([self._presenter.row(entry) for entry in entries], len(entries) >= limit)

    def append(self, entries: Sequence[Entry], after: int) -> None:
        """The page behind the last row."""
        self.append_rows([self._presenter.row(entry) for entry in entries], after, len(entries) >= PAGE)


class JournalTable(PagedTable):
    def __init__(self, model: JournalModel, name: str) -> None:
        super().__init__(model, name, (0.9, 3.4, 1.1))
        self._journal = model

    @property
    def current(self) -> RowText | None:
        row: RowText | None = self.row
        return row

    def paint_cell(self, painter: QPainter, box: QRectF, row: int, column: int) -> None:
        palette, text = theme().palette, self._journal.rows[row]
        upper, lower = {WHEN: (text.time, text.day), WHAT: (text.what, ""), WHO: (text.who, "")}[column]
        first, second = two_lines(self.inner(box, column), bool(lower))
        write(painter, first, upper, "body-bold" if column == WHAT else "body", palette.text, self.side(column))
        write(painter, second, lower, "small", palette.muted, self.side(column))
