"""The lives that are over: found, sorted, written out, opened one by one, and two of them compared."""

from __future__ import annotations

from typing import Final, cast

from msgspec.structs import replace
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

from core.kernel.clock import to_datetime
from core.kernel.look import SCALE
from core.orders.lives import LiveRow
from desktop.pages import exporting
from desktop.pages.analyses.presenter import Question as Compared
from desktop.pages.exporting import Writing
from desktop.pages.live.over import OverDialog
from desktop.pages.live.steering import Over
from desktop.pages.lives.presenter import PAGE, Cursor, LivesPresenter, LivesSource, Overview, Question
from desktop.pages.lives.table import LivesModel, LivesTable
from desktop.pages.living import LivingPage
from desktop.pages.page import Mount
from desktop.subjects import OrdersWanted
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import ElidedLabel, Label
from desktop.widgets.pick import Pick

AREAS: Final = frozenset({"live", "orders", "payments"})


class LivesPage(LivingPage):
    """Places the widgets, gives them what was read, and leads on."""

    areas = AREAS

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        store = mount.context.store
        self.source: LivesSource = mount.context.lives
        self.presenter = LivesPresenter(mount.t, store.currency, store.zone)
        self.model = LivesModel(self.presenter, self)
        self.table = LivesTable(self.model, self.t("Past lives"))
        self.question = Question()
        self.overview = Overview()
        self._kept: tuple[tuple[int, ...], int | None, int] = ((), None, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._head())
        self.card = self._lives()
        column.addWidget(self.card, 1)
        self._connect()
        self.refresh()

    # -- parts

    def _head(self) -> QHBoxLayout:
        t, line = self.t, QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(t("Past lives"), "title"))
        line.addStretch(1)
        self.make_search(t("Title, article"))
        line.addWidget(self.search, 3)
        self.export_button = Button(t("Export…"), icon="download", key="E", live=True)
        self.summary = Button(t("See the summary"), "primary", icon="corner-down-left", live=True)
        line.addWidget(self.export_button)
        line.addWidget(self.summary)
        return line

    def _lives(self) -> Card:
        t = self.t
        card = Card(t("Past lives"))
        card.title.hide()
        self.period = Pick(t("Choose the time"), self.presenter.periods())
        self.where = Pick(t("Choose the source"), self.presenter.sources(self.overview))
        for pick in (self.period, self.where):
            card.head.addWidget(pick)
        card.head.addStretch(1)
        self.orders = Button(t("Its orders"), icon="shopping-bag", key="O", shrinks=True)
        self.compare = Button(t("Compare two"), icon="chart-column", key="C", shrinks=True)
        card.head.addWidget(self.orders)
        card.head.addWidget(self.compare)
        nothing = EmptyState(
            "search", t("No live here"), t("Nothing fits what is looked for."), t("Show everything"), self.show_all,
            primary=False,
        )  # fmt: skip
        empty = EmptyState(
            "radio", t("Your past lives come here"), t("Each with its takings, its orders and its best-seller."),
            t("Start a live"), lambda: self.navigate("live"),
        )  # fmt: skip
        self.places = QStackedWidget()
        for widget in (self.table, nothing, empty):
            self.places.addWidget(widget)
        card.body.addWidget(self.places, 1)
        self.sums = ElidedLabel("", "small-bold")
        card.add_foot(self.sums)
        return card

    def _connect(self) -> None:
        t, table = self.t, self.table
        self.model.wanted.connect(self._read_more)
        self.search.down.connect(table.setFocus)
        self.period.picked.connect(lambda value: self.ask(period=value))
        self.where.picked.connect(lambda value: self.ask(source=value))
        table.resorted.connect(lambda sort: self.ask(sort=sort))
        table.remember(t, self.mount.preferences, "lives")
        table.chosen.connect(lambda row: self.open())
        table.picked.connect(self._offer)
        self.export_button.clicked.connect(lambda: self.export())
        self.summary.clicked.connect(lambda: self.open())
        self.orders.clicked.connect(lambda: self.show_orders())
        self.compare.clicked.connect(lambda: self.compare_two())
        self.add_shortcut("E", self.export, t("Export…"))
        self.add_shortcut("O", self.show_orders, t("Its orders"))
        self.add_shortcut("C", self.compare_two, t("Compare two"))

    # -- reading

    def ask(self, **changes: object) -> None:
        """Others, or in another order; what is not named stays."""
        self.question = replace(self.question, **changes)
        self.search.setText(self.question.text)
        self.table.scrollToTop()
        self.refresh()

    def show_all(self) -> None:
        self.ask(period="all", source=None, text="")

    def refresh(self) -> None:
        """Read what is shown again, as many rows as there were."""
        self.reading()
        asked = self.question = replace(self.question, text=self.search.text().strip())
        source, limit = self.source, max(PAGE, min(max(len(self.model.rows), self._kept[2]), 10 * PAGE))
        wanted = self.presenter.wanted(asked, self.now)
        self.read_for(
            lambda: (asked, limit, source.overview(wanted), source.page(wanted, None, limit)), "read lives", self._show
        )

    def _show(self, read: tuple[Question, int, Overview, list[LiveRow]]) -> None:
        asked, limit, overview, lives = read
        if asked != self.question:
            return
        self.overview = overview
        self.period.offer(self.presenter.periods(), asked.period)
        self.where.offer(self.presenter.sources(overview), asked.source)
        self.sums.say(self.presenter.totals(overview.totals))
        picked, current, _ = self._kept
        if not picked:
            picked = tuple(row.key for row in self.table.picked_rows)
            current = self.table.row.key if self.table.row is not None else None
        self._kept = ((), None, 0)
        self.model.show(lives, limit)
        self.table.select_keys(picked, current)
        self.places.setCurrentIndex(0 if lives else 1 if overview.any else 2)
        for part in (self.period, self.where, self.sums, self.orders, self.compare, self.summary, self.search):
            part.setVisible(overview.any)
        self.card.show_ends(overview.any)
        self._offer()
        if not self.read_once and lives and self.isVisible() and self.window().focusWidget() in (None, self):
            self.table.setFocus()
        self.read_once = True

    def _read_more(self, after: Cursor) -> None:
        asked, wanted, source = self.question, self.presenter.wanted(self.question, self.now), self.source
        self.call(
            lambda: source.page(wanted, after, PAGE),
            "read more lives",
            lambda rows: self.model.append(rows, after) if asked == self.question else None,
        )

    def _offer(self) -> None:
        """What can be done with what is selected."""
        count = len(self.table.picked_rows)
        self.export_button.setEnabled(bool(self.model.rows))
        self.summary.setEnabled(count == 1)
        self.orders.setEnabled(count == 1)
        self.compare.setEnabled(count == 2)
        self.compare.setToolTip(
            "" if count == 2 else self.t("Select two lives: Ctrl and a click, or Shift and an arrow")
        )

    # -- verbs

    def open(self) -> None:
        """The summary of the current live."""
        row = self.table.row
        if row is not None:
            number, live = row.key, self.mount.context.live
            self.call(lambda: live.over(number), "read live", self._open)

    def _open(self, over: Over | None) -> None:
        if over is not None:
            OverDialog(self, self.mount.context.live, over).present()

    def show_orders(self) -> None:
        """The orders page with those of the selected live."""
        rows = self.table.picked_rows
        if len(rows) == 1:
            self.navigate("orders", OrdersWanted(session_id=rows[0].key, called=rows[0].title))

    def compare_two(self) -> None:
        """The analyses of the later of two, beside the earlier one."""
        keys = sorted(row.key for row in self.table.picked_rows)
        if len(keys) == 2:
            self.navigate("analyses", Compared("live", live=keys[1], against=keys[0]))

    def export(self) -> None:
        """Ask where to, then write what is looked for."""
        if self.export_button.isEnabled():
            exporting.ask_where(self, self.writing())

    def writing(self) -> Writing:
        """What is looked for, as a list to be written."""
        t, source, wanted = self.t, self.source, self.presenter.wanted(self.question, self.now)
        titles = self.presenter.titles()
        words = {each: self.presenter.source(each) for each in self.overview.sources}
        return Writing(
            f"lives-{to_datetime(self.now, self.mount.context.store.zone):%Y-%m-%d}",
            lambda path, control: source.export(path, wanted, titles, words, control),
            lambda n, file: t.plural("{n} live written to {file}", "{n} lives written to {file}", n, file=file),
        )

    # -- the window

    def kept(self) -> object:
        picked = tuple(row.key for row in self.table.picked_rows)
        return self.question, (picked, self.table.row and self.table.row.key, len(self.model.rows))

    def take_back(self, kept: object) -> None:
        question, self._kept = cast("tuple[Question, tuple[tuple[int, ...], int | None, int]]", kept)
        self.question = question
        self.model.order = question.sort
        self.ask()

    def take_focus(self) -> None:
        (self.table if self.model.rows else self).setFocus()
