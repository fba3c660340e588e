"""One product at a glance, beside the table: its photo, what is left of it, and the verbs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.catalogue.views import ProductView
from core.kernel.look import SCALE
from core.kernel.text import one_line
from desktop.pages.catalogue.presenter import CataloguePresenter
from desktop.thumbs import Thumbs
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.labels import ElidedLabel, Label, Rule
from desktop.widgets.picture import draw_picture
from desktop.widgets.pill import StatusPill
from desktop.widgets.stockbar import StockTrack

WIDTH: Final = 292
_PHOTO: Final = (260, 150)
_DESCRIPTION: Final = 180  # characters: the rest is in the dialog


class Photo(QWidget):
    """A kept photo, once it was made."""

    def __init__(self, thumbs: Thumbs) -> None:
        super().__init__()
        self._thumbs = thumbs
        self._photo: str | None = None
        self.setFixedSize(*_PHOTO)
        thumbs.ready.connect(self._made)

    def show_photo(self, photo: str | None) -> None:
        if photo != self._photo:
            self._photo = photo
            self.update()

    def _made(self, photo: str) -> None:
        if photo == self._photo:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        picture: QPixmap | None = self._thumbs.get(self._photo, *_PHOTO, painter.device().devicePixelRatioF())
        draw_picture(painter, QRectF(self.rect()), picture, SCALE.corner, "shopping-bag", 40)


class ProductPane(QFrame):
    """``edit_asked``, ``times_asked``, ``switch_asked`` (on or off sale) and ``stepped`` (1 or -1) are about what is
    shown; the times where buyers of this shop choose one."""

    edit_asked = Signal()
    times_asked = Signal()
    switch_asked = Signal()
    stepped = Signal(int)

    def __init__(self, presenter: CataloguePresenter, thumbs: Thumbs) -> None:
        super().__init__()
        self._presenter = presenter
        self._product: ProductView | None = None
        self.setProperty("kind", "card")
        self.setFixedWidth(WIDTH)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SCALE.card, SCALE.card, SCALE.card, SCALE.card)
        self._none = Label(presenter.t("Choose a product to see it here."), "body", "muted", wrap=True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        outer.addWidget(self._none, 1)
        self._shown = QWidget()
        outer.addWidget(self._shown, 1)
        column = QVBoxLayout(self._shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._photo = Photo(thumbs)
        column.addWidget(self._photo)
        self._words(column)
        column.addWidget(Rule())
        self._stock_part(column)
        column.addStretch(1)
        self._verbs(column)
        self.show_product(None)

    def _words(self, column: QVBoxLayout) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        self._keyword = ElidedLabel("", "lead-bold")
        self._state = StatusPill("")
        line.addWidget(self._keyword, 1)
        line.addWidget(self._state)
        column.addLayout(line)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._title = Label("", "body", wrap=True)
        self._aside = ElidedLabel("", "small", "muted")
        self._price = Label("", "title")
        words.addWidget(self._title)
        words.addWidget(self._aside)
        column.addLayout(words)
        column.addWidget(self._price)
        self._description = Label("", "small", "muted", wrap=True)
        column.addWidget(self._description)
        column.addSpacing(2)

    def _stock_part(self, column: QVBoxLayout) -> None:
        t = self._presenter.t
        line = QHBoxLayout()
        line.setSpacing(6)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(t.of("column", "Stock"), "small-bold"))
        self._left = Label("", "lead-bold")
        words.addWidget(self._left)
        line.addLayout(words, 1)
        self.less = IconButton("minus", t("One less in stock"), "secondary")
        self.more = IconButton("plus", t("One more in stock"), "secondary")
        self.less.clicked.connect(lambda: self.stepped.emit(-1))
        self.more.clicked.connect(lambda: self.stepped.emit(1))
        line.addWidget(self.less)
        line.addWidget(self.more)
        column.addLayout(line)
        self._track = StockTrack()
        column.addWidget(self._track)
        self._held = Label("", "small", "muted", wrap=True)
        column.addWidget(self._held)

    def _verbs(self, column: QVBoxLayout) -> None:
        t = self._presenter.t
        self.edit = Button(t("Edit"), icon="pencil")
        self.times = Button(t("Times…"), icon="clock")
        self.times.hide()
        self.switch = Button("", "quiet")
        self.edit.clicked.connect(self.edit_asked)
        self.times.clicked.connect(self.times_asked)
        self.switch.clicked.connect(self.switch_asked)
        column.addWidget(self.edit)
        column.addWidget(self.times)
        column.addWidget(self.switch)

    @property
    def product(self) -> ProductView | None:
        return self._product

    def show_product(self, product: ProductView | None) -> None:
        """Show a product, or that none is chosen."""
        self._product = product
        self._none.setVisible(product is None)
        self._shown.setVisible(product is not None)
        if product is None:
            return
        t, presenter = self._presenter.t, self._presenter
        row = presenter.row(product)
        self.setAccessibleName(f"{product.keyword}, {product.title}")
        self._photo.show_photo(product.photo)
        self._keyword.say(row.keyword)
        self._state.show_state(row.state.word, row.state.icon, row.state.role)
        self._title.say(product.title)
        aside = " · ".join(filter(None, (row.sku, product.category)))
        self._aside.say(aside)
        self._aside.setVisible(bool(aside))
        self._price.say(presenter.money(product.price))
        self._description.say(one_line(product.description, _DESCRIPTION))
        self._description.setVisible(bool(product.description))
        self._left.say(t.plural("{number} available", "{number} available", product.available, number=row.stock))
        self._left.set_role("danger" if row.critical else "text")
        self._track.show_shares(row.free, row.held, row.critical)
        self._held.say(presenter.held_sentence(product))
        self._track.setToolTip(presenter.stock_sentence(product))
        self.less.setEnabled(product.available > 0)
        self.switch.setText(t("Take off sale") if product.active else t("Put back on sale"))
        self.switch.set_icon_name("ban" if product.active else "refresh-cw")
