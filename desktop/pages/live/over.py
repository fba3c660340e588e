"""What a live brought, once it is over: figures, one thing to do, the way to the analyses; past lives too."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QHBoxLayout

from core.kernel.look import SCALE
from desktop.pages.live.steering import Over, OverWords, SteeringSource
from desktop.pages.page import Page
from desktop.subjects import OrdersWanted
from desktop.widgets.buttons import Button
from desktop.widgets.card import Tile
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import IconLabel, Label
from desktop.widgets.notices import Notice

_COLUMNS: Final = 12
_PLACES: Final = ((0, 0, 5), (0, 5, 4), (0, 9, 3), (1, 0, 6), (1, 6, 6))  # row, column, columns of each tile


class OverDialog(Dialog):
    """The summary of one live (F90), with a choice of the others."""

    def __init__(self, page: Page, source: SteeringSource, over: Over) -> None:
        t, store = page.t, page.mount.context.store
        super().__init__(page, t("What the live brought"), 860)
        self._page, self._source = page, source
        self._words = OverWords(t, store.currency)
        self.over = over
        self.choice = QComboBox()
        self.choice.setAccessibleName(t("Live"))
        for number, title, started in over.lives:
            self.choice.addItem(self._words.title(title, started, store.zone), number)
        self.choice.activated.connect(self._choose)
        self.body.addWidget(self.choice)
        self.tiles = [Tile(figure.title, figure.role) for figure in self._words.figures(over)]
        self.tiles[0].set_gold_edge()
        grid = QGridLayout()
        grid.setSpacing(SCALE.gap)
        for tile, (row, column, span) in zip(self.tiles, _PLACES, strict=True):
            grid.addWidget(tile, row, column, 1, span)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        self.body.addLayout(grid)
        hint = QFrame()
        hint.setProperty("kind", "banner")
        hint.setProperty("role", "info")
        line = QHBoxLayout(hint)
        line.setContentsMargins(16, 12, 14, 12)
        line.setSpacing(10)
        line.addWidget(IconLabel("info", "info"))
        self.advice = Label("", "body", wrap=True)
        line.addWidget(self.advice, 1)
        self.body.addWidget(hint)
        self.add_way_out(t("Close"))
        self.copy = Button(t("Copy"), icon="copy")
        self.copy.clicked.connect(self.copy_text)
        self.share = Button(t("Send on WhatsApp"), icon="send")
        self.share.clicked.connect(self.send)
        self.orders = Button(t("Its orders"), icon="shopping-bag")
        self.orders.clicked.connect(self._to_orders)
        self.foot.addWidget(self.orders)
        self.foot.addWidget(self.copy)
        self.foot.addWidget(self.share)
        self.add_action(t("See the analyses"), self._to_analyses)
        self.show_over(over)

    def show_over(self, over: Over | None) -> None:
        """Another live's figures."""
        if over is None:
            return
        self.over = over
        for tile, figure in zip(self.tiles, self._words.figures(over), strict=True):
            tile.show_figure(figure.value, figure.caption)
        self.advice.say(self._words.advice(over.told))
        session = over.session
        place = self.choice.findData(session.session_id)
        if place < 0:  # older than those that are offered
            zone = self._page.mount.context.store.zone
            self.choice.addItem(self._words.title(session.title, session.started_at, zone), session.session_id)
            place = self.choice.count() - 1
        self.choice.setCurrentIndex(place)
        self.fit()

    @property
    def text(self) -> str:
        """What is copied and sent."""
        session, zone = self.over.session, self._page.mount.context.store.zone
        return self._words.text(self.over, self._words.title(session.title, session.started_at, zone))

    def _choose(self, place: int) -> None:
        number, source = self.choice.itemData(place), self._source
        self._page.mount.bridge.run(lambda: source.over(number), owner=self, done=self.show_over, name="read live")

    def copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self._page.mount.bridge.notice.emit(Notice(self._page.t("The summary is on the clipboard."), "paid"))

    def send(self) -> None:
        """WhatsApp asks whom to send it to."""
        QDesktopServices.openUrl(QUrl(f"https://wa.me/?text={quote(self.text)}"))

    def _to_orders(self) -> None:
        session = self.over.session
        self.accept()
        self._page.navigate("orders", OrdersWanted(session_id=session.session_id, called=session.title))

    def _to_analyses(self) -> None:
        self.accept()
        self._page.navigate("analyses", self.over.session.session_id)
