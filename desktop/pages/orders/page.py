"""The orders of the store, of every source and live: found, sorted, written out, and one of them beside the list."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtGui import QResizeEvent

from core.kernel.clock import to_datetime
from core.orders.behind import OrdersWanted
from core.orders.listing import Filter, Totals
from desktop.pages import exporting
from desktop.pages.exporting import Writing
from desktop.pages.listing import Chips, ListPage, Verb
from desktop.pages.orders.acts import OrderActs
from desktop.pages.orders.many import many_orders
from desktop.pages.orders.pane import OrderPane
from desktop.pages.orders.presenter import Detail, OrdersPresenter, OrdersSource, Overview, Question
from desktop.pages.orders.table import OrdersModel, OrdersTable
from desktop.pages.orders.verbs import KEYS, titles
from desktop.pages.page import Mount
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import ElidedLabel
from desktop.widgets.pick import Entries, Pick

Around = tuple[Overview, Totals]
# Money that comes, papers, and what is known of a customer stand beside the order.
AREAS: Final = frozenset({"orders", "payments", "invoices", "live", "customers"})
_WIDE_FROM: Final = 1000


class OrdersPage(ListPage[Question, Around]):
    """Places the widgets, gives them what was read, and calls the verbs."""

    areas = AREAS
    name = "orders"
    table: OrdersTable
    pane: OrderPane

    def __init__(self, mount: Mount) -> None:
        store, t = mount.context.store, mount.t
        self.source: OrdersSource = mount.context.orders
        self.presenter = OrdersPresenter(t, store.currency, store.zone)
        table = OrdersTable(OrdersModel(self.presenter), t("Orders"))
        super().__init__(mount, self.source, table, Question(), (Overview(), Totals()))
        self.detail: Detail | None = None
        self.acts = OrderActs(self, self.presenter)
        self.new = Button(t("New order"), icon="plus", key="N", live=True)
        out = self.export_verb(self.export)
        self.column.addLayout(self.head(t("Orders"), t("Reference, name, phone, SKU"), out, self.new))
        chips = Chips(self, self.presenter.states(), lambda state: self.ask(state=state))
        self.chips = chips.of
        self.chips[None].setChecked(True)
        self.column.addLayout(chips.line())
        self.column.addWidget(self.behind_bar())
        self.pane = OrderPane(self.presenter)
        card = self.card = self._orders()
        self.column.addLayout(self.beside(card, self.pane, wide=card), 1)
        self._connect()
        self.begin()

    # -- parts

    def _orders(self) -> Card:
        t = self.t
        fits = t("Nothing fits what is looked for.")
        every = t("Show everything")
        nothing = EmptyState("search", t("No order here"), fits, every, self.show_all, primary=False)
        empty = EmptyState(
            "shopping-bag",
            t("Your orders come here"),
            t("From lives, from WhatsApp and by hand: each with its customer, its payment and its papers."),
            t("New order"),
            self.new_order,
            key="N",
        )
        card = self.listed(t("Orders"), nothing, empty, filtered=True)
        self.picks = {name: Pick(about, entries) for name, about, entries in self._pickable()}
        for name, pick in self.picks.items():
            pick.picked.connect(lambda value, name=name: self.ask(**{name: value}))
            card.head.addWidget(pick)
        card.head.addStretch(1)
        self.act_on_many(many_orders(self, self.source, self.mount.context.live, self.writing), card)
        self.sums = ElidedLabel("", "small-bold")
        card.add_foot(self.sums)
        return card

    def _pickable(self) -> tuple[tuple[str, str, Entries], ...]:
        t, words, known = self.t, self.presenter, self.overview[0]
        return (
            ("period", t("Choose the time"), words.periods()),
            ("session_id", t("Choose the live"), words.lives(known)),
            ("source", t("Choose the source"), words.sources(known)),
        )

    def _connect(self) -> None:
        self.table.chosen.connect(lambda row: self._enter())
        self.pane.asked.connect(self._asked)
        self.acts.changed.connect(self.bring)
        self.new.clicked.connect(self.new_order)
        for verb, key in KEYS.items():
            if len(key) == 1:
                self.add_shortcut(key, partial(self.both, verb), titles(self.t)[verb][0])
        self.add_shortcut("N", self.acts.new_order, self.t("New order"))
        self.add_shortcut("M", lambda: self._asked("more"), self.t("Everything that can be done"))

    # -- reading

    def sought(self) -> Filter:
        return self.presenter.wanted(self.question, self.now)

    def look(self, sought: Filter) -> Around:
        return self.source.overview(), self.source.totals(sought)

    @property
    def anything(self) -> bool:
        return self.overview[0].all > 0

    def show_question(self) -> None:
        self.chips[self.question.state].setChecked(True)
        for name, _, entries in self._pickable():
            self.picks[name].offer(entries, getattr(self.question, name))

    def show_overview(self, overview: Around) -> None:
        known, _ = overview
        for state, chip in self.chips.items():
            chip.count((known.all if state is None else known.counts.get(state, 0)) or None)
        for name, _, entries in self._pickable():
            self.picks[name].offer(entries, getattr(self.question, name))

    def show_found(self, some: bool) -> None:
        self.sums.say(self.presenter.totals(self.overview[1], self.question.behind))
        for part in (self.pane, self.sums, *self.chips.values(), *self.picks.values()):
            part.setVisible(self.anything)
        self.card.show_ends(self.anything)
        self.export_button.setEnabled(some)

    def show_current(self) -> None:
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

    def offers(self) -> tuple[Verb, ...]:
        return tuple(Verb(verb, self.pane.buttons[verb].text()) for verb in self.pane.offered)

    def new_order(self) -> None:
        self.acts.new_order()

    def export(self) -> None:
        """Ask where to, then write what is looked for."""
        if self.export_button.isEnabled():
            exporting.ask_where(self, self.writing())

    def writing(self, wanted: Filter | None = None) -> Writing:
        """These orders, or those that are looked for, as a list to be written."""
        t, source, asked = self.t, self.source, wanted or self.sought()
        return Writing(
            f"{t('orders')}-{to_datetime(self.now, self.mount.context.store.zone):%Y-%m-%d}",
            lambda path, control: source.export(path, asked, control),
            lambda n, file: t.plural("{n} order written to {file}", "{n} orders written to {file}", n, file=file),
        )

    # -- the window

    def show_subject(self, subject: object) -> None:
        """An order by its id, wherever it is listed: it is looked for by its reference. Or those behind a figure."""
        if isinstance(subject, OrdersWanted):
            self.show_behind(subject)
        elif isinstance(subject, int):
            source = self.source
            self.call(lambda: source.detail(subject), "read order", self._bring)

    def _bring(self, detail: Detail) -> None:
        self._subject = detail.row.id
        self.show_all(text=detail.row.reference)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pane.set_narrow(self.width() < _WIDE_FROM)
