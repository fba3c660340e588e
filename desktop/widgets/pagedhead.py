"""The head of a table of very many rows: it sorts, and says which columns stand where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QMenu

from core.kernel.paging import Sort
from desktop.context import Preferences
from desktop.fonts import width
from desktop.texts import Texts
from desktop.theme import theme
from desktop.widgets.cells import RIGHT, colour, write

if TYPE_CHECKING:
    from desktop.widgets.paged import PagedTable

_HEADER: Final = 34
_MARK: Final = 14  # px for the triangle of the sorted column


class Head(QHeaderView):
    """A click sorts where the list can; a right click, or Alt+↓ in the table, opens the menu of the columns."""

    def __init__(self, table: PagedTable) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setFixedHeight(_HEADER)
        self.setMinimumSectionSize(0)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.sectionClicked.connect(table.sort_by)

    def word(self, section: int) -> str:
        return str(self.model().headerData(section, Qt.Orientation.Horizontal))

    def needs(self, section: int) -> float:
        """How wide a column must be for its word, sorted or not, px."""
        around = self._table.inner(QRectF(0, 0, 0, 0), section).width()
        return width(self.word(section), "small-bold") + (_MARK if section in self._table.sorts else 0) - around

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        palette, box, sort = theme().palette, QRectF(rect), self._table.sort
        painter.fillRect(box, colour(palette.surface))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), colour(palette.line))
        place = self._table.inner(box, section)
        sorted_ = sort is not None and self._table.sorts.get(section) == sort.by
        if not sorted_ or sort is None:
            write(painter, place, self.word(section), "small", palette.muted, self._table.side(section))
            return
        right = self._table.side(section) == RIGHT
        words = min(width(self.word(section), "small-bold"), place.width() - _MARK)
        left = place.right() - _MARK if right else place.left() + words
        write(
            painter,
            place.adjusted(0, 0, -_MARK, 0),
            self.word(section),
            "small-bold",
            palette.text,
            self._table.side(section),
        )
        _triangle(painter, QPointF(left + _MARK / 2 + 2, place.center().y()), sort.down, palette.text)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._table.head_menu(event.globalPos(), max(0, self.logicalIndexAt(event.pos())))


def _triangle(painter: QPainter, at: QPointF, down: bool, ink: str) -> None:
    tip = 3.0 if down else -3.0
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(ink))
    painter.drawPolygon(QPolygonF([at + QPointF(-4, -tip), at + QPointF(4, -tip), at + QPointF(0, tip)]))
    painter.restore()


class Columns:
    """Which columns a person sees, and in which order: kept on this computer under ``key``.

    Kept as « 0,2,-1 »: the columns from left to right, a hidden one with a minus before it, counted from one.
    """

    def __init__(self, count: int, preferences: Preferences | None = None, key: str = "") -> None:
        self.order = list(range(count))
        self.hidden: set[int] = set()
        self._preferences, self._key = preferences, f"columns.{key}"
        if preferences is not None:
            self._read(preferences.get(self._key, ""))

    def _read(self, text: str) -> None:
        """What is not an order of just these columns, as after an update, is not followed."""
        try:
            kept = [int(part) for part in text.split(",")]
        except ValueError:
            return
        order = [abs(part) - 1 for part in kept]
        if sorted(order) == sorted(self.order) and any(part > 0 for part in kept):
            self.order, self.hidden = order, {-part - 1 for part in kept if part < 0}

    def keep(self) -> None:
        if self._preferences is not None:
            text = ",".join(str(-each - 1 if each in self.hidden else each + 1) for each in self.order)
            self._preferences.set(self._key, text)

    def show(self, column: int, shown: bool) -> None:
        (self.hidden.discard if shown else self.hidden.add)(column)
        self.keep()

    def move(self, column: int, step: int) -> None:
        """One place to the right, or (-1) to the left, past those that are hidden."""
        seen = [each for each in self.order if each not in self.hidden]
        place = seen.index(column) + step
        if 0 <= place < len(seen):
            self.order.remove(column)
            beside = self.order.index(seen[place])
            self.order.insert(beside + (step > 0), column)
            self.keep()

    def reset(self) -> None:
        self.order, self.hidden = sorted(self.order), set()
        self.keep()


class Chooses(Protocol):
    """A table of which a person chooses the columns and their order."""

    columns: Columns

    @property
    def sorts(self) -> Mapping[int, str]: ...
    @property
    def sort(self) -> Sort | None: ...
    def sort_by(self, column: int) -> object: ...
    def fits(self, column: int) -> bool: ...
    def shown_columns(self) -> list[int]: ...
    def show_column(self, column: int, shown: bool = True) -> None: ...
    def move_column(self, column: int, step: int) -> None: ...
    def reset_columns(self) -> None: ...


def head_menu(table: Chooses, head: QHeaderView, t: Texts, column: int) -> QMenu:
    """Sort by, move and choose columns."""
    menu, columns = QMenu(head), table.columns

    def word(section: int) -> str:
        return str(head.model().headerData(section, Qt.Orientation.Horizontal))

    menu.aboutToHide.connect(menu.deleteLater)

    def add(text: str, act: Callable[[], object], able: bool = True) -> QAction:
        action = QAction(text, menu)
        action.setEnabled(able)
        action.triggered.connect(lambda checked=False: act())
        menu.addAction(action)
        return action

    for section, by in table.sorts.items():  # those too that there is no room to show
        action = add(t("Sort by “{column}”", column=word(section)), partial(table.sort_by, section))
        action.setCheckable(True)
        action.setChecked(table.sort is not None and table.sort.by == by)
    menu.addSeparator()
    shown, name = table.shown_columns(), word(column)
    if column in shown:
        place = shown.index(column)
        add(t("“{column}” to the left", column=name), partial(table.move_column, column, -1), place > 0)
        add(t("“{column}” to the right", column=name), partial(table.move_column, column, 1), place < len(shown) - 1)
        menu.addSeparator()
    for section in columns.order:
        if not table.fits(section):
            continue  # this table has no room, or no use, for it now
        seen = section not in columns.hidden
        action = QAction(word(section), menu, checkable=True)
        action.setChecked(seen)
        action.setEnabled(not seen or len(shown) > 1)
        # A partial is called without the signal's own argument; a column that is shown is hidden by this, and back.
        action.triggered.connect(partial(table.show_column, section, not seen))
        menu.addAction(action)
    add(t("All columns as at first"), table.reset_columns)
    return menu


def under(head: QHeaderView, column: int) -> QPoint:
    """Where the menu of a column drops from."""
    return head.mapToGlobal(QPoint(head.sectionViewportPosition(column), head.height()))
