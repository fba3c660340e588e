"""Who a customer is: let them order beyond the limits, have them pay first, make two records of one person one,
and two again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.customers.merging import SIMILAR, Preview
from core.customers.parting import Parting
from core.customers.views import CustomerView
from desktop.bridge import Bridge
from desktop.pages.conversations.standing import StandingSource, candidate, limit, parting_question, question
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Confirm, Dialog
from desktop.widgets.fields import SearchField
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice

PAUSE_MS: Final = 140
Look = Callable[["MergeDialog", str], None]


class IdentityPart(QWidget):
    """The verbs in a customer's card. ``allow_wanted`` and ``merge_wanted`` with their id and name,
    ``first_wanted`` with whether they pay first too, ``part_wanted`` with the merge to take back."""

    allow_wanted = Signal(int, str)
    merge_wanted = Signal(int, str)
    first_wanted = Signal(int, str, bool)
    part_wanted = Signal(int)

    def __init__(self, t: Texts) -> None:
        super().__init__()
        self._t = t
        self._customer = (0, "")
        self._merged = 0
        self._first = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.limit = Label("", "small", "danger", wrap=True)
        self.allow = Button(t("Let them order for a day"), icon="check", shrinks=True)
        self.told = Label("", "small", "danger", wrap=True)
        self.first = Button("", icon="hand", shrinks=True)
        self.first.clicked.connect(lambda: self.first_wanted.emit(*self._customer, not self._first))
        self.merge = Button(t("Same person as…"), icon="users", shrinks=True)
        self.allow.clicked.connect(lambda: self.allow_wanted.emit(*self._customer))
        self.merge.clicked.connect(lambda: self.merge_wanted.emit(*self._customer))
        self.made_one = Label("", "small", "muted", wrap=True)
        self.part = Button(t("Undo the merge…"), icon="undo-2", shrinks=True)
        self.part.clicked.connect(lambda: self.part_wanted.emit(self._merged))
        for part in (self.limit, self.allow, self.told, self.first, self.merge, self.made_one, self.part):
            column.addWidget(part)

    def show_customer(
        self, customer_id: int, name: str, limited: str | None, *, pays_first: bool, merged: tuple[int, str] = (0, "")
    ) -> None:
        """``merged``: the latest merge into this person, and what is said of it; 0: there is none."""
        t = self._t
        self._customer, self._first = (customer_id, name), pays_first
        self.told.say(t("Pays first, because you said so: 5 minutes, no deposit."))
        self.told.setVisible(pays_first)
        self.first.setText(t("This buyer need not pay first any more") if pays_first else t("Have them pay first"))
        self.limit.say(limit(self._t, limited))
        self.limit.setVisible(limited is not None)
        self.allow.setVisible(limited is not None)
        self._merged, said = merged
        self.made_one.say(said)
        for part in (self.made_one, self.part):
            part.setVisible(bool(self._merged))


class IdentityActs:
    """Carries the verbs out for a page."""

    def __init__(
        self, page: QWidget, part: IdentityPart, source: StandingSource, bridge: Bridge, t: Texts, currency: str
    ) -> None:
        self._page, self._source, self._bridge, self._t, self._currency = page, source, bridge, t, currency
        part.allow_wanted.connect(self.allow)
        part.merge_wanted.connect(self.choose)
        part.first_wanted.connect(self.restrict)
        part.part_wanted.connect(self.ask_parting)
        self._made: int | None = None

    def allow(self, customer_id: int, name: str) -> None:
        self._bridge.run(
            partial(self._source.allow, customer_id),
            owner=self._page,
            done=lambda nothing: self._tell(self._t("{name} can order again.", name=name)),
            name="allow ordering",
        )

    def restrict(self, customer_id: int, name: str, wanted: bool, *, back: bool = True) -> None:
        """Have them pay first from their next order on, or no longer; ``back``: it can be taken back."""
        self._bridge.run(
            partial(self._source.restrict, customer_id, wanted),
            owner=self._page,
            done=lambda nothing: self._restricted(customer_id, name, wanted, back),
            name="have pay first",
        )

    def _restricted(self, customer_id: int, name: str, wanted: bool, back: bool) -> None:
        t = self._t
        first = t("{name} pays first from the next order on: 5 minutes, no deposit.", name=name)
        said = first if wanted else t("{name} need not pay first any more.", name=name)
        undo = partial(self.restrict, customer_id, name, not wanted, back=False)
        self._bridge.notice.emit(Notice(said, "paid", t("Undo") if back else "", undo if back else None))

    def choose(self, customer_id: int, name: str) -> None:
        """Whom they are the same person as."""
        MergeDialog(
            self._page, self._t, name, partial(self._look, customer_id), partial(self.ask, customer_id)
        ).present()

    def _look(self, customer_id: int, dialog: MergeDialog, search: str) -> None:
        self._bridge.run(
            lambda: self._source.similar(customer_id, search), owner=dialog, done=dialog.show_people, name="similar"
        )

    def ask(self, customer_id: int, other: int) -> None:
        """What it would make, before it is done."""
        self._bridge.run(
            lambda: self._source.preview_merge(customer_id, other),
            owner=self._page,
            done=partial(self._question, customer_id, other),
            name="preview merge",
        )

    def _question(self, customer_id: int, other: int, found: Preview) -> None:
        t = self._t
        title = t("One and the same person?")
        sentence = question(t, found, self._currency)
        Confirm(self._page, t, title, sentence, t("Make them one"), partial(self._merge, customer_id, other)).present()

    def _merge(self, customer_id: int, other: int) -> None:
        self._bridge.run(
            lambda: self._source.merge(customer_id, other),
            owner=self._page,
            done=self._made_one,
            name="merge customers",
        )

    def _made_one(self, merge_id: int) -> None:
        self._made, t = merge_id, self._t
        self._bridge.notice.emit(Notice(t("Now one customer."), "paid", t("Undo"), partial(self._part, merge_id)))

    # -- and two again

    def undo(self) -> bool:
        """Take the merge back that was made here last. → False when there is none."""
        if self._made is None:
            return False
        self._part(self._made)
        return True

    def forget(self) -> None:
        """Something else was done since: that is what is taken back next."""
        self._made = None

    def ask_parting(self, merge_id: int) -> None:
        """Who gets what, before it is done."""
        self._bridge.run(
            lambda: self._source.preview_parting(merge_id),
            owner=self._page,
            done=self._parting_question,
            name="preview parting",
        )

    def _parting_question(self, found: Parting) -> None:
        t, sentence = self._t, parting_question(self._t, found)
        act = partial(self._part, found.merge.id)
        Confirm(self._page, t, t("Two different people?"), sentence, t("Undo the merge"), act).present()

    def _part(self, merge_id: int) -> None:
        self._made = None
        self._bridge.run(
            lambda: self._source.part(merge_id),
            owner=self._page,
            done=lambda nothing: self._tell(self._t("Two customers again, each with their own.")),
            name="undo merge",
        )

    def _tell(self, text: str) -> None:
        self._bridge.notice.emit(Notice(text, "paid"))


class MergeDialog(Dialog):
    """A search, and who fits. ``look(dialog, text)`` asks for people; ``take(customer_id)`` when one is chosen."""

    def __init__(self, parent: QWidget, t: Texts, name: str, look: Look, take: Callable[[int], None]) -> None:
        super().__init__(parent, t("Who is the same person as {name}?", name=name))
        self._t, self._look, self._take = t, look, take
        self.search = SearchField(t("Name or number"), boxed=True)
        self.body.addWidget(self.search)
        self.said = Label("", "small", "muted", wrap=True)
        self.body.addWidget(self.said)
        self.people = [Button("", shrinks=True) for _ in range(SIMILAR)]
        self._ids = [0] * SIMILAR
        for number, button in enumerate(self.people):
            button.hide()
            button.clicked.connect(partial(self._chosen, number))
            self.body.addWidget(button)
        self.add_way_out(t("Back"))
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(lambda: look(self, self.search.text()))
        self.search.textEdited.connect(lambda text: self._pause.start())
        look(self, "")

    def show_people(self, found: Sequence[CustomerView]) -> None:
        t = self._t
        if found:
            self.said.say(t("Found:") if self.search.text() else t("Of the same name:"))
        else:
            self.said.say(t("Nobody fits.") if self.search.text() else t("Nobody else has this name: search."))
        for number, button in enumerate(self.people):
            button.setVisible(number < len(found))
            if number < len(found):
                self._ids[number] = found[number].id
                button.setText(candidate(t, found[number]))

    def _chosen(self, number: int) -> None:
        self.accept()
        self._take(self._ids[number])
