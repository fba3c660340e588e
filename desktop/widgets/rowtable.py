"""What every table of rows does alike: whole rows are selected, by mouse and by keyboard, copied, and have a menu."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from core.kernel.look import SCALE


class RowTable(QTableView):
    """``many``: several rows can be selected."""

    def __init__(self, *, many: bool = False) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.ExtendedSelection if many else modes.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        vertical = self.verticalHeader()
        # Fixed heights: a header that measures its rows costs 1.3 s per change (reference stack).
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(SCALE.row)
        vertical.setDefaultSectionSize(SCALE.row)
        vertical.hide()

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the first and the last row: a row is what is selected here."""
        ends = {QAbstractItemView.CursorAction.MoveHome: 0, QAbstractItemView.CursorAction.MoveEnd: -1}
        count = self.model().rowCount()
        if action in ends and count:
            return self.model().index(ends[action] % count, max(0, self.currentIndex().column()))
        return super().moveCursor(action, modifiers)

    def keyboardSearch(self, search: str) -> None:
        """Letters are the page's verbs, and « / » leads to its search box."""

    def toggle(self) -> None:
        """Put the current row among those selected, or take it out."""
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(self.currentIndex(), flags.Toggle | flags.Rows)

    def clear_picks(self) -> None:
        """The current row alone is selected from now on."""
        if self.currentIndex().isValid():
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(self.currentIndex(), flags.ClearAndSelect | flags.Rows)

    def asked_at(self, event: QContextMenuEvent) -> tuple[QModelIndex, QPoint]:
        """Whose menu is asked for and where it drops: of the row under the mouse, or by key of the current one."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            return self.indexAt(event.pos()), event.globalPos()
        index = self.currentIndex()
        return index, self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())


def to_clipboard(lines: Iterable[Iterable[str]]) -> None:
    """Rows of cells as a spreadsheet pastes them; nothing where there is none."""
    found = [
        "\t".join(" ".join(cell.split()) if "\n" in cell or "\t" in cell else cell for cell in one) for one in lines
    ]
    if found:
        QGuiApplication.clipboard().setText("\n".join(found))
