"""The catalogue's parts: the line at the top, the card with chips and table, the empty state, the veil of a drop."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from core.kernel.look import SCALE
from desktop.fonts import face
from desktop.icons import draw
from desktop.pages.catalogue.feed import Listing
from desktop.pages.catalogue.model import ProductsModel
from desktop.pages.catalogue.pane import ProductPane
from desktop.pages.catalogue.presenter import FILTERS, CataloguePresenter, Filter, Sort
from desktop.pages.catalogue.table import ProductsTable
from desktop.theme import theme
from desktop.thumbs import Thumbs
from desktop.widgets.buttons import Button, Chip, IconButton
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.fields import SearchField
from desktop.widgets.labels import Label

_PAUSE_MS: Final = 120


class CatalogueHead(QWidget):
    """Title, how many, the search, and the two ways to add. ``searched`` a moment after the last letter."""

    searched = Signal(str)

    def __init__(self, presenter: CataloguePresenter) -> None:
        super().__init__()
        self._presenter = presenter
        t = presenter.t
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(t("Catalogue"), "title"))
        self._count = Label("", "body", "muted")
        line.addWidget(self._count)
        line.addStretch(1)
        self.search = SearchField(t("Find a product"), key="/", boxed=True)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(300)
        line.addWidget(self.search, 3)
        self.pairs = Button(t("Go together…"), icon="link", key="G", live=True, shrinks=True)
        self.take_in = Button(t("Import a file…"), icon="upload", key="I", live=True, shrinks=True)
        self.add = Button(t("Add a product"), "primary", key="N", live=True)
        self.write = IconButton("download", t("Export…"))
        self.write.setToolTip(f"{self.write.accessibleName()} (E)")
        line.addWidget(self.write)
        line.addWidget(self.pairs)
        line.addWidget(self.take_in)
        line.addWidget(self.add)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.searched.emit(self.search.text()))
        self.search.textEdited.connect(lambda text: self._pause.start())

    def show_count(self, listing: Listing) -> None:
        self._count.say(self._presenter.found(len(listing.ids), listing.question))


class Products(QWidget):
    """The table under its chips, and the pane beside it. ``filtered`` with a filter, ``sort_chosen`` with an order."""

    filtered = Signal(str)
    sort_chosen = Signal(str)

    def __init__(self, presenter: CataloguePresenter, model: ProductsModel, thumbs: Thumbs) -> None:
        super().__init__()
        self._presenter = presenter
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SCALE.gap)
        card = Card(presenter.t("Products"))
        card.title.hide()
        self._chips(card)
        self.table = ProductsTable(model, thumbs, presenter.t("Products"))
        self._nothing = EmptyState("search", "", "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        card.body.addWidget(self._stack)
        self.card = card
        line.addWidget(card, 1)
        self.pane = ProductPane(presenter, thumbs)
        line.addWidget(self.pane)

    def _chips(self, card: Card) -> None:
        t = self._presenter.t
        self.chips: dict[Filter, Chip] = {}
        self._group = QButtonGroup(self)
        for name, word in self._presenter.filters():
            chip = self.chips[name] = Chip(word)
            chip.clicked.connect(lambda checked, name=name: self.filtered.emit(name))
            self._group.addButton(chip)
            card.head.addWidget(chip)
        self.chips["all"].setChecked(True)
        card.head.addStretch(1)
        self.sort = Button("", "link", icon="chevron-down")
        menu = QMenu(self.sort)
        group = QActionGroup(menu)
        self._sorts: dict[Sort, QAction] = {}
        for sort, word in self._presenter.sorts():
            action = self._sorts[sort] = QAction(word, menu, checkable=True)
            action.triggered.connect(lambda checked, sort=sort: self.sort_chosen.emit(sort))
            group.addAction(action)
            menu.addAction(action)
        self.sort.clicked.connect(lambda: menu.popup(self.sort.mapToGlobal(self.sort.rect().bottomLeft())))
        self.sort.setAccessibleDescription(t("Choose the order of the products"))
        card.head.addWidget(self.sort)

    def show_listing(self, listing: Listing) -> None:
        """Chips, counts and order; a sentence instead of the table when nothing is found."""
        question = listing.question
        for name in FILTERS:
            self.chips[name].count(listing.counts.of(name))
            self.chips[name].setVisible(name in ("all", question.filter) or listing.counts.of(name) > 0)
        self.chips[question.filter].setChecked(True)
        self._sorts[question.sort].setChecked(True)
        self.sort.setText(self._presenter.sorted_by(question))
        self.sort.setEnabled(not question.query)
        self.table.show_sort("recent" if question.query else question.sort, question.descending)
        self._nothing.say(self._presenter.nothing(question), self._presenter.hint(question))
        self._stack.setCurrentIndex(0 if listing.ids else 1)


class NoProducts(QWidget):
    """The catalogue is empty: what it is for, and three ways to begin."""

    def __init__(self, presenter: CataloguePresenter) -> None:
        super().__init__()
        t = presenter.t
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addStretch(2)
        state = EmptyState(
            "shopping-bag",
            t("Your products go here"),
            t("Each has a keyword that buyers write on WhatsApp, a price and a stock. Only what is here can be sold."),
        )
        column.addWidget(state)
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        self.take_in = Button(t("Import a file"), "primary", icon="upload", key="I", live=True)
        self.add = Button(t("Add a product"), icon="plus", key="N", live=True)
        line.addStretch(1)
        line.addWidget(self.take_in)
        line.addWidget(self.add)
        line.addStretch(1)
        column.addLayout(line)
        column.addSpacing(10)
        self.sample = Button(t("Model file"), "link", icon="download")
        column.addWidget(self.sample, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)


class Veil(QWidget):
    """Lies over the page while a file hangs over it."""

    def __init__(self, parent: QWidget, text: str) -> None:
        super().__init__(parent)
        self._text = text
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self) -> None:
        parent = self.parentWidget()
        if parent:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = theme().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(palette.background)
        ground.setAlphaF(0.88)
        painter.fillRect(self.rect(), ground)
        painter.setPen(QPen(QColor(palette.gold), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(14, 12, -14, -10), SCALE.corner, SCALE.corner)
        middle = QRectF(self.rect()).center()
        draw(painter, "upload", palette.gold_text, middle.x() - 20, middle.y() - 52, 40, 1.8)
        painter.setPen(QColor(palette.text))
        painter.setFont(face("title"))
        place = QRectF(0, middle.y(), self.width(), 40)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), self._text)


def under_each_other(head: QWidget, rest: QWidget) -> QWidget:
    """The line at the top, and what takes the room below it."""
    held = QWidget()
    column = QVBoxLayout(held)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SCALE.gap)
    column.addWidget(head)
    column.addWidget(rest, 1)
    return held
