"""The board's body: tiles, orders with their filters, stock, alerts, curve."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from core.kernel.clock import Clock
from core.kernel.look import SCALE
from core.live.views import Tiles
from desktop.bridge import Bridge
from desktop.charts.minutes import MinuteChart
from desktop.pages.live.acts import ActStrip
from desktop.pages.live.curve import Curve
from desktop.pages.live.model import OrdersModel
from desktop.pages.live.presenter import AlertText, Filter, LivePresenter, StockText
from desktop.pages.live.table import OrdersTable
from desktop.widgets.alertrow import AlertRow
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.card import BAND, Card, Tile
from desktop.widgets.empty import EmptyState
from desktop.widgets.fields import SearchField
from desktop.widgets.labels import ElidedLabel, Label
from desktop.widgets.stockbar import StockBarRow

CALM = 100
SIDE_WIDE = 400
SIDE = 316
SIDE_MIDDLE = 296
SIDE_NARROW = 264
BROAD = 1500
WIDE = 1120
NARROW = 980
STACKED = 820
LOW = 680
SEARCH_ICON, SEARCH_LEAST, SEARCH_MOST = 38, 132, 170
BELOW, ORDERS_LEAST = 190, 280
_ANY = 16_777_215  # Qt's word for no limit
_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class Board(QWidget):
    """Everything under the head of a running live."""

    def __init__(self, presenter: LivePresenter, model: OrdersModel, clock: Clock, bridge: Bridge) -> None:
        super().__init__()
        self.presenter = presenter
        t = presenter.t
        self.tiles = [Tile(text.title, text.role) for text in presenter.tiles(Tiles(0, 0, 0, 0, 0, 0, 0, 0, 0, 0))]
        self.tiles[-1].set_gold_edge()
        self.orders = OrdersCard(presenter, model, clock)
        self.table = self.orders.table
        self.stock = StockCard(presenter)
        self.alerts = AlertsCard(presenter)
        self.chart_card = Card(t("Orders per minute"), ruled=False)
        self.caption = ElidedLabel("", "small", "muted")
        self.chart_card.head.addWidget(self.caption, 1)
        self.chart = MinuteChart(
            bridge, presenter.zone, t("The orders of each minute stand here from the first one on.")
        )
        self.chart_card.body.setContentsMargins(SCALE.card, 0, SCALE.card, 6)
        self.chart_card.body.addWidget(self.chart)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SCALE.gap)
        row = QHBoxLayout()
        row.setSpacing(SCALE.gap)
        for tile in self.tiles:
            row.addWidget(tile, 3 if tile is self.tiles[-1] else 2)
        column.addLayout(row)
        middle = self._middle = QHBoxLayout()
        middle.setSpacing(SCALE.gap + 2)
        middle.addWidget(self.orders, 1)
        self._side = QWidget()
        side = self._beside = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(SCALE.gap + 2)
        side.addWidget(self.stock, 10)
        side.addWidget(self.alerts, 9)
        middle.addWidget(self._side)
        column.addLayout(middle, 1)
        column.addWidget(self.chart_card)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width, low = self.width(), self.height() < LOW
        stacked = width < STACKED
        self._middle.setDirection(_DOWN if stacked else _ACROSS)
        self._beside.setDirection(_ACROSS if stacked else _DOWN)
        self.orders.setMinimumHeight(ORDERS_LEAST if stacked else 0)
        if stacked:
            self._side.setMinimumSize(0, BELOW)
            self._side.setMaximumSize(_ANY, BELOW)
        else:
            self._side.setMinimumSize(0, 0)
            self._side.setMaximumSize(_ANY, _ANY)
            steps = ((BROAD, SIDE_WIDE), (WIDE, SIDE), (NARROW, SIDE_MIDDLE))
            self._side.setFixedWidth(next((wide for least, wide in steps if width >= least), SIDE_NARROW))
        self.chart_card.set_band(34 if low else 40)
        self.chart_card.setFixedHeight(104 if low else 146)
        for tile in self.tiles:
            tile.set_tight(low)
        for card in (self.stock, self.alerts):
            card.set_tight(low)

    def figures(self) -> dict[str, int]:
        """The numbers as they stand on the tiles."""
        shown = (int("".join(c for c in tile.figure() if c.isdigit()) or 0) for tile in self.tiles)
        return dict(zip(("orders", "paid", "pending", "expired", "revenue"), shown, strict=True))

    def show_tiles(self, tiles: Tiles) -> None:
        for tile, text in zip(self.tiles, self.presenter.tiles(tiles), strict=True):
            tile.show_figure(text.value, text.caption)

    def show_curve(self, curve: Curve) -> None:
        self.caption.say(curve.caption)
        self.chart.show_bars(curve.first, curve.bars, curve.summary)

    def focus_search(self) -> None:
        self.orders.search.setFocus()
        self.orders.search.selectAll()


class OrdersCard(Card):
    """The orders: chips that filter, a search, the table, and what to say when nothing shows."""

    def __init__(self, presenter: LivePresenter, model: OrdersModel, clock: Clock) -> None:
        t = presenter.t
        super().__init__(t("Orders"))
        self._model, self._t = model, t
        self.chips: dict[Filter, Chip] = {}
        self.head.addSpacing(6)
        for name, word in presenter.filters():
            chip = self.chips[name] = Chip(word)
            chip.clicked.connect(partial(self.choose, name))
            self.head.addWidget(chip)
        self.head.addStretch(1)
        self.search = SearchField(t("Search"), "/")
        self.head.addWidget(self.search)
        self.table = OrdersTable(model, clock)
        self.table.setAccessibleName(t("Orders of this live"))
        self._nothing = EmptyState("shopping-bag", "", "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        self.body.addWidget(self._stack, 1)
        self.strip = ActStrip(t)
        self.body.addWidget(self.strip)
        # The card's round corners stay: the table ends a little above its lower edge.
        self.body.addSpacing(4)
        self._pause = QTimer(self, singleShot=True, interval=120)
        self._pause.timeout.connect(lambda: model.search(self.search.text()))
        self.search.textEdited.connect(lambda text: self._pause.start())
        self.search.left.connect(self.table.setFocus)
        self.search.focused.connect(self._fold)
        self.search.down.connect(self._into_table)
        self.search.returnPressed.connect(self._into_table)
        model.counted.connect(self._count)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self.see_selected())
        for signal in (model.rowsInserted, model.rowsRemoved):
            signal.connect(self._see_whether_empty)
        self.choose("all")
        self._count(model.counts)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold(self.search.hasFocus())

    def minimumSizeHint(self) -> QSize:
        """As narrow as the chips and the search's icon, whatever shows now."""
        chips = sum(chip.sizeHint().width() + 8 for chip in self.chips.values())
        return QSize(chips + 2 * SCALE.card + 14 + SEARCH_ICON, super().minimumSizeHint().height())

    def _fold(self, searching: bool) -> None:
        """Where the chips leave little room the search is an icon until it is used; then the title makes room."""
        chips = sum(chip.sizeHint().width() + 8 for chip in self.chips.values())
        room = self.width() - chips - 2 * SCALE.card - 14
        beside_title = room - self.title.sizeHint().width() - 8
        used = searching or bool(self.search.text())
        self.title.setVisible(beside_title >= (SEARCH_LEAST if used else SEARCH_ICON))
        room = beside_title if self.title.isVisibleTo(self) else room
        wide = used or room >= SEARCH_LEAST
        self.search.setFixedWidth(max(SEARCH_ICON, min(SEARCH_MOST, room)) if wide else SEARCH_ICON)

    def choose(self, name: Filter, *_: object) -> None:
        """Show the orders of one chip."""
        for other, chip in self.chips.items():
            chip.setChecked(other == name)
        kept = self.table.current
        self._model.show_filter(name)
        if kept is not None:
            self.table.select(kept)
        self._see_whether_empty()

    def see_selected(self) -> None:
        """Offer what can be done with the order selected."""
        current = self.table.picked
        self.strip.show_row(None if current is None else self._model.order(current))

    def _count(self, counts: dict[str, int]) -> None:
        for name, chip in self.chips.items():
            chip.count(counts.get(name, 0))
        self._see_whether_empty()  # when rows left, those of the live before were still counted

    def _into_table(self) -> None:
        if self._pause.isActive():
            self._pause.stop()
            self._model.search(self.search.text())
        self.table.setFocus()
        if self._model.rowCount() and self.table.current is None:
            self.table.setCurrentIndex(self._model.index(0, 0))

    def _see_whether_empty(self) -> None:
        empty = self._model.rowCount() == 0
        if empty and self._model.total == 0:
            self._nothing.say(
                self._t("Waiting for the first order"),
                self._t("It appears here as soon as somebody claims a product on WhatsApp, or you make an invoice."),
            )
        elif empty:
            self._nothing.say(self._t("No order here"), self._t("Nothing matches this filter and search."))
        self._stack.setCurrentIndex(1 if empty else 0)


