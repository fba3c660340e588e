"""The orders of the store, of every source and live: found, sorted, written out, and one of them beside the list."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final, cast

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout

from core.kernel.clock import to_datetime
from core.kernel.look import SCALE
from core.orders.behind import OrdersWanted
from core.orders.listing import OrderRow, State, Totals
from desktop.pages import exporting
from desktop.pages.behind import BehindBar
from desktop.pages.exporting import Writing
from desktop.pages.living import LivingPage
from desktop.pages.orders.acts import OrderActs
from desktop.pages.orders.pane import OrderPane
from desktop.pages.orders.presenter import PAGE, Cursor, Detail, OrdersPresenter, OrdersSource, Overview, Question
from desktop.pages.orders.table import OrdersModel, OrdersTable
from desktop.pages.orders.verbs import KEYS, titles
from desktop.pages.page import Mount
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import ElidedLabel, Label, Rule
from desktop.widgets.pick import Pick

# Money that comes, papers, and what is known of a customer stand beside the order.
AREAS: Final = frozenset({"orders", "payments", "invoices", "live", "customers"})
_WIDE_FROM: Final = 1000


class OrdersPage(LivingPage):
    """Places the widgets, gives them what was read, and calls the verbs."""

    areas = AREAS

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        store = mount.context.store
        self.source: OrdersSource = mount.context.orders
        self.presenter = OrdersPresenter(mount.t, store.currency, store.zone)
        self.model = OrdersModel(self.presenter, self)
        self.table = OrdersTable(self.model, self.t("Orders"))
        self.question = Question()
        self.overview = Overview()
        self.detail: Detail | None = None
        self._subject: int | None = None
        self._was = 0  # rows that were read in the page before this one
        self.acts = OrderActs(self, self.presenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._head())
        column.addLayout(self._chips())
        self.behind = BehindBar(mount.t, store.zone)
        self.behind.removed.connect(lambda: self.ask(behind=None))
        column.addWidget(self.behind)
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(self._orders(), 1)
        self.pane = OrderPane(self.presenter)
        line.addWidget(self.pane)
        column.addLayout(line, 1)
        self._connect()
        self.refresh()

    # -- parts

    def _head(self) -> QHBoxLayout:
        t, line = self.t, QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(t("Orders"), "title"))
        line.addStretch(1)
        self.make_search(t("Reference, name, phone, SKU"))
        self.search.down.connect(self.table.setFocus)
        line.addWidget(self.search, 3)
        self.export_button = Button(t("Export…"), icon="download", key="E", live=True)
        self.new = Button(t("New order"), icon="plus", key="N", live=True)
        line.addWidget(self.export_button)
        line.addWidget(self.new)
        return line

    def _chips(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        self._group = QButtonGroup(self)
        self.chips: dict[State | None, Chip] = {}
        for state, word in self.presenter.states():
            chip = self.chips[state] = Chip(word)
            chip.clicked.connect(lambda checked, state=state: self.ask(state=state))
            self._group.addButton(chip)
            line.addWidget(chip)
        self.chips[None].setChecked(True)
        line.addStretch(1)
        return line

    def _orders(self) -> Card:
        t = self.t
        card = Card(t("Orders"))
        card.title.hide()
        self.sums = ElidedLabel("", "small-bold")
        self.picks = {
            "period": Pick(t("Choose the time"), self.presenter.periods()),
            "session_id": Pick(t("Choose the live"), self.presenter.lives(self.overview)),
            "source": Pick(t("Choose the source"), self.presenter.sources(self.overview)),
        }
        for name, pick in self.picks.items():
            pick.picked.connect(lambda value, name=name: self.ask(**{name: value}))
            card.head.addWidget(pick)
        card.head.addStretch(1)
        self._nothing = EmptyState("search", t("No order here"), t("Nothing fits what is looked for."))
        self._empty = EmptyState(
            "shopping-bag",
            t("Your orders come here"),
            t("From lives, from WhatsApp and by hand: each with its customer, its payment and its papers."),
            t("New order"),
            self.new_order,
            key="N",
        )
        self._stack = QStackedWidget()
        for widget in (self.table, self._nothing, self._empty):
            self._stack.addWidget(widget)
        card.body.addWidget(self._stack, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 16, 8)
        foot.addWidget(self.sums, 1)
        card.body.addWidget(Rule())
        card.body.addLayout(foot)
        return card

    def _connect(self) -> None:
        self.model.wanted.connect(self._read_more)
        self.table.resorted.connect(lambda sort: self.ask(sort=sort))
        self.table.remember(self.t, self.mount.preferences, "orders")
        self.table.chosen.connect(lambda row: self._enter())
        self.table.selected.connect(lambda row: self._read_detail())
        self.table.menu_asked.connect(self.open_menu)
        self.pane.asked.connect(self._asked)
        self.acts.changed.connect(self._changed_one)
        self.new.clicked.connect(self.new_order)
        self.export_button.clicked.connect(lambda: self.export())
        for verb, key in KEYS.items():
            if len(key) == 1:
                self.add_shortcut(key, partial(self.act, verb), titles(self.t)[verb][0])
        self.add_shortcut("N", self.acts.new_order, self.t("New order"))
        self.add_shortcut("E", self.export, self.t("Export…"))
        self.add_shortcut("M", lambda: self._asked("more"), self.t("Everything that can be done"))

    # -- reading

    def ask(self, **changes: object) -> None:
        """Others, or in another order; what is not named stays."""
        self.question = replace(self.question, **changes)  # type: ignore[arg-type]
        self.chips[self.question.state].setChecked(True)
        self.behind.show_rows(self.question.behind)
        self.table.scrollToTop()
        self.refresh()

    def refresh(self) -> None:
        """Read what is shown again, as many rows as there were."""
        self.reading()
        self.question = replace(self.question, text=self.search.text().strip())
        asked, source = self.question, self.source
        limit = max(PAGE, min(max(len(self.model.rows), self._was), 10 * PAGE))
        wanted = self.presenter.wanted(asked, self.now)
        self.call(
            lambda: (asked, limit, source.overview(), source.page(wanted, None, limit), source.totals(wanted)),
            "read orders",
            self._show,
        )

    def _show(self, read: tuple[Question, int, Overview, list[OrderRow], Totals]) -> None:
        asked, limit, overview, orders, totals = read
        self.overview = overview
        for state, chip in self.chips.items():
            chip.count((overview.all if state is None else overview.counts.get(state, 0)) or None)
        self.picks["session_id"].offer(self.presenter.lives(overview), asked.session_id)
        self.picks["source"].offer(self.presenter.sources(overview), asked.source)
        self.picks["period"].offer(self.presenter.periods(), asked.period)
        if asked != self.question:
            return
        self._was = 0
        self.sums.say(self.presenter.totals(totals, asked.behind))
        current = self._subject if self._subject is not None else self.table.row and self.table.row.key
        self.model.show(orders, limit)
        self.table.select_key(current)
        if self.table.row is not None and self.table.row.key == self._subject:
            self._subject = None
        self._stack.setCurrentIndex(0 if orders else 1 if overview.all else 2)
        for part in (self.pane, self.sums, *self.chips.values(), *self.picks.values()):
            part.setVisible(overview.all > 0)
        self.export_button.setEnabled(bool(orders))
        self._read_detail()
        if not self.read_once and orders and self.isVisible() and self.window().focusWidget() in (None, self, self.new):
            self.table.setFocus()
        self.read_once = True

    def _read_more(self, after: Cursor) -> None:
        wanted, source = self.presenter.wanted(self.question, self.now), self.source
        self.call(
            lambda: source.page(wanted, after, PAGE), "read more orders", lambda rows: self.model.append(rows, after)
        )

    def _read_detail(self) -> None:
        row, source = self.table.current, self.source
        if row is None:
            self._show_detail(None)
            return
        number = row.id
        self.call(lambda: source.detail(number), "read order", self._show_detail)

    def _show_detail(self, detail: Detail | None) -> None:
        current = self.table.current
        if detail is not None and (current is None or current.id != detail.row.id):
            return  # another one was chosen meanwhile
        self.detail = detail
        self.pane.show_order(detail)

    # -- verbs

    def _enter(self) -> None:
        """Enter opens the paper, or without one does what is likeliest."""
        if self.pane.offered:
            self.act("paper" if "paper" in self.pane.offered else self.pane.offered[0])

    def _asked(self, verb: str) -> None:
        if verb == "more":
            self.open_menu(self.pane.more.mapToGlobal(self.pane.more.rect().topLeft()))
        else:
            self.act(verb)

    def act(self, verb: str) -> None:
        """Do something with the order that is chosen; what cannot be done now does nothing."""
        detail, current = self.detail, self.table.current
        if detail is None or current is None or detail.row.id != current.id or verb not in self.pane.offered:
            return
        self.acts.act(verb, detail)

    def open_menu(self, place: QPoint) -> QMenu:
        """All verbs of the order that is chosen."""
        menu = QMenu(self)
        for verb in self.pane.offered:
            action = QAction(self.pane.buttons[verb].text(), menu)
            action.triggered.connect(lambda checked=False, verb=verb: self.act(verb))
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        return menu

    def _changed_one(self, number: int) -> None:
        self._subject = number
        self.refresh()

    def new_order(self) -> None:
        self.acts.new_order()

    def export(self) -> None:
        """Ask where to, then write what is looked for."""
        if self.export_button.isEnabled():
            exporting.ask_where(self, self.writing())

    def writing(self) -> Writing:
        """What is looked for, as a list to be written."""
        t, wanted, source = self.t, self.presenter.wanted(self.question, self.now), self.source
        return Writing(
            f"{t('orders')}-{to_datetime(self.now, self.mount.context.store.zone):%Y-%m-%d}",
            lambda path, control: source.export(path, wanted, control),
            lambda n, file: t.plural("{n} order written to {file}", "{n} orders written to {file}", n, file=file),
        )

    # -- the window

    def show_subject(self, subject: object) -> None:
        """An order by its id, wherever it stands in the list: it is looked for by its reference. Or those of
        a figure.
        """
        if isinstance(subject, OrdersWanted):
            self._go_to(Question(sort=self.question.sort, behind=subject))
        elif isinstance(subject, int):
            source = self.source
            self.call(lambda: source.detail(subject), "read order", self._bring)

    def _bring(self, detail: Detail) -> None:
        self._subject = detail.row.id
        self._go_to(Question(text=detail.row.reference, sort=self.question.sort))

    def _go_to(self, question: Question) -> None:
        """Ask just this."""
        self.question = question
        self.search.setText(question.text)
        self.ask()

    def kept(self) -> object:
        return self.question, self.table.row and self.table.row.key, len(self.model.rows)

    def take_back(self, kept: object) -> None:
        question, self._subject, self._was = cast("tuple[Question, int | None, int]", kept)
        self.model.order = question.sort
        self._go_to(question)

    def take_focus(self) -> None:
        (self.table if self.model.rows else self.new).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pane.set_narrow(self.width() < _WIDE_FROM)
