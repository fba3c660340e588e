"""The papers: every invoice, credit note and receipt, how far each is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtGui import QGuiApplication, QResizeEvent

from core.invoices.queries import Filter, PaperRow
from desktop.files import save_as
from desktop.opening import open_file
from desktop.pages.exporting import tell_written
from desktop.pages.listing import Chips, ListPage, Verb
from desktop.pages.page import Mount
from desktop.pages.papers.certification import CertificationDialog
from desktop.pages.papers.credit import CreditDialog
from desktop.pages.papers.exporting import LIST, PAYLOADS, ExportDialog
from desktop.pages.papers.pane import PaperPane
from desktop.pages.papers.presenter import (
    Creditable,
    Declared,
    Overview,
    PapersPresenter,
    PapersSource,
    Question,
)
from desktop.pages.papers.table import PapersModel, PapersTable
from desktop.widgets.buttons import Chip
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.notices import Notice
from desktop.widgets.pick import Pick

# Messages on their way, and another person at the window, change what stands here too.
AREAS: Final = frozenset({"invoices", "conversations", "accounts"})
_WIDE_FROM: Final = 980
_KEYS: Final = (("S", "save"), ("W", "send"), ("L", "link"), ("A", "credit"), ("C", "certification"))


class PapersPage(ListPage[Question, Overview]):
    """Places the widgets, gives them what was read, and calls the verbs. ``opener`` hands a file to the system."""

    areas = AREAS
    name = "papers"
    table: PapersTable
    pane: PaperPane

    def __init__(self, mount: Mount, opener: Callable[[Path], bool] = open_file) -> None:
        store, t = mount.context.store, mount.t
        self.opener = opener
        self.source: PapersSource = mount.context.papers
        self.presenter = PapersPresenter(t, store.currency, store.zone)
        table = PapersTable(PapersModel(self.presenter), t("Invoices"))
        super().__init__(mount, self.source, table, Question(), Overview())
        self.column.addLayout(self.head(t("Invoices"), t("Number, name, phone, order"), self.export_verb(self.export)))
        self.pane = PaperPane(self.presenter)
        card = self.card = self._papers()
        self.column.addLayout(self.beside(card, self.pane, wide=card), 1)
        self.table.chosen.connect(lambda row: self.act("open"))
        self.pane.asked.connect(self.act)
        for keys, verb in _KEYS:
            self.add_shortcut(keys, partial(self.act, verb), self.pane.buttons[verb].text())
        self.begin()

    # -- parts

    def _papers(self) -> Card:
        t = self.t
        empty = EmptyState(
            "receipt",
            t("Your invoices come here"),
            t("Each sale that is paid gets its numbered invoice by itself. Money given back gets a credit note."),
            t("See the live"),
            lambda: self.navigate("live"),
            primary=False,
        )
        nothing = EmptyState("search", "", "", t("Show everything"), self.show_all, primary=False)
        card = self.listed(t("Invoices"), nothing, empty, filtered=True)
        kinds = Chips(self, self.presenter.kinds(), lambda kind: self.ask(attention=False, kind=kind))
        self.chips = kinds.of
        self.attention = Chip(t("To look at"))
        self.attention.clicked.connect(lambda: self.ask(attention=True, kind=None))
        self.attention.hide()
        kinds.group.addButton(self.attention)
        for chip in (self.attention, *self.chips.values()):
            card.head.addWidget(chip)
        self.chips[None].setChecked(True)
        card.head.addStretch(1)
        self.period = Pick(t("Choose the time"), self.presenter.periods(None))
        self.period.picked.connect(lambda value: self.ask(period=value))
        card.head.addWidget(self.period)
        return card

    # -- reading

    def sought(self) -> Filter:
        return self.presenter.wanted(self.question)

    def look(self, sought: Filter) -> Overview:
        return self.source.overview()

    @property
    def anything(self) -> bool:
        return self.overview.span is not None

    def show_question(self) -> None:
        (self.attention if self.question.attention else self.chips[self.question.kind]).setChecked(True)
        self.period.offer(self.presenter.periods(self.overview.span), self.question.period)

    def show_overview(self, overview: Overview) -> None:
        self.table.set_certifying(overview.certifying)
        self.attention.count(overview.attention)
        self.attention.setVisible(bool(overview.attention) or self.question.attention)
        self.period.offer(self.presenter.periods(overview.span), self.question.period)

    def show_found(self, some: bool) -> None:
        t = self.t
        if self.question.attention:
            self.nothing.say(t("Nothing to look at"), t("Every paper arrived, and no declaration is held up."))
        else:
            self.nothing.say(t("No paper here"), t("Nothing fits what is looked for."))
        for part in (self.pane, *self.chips.values(), self.period):
            part.setVisible(self.anything)
        self.card.show_ends(self.anything)
        self.export_button.setEnabled(self.anything)

    def show_current(self) -> None:
        self.pane.show_paper(self.table.current, self.overview)

    # -- verbs

    def act(self, verb: str) -> None:
        """Do something with the paper that is chosen; what cannot be done now does nothing."""
        paper = self.table.current
        button = self.pane.buttons[verb]
        if paper is None or not button.isEnabled() or button.isHidden():
            return
        kind, number = paper.kind, paper.id
        if verb == "open":
            self.call(lambda: self.source.pdf(kind, number), "draw paper", self._open)
        elif verb == "save":
            self.save_as(paper)
        elif verb == "send":
            self.call(lambda: self.source.send(kind, number), "send paper", lambda _: self._sent(paper))
        elif verb == "link":
            self.call(lambda: self.source.link(kind, number), "read link", self._copy)
        elif verb == "credit":
            self.call(lambda: self.source.creditable(number), "read invoice", partial(self._credit, number))
        else:
            self.call(lambda: self.source.declared(kind, number), "read certification", self._certification)

    def offers(self) -> tuple[Verb, ...]:
        shown = ((verb, button) for verb, button in self.pane.buttons.items() if not button.isHidden())
        return tuple(Verb(verb, each.text(), each.isEnabled(), each.accessibleDescription()) for verb, each in shown)

    def _open(self, path: Path) -> None:
        if not self.opener(path):
            self._say(self.t("No program here opens PDF files: save it elsewhere with S."), "danger")

    def save_as(self, paper: PaperRow) -> None:
        path = save_as(self, self.t("Save as…"), f"{paper.number}.pdf", "PDF (*.pdf)")
        if path:
            self.save(paper, path)

    def save(self, paper: PaperRow, path: Path) -> None:
        said = self.t("{number} saved as {file}", number=paper.number, file=path.name)
        self.call(lambda: self.source.save(paper.kind, paper.id, path), "save paper", lambda _: self._say(said, "paid"))

    def _sent(self, paper: PaperRow) -> None:
        self._say(self.t("{number} is on its way", number=paper.number), "paid")
        self.refresh()

    def _copy(self, url: str) -> None:
        QGuiApplication.clipboard().setText(url)
        self._say(self.t("Check link copied"), "paid")

    def _credit(self, invoice_id: int, open_: Creditable) -> None:
        dialog = CreditDialog(self, self.source, self.mount.bridge, self.presenter, invoice_id, open_)
        dialog.made.connect(self._credited)
        dialog.present()

    def _credited(self, number: str) -> None:
        self._say(self.t("Credit note {number} made", number=number), "paid")
        self.refresh()

    def _certification(self, declared: Declared) -> None:
        dialog = CertificationDialog(self, self.source, self.mount.bridge, self.presenter, declared, self.overview)
        dialog.retried.connect(self._retried)
        dialog.payloads_asked.connect(lambda: self.export(PAYLOADS))
        dialog.present()

    def _retried(self) -> None:
        told = self.t("The platform is asked again within a minute.")
        alone = self.t("Prepared anew. Without a connection it goes nowhere by itself.")
        self._say(told if self.overview.sends else alone, "info")
        self.refresh()

    def export(self, choice: str = LIST) -> ExportDialog | None:
        """Write out what is looked for."""
        if not self.export_button.isEnabled():
            return None
        dialog = ExportDialog(
            self, self.source, self.mount.bridge, self.presenter, self.question, self.overview, choice
        )
        dialog.written.connect(partial(tell_written, self.mount.bridge, self.t, opener=self.opener))
        dialog.present()
        return dialog

    def _say(self, text: str, role: str) -> None:
        self.mount.bridge.notice.emit(Notice(text, role))  # type: ignore[arg-type]

    # -- the window

    def show_subject(self, subject: object) -> None:
        """An invoice by its id."""
        if isinstance(subject, int):
            self.bring(("invoice", subject))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pane.set_narrow(self.width() < _WIDE_FROM)
