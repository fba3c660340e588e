"""The live board: what is (tiles, rows), what to do (stock, alerts), what was (curve)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from core.connecting.rules import Task
from core.kernel.errors import StorageFailed
from core.kernel.look import SCALE
from core.live.views import Tiles
from desktop.pages.live.acts import KEYS, OrderActs, verb_text
from desktop.pages.live.big import HOLDS, BigBoard, BigWindow
from desktop.pages.live.board import Board
from desktop.pages.live.curve import curve
from desktop.pages.live.decide import OnScreenDialog
from desktop.pages.live.feed import BoardFeed, Panels, Reading
from desktop.pages.live.head import LiveHead
from desktop.pages.live.invoice import InvoiceDialog
from desktop.pages.live.line import LineDialog
from desktop.pages.live.model import OrdersModel
from desktop.pages.live.obs import ObsDialog
from desktop.pages.live.over import OverDialog
from desktop.pages.live.presenter import LivePresenter, NewLive
from desktop.pages.live.rehearse import RehearseDialog
from desktop.pages.live.rows import Verb
from desktop.pages.live.stage import StageWindow
from desktop.pages.live.start import StartDialog, end_dialog
from desktop.pages.live.steering import Over
from desktop.pages.missing import MissingCard
from desktop.pages.page import Mount, Page
from desktop.pages.welcome.presenter import WelcomePresenter
from desktop.widgets.buttons import Button
from desktop.widgets.empty import EmptyState
from desktop.widgets.notices import Banner, Notice


class LivePage(Page):
    """Places the board's widgets, gives them what the feed read, and calls the verbs."""

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        context, t = mount.context, mount.t
        self.source = context.live
        self.presenter = LivePresenter(t, context.store.currency, context.store.zone)
        self.model = OrdersModel(self.presenter, context.clock, self)
        self._last: Reading | None = None
        self._panels: Panels | None = None
        self._tiles: Tiles | None = None
        self.big: BigWindow | None = None
        self.banner = Banner()
        self.head = LiveHead(self.presenter)
        self.board = Board(self.presenter, self.model, context.clock, mount.bridge)
        self.empty = EmptyState(
            "radio",
            t("No live is running"),
            t("Start one when you go on air: claims, payments and stock appear here as they happen."),
            t("Start a live"),
            self.start_live,
            key="L",
        )
        self.empty.offer(Button(t("Show in OBS"), "quiet", icon="monitor", key="O"), self.show_in_obs)
        self.empty.offer(Button(t("What the last live brought"), "quiet", icon="chart-column", key="B"), self.show_over)
        if mount.rehearse is not None:
            self.empty.offer(Button(t("Rehearse a live"), "quiet", icon="circle-play"), self.rehearse)
        self._stack = QStackedWidget()
        self._stack.addWidget(QWidget())  # nothing to say before the first reading
        self._stack.addWidget(self.empty)
        live = QWidget()
        column = QVBoxLayout(live)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SCALE.gap)
        column.addWidget(self.head)
        column.addWidget(self.board, 1)
        self._stack.addWidget(live)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 12)
        outer.setSpacing(SCALE.gap)
        outer.addWidget(self.banner)
        self.missing = MissingCard(WelcomePresenter(t, context.store.currency))
        outer.addWidget(self.missing)
        outer.addWidget(self._stack, 1)
        self._connect()
        self.feed = BoardFeed(self.source, mount.bridge, self)
        self.feed.reading.connect(self.show_reading)
        self.feed.failed.connect(self._reading_failed)
        self.acts = OrderActs(self, self.source, self.presenter, self.model, self.feed, self._selected)
        self.board.table.asked.connect(self.acts.open_menu)
        self.board.alerts.acted.connect(self.acts.act_on)
        self.feed.refresh()

    def _selected(self) -> int | None:
        """The order that the keys mean: none while the board does not show."""
        return self.board.table.picked if self.running else None

    def _connect(self) -> None:
        self.head.new_invoice.clicked.connect(self.new_invoice)
        self.head.end.clicked.connect(self.end_live)
        self.head.on_screen.clicked.connect(lambda: self.choose_on_screen())
        self.head.code.clicked.connect(self.show_code)
        self.head.obs.clicked.connect(self.show_in_obs)
        self.head.big.clicked.connect(self.show_big)
        self.board.table.chosen.connect(self._menu_by_key)
        self.board.stock.catalogue_wanted.connect(lambda: self.navigate("catalogue", None))
        self.board.stock.pressed.connect(self.show_line)
        self.board.orders.strip.asked.connect(self._press)
        self.missing.asked.connect(lambda step: self.navigate("welcome", step))
        self.missing.dismissed.connect(self._hide_missing)
        self.mount.ticker.second.connect(self._second)
        t = self.t
        for keys, act, said in (
            ("N", self.new_invoice, t("New invoice")),
            ("L", self.start_live, t("Start a live")),
            ("E", self.choose_on_screen, t("Choose the product on screen")),
            ("Q", self.show_code, t("Show the product’s code")),
            ("O", self.show_in_obs, t("Show in OBS")),
            ("G", self.show_big, t("Big screen")),
            ("W", self.show_longest_line, t("Who waits for a product")),
            ("B", self.show_over, t("What the last live brought")),
            ("/", self.board.focus_search, t("Search")),
            ("Ctrl+F", self.board.focus_search, t("Search")),
        ):
            self.add_shortcut(keys, act, said)
        wanted: dict[str, list[Verb]] = {}
        for verb, key in KEYS.items():
            wanted.setdefault(key, []).append(verb)
        for key, verbs in wanted.items():
            said = " / ".join(verb_text(t, verb) for verb in verbs)
            self.add_shortcut(key, partial(self._press, *verbs), said)

    # -- what is missing

    def _read_missing(self) -> None:
        welcome = self.mount.context.welcome
        self.call(lambda: () if welcome.later() else welcome.tasks(), "read missing", self._show_missing)

    def _show_missing(self, tasks: Sequence[Task]) -> None:
        shown = not self.running and self.missing.show_tasks(tasks)
        self.missing.setVisible(shown)
        if self.empty.button is not None:
            self.empty.button.set_kind("secondary" if shown else "primary")

    def _hide_missing(self) -> None:
        self._show_missing(())
        self.call(self.mount.context.welcome.set_later, "hide missing")

    # -- showing

    def take_focus(self) -> None:
        self._read_missing()
        if self.running:
            self.board.table.setFocus()
        else:
            self.setFocus()

    @property
    def running(self) -> bool:
        """Whether a live is in progress, as far as this page has read."""
        return self._last is not None and self._last.session is not None

    def show_reading(self, reading: Reading) -> None:
        """Put what was read on the board."""
        self._last = reading
        self.banner.hide()
        if reading.session is None:
            self.model.load(())
            self._stack.setCurrentIndex(1)
            if self.big is not None:
                self.big.close()
            return
        self.missing.hide()
        if reading.full:
            self.model.load(reading.entries)
        else:
            for order_id in self.model.apply(reading.entries, reading.gone).paid:
                self.board.table.start_pulse(order_id)
                self.mount.sounds.play("paid")
        self.head.show_session(reading.session, self.now)
        if reading.tiles:
            self._tiles = reading.tiles
            self.board.show_tiles(reading.tiles)
        if reading.panels:
            self._show_panels(reading.panels)
        self.board.orders.see_selected()
        self._show_in_big()
        if self._stack.currentIndex() != 2:
            self._stack.setCurrentIndex(2)
            if self.isVisible() and self.window().focusWidget() in (None, self):
                self.board.table.setFocus()

    def _show_panels(self, panels: Panels) -> None:
        self._panels = panels
        self.board.stock.show_stock([self.presenter.stock(bar) for bar in panels.stock])
        shown = [self.presenter.alert(alert, self.model.order(alert.subject_id)) for alert in panels.alerts]
        self.board.alerts.show_alerts(shown)
        if any(alert.kind == "storage" for alert in panels.alerts):
            self._warn_storage()
        self._draw_curve()

    def _draw_curve(self) -> None:
        if self._panels and self._last and self._last.session:
            started = self._last.session.started_at
            self.board.show_curve(curve(self._panels.minutes, started, self.now, self.t, self.presenter.zone))

    def _second(self, now: int) -> None:
        if self.big is not None:
            self.big.tick()
        if not self.isVisible() or self._last is None or self._last.session is None:
            return
        self.head.tick(self._last.session, now)
        self.board.table.tick()
        if now % 60_000 < 1000:
            self._draw_curve()

    def _reading_failed(self, error: Exception) -> None:
        if isinstance(error, StorageFailed):
            self._warn_storage()
        else:
            self.mount.bridge.explain(error, "read board")

    def _warn_storage(self) -> None:
        title, detail = self.presenter.storage_failed()
        self.banner.warn(title, detail, "danger", self.t("Try again"), self.feed.refresh)

    # -- verbs

    def new_invoice(self) -> None:
        if self.running:
            country = self.mount.context.store.country
            dialog = InvoiceDialog(self, self.source, self.mount.bridge, self.presenter, country)
            dialog.sent.connect(lambda result: self.feed.refresh_orders((result.order_id,)))
            dialog.present()

    def start_live(self) -> None:
        if self._last is not None and not self.running:
            StartDialog(self, self.presenter, self._start).present()

    def rehearse(self) -> None:
        """Ask how, and open a rehearsal beside this window."""
        launch = self.mount.rehearse
        if launch is not None:
            RehearseDialog(self, self.t, lambda n, speed: self.call(partial(launch, n, speed), "rehearse")).present()

    def _start(self, live: NewLive) -> None:
        self.call(lambda: self.source.start_live(live), "start live", lambda session: self.feed.refresh())

    def end_live(self) -> None:
        if self.running and self._last:
            end_dialog(self, self.presenter, self._last.tiles, self._end).present()

    def _end(self) -> None:
        self.call(self.source.end_live, "end live", self._ended)

    def _ended(self, _: None) -> None:
        self.feed.refresh()
        self.show_over()

    def show_over(self) -> None:
        """What the last live brought; it leads to those before."""
        self.call(lambda: self.source.over(None), "read live", self._show_over)

    def _show_over(self, over: Over | None) -> None:
        if over is not None:
            OverDialog(self, self.source, over).present()
        else:
            self.mount.bridge.notice.emit(Notice(self.t("No live has ended yet: its summary comes here.")))

    def choose_on_screen(self, over: QWidget | None = None) -> None:
        if self.running:
            OnScreenDialog(over or self, self.source, self.mount.bridge, self.presenter, self._show_on_screen).present()

    def _show_on_screen(self, product_id: int | None) -> None:
        self.call(lambda: self.source.set_on_screen(product_id), "set on screen", lambda nothing: self.feed.refresh())

    def show_code(self) -> None:
        """The code of the product on screen, over the whole screen; once is enough."""
        window = self.window()  # not the page: a locked one is switched off with all that is its own
        if self.running and window.findChild(StageWindow) is None:
            shown = StageWindow(window, self.source, self.mount.bridge, self.presenter, self._choose_over)
            shown.showFullScreen()

    def show_big(self) -> None:
        """The live for two metres' distance; once is enough."""
        if self.running and self.big is None:
            self.big = BigWindow(self, self.presenter, lambda: self.now, self._choose_over)
            self.big.destroyed.connect(self._big_gone)
            self._show_in_big()
            self.big.showFullScreen()

    def _big_gone(self) -> None:
        self.big = None

    def _show_in_big(self) -> None:
        last, panels = self._last, self._panels
        if self.big is not None and last is not None and last.session is not None and panels is not None:
            alerts = [self.presenter.alert(alert, self.model.order(alert.subject_id)) for alert in panels.alerts]
            tiles = self.presenter.tiles(self._tiles) if self._tiles else ()
            self.big.show_board(BigBoard(last.session, tiles, self.model.holds(HOLDS), panels.stock, alerts))

    def _choose_over(self, window: QWidget) -> None:
        """From the code's window; a locked page lets nobody act."""
        if self.isEnabled():
            self.choose_on_screen(window)

    def show_in_obs(self) -> None:
        """Also before a live, when everything is being set up."""
        ObsDialog(self, self.source, self.mount.bridge, self.presenter, self.show_code).present()

    def show_line(self, product_id: int) -> None:
        """Who waits for a product."""
        bar = next((bar for bar in self._panels.stock if bar.product_id == product_id), None) if self._panels else None
        if bar is not None:
            LineDialog(self, self.source, self.presenter, bar, self._show_on_screen).present()

    def show_longest_line(self) -> None:
        """The line that most people stand in, else that of the product on screen."""
        bars = self._panels.stock if self._panels else ()
        longest = max(bars, key=lambda bar: bar.waiting, default=None)
        shown = self._last.session.on_screen if self._last and self._last.session else None
        if longest is not None and longest.waiting:
            self.show_line(longest.product_id)
        elif shown is not None:
            self.show_line(shown[0])

    # -- one order

    def show_subject(self, subject: object) -> None:
        """Bring an order into sight; one that waits for a word is asked about."""
        if isinstance(subject, int) and not self.board.table.select(subject):
            self.acts.decide(subject)

    def _menu_by_key(self, order_id: int) -> None:
        self.acts.open_menu(order_id, self.board.table.menu_place(order_id))

    def _press(self, *verbs: str) -> None:
        self.acts.press(*(cast(Verb, verb) for verb in verbs))
