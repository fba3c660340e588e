"""Customers: everybody the shop knows, in any order, and beside the list all that is known and concluded of one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, cast

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from core.customers.listing import CustomerRow, Wanted
from core.kernel.look import SCALE
from core.kernel.money import group_digits
from core.orders.behind import BuyersWanted, buyers
from desktop.bridge import Control, Task
from desktop.pages.behind import BehindBar
from desktop.pages.conversations.identity import IdentityActs
from desktop.pages.conversations.privacy import PrivacyActs
from desktop.pages.customers.filters import Filters
from desktop.pages.customers.form import CustomerForm
from desktop.pages.customers.pane import KEYS, CustomerPane
from desktop.pages.customers.presenter import MOMENTS, PAGE, CustomersPresenter
from desktop.pages.customers.source import CustomersSource, Overview, Place, Profile
from desktop.pages.customers.table import CustomersModel, CustomersTable
from desktop.pages.living import LivingPage
from desktop.pages.page import Mount
from desktop.pages.quotes.source import QuoteFor
from desktop.pages.registry import PAGES
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice

AREAS: Final = frozenset({"customers", "orders", "payments", "quotes", "accounts"})
_WIDE_FROM: Final = 1100


class ExportBar(QWidget):
    """How far the file is, and a way to stop it."""

    def __init__(self, words: CustomersPresenter) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        self.said = Label("", "small", "muted")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.stop = Button(words.t("Stop"), icon="x")
        line.addWidget(self.said)
        line.addWidget(self.progress, 1)
        line.addWidget(self.stop)
        self.hide()


class CustomersPage(LivingPage):
    """Places the widgets, gives them what was read, and calls the verbs."""

    areas = AREAS

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        store, bridge, t = mount.context.store, mount.bridge, mount.t
        self.source: CustomersSource = mount.context.customers
        self.presenter = CustomersPresenter(t, store.currency, store.zone, store.country)
        self.model = CustomersModel(self.presenter, self)
        self.table = CustomersTable(self.model, t("Customers"))
        self.pane = CustomerPane(self.presenter)
        self.wanted = Wanted()
        self.overview = Overview()
        self.profile: Profile | None = None
        self._moments = MOMENTS
        self._subject: int | None = None
        self.exporting: Task[int] | None = None
        conversations = mount.context.conversations
        self.identity = IdentityActs(self, self.pane.identity, conversations, bridge, t, store.currency)
        self.privacy = PrivacyActs(self, self.pane.personal, conversations, bridge, t)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._head())
        self.bar = ExportBar(self.presenter)
        column.addWidget(self.bar)
        self.filters = Filters(self.presenter)
        column.addWidget(self.filters)
        self.only: BuyersWanted | None = None
        self.behind = BehindBar(t, store.zone)
        self.behind.removed.connect(self.show_all)
        column.addWidget(self.behind)
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(self._customers(), 1)
        line.addWidget(self.pane)
        column.addLayout(line, 1)
        self._connect()
        self.refresh()

    # -- parts

    def _head(self) -> QHBoxLayout:
        t, line = self.t, QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(t("Customers"), "title"))
        self.found = Label("", "small", "muted")
        line.addWidget(self.found)
        line.addStretch(1)
        self.make_search(t("Name or phone"))
        self.search.down.connect(self.table.setFocus)
        line.addWidget(self.search, 3)
        self.export_button = Button(t("Export…"), icon="download", key="E", live=True)
        self.new = Button(t("New customer"), icon="plus", key="N", live=True)
        line.addWidget(self.export_button)
        line.addWidget(self.new)
        return line

    def _customers(self) -> Card:
        t = self.t
        card = Card(t("Customers"), ruled=False)
        card.title.hide()
        card.set_band(0)
        nothing = EmptyState(
            "search",
            t("Nobody here"),
            t("No customer fits what is looked for."),
            t("Show all customers"),
            self.show_all,
            primary=False,
        )
        empty = EmptyState(
            "users",
            t("Your customers come here"),
            t("Everybody who writes to you on WhatsApp is kept here by itself, with score and history."),
            t("New customer"),
            self.add,
            key="N",
        )
        self._places = QStackedWidget()
        for widget in (self.table, nothing, empty):
            self._places.addWidget(widget)
        card.body.addWidget(self._places)
        return card

    def _connect(self) -> None:
        pane = self.pane
        self.model.wanted.connect(self._read_more)
        self.filters.asked.connect(self.ask)
        self.table.selected.connect(lambda row: self._chosen())
        self.table.chosen.connect(lambda row: self.act("write"))
        self.export_button.clicked.connect(self.export)
        self.new.clicked.connect(self.add)
        self.bar.stop.clicked.connect(self.stop_export)
        pane.asked.connect(self.act)
        pane.noted.connect(self._keep_notes)
        pane.tagged.connect(lambda tag: self._do(partial(self.source.tag, self._current(), tag), "put tag"))
        pane.untagged.connect(lambda tag: self._do(partial(self.source.untag, self._current(), tag), "take off tag"))
        pane.terms_chosen.connect(lambda days: self._do(partial(self.source.terms, self._current(), days), "terms"))
        pane.proposed.connect(lambda other: self.identity.ask(self._current(), other))
        pane.timeline.opened.connect(self._open)
        pane.timeline.more_wanted.connect(self._more_history)
        words = {"write": self.t("Write"), "quote": self.t.of("verb", "Quote"), "edit": self.t("Edit")}
        for verb, key in KEYS.items():
            self.add_shortcut(key, partial(self.act, verb), words[verb])
        self.add_shortcut("N", self.add, self.t("New customer"))
        self.add_shortcut("E", self.export, self.t("Export…"))

    # -- reading

    def ask(self) -> None:
        """Something else is looked for."""
        self.table.scrollToTop()
        self.refresh()

    def show_all(self) -> None:
        self._go_to(self.filters.without(self.wanted), None)

    def _go_to(self, wanted: Wanted, only: BuyersWanted | None) -> None:
        """Look for just this."""
        self.search.setText(wanted.text)
        self.filters.choose(wanted)
        self.only = only
        self.behind.show_rows(only)
        self.ask()

    def refresh(self) -> None:
        """Read what is shown again, as many rows as there were."""
        self.reading()
        among = None if self.only is None else buyers(self.only)
        wanted = self.wanted = replace(self.filters.wanted(self.search.text().strip()), among=among)
        source, limit = self.source, max(PAGE, min(len(self.model.rows), 10 * PAGE))
        self.call(
            lambda: (wanted, limit, source.overview(wanted), source.page(wanted, None, limit)),
            "read customers",
            self._show,
        )

    def _show(self, read: tuple[Wanted, int, Overview, list[CustomerRow]]) -> None:
        wanted, limit, overview, customers = read
        if wanted != self.wanted:
            return
        self.overview = overview
        counts = overview.counts
        self.filters.show_counts(counts)
        all_of = group_digits(counts.all)
        some = self.t("{n} of {all}", n=group_digits(overview.found), all=all_of)
        self.found.say("" if overview.found == counts.all else some)
        current = self._subject if self._subject is not None else self.table.row and self.table.row.key
        self.model.show(customers, limit)
        self.table.select_key(current)
        if self.table.row is not None and self.table.row.key == self._subject:
            self._subject = None
        self._places.setCurrentIndex(0 if customers else 1 if counts.all else 2)
        self.pane.setVisible(counts.all > 0)
        self.filters.setVisible(counts.all > 0)
        self.export_button.setVisible(counts.all > 0 and overview.may_export)
        self.new.setEnabled(overview.may_write)
        self._read_profile()
        if (
            not self.read_once
            and customers
            and self.isVisible()
            and self.window().focusWidget() in (None, self, self.new)
        ):
            self.table.setFocus()
        self.read_once = True

    def _read_more(self, after: Place) -> None:
        wanted, source = self.wanted, self.source
        self.call(
            lambda: source.page(wanted, after, PAGE),
            "read more customers",
            lambda rows: self.model.append(rows, after) if wanted == self.wanted else None,
        )

    def _chosen(self) -> None:
        self._moments = MOMENTS
        self._read_profile()

    def _more_history(self) -> None:
        self._moments += 4 * MOMENTS
        self._read_profile()

    def _read_profile(self) -> None:
        number = self._shown()
        if number is None:
            self._show_profile(None, MOMENTS)
            return
        source, moments = self.source, self._moments
        self.call(
            lambda: source.profile(number, moments), "read customer", lambda found: self._show_profile(found, moments)
        )

    def _show_profile(self, profile: Profile | None, moments: int) -> None:
        if profile is not None and profile.view.id != self._shown():
            return  # another one was chosen meanwhile
        self.profile = profile
        self.pane.show_profile(profile, moments)

    def _shown(self) -> int | None:
        """Whose profile stands beside the list: of the subject that another page pointed to, else of the row."""
        if self._subject is not None:
            return self._subject
        current = self.table.current
        return None if current is None else current.view.id

    def _current(self) -> int:
        return self.profile.view.id if self.profile is not None else 0

    # -- verbs

    def _do(self, work: partial[None], name: str) -> None:
        if self.profile is not None:
            self.call(work, name, lambda _: self.refresh())

    def act(self, verb: str) -> None:
        """Do something with who is chosen."""
        profile = self.profile
        if profile is None:
            return
        number = profile.view.id
        if verb == "write":
            self.call(lambda: self.source.thread(number), "open thread", self._to_thread)
        elif verb == "quote":
            self.navigate("quotes", QuoteFor(number))
        elif verb == "withdraw":
            self._do(partial(self.source.withdraw, number), "withdraw")
        elif verb == "edit" and profile.may_write:
            self._form(profile)

    def _open(self, page: str, subject: int) -> None:
        """Where a moment of the history leads; an order without a page of its own, to the live's board."""
        known = {entry.name for entry in PAGES}
        self.navigate(page if page in known else "live", subject)

    def _to_thread(self, conversation_id: int) -> None:
        self.navigate("conversations", conversation_id)

    def add(self) -> None:
        """Somebody new."""
        if self.overview.may_write:
            self._form(None)

    def _form(self, profile: Profile | None) -> None:
        view = None if profile is None else profile.view
        form = CustomerForm(self, self.source, self.mount.bridge, self.presenter, view)
        form.saved.connect(self.show_subject)
        form.shown.connect(self.show_subject)
        form.present()

    def _keep_notes(self, customer_id: int, text: str) -> None:
        source = self.mount.context.conversations
        self.mount.bridge.run(
            partial(source.set_notes, customer_id, text), owner=self, failed=self._not_kept, name="keep notes"
        )

    def _not_kept(self, error: Exception) -> bool:
        self.pane.notes.lost()
        return False

    # -- the file

    def export(self) -> None:
        """Ask where to, then write what is looked for."""
        if not self.overview.may_export or self.exporting is not None or not self.model.rows:
            return
        t = self.t
        path, _ = QFileDialog.getSaveFileName(self, t("Export…"), t("customers.csv"), t("Tables (*.xlsx *.csv)"))
        if path:
            self.write(Path(path))

    def write(self, path: Path) -> None:
        """Write it on a worker; the bar shows how far it is."""
        wanted, source, words = self.wanted, self.source, self.presenter
        titles, tiers = words.titles(), words.tiers()

        def work(control: Control) -> int:
            return source.export(path, wanted, titles, tiers, control)

        self.bar.said.say(self.t("Writing {file}…", file=path.name))
        self.bar.progress.setRange(0, 0)
        self.bar.show()
        self.exporting = self.mount.bridge.run_long(
            work,
            owner=self,
            done=partial(self._written, path),
            failed=self._unwritten,
            progress=self._advance,
            name="export customers",
        )

    def stop_export(self) -> None:
        """No file stays."""
        if self.exporting is not None:
            self.exporting.control.stop()

    def _advance(self, done: int, total: int) -> None:
        self.bar.progress.setRange(0, max(1, total))
        self.bar.progress.setValue(done)

    def _written(self, path: Path, count: int) -> None:
        stopped = self.exporting is not None and self.exporting.control.stopped
        self._unwritten(None)
        t = self.t
        text = t.plural("{n} customer written to {file}", "{n} customers written to {file}", count, file=path.name)
        said = Notice(t("Stopped: no file was written."), "info") if stopped else Notice(text, "paid")
        self.mount.bridge.notice.emit(said)

    def _unwritten(self, error: Exception | None) -> bool:
        self.exporting = None
        self.bar.hide()
        return False

    # -- the window

    def show_subject(self, subject: object) -> None:
        """A customer by their id, whatever was looked for; or those behind a figure."""
        if isinstance(subject, BuyersWanted):
            self._go_to(self.filters.without(self.wanted), subject)
        elif isinstance(subject, int):
            self._subject = subject
            self._moments = MOMENTS
            self.show_all()

    def kept(self) -> object:
        return self.wanted, self.only, self._shown()

    def take_back(self, kept: object) -> None:
        wanted, only, self._subject = cast("tuple[Wanted, BuyersWanted | None, int | None]", kept)
        self.filters.hold(wanted.tag)
        self._go_to(wanted, only)

    def take_focus(self) -> None:
        (self.table if self.model.rows else self.new).setFocus()
        self.call(self.source.towns, "read towns", self.filters.show_towns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pane.set_narrow(self.width() < _WIDE_FROM)
