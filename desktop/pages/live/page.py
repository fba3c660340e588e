"""The live board: what is (tiles, rows), what to do (stock, alerts), what was (curve)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QCursor, QGuiApplication
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from core.connecting.rules import Task
from core.kernel.errors import NotFound, StorageFailed
from core.kernel.look import SCALE
from core.live.views import BoardRow
from desktop.pages.live.board import Board
from desktop.pages.live.curve import curve
from desktop.pages.live.decide import DecisionDialog, OnScreenDialog, ReceiptDialog
from desktop.pages.live.feed import BoardFeed, Panels, Reading
from desktop.pages.live.head import LiveHead
from desktop.pages.live.invoice import InvoiceDialog
from desktop.pages.live.missing import MissingCard
from desktop.pages.live.model import OrdersModel
from desktop.pages.live.obs import ObsDialog
from desktop.pages.live.presenter import AlertText, LivePresenter, NewLive
from desktop.pages.live.rehearse import RehearseDialog
from desktop.pages.live.rows import Verb, cancel_question, verbs
from desktop.pages.live.stage import StageWindow
from desktop.pages.live.start import StartDialog, end_dialog
from desktop.pages.page import Mount, Page
from desktop.pages.welcome.presenter import WelcomePresenter
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Confirm
from desktop.widgets.empty import EmptyState
from desktop.widgets.notices import Banner, Notice

EXTENSION_MIN = 5


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
        self.feed.refresh()

    def _connect(self) -> None:
        self.head.new_invoice.clicked.connect(self.new_invoice)
        self.head.end.clicked.connect(self.end_live)
        self.head.on_screen.clicked.connect(lambda: self.choose_on_screen())
        self.head.code.clicked.connect(self.show_code)
        self.head.obs.clicked.connect(self.show_in_obs)
        self.board.table.chosen.connect(self._menu_by_key)
        self.board.table.asked.connect(self.open_menu)
        self.board.stock.catalogue_wanted.connect(lambda: self.navigate("catalogue", None))
        self.board.alerts.acted.connect(self._act_on)
        self.missing.asked.connect(lambda step: self.navigate("welcome", step))
        self.missing.dismissed.connect(self._hide_missing)
        self.mount.ticker.second.connect(self._second)
        for keys, act in (
            ("N", self.new_invoice),
            ("L", self.start_live),
            ("E", self.choose_on_screen),
            ("Q", self.show_code),
            ("O", self.show_in_obs),
            ("/", self.board.focus_search),
        ):
            self.add_shortcut(keys, act)

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
            self.board.show_tiles(reading.tiles)
        if reading.panels:
            self._show_panels(reading.panels)
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
        self.call(self.source.end_live, "end live", lambda nothing: self.feed.refresh())

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

    def _choose_over(self, window: QWidget) -> None:
        """From the code's window; a locked page lets nobody act."""
        if self.isEnabled():
            self.choose_on_screen(window)

    def show_in_obs(self) -> None:
        """Also before a live, when everything is being set up."""
        ObsDialog(self, self.source, self.mount.bridge, self.presenter, self.show_code).present()

    # -- one order

    def _menu_by_key(self, order_id: int) -> None:
        self.open_menu(order_id, self.board.table.menu_place(order_id))

    def open_menu(self, order_id: int, place: QPoint | None = None) -> QMenu | None:
        """What can be done with an order, as a menu."""
        row = self.model.order(order_id)
        if row is None:
            return None
        menu = QMenu(self)
        for verb in verbs(row):
            action = QAction(self._verb_text(verb), menu)
            action.triggered.connect(partial(self.do, verb, row))
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place or QCursor.pos())
        menu.setActiveAction(menu.actions()[0])
        return menu

    def _verb_text(self, verb: Verb) -> str:
        t = self.t
        words: dict[Verb, str] = {
            "decide": t("Decide…"),
            "receipt": t("Money received?"),
            "extend": t("Extend the hold by {minutes} min", minutes=EXTENSION_MIN),
            "cancel": t("Cancel the order…"),
            "conversation": t("Open the conversation"),
            "copy": t("Copy the reference"),
        }
        return words[verb]

    def do(self, verb: Verb, row: BoardRow, *_: object) -> None:
        """One verb on one order."""
        match verb:
            case "decide":
                self._ask(row)
            case "receipt":
                self._check(row)
            case "extend":
                self._order_call(lambda: self.source.extend_order(row.order_id, EXTENSION_MIN), row, "extend order")
            case "cancel":
                title, sentence = cancel_question(row, self.presenter)
                cancel = partial(self.source.cancel_order, row.order_id)
                act = partial(self._order_call, cancel, row, "cancel order")
                Confirm(self, self.t, title, sentence, self.t("Cancel the order"), act).present()
            case "conversation":
                self.navigate("conversations", row.conversation_id)
            case "copy":
                QGuiApplication.clipboard().setText(row.reference)
                self.mount.bridge.notice.emit(Notice(self.t("{reference} copied", reference=row.reference)))

    def _order_call(self, work: Callable[[], None], row: BoardRow, name: str) -> None:
        self.call(work, name, lambda nothing: self.feed.refresh_orders((row.order_id,)))

    def decide(self, order_id: int) -> None:
        """Ask about an order of any session: it is read first."""
        row = self.model.order(order_id)
        if row is not None:
            self._ask(row)
        else:
            self.call(
                lambda: self.source.order(order_id), "read order", lambda found: self._ask(found) if found else None
            )

    def _ask(self, row: BoardRow) -> None:
        try:
            dialog = DecisionDialog(self, row, self.source, self.mount.bridge, self.presenter)
        except NotFound as decided_already:
            self.mount.bridge.explain(decided_already)
            return
        dialog.decided.connect(partial(self._decided, row, dialog.question))
        dialog.present()

    def _decided(self, row: BoardRow, question: int, choice: str, substitute: tuple[int, int] | None) -> None:
        self._order_call(partial(self.source.decide, row.order_id, question, choice, substitute), row, "decide")

    def check_receipt(self, order_id: int) -> None:
        """Ask about money that only the seller can see, on an order of any session."""
        row = self.model.order(order_id)
        if row is not None:
            self._check(row)
        else:
            self.call(
                lambda: self.source.order(order_id), "read order", lambda found: self._check(found) if found else None
            )

    def _check(self, row: BoardRow) -> None:
        if row.receipt is None:  # settled meanwhile
            self.feed.refresh_orders((row.order_id,))
            return
        dialog = ReceiptDialog(self, row, row.receipt, self.presenter)
        dialog.answered.connect(partial(self._checked, row))
        dialog.present()

    def _checked(self, row: BoardRow, amount: int | None) -> None:
        self._order_call(partial(self.source.receipt, row.order_id, amount), row, "receipt")

    def _act_on(self, alert: AlertText) -> None:
        match alert.act:
            case "decide":
                self.decide(alert.subject_id)
            case "receipt":
                self.check_receipt(alert.subject_id)
            case "refund":
                sentence = self.t(
                    "{about}: tick this off once the provider shows the money as given back.", about=alert.detail
                )
                work = partial(self.source.refund_done, alert.subject_id)
                act = partial(self.call, work, "refund done", lambda nothing: self.feed.refresh())
                title = self.t("Money given back?")
                Confirm(self, self.t, title, sentence, self.t("It is given back"), act, danger=False).present()
            case "product":
                self.navigate("catalogue", alert.subject_id)
            case "conversation":
                self.navigate("conversations", alert.subject_id)
            case "none":
                pass
