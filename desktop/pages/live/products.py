"""Finding a product by keyboard: type, arrow, Enter. Each with its photo, its price and what is left of it."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from core.catalogue.views import ProductView
from desktop.bridge import Bridge
from desktop.fonts import face
from desktop.pages.live.presenter import LivePresenter, LiveSource
from desktop.theme import theme
from desktop.thumbs import Thumbs
from desktop.widgets.fields import SearchField
from desktop.widgets.labels import Label
from desktop.widgets.picture import draw_picture
from desktop.widgets.speaking import say_aloud

PAUSE_MS: Final = 90
LIMIT: Final = 30
_ROW: Final = 52
_PHOTO: Final = 40
_LEAST: Final = 2
_PRODUCT: Final = int(Qt.ItemDataRole.UserRole)
_NOWHERE: Final = QModelIndex()


class _Found(QAbstractListModel):
    def __init__(self, presenter: LivePresenter, parent: QObject) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self.products: tuple[ProductView, ...] = ()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return len(self.products)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        product = self.products[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{product.sku} {product.title}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            price, left = self._presenter.amount(product.price), self._presenter.left_in_stock(product)
            return f"{product.sku} {product.title}, {price}, {left}"
        return product if role == _PRODUCT else None

    def show(self, products: tuple[ProductView, ...]) -> None:
        self.beginResetModel()
        self.products = products
        self.endResetModel()


class _Line(QStyledItemDelegate):
    def __init__(self, presenter: LivePresenter, thumbs: Thumbs, parent: QObject) -> None:
        super().__init__(parent)
        self._presenter, self._thumbs = presenter, thumbs

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        palette = theme().palette
        product: ProductView = index.data(_PRODUCT)
        box = QRectF(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(palette.raised))
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), QColor(palette.gold))
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        photo = QRectF(box.left() + 12, box.center().y() - _PHOTO / 2, _PHOTO, _PHOTO)
        ratio = painter.device().devicePixelRatioF()
        draw_picture(painter, photo, self._thumbs.get(product.photo, _PHOTO, _PHOTO, ratio), 6, "image", 18)
        inner = box.adjusted(12 + _PHOTO + 12, 0, -14, 0)
        painter.setFont(face("body-bold"))
        painter.setPen(QColor(palette.text))
        painter.drawText(inner, left, product.sku)
        sku = QFontMetricsF(face("body-bold")).horizontalAdvance(product.sku)
        upper, lower = inner.adjusted(0, 7, 0, -_ROW / 2), inner.adjusted(0, _ROW / 2 - 2, 0, -6)
        painter.drawText(upper, right, self._presenter.amount(product.price))
        price = QFontMetricsF(face("body-bold")).horizontalAdvance(self._presenter.amount(product.price))
        painter.setFont(face("small"))
        gone = product.available <= 0
        painter.setPen(QColor(palette.danger.ink if gone else palette.muted))
        painter.drawText(lower, right, self._presenter.left_in_stock(product))
        painter.setPen(QColor(palette.muted))
        painter.setFont(face("body"))
        room = inner.width() - sku - price - 40
        title = QFontMetricsF(face("body")).elidedText(product.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner.adjusted(sku + 10, 0, 0, 0), left, title)
        painter.restore()


class _Results(QListView):
    """As high as ``rows`` products, and as low as two where the screen is low."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._wanted = rows * _ROW + 2
        self.setMinimumHeight(min(rows, _LEAST) * _ROW + 2)
        self.setMaximumHeight(self._wanted)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._wanted)


class ProductPicker(QWidget):
    """A search box over its results. ``chosen`` with the product when Enter is pressed or a result clicked."""

    chosen = Signal(object)

    def __init__(self, source: LiveSource, bridge: Bridge, presenter: LivePresenter, rows: int = 5) -> None:
        super().__init__()
        self._source, self._bridge, self._presenter = source, bridge, presenter
        self._asked = self._answered = 0
        self._enter_waits = False
        t = presenter.t
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.search = SearchField(t("Keyword or name of the product"), boxed=True)
        self.list = _Results(rows)
        self.list.setProperty("kind", "results")
        self._found = _Found(presenter, self)
        self.list.setModel(self._found)
        self._thumbs = Thumbs(source, bridge, self)
        self._thumbs.ready.connect(lambda photo: self.list.viewport().update())
        self.list.setItemDelegate(_Line(presenter, self._thumbs, self))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(t("Products found"))
        self.list.clicked.connect(lambda index: self.chosen.emit(index.data(_PRODUCT)))
        self.list.selectionModel().currentChanged.connect(self._tell)
        self.nothing = Label("", "small", "muted")
        self.nothing.hide()
        column.addWidget(self.search)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.ask)
        self.search.textEdited.connect(self._typed)
        self.search.down.connect(lambda: self._move(1))
        self.search.up.connect(lambda: self._move(-1))
        self.search.returnPressed.connect(self._enter)
        self.setFocusProxy(self.search)

    @property
    def products(self) -> tuple[ProductView, ...]:
        """What is listed now."""
        return self._found.products

    @property
    def only(self) -> ProductView | None:
        """The one product that fits what is typed; None while several do, or it is still being looked for."""
        sure = self.search.text().strip() and not self._pause.isActive() and self._answered == self._asked
        return self.products[0] if sure and len(self.products) == 1 else None

    def _typed(self, text: str) -> None:
        self._enter_waits = False
        self._pause.start()

    def ask(self) -> None:
        """Search for what is typed; an answer that a later question has overtaken is dropped."""
        self._pause.stop()
        self._asked += 1
        number, query, source = self._asked, self.search.text().strip(), self._source
        self._bridge.run(
            lambda: tuple(source.products(query, LIMIT)),
            owner=self,
            done=lambda products: self._answer(number, products),
            name="search products",
        )

    def _answer(self, number: int, products: tuple[ProductView, ...]) -> None:
        if number != self._asked:
            return
        self._answered = number
        self._found.show(products)
        self.list.setCurrentIndex(self._found.index(0, 0) if products else _NOWHERE)
        searched = bool(self.search.text().strip())
        t = self._presenter.t
        self.nothing.say(
            t("No product matches.") if searched else t("No product is on sale: add some to the catalogue.")
        )
        self.nothing.setVisible(not products)
        if self._enter_waits:
            self._enter_waits = False
            self._enter()

    def _move(self, step: int) -> None:
        if self.products:
            row = max(0, min(len(self.products) - 1, self.list.currentIndex().row() + step))
            self.list.setCurrentIndex(self._found.index(row, 0))

    def _tell(self, index: QModelIndex) -> None:
        if index.isValid() and self.search.hasFocus():
            say_aloud(self.list, index.data(Qt.ItemDataRole.AccessibleTextRole))

    def _enter(self) -> None:
        if self._pause.isActive() or self._answered != self._asked:  # fast fingers: Enter before it was answered
            self._enter_waits = True
            if self._pause.isActive():
                self.ask()
            return
        index = self.list.currentIndex()
        if index.isValid():
            self.chosen.emit(index.data(_PRODUCT))
