"""Quotes: every quote and how far it is, one beside the list, and the place where they are written."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Final, cast

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.customers.views import CustomerView
from core.kernel.look import SCALE
from core.quotes.listing import Wanted
from core.quotes.rules import DRAFT
from desktop.pages.listing import Chips, ListPage, Verb
from desktop.pages.page import Mount
from desktop.pages.quotes import form as forms
from desktop.pages.quotes.acts import QuoteActs
from desktop.pages.quotes.editor import Editor, Unfinished
from desktop.pages.quotes.form import QuoteForm
from desktop.pages.quotes.many import many_quotes
from desktop.pages.quotes.pane import QuotePane
from desktop.pages.quotes.presenter import QuotesPresenter
from desktop.pages.quotes.source import Detail, Overview, QuoteFor, QuotesSource
from desktop.pages.quotes.table import QuotesModel, QuotesTable
from desktop.pages.quotes.verbs import KEYS, titles
from desktop.widgets.buttons import Button
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import IconLabel, Label

# Messages on their way, stock that an accepted one waits for, and another person at the window change what stands here.
AREAS: Final = frozenset({"quotes", "conversations", "catalogue", "orders", "accounts"})
_WIDE_FROM: Final = 1000


class UnsavedBar(QWidget):
    """What was being typed when the window closed: take it up again, or throw it away."""

    def __init__(self, words: QuotesPresenter) -> None:
        super().__init__()
        t = words.t
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        self.said = Label("", "body")
        self.resume = Button(t("Go on writing"), icon="pencil")
        self.throw = Button(t("Throw away"), "quiet", icon="trash-2")
        line.addWidget(IconLabel("circle-alert", "waiting"))
        line.addWidget(self.said, 1)
        line.addWidget(self.resume)
        line.addWidget(self.throw)
        self.hide()


class QuotesPage(ListPage[Wanted, Overview]):
    """Places the widgets, gives them what was read, and calls the verbs."""

    areas = AREAS
    hands_on = True
    name = "quotes"
    table: QuotesTable
    pane: QuotePane

    def __init__(self, mount: Mount) -> None:
        store, t = mount.context.store, mount.t
        self.source: QuotesSource = mount.context.quotes
        self.presenter = QuotesPresenter(t, store.currency, store.zone, store.country)
        table = QuotesTable(QuotesModel(self.presenter, mount.context.clock.now), t("Quotes"))
        super().__init__(mount, self.source, table, Wanted(), Overview())
        self.detail: Detail | None = None
        self._unfinished: Unfinished | None = None
        self._back = False
        self.acts = QuoteActs(self, self.source, mount.bridge, self.presenter)
        self.pane = QuotePane(self.presenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list())
        self.column.addWidget(self._stack)
        self._connect()
        self.begin()

    # -- parts

    @cached_property
    def editor(self) -> Editor:
        """The place to write, built when somebody looks for what is written there."""
        made = Editor(self.presenter, self.source, self.mount.bridge)
        made.saved.connect(self._saved)
        made.left.connect(self._left)
        self._stack.addWidget(made)
        return made

    def _list(self) -> QWidget:
        t, whole = self.t, QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SCALE.gap)
        self.new = Button(t("New quote"), icon="plus", key="N", live=True)
        column.addLayout(self.head(t("Quotes"), t("Number, name, phone"), self.new))
        self.unsaved = UnsavedBar(self.presenter)
        column.addWidget(self.unsaved)
        chips = Chips(self, self.presenter.states(), lambda state: self.ask(state=state))
        self.chips = chips.of
        self.chips[None].setChecked(True)
        column.addLayout(chips.line())
        fits = t("Nothing fits what is looked for.")
        every = t("Show everything")
        nothing = EmptyState("search", t("No quote here"), fits, every, self.show_all, primary=False)
        empty = EmptyState(
            "file-text",
            t("Your quotes come here"),
            t("Write one for a customer, send it on WhatsApp with its link, and see when it is opened and accepted."),
            t("New quote"),
            self.write_new,
            key="N",
        )
        card = self.listed(t("Quotes"), nothing, empty)
        self.act_on_many(many_quotes(self, self.source, self.presenter, self.mount.bridge), card)
        column.addLayout(self.beside(card, self.pane, wide=card), 1)
        return whole

    def _connect(self) -> None:
        self.table.chosen.connect(lambda row: self.act("edit" if row.quote.state == DRAFT else "open"))
        self.pane.asked.connect(self._asked)
        self.new.clicked.connect(self.write_new)
        self.unsaved.resume.clicked.connect(self.resume)
        self.unsaved.throw.clicked.connect(self.throw)
        self.acts.changed.connect(self.bring)
        self.acts.written.connect(self.write)
        self.acts.wanted.connect(self.navigate)
        for key in dict.fromkeys(each for each in KEYS.values() if len(each) == 1):
            said = dict.fromkeys(titles(self.t)[verb][0] for verb, each in KEYS.items() if each == key)
            self.add_shortcut(key, partial(self._key, key), " / ".join(said))
        self.add_shortcut("N", lambda: None if self.writing else self.write_new(), self.t("New quote"))
        more = self.t("Everything that can be done")
        self.add_shortcut("M", lambda: None if self.writing else self._asked("more"), more)

    @property
    def writing(self) -> bool:
        """Whether the place to write stands over the list."""
        return self._stack.currentIndex() > 0

    # -- reading

    def look(self, sought: Wanted) -> Overview:
        return self.source.overview()

    @property
    def anything(self) -> bool:
        return self.overview.all > 0

    def show_question(self) -> None:
        self.chips[self.question.state].setChecked(True)

    def show_overview(self, overview: Overview) -> None:
        self._go_on()
        for state, chip in self.chips.items():
            number = overview.all if state is None else overview.counts.get(state, 0)
            chip.count(number or None)
        kept = overview.unsaved
        self.unsaved.setVisible(kept is not None and not self.editor.open)
        self.new.setEnabled(overview.may_write)
        if self.many is not None:
            self.many.forbid(*(() if overview.may_write else ("again",)))
        if kept is not None:
            day = self.presenter.moment(kept.at)
            self.unsaved.said.say(self.t("A quote you were writing on {day} is not saved yet.", day=day))

    def show_found(self, some: bool) -> None:
        for part in (self.pane, *self.chips.values()):
            part.setVisible(self.anything)

    def show_current(self) -> None:
        row = self.table.current
        if row is None:
            self._show_detail(None)
            return
        source, number = self.source, row.id
        self.call(lambda: source.detail(number), "read quote", self._show_detail)

    def _show_detail(self, detail: Detail | None) -> None:
        current = self.table.current
        if detail is not None and (current is None or current.id != detail.row.id):
            return  # another one was chosen meanwhile
        self.detail = detail
        self.pane.show_quote(detail, self.overview.may_write)

    # -- verbs

    def _asked(self, verb: str) -> None:
        if verb == "more":
            self.open_menu(self.pane.more.mapToGlobal(self.pane.more.rect().topLeft()))
        else:
            self.act(verb)

    def _key(self, key: str) -> None:
        """The verb of a key, as the chosen quote offers it."""
        offered = self.pane.offered
        if self.writing or (key == KEYS["again"] and self.many is not None and self.many.begin("again")):
            return
        verb = next((each for each in (*offered.shown, *offered.more) if KEYS[each] == key), None)
        if verb is not None:
            self.act(verb)

    def act(self, verb: str) -> None:
        """Do something with the quote that is chosen; what cannot be done now does nothing."""
        detail, offered = self.detail, self.pane.offered
        current = self.table.current
        if detail is None or current is None or detail.row.id != current.id or verb in offered.obstacles:
            return
        if verb in (*offered.shown, *offered.more):
            self.acts.act(verb, detail, self.overview)

    def offers(self) -> tuple[Verb, ...]:
        offered = self.pane.offered
        return tuple(
            Verb(verb, self.pane.buttons[verb].text(), verb not in offered.obstacles, offered.obstacles.get(verb, ""))
            for verb in (*offered.shown, *offered.more)
        )

    # -- writing

    def write_new(self, customer: CustomerView | None = None) -> None:
        """Write a new quote; one that is being written comes back as it is."""
        if not self.overview.may_write:
            return
        if not self.editor.open:
            form = QuoteForm() if customer is None else forms.for_customer(QuoteForm(), customer)
            self.editor.begin(form, self.overview)
        self._to_editor()

    def write(self, number: int) -> None:
        """Write in a draft."""
        source = self.source

        def read() -> tuple[Detail, CustomerView | None]:
            detail = source.detail(number)
            customer = detail.quote.customer_id
            return detail, None if customer is None else source.customer(customer)

        self.call(read, "read quote", lambda found: self._begin(*found))

    def _begin(self, detail: Detail, customer: CustomerView | None) -> None:
        if not self.editor.open:
            self.editor.begin(forms.of_quote(detail.quote, customer, self.presenter), self.overview)
        self._to_editor()

    def resume(self) -> None:
        """Take up what was being typed when the window closed."""
        kept = self.overview.unsaved
        form = forms.of_text(kept.content) if kept is not None else None
        if form is not None:
            self.editor.begin(form, self.overview, before=QuoteForm(form.quote_id, form.reference))
            self._to_editor()
        elif kept is not None:
            self.throw()

    def throw(self) -> None:
        """What was being typed is not wanted any more."""
        kept, source = self.overview.unsaved, self.source
        if kept is not None:
            self.call(lambda: source.drop(kept.quote_id), "drop what was typed", lambda _: self.refresh())

    def _to_editor(self) -> None:
        self._stack.setCurrentWidget(self.editor)
        self.editor.take_focus()

    def _saved(self, number: int, send: bool) -> None:
        self._left()
        self.bring(number)
        if send:
            source, acts = self.source, self.acts
            self.call(
                lambda: source.detail(number), "read quote", lambda detail: acts.act("send", detail, self.overview)
            )

    def _left(self) -> None:
        self._stack.setCurrentIndex(0)
        self.table.setFocus()
        self.refresh()

    # -- the window

    def kept_own(self) -> object:
        return self.editor.unfinished, self.writing

    def take_own(self, own: object) -> None:
        self._unfinished, self._back = cast("tuple[Unfinished | None, bool]", own)

    def _go_on(self) -> None:
        """Go on with what another page was writing, now that it is known what may be written."""
        if self._unfinished is not None and not self.editor.open:
            form, before = self._unfinished
            self.editor.begin(form, self.overview, before=before)
            if self._back:
                self._to_editor()
        self._unfinished = None

    def show_subject(self, subject: object) -> None:
        """A quote by its id, or a new one for a customer."""
        if isinstance(subject, QuoteFor):
            source, customer = self.source, subject.customer_id
            self.call(lambda: source.customer(customer), "read customer", self.write_new)
        elif isinstance(subject, int):
            self._stack.setCurrentIndex(0)
            self._subject = subject
            self.show_all()

    def take_focus(self) -> None:
        if self.writing:
            self.editor.take_focus()
        else:
            super().take_focus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pane.set_narrow(self.width() < _WIDE_FROM)
