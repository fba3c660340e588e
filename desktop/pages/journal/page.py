"""The journal: everything that was done, by whom, and the proof that nothing of it was changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from msgspec.structs import asdict, replace
from PySide6.QtGui import QFontDatabase, QResizeEvent, QTextOption
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPlainTextEdit, QStackedWidget, QVBoxLayout

from core.kernel.clock import to_datetime
from core.kernel.look import SCALE
from core.storage.journal import Entry, Verdict
from desktop.bridge import Control, Task
from desktop.files import save_as
from desktop.pages.analyses.dialogs import BetweenDialog
from desktop.pages.exporting import Writing, WritingDialog, write
from desktop.pages.journal.presenter import PAGE, PARTS, JournalPresenter, JournalSource, Question
from desktop.pages.journal.table import JournalModel, JournalTable
from desktop.pages.living import LivingPage
from desktop.pages.page import Mount
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.card import Card
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import Label
from desktop.widgets.notices import Banner
from desktop.widgets.pairs import Pairs
from desktop.widgets.pick import Pick
from desktop.widgets.sidepane import SidePane

_WIDE: Final = 300
_WRITTEN, _AROUND, _MOST = 220, 420, 520  # px: an entry as it was written, what stands around it, and enough of it
_NAME: Final = "journal-livepay.jsonl"


class JournalPage(LivingPage):
    """Places the list, its filters and the two proofs."""

    areas = frozenset({"orders", "payments", "customers", "catalogue", "settings", "accounts", "quotes", "live"})

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        store = mount.context.store
        self.source: JournalSource = mount.context.journal
        self.presenter = JournalPresenter(mount.t, store.currency, store.zone)
        self.model = JournalModel(self.presenter, self)
        self.table = JournalTable(self.model, self.t("Journal"))
        self.question = Question()
        self._subject: int | None = None
        self._was = 0  # rows that were read in the page before this one
        self._checking: Task[tuple[Verdict, list[str]]] | None = None
        self._lay_out()
        self._connect()
        self.refresh()

    def _head(self) -> QHBoxLayout:
        t, line = self.t, QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(Label(t("Journal"), "title"))
        line.addStretch(1)
        self.make_search(t("Reference, article, setting, who"))
        self.check = Button(t("Check the chain"), "primary", icon="circle-check", key="V", live=True)
        self.out = Button(t("Export…"), icon="download", key="E", live=True)
        line.addWidget(self.search, 3)
        for button in (self.out, self.check):
            line.addWidget(button)
        return line

    def _lay_out(self) -> None:
        t = self.t
        head = self._head()
        chips = QHBoxLayout()
        chips.setSpacing(6)
        self._group = QButtonGroup(self)
        self.chips: dict[str, Chip] = {}
        for name, title, _ in PARTS:
            chip = self.chips[name] = Chip(t(title))
            chip.clicked.connect(lambda checked, name=name: self.ask(part=name))
            self._group.addButton(chip)
            chips.addWidget(chip)
        self.chips["all"].setChecked(True)
        chips.addStretch(1)
        self.period = Pick(t("Choose the time"), self.presenter.periods(self.question))
        self.period.picked.connect(self._period_picked)
        self.who = Pick(t("Choose who did it"), self.presenter.whos())
        self.who.picked.connect(lambda value: self.ask(who=value))
        chips.addWidget(self.period)
        chips.addWidget(self.who)
        self.verdict = Banner()
        card = Card(t("Journal"))
        card.title.hide()
        card.set_band(0)
        self._nothing = EmptyState(
            "list",
            t("Nothing here"),
            t("Everything that is done with money, stock, people and settings is written here, and never changed."),
            t("Show everything"),
            lambda: self.ask(**asdict(Question())),
            primary=False,
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        card.body.addWidget(self._stack, 1)
        self.pane = SidePane(t("Choose an entry to see it as it was written."), _WIDE)
        self.pairs = Pairs(wrap=True)
        self.go = Button(t("Show what it is about"), icon="arrow-right", key="Enter")
        self.sentence = Label("", "body-bold", wrap=True)
        self.written = QPlainTextEdit()
        self.written.setReadOnly(True)
        self.written.setAccessibleName(t("As it was written"))
        self.written.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.written.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.written.setMinimumHeight(_WRITTEN)
        self.pane.told.addWidget(self.sentence)
        self.pane.told.addWidget(self.pairs)
        self.pane.told.addWidget(Label(t("As it was written"), "small-bold"))
        self.pane.told.addWidget(self.written)
        self.pane.told.addWidget(self.go)
        line = QHBoxLayout()
        line.setSpacing(SCALE.gap)
        line.addWidget(card, 1)
        line.addWidget(self.pane)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(SCALE.gap)
        column.addLayout(head)
        column.addLayout(chips)
        column.addWidget(self.verdict)
        column.addLayout(line, 1)

    def _connect(self) -> None:
        self.model.wanted.connect(self._read_more)
        self.search.down.connect(self.table.setFocus)
        self.table.remember(self.t, self.mount.preferences, "journal")
        self.table.selected.connect(lambda row: self._show_entry())
        self.table.chosen.connect(lambda row: self.lead_there())
        self.go.clicked.connect(self.lead_there)
        self.check.clicked.connect(self.verify)
        self.out.clicked.connect(self.ask_where)
        self.add_shortcut("V", self.verify, self.t("Check the chain"))
        self.add_shortcut("E", self.ask_where, self.t("Export…"))

    # -- reading

    def ask(self, **changes: object) -> None:
        """Other entries; what is not named stays."""
        self.question = replace(self.question, **changes)
        if "text" in changes:
            self.search.setText(self.question.text)
        self.chips[self.question.part].setChecked(True)
        self._offer()
        self.table.scrollToTop()
        self.refresh()

    def _offer(self) -> None:
        """What can be chosen, and what is."""
        self.period.offer(self.presenter.periods(self.question), self.question.period)
        self.who.offer(self.presenter.whos(), self.question.who)

    def _period_picked(self, name: str) -> None:
        if name == "days":
            self._offer()  # until days are chosen
            self.choose_days()
        else:
            self.ask(period=name)

    def choose_days(self) -> BetweenDialog:
        """From one day to another."""
        zone, asked = self.mount.context.store.zone, self.question
        today = to_datetime(self.now, zone).date()
        words = [f"{day or today:%d/%m/%Y}" for day in (asked.first, asked.last)]
        dialog = BetweenDialog(self, self.t, *words)
        dialog.chosen.connect(lambda first, last: self.ask(period="days", first=first, last=last))
        dialog.present()
        return dialog

    def refresh(self) -> None:
        """Read what is shown again, as many rows as there were."""
        self.reading()
        asked = self.question = replace(self.question, text=self.search.text().strip())
        source, presenter, now = self.source, self.presenter, self.now
        limit = max(PAGE, min(max(len(self.model.rows), self._was), 10 * PAGE))

        def work() -> tuple[Mapping[str, str], frozenset[str], list[Entry]]:
            people, actors = source.people(), source.actors()
            known = presenter.knowing(people, actors)
            return people, actors, source.page(known.sought(asked, now), asked.text, None, limit)

        def done(read: tuple[Mapping[str, str], frozenset[str], list[Entry]]) -> None:
            people, actors, entries = read
            if asked == self.question:  # not one that was asked before
                presenter.know(people, actors)
                self._offer()
                chosen = self.table.current
                self.model.show(entries, limit)
                self._stack.setCurrentWidget(self.table if entries else self._nothing)
                self.table.select_key(chosen.key if chosen else self._subject)
                self._subject, self._was, self.read_once = None, 0, True
                self._show_entry()

        self.read_for(work, "read journal", done)

    def _read_more(self, after: int) -> None:
        asked, sought = self.question, self.presenter.sought(self.question, self.now)
        self.call(
            lambda: self.source.page(sought, asked.text, after, PAGE),
            "read journal",
            lambda entries: self.model.append(entries, after) if asked == self.question else None,
        )

    def _show_entry(self) -> None:
        row = self.table.current
        self.pane.show_something(row is not None)
        if row is not None:
            self.sentence.say(row.what)
            self.pairs.show_pairs(self.presenter.facts(row))
            self.written.setPlainText(self.presenter.written(row.entry))
            self.go.setVisible(bool(row.page))

    def lead_there(self) -> None:
        """To the page of what the chosen entry is about."""
        row = self.table.current
        if row is not None and row.page:
            self.navigate(row.page, row.subject)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.written.setMinimumHeight(max(_WRITTEN, min(_MOST, self.height() - _AROUND)))

    def kept(self) -> object:
        row = self.table.current
        return self.question, row.key if row is not None else None, len(self.model.rows)

    def take_back(self, kept: object) -> None:
        question, self._subject, self._was = cast("tuple[Question, int | None, int]", kept)
        self.ask(**asdict(question))

    # -- the two proofs

    def verify(self) -> None:
        """Compute the chain anew; pressed again while it runs: stop."""
        t = self.t
        if self._checking is not None:
            self._checking.cancel()
            self._checking = None
            self._say_checking(t("Check the chain"))
            return
        self._say_checking(t("Stop"))

        def done(found: tuple[Verdict, list[str]]) -> None:
            self._checking = None
            self._say_checking(t("Check the chain"))
            verdict, sentences = found
            self.verdict.warn(sentences[0], "\n".join(sentences[1:]), "paid" if verdict.intact else "danger")

        def failed(_: Exception) -> bool:
            self._checking = None
            self._say_checking(t("Check the chain"))
            return False

        def work(control: Control) -> tuple[Verdict, list[str]]:
            return self.source.verify(t.language, control)

        def far(read: int, total: int) -> None:
            self._say_checking(t("Stop ({percent} %)", percent=100 * read // max(1, total)))

        self._checking = self.mount.bridge.run_long(
            work, owner=self, done=done, failed=failed, progress=far, name="check the chain"
        )

    def _say_checking(self, text: str) -> None:
        self.check.setText(text)

    def ask_where(self) -> None:
        path = save_as(self, self.t("Export…"), _NAME, "JSON Lines (*.jsonl)")
        if path:
            self.export(path)

    def export(self, path: Path) -> WritingDialog:
        """The whole journal, with the program that checks it without LivePay beside it."""

        def said(count: int, name: str) -> str:
            return self.t.plural(
                "{n} entry in {file}, and its verifier beside it.",
                "{n} entries in {file}, and their verifier beside it.",
                count,
                file=name,
            )

        return write(self, Writing("journal-livepay", self.source.export, said), path)