class _ListCard(Card):
    """A card whose rows are kept and filled again, and scroll when there are many."""

    def __init__(self, title: str, spacing: int, margin: int) -> None:
        super().__init__(title)
        self._rows_widget = QWidget()
        self._rows_widget.setProperty("kind", "scrolled")
        self.rows = QVBoxLayout(self._rows_widget)
        self.rows.setContentsMargins(margin, margin and 12, margin, margin and 12)
        self.rows.setSpacing(spacing)
        self.rows.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._rows_widget)
        self.body.addWidget(area, 1)
        self.body.addSpacing(2)
        self._spacing = spacing

    def set_tight(self, tight: bool) -> None:
        """Less air between the rows, when the window is low."""
        self.set_band(40 if tight else BAND)
        self.rows.setSpacing(self._spacing * 2 // 3 if tight else self._spacing)


class StockCard(_ListCard):
    """What is left of each product of the live, ``pressed`` with its id; without any, the way to the catalogue
    (``catalogue_wanted``)."""

    catalogue_wanted = Signal()
    pressed = Signal(int)

    def __init__(self, presenter: LivePresenter) -> None:
        super().__init__(presenter.t("Stock"), 16, SCALE.card)
        self.head.addStretch(1)
        self.head.addWidget(Label(presenter.t("available / total"), "small", "muted"))
        self.bars: list[StockBarRow] = []
        self._texts: Sequence[StockText] = ()
        self.nothing = QWidget()
        column = QVBoxLayout(self.nothing)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(
            Label(presenter.t("Nothing is in stock: there is nothing to claim."), "small", "muted", wrap=True)
        )
        self.open_catalogue = Button(presenter.t("Open the catalogue"), "link")
        self.open_catalogue.clicked.connect(self.catalogue_wanted)
        column.addWidget(self.open_catalogue, 0, Qt.AlignmentFlag.AlignLeft)
        self.nothing.hide()
        self.rows.insertWidget(0, self.nothing)

    def show_stock(self, texts: Sequence[StockText]) -> None:
        while len(self.bars) < len(texts):
            bar = StockBarRow()
            bar.pressed.connect(partial(self._pressed, len(self.bars)))
            self.bars.append(bar)
            self.rows.insertWidget(self.rows.count() - 1, bar)
        for bar, text in zip(self.bars, texts, strict=False):
            bar.show_stock(text.sku, text.title, text.left, text.role, text.free, text.held, text.said, text.waiting)
            bar.show()
        for bar in self.bars[len(texts) :]:
            bar.hide()
        self.nothing.setVisible(not texts)
        self._texts = texts

    def _pressed(self, place: int) -> None:
        if place < len(self._texts):
            self.pressed.emit(self._texts[place].product_id)


class AlertsCard(_ListCard):
    """What the seller must do. ``acted`` with the alert whose verb was pressed."""

    acted = Signal(object)

    def __init__(self, presenter: LivePresenter) -> None:
        super().__init__(presenter.t("Alerts"), 0, 0)
        self._number = Label("", "small-bold", "muted")
        self.head.addWidget(self._number)
        self.head.addStretch(1)
        self.alerts: list[AlertRow] = []
        self._tight = False
        self._texts: Sequence[AlertText] = ()
        self._calm = Label(presenter.t("Nothing to do: all is well."), "small", "muted")
        self._calm.setContentsMargins(SCALE.card, 14, SCALE.card, 0)
        self.rows.insertWidget(0, self._calm)

    def set_tight(self, tight: bool) -> None:
        super().set_tight(tight)
        self._tight = tight
        for row in self.alerts:
            row.set_tight(tight)

    def show_alerts(self, texts: Sequence[AlertText]) -> None:
        self._texts = texts
        self._calm.setVisible(not texts)
        self._number.say(str(len(texts)) if texts else "")
        # With nothing to do, the stock gets the room.
        self.setMaximumHeight(_ANY if texts else CALM)
        while len(self.alerts) < len(texts):
            row = AlertRow()
            row.acted.connect(partial(self._pressed, len(self.alerts)))
            row.set_tight(self._tight)
            self.alerts.append(row)
            self.rows.insertWidget(self.rows.count() - 1, row)
        for row, text in zip(self.alerts, texts, strict=False):
            row.show_alert(text.icon, text.role, text.title, text.detail, text.verb)
            row.show()
        for row in self.alerts[len(texts) :]:
            row.hide()

    def _pressed(self, place: int) -> None:
        if place < len(self._texts):
            self.acted.emit(self._texts[place])
