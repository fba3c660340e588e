"""The products as a Qt table: all ids at once, the rows themselves read in pages as they come into sight.

50 000 products cost 50 000 numbers here. A row that has not been read yet shows empty; ``wanted`` asks for it, and no
row is ever read on the window's thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from core.catalogue.views import ProductView
from desktop.pages.catalogue.presenter import CataloguePresenter, RowText

Index = QModelIndex | QPersistentModelIndex
PAGE: Final = 60  # rows read together
KEPT: Final = 3000  # rows remembered; a long scroll forgets the oldest
COLUMNS: Final = 6
_NOWHERE: Final = QModelIndex()


class ProductsModel(QAbstractTableModel):
    """``wanted`` with the ids of rows to read, once for all that came into sight in one turn of the loop; ``widened``
    when a price was read that is larger than all before, the ``dearest``.
    """

    wanted = Signal(object)
    widened = Signal()

    def __init__(self, presenter: CataloguePresenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._headings = presenter.headings()
        self._ids: tuple[int, ...] = ()
        self._places: dict[int, int] = {}
        self._rows: dict[int, RowText] = {}
        self.dearest: RowText | None = None
        self._asked: set[int] = set()
        self._missing: set[int] = set()
        self._ask = QTimer(self, singleShot=True, interval=0)
        self._ask.timeout.connect(self._ask_now)

    # -- what Qt asks

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else COLUMNS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            text = self.text_at(index.row())
            return text.plain(index.column()) if text else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:  # a row is what one moves to: all of it is told
            text = self.text_at(index.row())
            return ", ".join(filter(None, map(text.plain, range(COLUMNS)))) if text else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            text = self.text_at(index.row())
            return self._presenter.stock_sentence(text.product) if text and index.column() == 4 else None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None

    # -- where things are

    def product_at(self, row: int) -> int:
        """The id of the product in a row."""
        return self._ids[row]

    def row_of(self, product_id: int) -> int | None:
        """Where a product is listed, None when it is not."""
        return self._places.get(product_id)

    def text_at(self, row: int) -> RowText | None:
        """The words of a row; None when it has yet to be read, which is then asked for."""
        product_id = self._ids[row]
        text = self._rows.get(product_id)
        if text is None and product_id not in self._asked:
            first = row // PAGE * PAGE
            page = self._ids[first : first + PAGE]
            self._missing.update(i for i in page if i not in self._rows and i not in self._asked)
            if not self._ask.isActive():
                self._ask.start()
        return text

    def product(self, product_id: int) -> ProductView | None:
        """A product that has been read."""
        text = self._rows.get(product_id)
        return text.product if text else None

    # -- what was read

    def show_ids(self, ids: tuple[int, ...], places: dict[int, int]) -> bool:
        """Show these products, in this order; ``places``: the row of each.

        True when the table was made anew, False when it stayed as it was or moved on gently.
        """
        if ids == self._ids:
            return False
        inserted = _one_more(self._ids, ids)
        removed = _one_more(ids, self._ids)
        if inserted is not None and self._ids:
            self.beginInsertRows(_NOWHERE, inserted, inserted)
            self._take(ids, places)
            self.endInsertRows()
        elif removed is not None and ids:
            self.beginRemoveRows(_NOWHERE, removed, removed)
            self._take(ids, places)
            self.endRemoveRows()
        else:
            self.beginResetModel()
            self._take(ids, places)
            self.endResetModel()
            return True
        return False

    def _take(self, ids: tuple[int, ...], places: dict[int, int]) -> None:
        self._ids, self._places = ids, places

    def load(self, products: Iterable[ProductView]) -> None:
        """Take rows that were read, new or read again."""
        shown = [(product.id, self._presenter.row(product)) for product in products]
        if len(self._rows) + len(shown) > KEPT:
            self._rows.clear()
            self._asked.clear()
        for product_id, text in shown:
            self._asked.discard(product_id)
            self._rows[product_id] = text
            row = self._places.get(product_id)
            if row is not None:
                self.dataChanged.emit(self.index(row, 0), self.index(row, COLUMNS - 1))
        self._see_whether_wider([text for _, text in shown])

    def _see_whether_wider(self, shown: list[RowText]) -> None:
        known = [*shown, self.dearest] if self.dearest else shown
        dearest = max(known, key=lambda text: text.product.price, default=None)
        if dearest is not self.dearest:
            self.dearest = dearest
            self.widened.emit()

    def known(self, ids: Iterable[int]) -> list[int]:
        """Those of the products whose rows were read: the others are read when they come into sight."""
        return [product_id for product_id in ids if product_id in self._rows]

    def forget(self) -> None:
        """Everything may have changed: read again what is in sight, keeping the old words until then."""
        kept = [product_id for product_id in self._rows if product_id in self._places]
        self._rows = {product_id: self._rows[product_id] for product_id in kept[-KEPT:]}
        self._asked.clear()

    def failed(self, ids: Iterable[int]) -> None:
        """A reading did not come: its rows may be asked for again."""
        self._asked.difference_update(ids)

    def _ask_now(self) -> None:
        ids = tuple(i for i in self._missing if i in self._places)
        self._missing.clear()
        if ids:
            self._asked.update(ids)
            self.wanted.emit(ids)


def _one_more(before: tuple[int, ...], after: tuple[int, ...]) -> int | None:
    """Where ``after`` has exactly one id more than ``before``, None when it differs in another way."""
    if len(after) != len(before) + 1:
        return None
    place = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    return place if before[place:] == after[place + 1 :] else None
