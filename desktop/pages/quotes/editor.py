"""Writing a quote: whom it is for, its lines, its terms, and what it comes to as it is typed.

What is typed is kept on disk a moment later, until it is a draft or given up: a window that closes loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.customers.views import CustomerView
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from core.kernel.look import SCALE
from core.kernel.phone import display
from desktop.bridge import Bridge
from desktop.pages.quotes import form as forms
from desktop.pages.quotes.form import LineForm, Problems, QuoteForm
from desktop.pages.quotes.lines import FOUND, Lines
from desktop.pages.quotes.presenter import QuotesPresenter
from desktop.pages.quotes.source import Overview, QuotesSource
from desktop.pages.quotes.terms import Terms
from desktop.widgets.buttons import Button
from desktop.widgets.card import Card
from desktop.widgets.dialog import Confirm
from desktop.widgets.fields import Field, TextField
from desktop.widgets.labels import ElidedLabel, Label
from desktop.widgets.suggest import Choice, Suggest

KEEP_MS: Final = 400
_TERMS: Final = {True: 250, False: 300}  # px, by whether there is little room
_NARROW_UNDER: Final = 900
Unfinished = tuple[QuoteForm, QuoteForm]


class Editor(QWidget):
    """``saved`` with the draft's id and whether it is to be sent now; ``left`` when it is given up."""

    saved = Signal(int, bool)
    left = Signal()

    def __init__(self, words: QuotesPresenter, source: QuotesSource, bridge: Bridge) -> None:
        super().__init__()
        self._words, self._source, self._bridge = words, source, bridge
        self.form = QuoteForm()
        self._before = QuoteForm()
        self._overview = Overview()
        self._blamed = False
        self._busy = False
        self._asked = 0
        self._keeping = 0
        self.open = False
        self._pause = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._pause.timeout.connect(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._head())
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(self._main(), 1)
        self.terms = Terms(words)
        line.addWidget(self.terms)
        column.addLayout(line, 1)
        self._connect()
        self._fold(True)  # before its place is known it asks for no more than it needs

    # -- parts

    def _head(self) -> QHBoxLayout:
        t, line = self._words.t, QHBoxLayout()
        line.setSpacing(10)
        self.title = ElidedLabel("", "title")
        self.about = Label("", "small", "muted")
        self.cancel = Button(t("Cancel"), key="Esc")
        self.save = Button(t("Save as a draft"), key="Ctrl+S", shrinks=True)
        self.send = Button(t("Save and send…"), "primary", icon="send", key="Ctrl+\u21b5", shrinks=True)
        line.addWidget(self.title, 1)
        line.addWidget(self.about)
        for button in (self.cancel, self.save, self.send):
            line.addWidget(button)
        return line

    def _main(self) -> QFrame:
        t = self._words.t
        card = Card(t("Quote"), ruled=False)
        card.title.hide()
        card.set_band(0)
        card.body.setContentsMargins(SCALE.card, 10, SCALE.card, 10)
        card.body.setSpacing(10)
        whom = QHBoxLayout()
        whom.setSpacing(12)
        self.name = Suggest(t("Customer"), t("Name or phone of a customer, or a new name"), eager=True)
        self.whom = Field(t("Customer"), self.name, t("↓ and Enter choose among the customers found."))
        self.phone = TextField(t("Phone"), t("For a new customer."))
        whom.addWidget(self.whom, 1, Qt.AlignmentFlag.AlignTop)
        whom.addWidget(self.phone, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(whom)
        self.lines = Lines(self._words, self._source, self._bridge)
        card.body.addWidget(self.lines, 1)
        self.add = Button(t("Add a line"), "quiet", icon="plus")
        self.add.setToolTip(t("Enter in the last line does the same"))
        self.problem = Label("", "small", "danger", wrap=True)
        self.lines.put_under(self.add)
        card.body.addWidget(self.problem)
        return card

    def _connect(self) -> None:
        self.cancel.clicked.connect(self.leave)
        self.save.clicked.connect(lambda: self.finish())
        self.send.clicked.connect(lambda: self.finish(send=True))
        self.add.clicked.connect(lambda: self.add_line(len(self.form.lines)))
        self.name.textEdited.connect(self._renamed)
        self.name.asked.connect(self._search)
        self.name.chosen.connect(self.choose)
        self.name.submitted.connect(lambda: self.phone.edit.setFocus() if self._new else self.lines.enter(0))
        self.phone.changed.connect(lambda text: self._now(self.form.typed("phone", text)))
        self.phone.edit.returnPressed.connect(lambda: self.lines.enter(0))
        self.lines.changed.connect(lambda place, line: self._now(self.form.line(place, line)))
        self.lines.added.connect(self.add_line)
        self.lines.removed.connect(self.remove_line)
        self.terms.changed.connect(lambda name, text: self._now(self.form.typed(name, text)))
        t = self._words.t
        for keys, act, said in (
            ("Ctrl+S", self.finish, t("Save the quote")),
            ("Ctrl+Return", lambda: self.finish(send=True), t("Save and send the quote")),
            ("Ctrl+Enter", lambda: self.finish(send=True), t("Save and send the quote")),
            ("Ctrl+Del", lambda: self.remove_line(self.lines.focused), t("Remove the line")),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setWhatsThis(said)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda act=act: act())

    @property
    def _new(self) -> bool:
        return self.form.customer_id is None and bool(self.form.name.strip())

    # -- showing

    def begin(self, form: QuoteForm, overview: Overview, *, before: QuoteForm | None = None) -> None:
        """Write this. ``before``: what it was before it was typed in, where something kept is taken up again."""
        self.form, self._before, self._overview = form, before or form, overview
        self.open, self._blamed, self._busy = True, False, False
        t = self._words.t
        self.title.say(t("Quote {number}", number=form.reference) if form.reference else t("New quote"))
        self.name.setText(form.name)
        self.phone.edit.setText(form.phone)
        self.lines.show_lines(form.lines)
        self.terms.show_form(form)
        self._show()

    def take_focus(self) -> None:
        if self.form.customer_id is None and not self.form.name:
            self.name.setFocus()
        else:
            self.lines.enter(next((i for i, line in enumerate(self.form.lines) if line.empty), 0))

    @property
    def changed(self) -> bool:
        """Whether leaving would lose something."""
        return self.form.to_text() != self._before.to_text()

    @property
    def unfinished(self) -> Unfinished | None:
        """What is being written, and what it was before; None when nothing is."""
        return (self.form, self._before) if self.open else None

    def _now(self, form: QuoteForm) -> None:
        self.form = form
        self._pause.start()
        self._show()

    def _show(self) -> None:
        """What is wrong with what was typed, and what it comes to."""
        found = forms.problems(self.form, self._words)
        shown = found if self._blamed else {key: text for key, text in found.items() if self._typed_at(key)}
        self.lines.show_state(shown)
        self.terms.show_state(self.form, shown, forms.come_to(self.form, self._words, self._overview))
        self.phone.edit.setEnabled(self.form.customer_id is None)
        self.phone.set_error(shown.get("phone", ""))
        self.name.set_tag(self._words.t("known") if self.form.customer_id is not None else "")
        self.problem.say(self._said(shown))
        self.about.say(self._words.t("Kept while you type") if self.changed else "")
        for button in (self.save, self.send):
            button.setEnabled(not self._busy)

    def _said(self, problems: Problems) -> str:
        return problems.get((0, "text"), "") if self._blamed and not self.form.filled else ""

    def _typed_at(self, key: str | tuple[int, str]) -> bool:
        """Nothing is blamed before it was typed."""
        if isinstance(key, tuple):
            return bool(self.form.filled) and bool(getattr(self.form.lines[key[0]], key[1]).strip())
        return key != "phone" or bool(self.form.phone.strip())

    # -- whom

    def _renamed(self, text: str) -> None:
        """Another name is another customer."""
        known = self.form.customer_id is not None
        self._now(replace(self.form, customer_id=None, name=text, phone="" if known else self.form.phone))
        if known:
            self.phone.edit.clear()

    def _search(self, query: str) -> None:
        self._asked += 1
        number, source = self._asked, self._source
        self._bridge.run(
            lambda: source.customers(query, FOUND),
            owner=self,
            done=lambda found: self._offer(found) if number == self._asked else None,
            name="search customers",
        )

    def _offer(self, customers: Sequence[CustomerView]) -> None:
        words = self._words
        self.name.offer(
            [
                Choice(words.who(each.name, each.phone), display(each.phone) if each.phone else "", "", each)
                for each in customers
            ]
        )

    def choose(self, customer: CustomerView) -> None:
        """Somebody known."""
        form = forms.for_customer(self.form, customer)
        self.name.setText(form.name)
        self.phone.edit.setText(form.phone)
        self._now(form)
        self.lines.enter(0)

    # -- lines

    def add_line(self, place: int, line: LineForm | None = None) -> None:
        """A line more; an empty one that is there already is used first."""
        if line is None and place == len(self.form.lines) and self.form.lines[-1].empty:
            self.lines.enter(place - 1)
            return
        self._now(self.form.with_line(place, line))
        self.lines.show_lines(self.form.lines)
        self._show()
        self.lines.enter(place)

    def remove_line(self, place: int | None) -> None:
        if place is None:
            return
        self._now(self.form.without(place))
        self.lines.show_lines(self.form.lines)
        self._show()
        self.lines.enter(max(0, place - 1))

    # -- keeping

    def keep(self) -> None:
        """Put what is typed on disk, so that nothing is lost when the window closes."""
        self._pause.stop()
        if not self.open or self._busy or not self.changed:
            return
        source, number, whom, text = self._source, self.form.quote_id or 0, self.form.customer_id, self.form.to_text()
        self._keeping += 1
        self._bridge.run(
            lambda: source.keep(number, whom, text),
            owner=self,
            done=lambda _: self._kept(number),
            failed=self._not_kept,
            name="keep what is typed",
        )

    def _kept(self, number: int) -> None:
        """One that came to its end after the quote was saved or given up must not bring it back."""
        self._keeping -= 1
        if not self.open:
            self._drop(number)

    def _not_kept(self, error: Exception) -> bool:
        self._keeping -= 1
        return True  # the banner of the window tells of a disk that refuses; saving will say it too

    def _drop(self, number: int, then: Callable[[], object] = lambda: None) -> None:
        source = self._source
        self._bridge.run(lambda: source.drop(number), owner=self, done=lambda _: then(), name="drop what was typed")

    # -- the end

    def finish(self, *, send: bool = False) -> None:
        """Save when all is right, else show what is missing and go there."""
        if self._busy or not self.open:
            return
        self._pause.stop()
        self._blamed = True
        found = forms.problems(self.form, self._words)
        if not found and send and self.form.customer_id is None and not self.form.phone.strip():
            found = {"phone": self._words.t("Whom is it for? Choose a customer, or give the phone of a new one.")}
        self._show()
        if found:
            self._go_to(found)
            return
        source, words, form = self._source, self._words, self.form
        wording, whom = forms.wording(form, words.currency), forms.recipient(form, words.country)
        self._busy = True
        self._show()
        self._bridge.run(
            lambda: source.write(form.quote_id, whom, wording),
            owner=self,
            done=lambda number: self._saved(number, send),
            failed=self._failed,
            name="save quote",
        )

    def _go_to(self, found: Problems) -> None:
        key = next(iter(found))
        if isinstance(key, tuple):
            self.lines.rows[key[0]].edits[key[1]].setFocus()
        elif key == "phone":
            self.phone.set_error(found[key])
            (self.phone.edit if self.form.name.strip() else self.name).setFocus()
        else:
            self.terms.fields[key].edit.setFocus()

    def _saved(self, number: int, send: bool) -> None:
        self._end()
        self.saved.emit(number, send)

    def _failed(self, error: Exception) -> bool:
        """Somebody else was quicker, or may not: what was typed stays."""
        self._busy = False
        self._show()
        if not isinstance(error, LivePayError):
            return False
        self.problem.say(explain(error, self._words.t.language))
        return True

    def leave(self) -> None:
        """Ask before something typed is lost."""
        if not self.open:
            return
        if not self.changed:
            self._left()
            return
        t = self._words.t
        sentence = t("What you typed here would be lost.")
        Confirm(self, t, t("Leave without saving?"), sentence, t("Leave"), self._left).present()

    def _left(self) -> None:
        number = self.form.quote_id or 0
        self._end()
        self._drop(number, self.left.emit)

    def _end(self) -> None:
        self._pause.stop()
        self.open = self._busy = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold(self.width() < _NARROW_UNDER)

    def _fold(self, narrow: bool) -> None:
        self.terms.setFixedWidth(_TERMS[narrow])
        self.lines.set_narrow(narrow)
        self.phone.setFixedWidth(150 if narrow else 220)
        self.about.setVisible(not narrow)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.keep()
