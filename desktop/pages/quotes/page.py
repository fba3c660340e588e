"""Quotes: every quote and how far it is, one beside the list, and the place where they are written."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import Final, cast

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from core.customers.views import CustomerView
from core.kernel.look import SCALE
from core.quotes.listing import QuoteRow, Wanted
from core.quotes.rules import DRAFT
from desktop.pages.living import LivingPage
from desktop.pages.page import Mount
from desktop.pages.quotes import form as forms
from desktop.pages.quotes.acts import QuoteActs
from desktop.pages.quotes.editor import Editor, Unfinished
from desktop.pages.quotes.form import QuoteForm
from desktop.pages.quotes.pane import QuotePane
from desktop.pages.quotes.presenter import PAGE, Cursor, QuotesPresenter
from desktop.pages.quotes.source import Detail, Overview, QuoteFor, QuotesSource
from desktop.pages.quotes.table import QuotesModel, QuotesTable
from desktop.pages.quotes.verbs import KEYS, titles
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.flow import Flow
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


class QuotesPage(LivingPage):
    """Places the widgets, gives them what was read, and calls the verbs."""

    areas = AREAS
    hands_on = True

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        store = mount.context.store
        self.source: QuotesSource = mount.context.quotes
        self.presenter = QuotesPresenter(mount.t, store.currency, store.zone, store.country)
        self.model = QuotesModel(self.presenter, self)
        self.table = QuotesTable(self.model, self.t("Quotes"))
        self.wanted = Wanted()
        self.overview = Overview()
        self.detail: Detail | None = None
        self._subject: int | None = None
        self._unfinished: Unfinished | None = None
        self._back = False
        self.acts = QuoteActs(self, self.source, mount.bridge, self.presenter)
        self.pane = QuotePane(self.presenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list())
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.addWidget(self._stack)
        self._connect()
        self.refresh()

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
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._head())
        self.unsaved = UnsavedBar(self.presenter)
        column.addWidget(self.unsaved)
        column.addLayout(self._chips())
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(self._quotes(), 1)
        line.addWidget(self.pane)
        column.addLayout(line, 1)
        return whole

    def _head(self) -> QHBoxLayout:
        t, line = self.t, QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(t("Quotes"), "title"))
        line.addStretch(1)
        self.make_search(t("Number, name, phone"))
        self.search.down.connect(self.table.setFocus)
        line.addWidget(self.search, 3)
        self.new = Button(t("New quote"), icon="plus", key="N", live=True)
        line.addWidget(self.new)
        return line

    def _chips(self) -> Flow:
        line = Flow()
        self._group = QButtonGroup(self)
        self.chips: dict[str | None, Chip] = {}
        for state, word in self.presenter.states():
            chip = self.chips[state] = Chip(word)
            chip.clicked.connect(lambda checked, state=state: self.ask(state))
            self._group.addButton(chip)
            line.addWidget(chip)
        self.chips[None].setChecked(True)
        return line

    def _quotes(self) -> Card:
        t = self.t
        card = Card(t("Quotes"), ruled=False)
        card.title.hide()
        card.set_band(0)
        self._nothing = EmptyState("search", t("No quote here"), t("Nothing fits what is looked for."))
        self._empty = EmptyState(
            "file-text",
            t("Your quotes come here"),
            t("Write one for a customer, send it on WhatsApp with its link, and see when it is opened and accepted."),
            t("New quote"),
            self.write_new,
            key="N",
        )
        self._places = QStackedWidget()
        for widget in (self.table, self._nothing, self._empty):
            self._places.addWidget(widget)
        card.body.addWidget(self._places)
        return card

    def _connect(self) -> None:
        self.model.wanted.connect(self._read_more)
        self.table.resorted.connect(lambda sort: self._ask(sort=sort))
        self.table.remember(self.t, self.mount.preferences, "quotes")
        self.table.chosen.connect(lambda row: self.act("edit" if row.quote.state == DRAFT else "open"))
        self.table.selected.connect(lambda row: self._read_detail())
        self.table.menu_asked.connect(self.open_menu)
        self.pane.asked.connect(self._asked)
        self.new.clicked.connect(self.write_new)
        self.unsaved.resume.clicked.connect(self.resume)
        self.unsaved.throw.clicked.connect(self.throw)
        self.acts.changed.connect(self._changed_one)
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

    def ask(self, state: str | None) -> None:
        """Another state."""
        self.chips[state].setChecked(True)
        self._ask(state=state)

    def _ask(self, **changes: object) -> None:
        self.wanted = replace(self.wanted, **changes)  # type: ignore[arg-type]
        self.table.scrollToTop()
        self.refresh()

    def refresh(self) -> None:
        """Read what is shown again, as many rows as there were."""
        self.reading()
        self.wanted = replace(self.wanted, text=self.search.text().strip())
        wanted, source, limit = self.wanted, self.source, max(PAGE, min(len(self.model.rows), 10 * PAGE))
        self.call(
            lambda: (wanted, limit, source.overview(), source.page(wanted, None, limit)), "read quotes", self._show
        )

    def _show(self, read: tuple[Wanted, int, Overview, list[QuoteRow]]) -> None:
        wanted, limit, overview, quotes = read
        self.overview = overview
        self._go_on()
        for state, chip in self.chips.items():
            number = overview.all if state is None else overview.counts.get(state, 0)
            chip.count(number or None)
        kept = overview.unsaved
        self.unsaved.setVisible(kept is not None and not self.editor.open)
        self.new.setEnabled(overview.may_write)
        if kept is not None:
            day = self.presenter.moment(kept.at)
            self.unsaved.said.say(self.t("A quote you were writing on {day} is not saved yet.", day=day))
        if wanted != self.wanted:
            return
        current = self._subject if self._subject is not None else self.table.row and self.table.row.key
        self.model.show(quotes, limit, self.now)
        self.table.select_key(current)
        if self.table.row is not None and self.table.row.key == self._subject:
            self._subject = None
        everything = overview.all > 0
        self._places.setCurrentIndex(0 if quotes else 1 if everything else 2)
        self.pane.setVisible(everything)
        for chip in self.chips.values():
            chip.setVisible(everything)
        self._read_detail()
        if not self.read_once and quotes and self.isVisible() and self.window().focusWidget() in (None, self, self.new):
            self.table.setFocus()
        self.read_once = True

    def _read_more(self, after: Cursor) -> None:
        wanted, source = self.wanted, self.source
        self.call(
            lambda: source.page(wanted, after, PAGE),
            "read more quotes",
            lambda rows: self.model.append(rows, after, self.now),
        )

    def _read_detail(self) -> None:
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
        verb = next((each for each in (*offered.shown, *offered.more) if KEYS[each] == key), None)
        if verb is not None and not self.writing:
            self.act(verb)

    def act(self, verb: str) -> None:
        """Do something with the quote that is chosen; what cannot be done now does nothing."""
        detail, offered = self.detail, self.pane.offered
        current = self.table.current
        if detail is None or current is None or detail.row.id != current.id or verb in offered.obstacles:
            return
        if verb in (*offered.shown, *offered.more):
            self.acts.act(verb, detail, self.overview)

    def open_menu(self, place: QPoint) -> QMenu:
        """All verbs as a menu."""
        menu, offered = QMenu(self), self.pane.offered
        menu.setToolTipsVisible(True)
        for verb in (*offered.shown, *offered.more):
            action = QAction(self.pane.buttons[verb].text(), menu)
            action.setEnabled(verb not in offered.obstacles)
            action.setToolTip(offered.obstacles.get(verb, ""))
            action.triggered.connect(lambda checked=False, verb=verb: self.act(verb))
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        return menu

    def _changed_one(self, number: int) -> None:
        self._subject = number
        self.refresh()

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
        self._changed_one(number)
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

    def kept(self) -> object:
        current = self.table.current
        return self.editor.unfinished, self.writing, None if current is None else current.id

    def take_back(self, kept: object) -> None:
        self._unfinished, self._back, self._subject = cast("tuple[Unfinished | None, bool, int | None]", kept)

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
            self.wanted = Wanted(sort=self.wanted.sort)
            self.search.clear()
            self.chips[None].setChecked(True)
            self._changed_one(subject)

    def take_focus(self) -> None:
        if self.writing:
            self.editor.take_focus()
        else:
            (self.table if self.model.rows else self.new).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pane.set_narrow(self.width() < _WIDE_FROM)
