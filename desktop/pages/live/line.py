"""Who waits for a product: the next one first, each with what the seller may do for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.live.views import StockBar
from core.orders.line import Waiter
from desktop.pages.live.presenter import LivePresenter, LiveSource
from desktop.pages.live.steering import WaiterText, waiter
from desktop.pages.page import Page
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import ElidedLabel, Label, Rule
from desktop.widgets.notices import Notice

_ROW: Final = 60  # px
_MOST: Final = 6  # rows in sight


class WaiterRow(QWidget):
    """One person in line: place, name, since when, and three verbs."""

    def __init__(self, text: WaiterText, presenter: LivePresenter, free: bool, acts: LineDialog) -> None:
        super().__init__()
        t = presenter.t
        self.setFixedHeight(_ROW)
        self.setAccessibleName(f"{text.place}. {text.name}, {text.about}")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 4, 0)
        line.setSpacing(8)
        place = Label(text.place, "lead-bold", "muted")
        place.setFixedWidth(28)
        line.addWidget(place)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(ElidedLabel(text.name, "body-bold"))
        words.addWidget(ElidedLabel(text.about, "small", "muted"))
        words.addStretch(1)
        line.addLayout(words, 1)
        self.offer = Button(t("Offer now"))
        self.offer.setEnabled(free)
        self.offer.setToolTip("" if free else t("Nothing is free: the next one is served by itself when a hold ends."))
        self.skip = IconButton("arrow-down", t("Let pass: to the end of the line"))
        self.talk = IconButton("message-circle", t("Open the conversation"))
        self.talk.setEnabled(text.conversation_id is not None)
        self.drop = IconButton("x", t("Take out of the line"))
        self.offer.clicked.connect(partial(acts.offer, text))
        self.skip.clicked.connect(partial(acts.skip, text))
        self.talk.clicked.connect(partial(acts.talk, text))
        self.drop.clicked.connect(partial(acts.drop, text))
        for button in (self.offer, self.skip, self.talk, self.drop):
            line.addWidget(button)


class LineDialog(Dialog):
    """The line of one product, true while it is open."""

    def __init__(
        self,
        page: Page,
        source: LiveSource,
        presenter: LivePresenter,
        bar: StockBar,
        show: Callable[[int], object],
    ) -> None:
        t = presenter.t
        super().__init__(page, t("In line for {sku}", sku=bar.sku), 660)
        self._page, self._source, self._presenter, self._bar = page, source, presenter, bar
        self.about = Label("", "body", "muted", wrap=True)
        self.body.addWidget(self.about)
        self.nothing = Label(
            t("Nobody waits. Who claims once it is sold out stands here and is served by itself, in this order."),
            "body",
            wrap=True,
        )
        self.nothing.hide()
        self.body.addWidget(self.nothing)
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(inside)
        self.body.addWidget(self._area)
        self.rows: list[WaiterRow] = []
        self.add_way_out(t("Close"))
        self.catalogue = Button(t("Add stock"))
        self.catalogue.clicked.connect(self._to_catalogue)
        self.foot.addWidget(self.catalogue)
        self._show = show
        self.add_action(t("Put on screen"), self._put_on_screen)
        page.mount.bridge.changed.connect(lambda changes: self.read())
        self.read()

    def read(self) -> None:
        """Who waits now, and what is left."""
        source, number = self._source, self._bar.product_id

        def read() -> tuple[StockBar | None, Sequence[Waiter]]:
            bar = next((bar for bar in source.stock() if bar.product_id == number), None)
            return bar, source.waiters(number)

        self._page.mount.bridge.run(read, owner=self, done=lambda found: self.show_waiters(*found), name="read line")

    def show_waiters(self, bar: StockBar | None, waiters: Sequence[Waiter]) -> None:
        """Put what was read into the dialog."""
        self._bar = bar or self._bar
        self.about.say(f"{self._bar.title} · {self._presenter.stock(self._bar).left}")
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        free, now = self._bar.available > 0, self._page.now
        self.rows = []
        for number, one in enumerate(waiters, 1):
            row = WaiterRow(waiter(self._presenter.t, one, number, now), self._presenter, free, self)
            self.rows.append(row)
            self._column.addWidget(row)
            self._column.addWidget(Rule())
        self._column.addStretch(1)
        self._area.setVisible(bool(waiters))
        self._area.setFixedHeight(min(len(waiters), _MOST) * (_ROW + 1) + 2)
        self.nothing.setVisible(not waiters)
        self.fit()

    # -- verbs

    def _call(self, work: Callable[[], None], name: str, done: Callable[[], object] = lambda: None) -> None:
        def finished(_: None) -> None:
            done()
            self.read()

        self._page.mount.bridge.run(work, owner=self, done=finished, name=name)

    def offer(self, one: WaiterText, *_: object) -> None:
        said = self._presenter.t("{name} has it on hold now and is told.", name=one.name)
        self._call(partial(self._source.offer, one.waiting_id), "offer item", partial(self._say, Notice(said, "paid")))

    def skip(self, one: WaiterText, *_: object) -> None:
        self._call(partial(self._source.skip, one.waiting_id), "let pass")

    def drop(self, one: WaiterText, *_: object) -> None:
        """At once, with the way back in a notice; the person is not told."""
        t = self._presenter.t
        back = partial(self._page.call, partial(self._source.take_back, one.waiting_id), "take back in line")
        notice = Notice(t("{name} no longer waits; they are not told.", name=one.name), "info", t("Undo"), back)
        self._call(partial(self._source.drop, one.waiting_id), "take out of line", partial(self._say, notice))

    def talk(self, one: WaiterText, *_: object) -> None:
        self.accept()
        self._page.navigate("conversations", one.conversation_id)

    def _put_on_screen(self) -> None:
        self.accept()
        self._show(self._bar.product_id)

    def _to_catalogue(self) -> None:
        self.accept()
        self._page.navigate("catalogue", self._bar.product_id)

    def _say(self, notice: Notice) -> None:
        self._page.mount.bridge.notice.emit(notice)
