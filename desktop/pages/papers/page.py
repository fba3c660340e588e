"""The papers: every invoice, credit note and receipt, how far each is, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout

from core.invoices.queries import Kind, PaperRow
from core.kernel.look import SCALE
from desktop.opening import open_file
from desktop.pages.exporting import tell_written
from desktop.pages.living import LivingPage
from desktop.pages.page import Mount
from desktop.pages.papers.certification import CertificationDialog
from desktop.pages.papers.credit import CreditDialog
from desktop.pages.papers.exporting import LIST, PAYLOADS, ExportDialog
from desktop.pages.papers.pane import PaperPane
from desktop.pages.papers.presenter import (
    PAGE,
    Creditable,
    Cursor,
    Declared,
    Overview,
    PapersPresenter,
    PapersSource,
    Question,
)
from desktop.pages.papers.table import PapersModel, PapersTable
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice

# Messages on their way, and another person at the window, change what stands here too.
AREAS: Final = frozenset({"invoices", "conversations", "accounts"})
_WIDE_FROM: Final = 980
_KEYS: Final = (("S", "save"), ("W", "send"), ("L", "link"), ("A", "credit"), ("C", "certification"))


class PapersPage(LivingPage):
    """Places the widgets, gives them what was read, and calls the verbs. ``opener`` hands a file to the system."""

    areas = AREAS

    def __init__(self, mount: Mount, opener: Callable[[Path], bool] = open_file) -> None:
        super().__init__(mount)
        store = mount.context.store
        self.opener = opener
        self.source: PapersSource = mount.context.papers
        self.presenter = PapersPresenter(mount.t, store.currency, store.zone)
        self.model = PapersModel(self.presenter, self)
        self.table = PapersTable(self.model, self.t("Invoices"))
        self.question = Question()
        self.overview = Overview()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(SCALE.gap)
        column.addLayout(self._head())
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(self._papers(), 1)
        self.pane = PaperPane(self.presenter)
        line.addWidget(self.pane)
        column.addLayout(line, 1)
        self._connect()
        self.refresh()

    # -- parts

    def _head(self) -> QHBoxLayout:
        t, line = self.t, QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(t("Invoices"), "title"))
        line.addStretch(1)
        self.make_search(t("Number, name, phone, order"))
        self.search.down.connect(self.table.setFocus)
        line.addWidget(self.search, 3)
        self.export_button = Button(t("Export…"), icon="download", key="E", live=True)
        self.export_button.clicked.connect(lambda: self.export())
        line.addWidget(self.export_button)
        return line

    def _papers(self) -> Card:
        t = self.t
        card = Card(t("Invoices"))
        card.title.hide()
        self._group = QButtonGroup(self)
        self.attention = Chip(t("To look at"))
        self.attention.clicked.connect(lambda: self.ask(attention=True, kind=None))
        self._group.addButton(self.attention)
        card.head.addWidget(self.attention)
        self.attention.hide()
        self.chips: dict[Kind | None, Chip] = {}
        for kind, word in self.presenter.kinds():
            chip = self.chips[kind] = Chip(word)
            chip.clicked.connect(lambda checked, kind=kind: self.ask(attention=False, kind=kind))
            self._group.addButton(chip)
            card.head.addWidget(chip)
        self.chips[None].setChecked(True)
        card.head.addStretch(1)
        self.period = Button("", "link", icon="chevron-down")
        self.period.setAccessibleDescription(t("Choose the time"))
        self.period.clicked.connect(lambda: self.period_menu().popup(self._under(self.period)))
        card.head.addWidget(self.period)
        self._nothing = EmptyState("search", "", "")
        self._empty = EmptyState(
            "receipt",
            t("Your invoices come here"),
            t("Each sale that is paid gets its numbered invoice by itself. Money given back gets a credit note."),
            t("See the live"),
            lambda: self.navigate("live"),
            primary=False,
        )
        self._stack = QStackedWidget()
        for widget in (self.table, self._nothing, self._empty):
            self._stack.addWidget(widget)
        card.body.addWidget(self._stack)
        return card

    def _connect(self) -> None:
        self.model.wanted.connect(self._read_more)
        self.table.resorted.connect(lambda sort: self.ask(sort=sort))
        self.table.remember(self.t, self.mount.preferences, "papers")
        self.table.chosen.connect(lambda row: self.act("open"))
        self.table.selected.connect(lambda row: self._show_current())
        self.table.menu_asked.connect(self.open_menu)
        self.pane.asked.connect(self.act)
        for keys, verb in _KEYS:
            self.add_shortcut(keys, partial(self.act, verb), self.pane.buttons[verb].text())
        self.add_shortcut("E", self.export, self.t("Export invoices…"))

    @staticmethod
    def _under(button: Button) -> QPoint:
        return button.mapToGlobal(button.rect().bottomLeft())

    def period_menu(self) -> QMenu:
        """The times there are papers of."""
        menu = QMenu(self.period)
        group = QActionGroup(menu)
        for value, word in self.presenter.periods(self.overview.span):
            action = QAction(word, menu, checkable=True)
            action.setChecked(self.question.period == value)
            action.triggered.connect(lambda checked=True, value=value: self.ask(period=value))
            group.addAction(action)
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    # -- reading

    def ask(self, **changes: object) -> None:
        """Another kind, time or order; what is not named stays."""
        self.question = replace(self.question, **changes)  # type: ignore[arg-type]
        (self.attention if self.question.attention else self.chips[self.question.kind]).setChecked(True)
        self.table.scrollToTop()
        self.refresh()

    def refresh(self) -> None:
        """Read what is shown again, as many rows as there were."""
        self.reading()
        self.question = replace(self.question, text=self.search.text().strip())
        question, source, limit = self.question, self.source, max(PAGE, min(len(self.model.rows), 10 * PAGE))
        wanted = self.presenter.wanted(question)
        self.call(
            lambda: (question, limit, source.overview(), source.page(wanted, None, limit)), "read papers", self._show
        )

    def _show(self, read: tuple[Question, int, Overview, list[PaperRow]]) -> None:
        question, limit, overview, papers = read
        self.overview = overview
        self.table.set_certifying(overview.certifying)
        self.attention.count(overview.attention)
        self.attention.setVisible(bool(overview.attention) or question.attention)
        if question != self.question:
            return
        self.period.setText(self.presenter.period(question.period))
        row = self.table.row
        self.model.show(papers, limit)
        self.table.select_key(row.key if row is not None else None)
        self._say_nothing(question)
        self._stack.setCurrentIndex(0 if papers else 1 if overview.span else 2)
        self.pane.setVisible(overview.span is not None)
        for part in (*self.chips.values(), self.period):
            part.setVisible(overview.span is not None)
        self.export_button.setEnabled(overview.span is not None)
        self._show_current()
        self.read_once = True

    def _say_nothing(self, question: Question) -> None:
        t = self.t
        if question.attention:
            self._nothing.say(t("Nothing to look at"), t("Every paper arrived, and no declaration is held up."))
        else:
            self._nothing.say(t("No paper here"), t("Nothing fits what is looked for."))

    def _show_current(self) -> None:
        self.pane.show_paper(self.table.current, self.overview)

    def _read_more(self, after: Cursor) -> None:
        wanted, source = self.presenter.wanted(self.question), self.source
        self.call(
            lambda: source.page(wanted, after, PAGE), "read more papers", lambda rows: self.model.append(rows, after)
        )

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

    def open_menu(self, place: QPoint) -> QMenu:
        """The same verbs as a menu."""
        menu = QMenu(self)
        for verb, button in self.pane.buttons.items():
            if not button.isHidden():
                action = QAction(button.text(), menu)
                action.setEnabled(button.isEnabled())
                action.setToolTip(button.accessibleDescription())
                action.triggered.connect(lambda checked=False, verb=verb: self.act(verb))
                menu.addAction(action)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        return menu

    def _open(self, path: Path) -> None:
        if not self.opener(path):
            self._say(self.t("No program here opens PDF files: save it elsewhere with S."), "danger")

    def save_as(self, paper: PaperRow) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.t("Save as…"), f"{paper.number}.pdf", "PDF (*.pdf)")
        if name:
            self.save(paper, Path(name))

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
            self.table.select_key(("invoice", subject))

    def take_focus(self) -> None:
        self.table.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pane.set_narrow(self.width() < _WIDE_FROM)
