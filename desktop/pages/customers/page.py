"""Customers: everybody the shop knows, in any order, and beside the list all that is known and concluded of one."""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec.structs import replace
from PySide6.QtGui import QResizeEvent

from core.customers.listing import Wanted
from core.kernel.money import group_digits
from core.orders.behind import BuyersWanted, buyers
from desktop.pages import exporting
from desktop.pages.conversations.identity import IdentityActs
from desktop.pages.conversations.privacy import PrivacyActs
from desktop.pages.customers.filters import Filters
from desktop.pages.customers.form import CustomerForm
from desktop.pages.customers.many import many_customers
from desktop.pages.customers.pane import KEYS, CustomerPane
from desktop.pages.customers.presenter import MOMENTS, CustomersPresenter, Question
from desktop.pages.customers.source import CustomersSource, Overview, Profile
from desktop.pages.customers.table import CustomersModel, CustomersTable
from desktop.pages.exporting import Writing
from desktop.pages.listing import ListPage, Verb
from desktop.pages.page import Mount
from desktop.pages.quotes.source import QuoteFor
from desktop.pages.registry import PAGES
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import Label

AREAS: Final = frozenset({"customers", "orders", "payments", "quotes", "accounts"})
_WIDE_FROM: Final = 1100


class CustomersPage(ListPage[Question, Overview]):
    """Places the widgets, gives them what was read, and calls the verbs."""

    areas = AREAS
    name = "customers"
    table: CustomersTable
    pane: CustomerPane

    def __init__(self, mount: Mount) -> None:
        store, bridge, t = mount.context.store, mount.bridge, mount.t
        self.source: CustomersSource = mount.context.customers
        self.presenter = CustomersPresenter(t, store.currency, store.zone, store.country)
        table = CustomersTable(CustomersModel(self.presenter), t("Customers"))
        super().__init__(mount, self.source, table, Question(), Overview())
        self.pane = CustomerPane(self.presenter)
        self.profile: Profile | None = None
        self._moments = MOMENTS
        conversations = mount.context.conversations
        self.identity = IdentityActs(self, self.pane.identity, conversations, bridge, t, store.currency)
        self.privacy = PrivacyActs(self, self.pane.personal, conversations, bridge, t)
        self.found = Label("", "small", "muted")
        self.new = Button(t("New customer"), icon="plus", key="N", live=True)
        out = self.export_verb(self.export)
        self.column.addLayout(self.head(t("Customers"), t("Name or phone"), out, self.new, beside=self.found))
        self.filters = Filters(self.presenter)
        self.filters.asked.connect(lambda name, value: self.ask(**{name: value}))
        self.column.addWidget(self.filters)
        self.column.addWidget(self.behind_bar())
        card = self._customers()
        self.column.addLayout(self.beside(card, self.pane, wide=card), 1)
        self._connect()
        self.begin()

    # -- parts

    def _customers(self) -> Card:
        t = self.t
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
        card = self.listed(t("Customers"), nothing, empty)
        many = many_customers(self, self.source, self.presenter, self.writing)
        self.act_on_many(many, card, self.undo)
        many.settled.connect(self.identity.forget)
        return card

    def undo(self) -> None:
        """Take back what was done last: a merge, or what was done to many."""
        if not self.identity.undo() and self.many is not None:
            self.many.undo()

    def _connect(self) -> None:
        pane = self.pane
        self.table.chosen.connect(lambda row: self.act("write"))
        self.new.clicked.connect(self.add)
        pane.asked.connect(self.act)
        pane.noted.connect(self._keep_notes)
        pane.tagged.connect(lambda tag: self._do(partial(self.source.tag, self._current(), tag), "put tag"))
        pane.untagged.connect(lambda tag: self._do(partial(self.source.untag, self._current(), tag), "take off tag"))
        pane.terms_chosen.connect(lambda days: self._do(partial(self.source.terms, self._current(), days), "terms"))
        pane.proposed.connect(lambda other: self.identity.ask(self._current(), other))
        pane.timeline.opened.connect(self._open)
        pane.timeline.more_wanted.connect(self._more_history)
        for verb, key in KEYS.items():
            self.add_shortcut(key, partial(self.act, verb), self._words()[verb])
        self.add_shortcut("N", self.add, self.t("New customer"))

    def _words(self) -> dict[str, str]:
        return {"write": self.t("Write"), "quote": self.t.of("verb", "Quote"), "edit": self.t("Edit")}

    # -- reading

    def sought(self) -> Wanted:
        behind = self.question.behind
        return replace(self.question, among=None if behind is None else buyers(behind))

    def look(self, sought: Wanted) -> Overview:
        return self.source.overview(sought)

    @property
    def anything(self) -> bool:
        return self.overview.counts.all > 0

    def typed(self) -> dict[str, object]:
        return {**super().typed(), "place": self.filters.place.text()}

    def show_question(self) -> None:
        self.filters.choose(self.question)

    def show_overview(self, overview: Overview) -> None:
        self.filters.show_counts(overview.counts)
        for part in (self.pane, self.filters):
            part.setVisible(self.anything)
        self.export_button.setVisible(self.anything and overview.may_export)
        self.new.setEnabled(overview.may_write)
        if self.many is not None:
            may = {"export": overview.may_export, "tag": overview.may_write}
            self.many.forbid(*(verb for verb, able in may.items() if not able))

    def show_found(self, some: bool) -> None:
        found, counts = self.overview.found, self.overview.counts
        said = self.t("{n} of {all}", n=group_digits(found), all=group_digits(counts.all))
        self.found.say("" if found == counts.all else said)

    def show_current(self) -> None:
        current = self.table.current
        if self.profile is None or current is None or current.view.id != self.profile.view.id:
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
        source, moments, language = self.source, self._moments, self.t.language
        self.call(
            lambda: source.profile(number, moments, language),
            "read customer",
            lambda found: self._show_profile(found, moments),
        )

    def _show_profile(self, profile: Profile | None, moments: int) -> None:
        if profile is not None and profile.view.id != self._shown():
            return  # another one was chosen meanwhile
        self.profile = profile
        self.pane.show_profile(profile, moments)

    def _shown(self) -> int | None:
        """Whose profile stands beside the list: of the subject that another page pointed to, else of the row."""
        if isinstance(self._subject, int):
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
        form.kept.connect(self.show_subject)
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

    def offers(self) -> tuple[Verb, ...]:
        profile = self.profile
        able = profile is not None and profile.may_write
        return tuple(Verb(verb, f"{self._words()[verb]}\t{key}", verb != "edit" or able) for verb, key in KEYS.items())

    # -- the file

    def export(self) -> None:
        """Ask where to, then write what is looked for."""
        if self.overview.may_export and self.model.rows:
            exporting.ask_where(self, self.writing())

    def writing(self, wanted: Wanted | None = None) -> Writing:
        """These customers, or those that are looked for, as a list to be written."""
        asked = wanted or self.sought()
        t, source, words = self.t, self.source, self.presenter
        titles, tiers = words.titles(), words.tiers()
        return Writing(
            t("customers"),
            lambda path, control: source.export(path, asked, titles, tiers, control),
            lambda n, file: t.plural("{n} customer written to {file}", "{n} customers written to {file}", n, file=file),
        )

    # -- the window

    def show_subject(self, subject: object) -> None:
        """A customer by their id, whatever was looked for; or those behind a figure."""
        if isinstance(subject, BuyersWanted):
            self.show_behind(subject)
        elif isinstance(subject, int):
            self._subject = subject
            self._moments = MOMENTS
            self.show_all()

    def take_focus(self) -> None:
        super().take_focus()
        self.call(self.source.towns, "read towns", self.filters.show_towns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pane.set_narrow(self.width() < _WIDE_FROM)
