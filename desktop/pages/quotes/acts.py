"""The verbs of a quote, with what is asked first and what is said afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from core.orders.agreed import Short
from core.quotes.rules import MAX_REASON
from desktop.bridge import Bridge
from desktop.files import save_as
from desktop.opening import open_file
from desktop.pages.quotes.presenter import QuotesPresenter
from desktop.pages.quotes.source import Detail, Overview, QuotesSource
from desktop.widgets.dialog import Confirm, Dialog
from desktop.widgets.fields import TextField
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice

_SHORT: Final = 8  # products told one by one


class RefuseDialog(Dialog):
    """Why a customer does not want it, as the seller was told. ``act`` with the reason."""

    def __init__(self, parent: QWidget, words: QuotesPresenter, number: str, act: Callable[[str], object]) -> None:
        t = words.t
        super().__init__(parent, t("{number} is refused", number=number), 480)
        self._act = act
        self.reason = TextField(t("Reason"), t("As the customer told you; only you see it."), t("optional"))
        self.reason.edit.setMaxLength(MAX_REASON)
        self.body.addWidget(self.reason)
        self.add_way_out(t("Back"))
        self.action = self.add_action(t("Note the refusal"), self._done, danger=True)
        self.reason.setFocus()

    def _done(self) -> None:
        self.accept()
        self._act(self.reason.text)


class ShortDialog(Dialog):
    """What an accepted quote lacks, product by product, and what can be done."""

    def __init__(self, parent: QWidget, words: QuotesPresenter, number: str, short: Sequence[Short]) -> None:
        t = words.t
        super().__init__(parent, t("{number}: not enough in stock", number=number), 520)
        self.body.addWidget(Label(t("It is accepted, but this is not in stock as agreed:"), "body", wrap=True))
        for each in short[:_SHORT]:
            self.body.addWidget(Label(words.shortage(each), "body-bold", "danger", wrap=True))
        more = len(short) - _SHORT
        if more > 0:
            self.body.addWidget(Label(t.plural("and {n} more product", "and {n} more products", more), "body", "muted"))
        advice = t("Restock in the catalogue, then make the order; or send a new version with what there is.")
        self.body.addWidget(Label(advice, "body", "muted", wrap=True))
        self.action = self.add_action(t("Understood"), self.accept)
        self.action.setFocus()


class QuoteActs(QObject):
    """``changed`` with the id of a quote to show now; ``written`` with one to write in; ``wanted`` asks for another
    page. ``opener`` hands a file to the system.
    """

    changed = Signal(int)
    written = Signal(int)
    wanted = Signal(str, object)

    def __init__(self, page: QWidget, source: QuotesSource, bridge: Bridge, words: QuotesPresenter) -> None:
        super().__init__(page)
        self._page, self._source, self._bridge, self._words = page, source, bridge, words
        self.opener: Callable[[Path], bool] = open_file

    def act(self, verb: str, detail: Detail, overview: Overview) -> None:
        """Do something with a quote; it is offered in its state, and nothing stands in the way."""
        number, source = detail.row.id, self._source
        plain: dict[str, Callable[[], object]] = {
            "edit": lambda: self.written.emit(number),
            "open": lambda: self._run(lambda: source.pdf(number), "draw quote", self._opened),
            "save": lambda: self.save_as(detail),
            "link": lambda: self._run(lambda: source.link(number), "read link", self._copied),
            "again": lambda: self._run(lambda: source.send_again(number), "send quote", partial(self._sent, detail)),
            "accept": lambda: self.accept(detail),
            "refuse": lambda: self.refuse(detail),
            "convert": lambda: self._run(lambda: source.convert(number), "make order", partial(self._ordered, detail)),
            "revise": lambda: self._run(lambda: source.revise(number), "new version", self.written.emit),
            "duplicate": lambda: self._run(lambda: source.duplicate(number), "copy quote", self.written.emit),
            "talk": lambda: self.wanted.emit("conversations", detail.conversation),
            "newer": lambda: self.changed.emit(detail.newer[0] if detail.newer else number),
            "send": lambda: self.send(detail, overview),
        }
        plain[verb]()

    def _run(self, work: Callable[[], object], name: str, done: Callable[..., object]) -> None:
        self._bridge.run(work, owner=self._page, done=done, name=name)

    # -- sending

    def send(self, detail: Detail, overview: Overview) -> None:
        """Freeze it and write to the customer; where that cannot be, say so first and what to do instead."""
        t, row = self._words.t, detail.row
        if row.customer_id is None:
            self._say(t("Whom is it for? Choose a customer, or give the phone of a new one."), "danger")
            self.written.emit(row.id)
            return
        go = partial(
            self._run, lambda: self._source.send(row.id), "send quote", partial(self._frozen, detail, overview)
        )
        who = self._words.who(row.customer, row.phone)
        if not detail.writable:
            sentence = t(
                "{name} has not written for 24 hours: WhatsApp would not deliver. The quote becomes final, and its link"
                " is copied: hand it over by SMS, e-mail or from your own phone.",
                name=who,
            )
            self._ask(t("WhatsApp is closed for this customer"), sentence, t("Make final, copy the link"), go)
        elif not overview.reachable:
            sentence = t(
                "This store has no public address yet (Settings, Network): {name} can read the quote but not answer it"
                " online.",
                name=who,
            )
            self._ask(t("Send without a link?"), sentence, t("Send the PDF alone"), go)
        else:
            sentence = t(
                "{name} receives the PDF and its link. From then on it binds you and does not change.", name=who
            )
            self._ask(t("Send {number}?", number=row.reference), sentence, t("Send"), go)

    def _ask(self, title: str, sentence: str, verb: str, act: Callable[[], object]) -> None:
        Confirm(self._page, self._words.t, title, sentence, verb, act, danger=False).present()

    def _frozen(self, detail: Detail, overview: Overview, queued: bool) -> None:
        number = detail.row.id
        if queued:
            self._sent(detail, None)
            return
        if overview.reachable:
            self._run(lambda: self._source.link(number), "read link", self._copied)
        else:
            self._say(self._words.t("{number} is final", number=detail.row.reference), "paid")
        self.changed.emit(number)

    def _sent(self, detail: Detail, _: object) -> None:
        self._say(self._words.t("{number} is on its way", number=detail.row.reference), "paid")
        self.changed.emit(detail.row.id)

    def _copied(self, url: str) -> None:
        QGuiApplication.clipboard().setText(url)
        self._say(self._words.t("Link of the quote copied"), "paid")

    # -- answering for the customer

    def accept(self, detail: Detail) -> None:
        """The customer said yes by phone, on paper."""
        t, number = self._words.t, detail.row.id
        sentence = t(
            "{name} said yes otherwise, by phone for instance. The order is made at once and its goods are held.",
            name=self._words.who(detail.row.customer, detail.row.phone),
        )
        go = partial(self._run, lambda: self._source.accept(number), "accept quote", partial(self._ordered, detail))
        self._ask(t("{number} is accepted", number=detail.row.reference), sentence, t("Note the acceptance"), go)

    def refuse(self, detail: Detail) -> None:
        number = detail.row.id

        def go(reason: str) -> None:
            self._run(lambda: self._source.refuse(number, reason), "refuse quote", lambda _: self._refused(detail))

        RefuseDialog(self._page, self._words, detail.row.reference, go).present()

    def _refused(self, detail: Detail) -> None:
        self._say(self._words.t("{number} is noted as refused", number=detail.row.reference), "info")
        self.changed.emit(detail.row.id)

    def _ordered(self, detail: Detail, short: Sequence[Short]) -> None:
        """It is an order now; or what is short is told, line by line."""
        if short:
            ShortDialog(self._page, self._words, detail.row.reference, short).present()
        else:
            self._say(self._words.t("{number} is an order now", number=detail.row.reference), "paid")
        self.changed.emit(detail.row.id)

    # -- the paper

    def _opened(self, path: Path) -> None:
        if not self.opener(path):
            self._say(self._words.t("No program here opens PDF files: save it elsewhere with S."), "danger")

    def save_as(self, detail: Detail) -> None:
        t, number = self._words.t, detail.row.reference
        path = save_as(self._page, t("Save as…"), f"{number}.pdf", "PDF (*.pdf)")
        if path:
            self.save(detail, path)

    def save(self, detail: Detail, path: Path) -> None:
        said = self._words.t("{number} saved as {file}", number=detail.row.reference, file=path.name)
        self._run(lambda: self._source.save(detail.row.id, path), "save quote", lambda _: self._say(said, "paid"))

    def _say(self, text: str, role: str) -> None:
        self._bridge.notice.emit(Notice(text, role))  # type: ignore[arg-type]
