"""The dialog of writing papers out: the list, the PDFs of a time, or the declarations that wait."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QProgressBar, QWidget

from core.invoices.queries import Filter
from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from desktop.bridge import Bridge, Task
from desktop.files import save_as, suggested
from desktop.pages.papers.presenter import Overview, PapersPresenter, PapersSource, Question
from desktop.widgets.choice import ChoiceCard
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import Label

LIST, ZIP, FOLDER, PAYLOADS = "list", "zip", "folder", "payloads"


class ExportDialog(Dialog):
    """``written`` with a sentence that says what was written, and where that is."""

    written = Signal(str, object)

    def __init__(
        self,
        parent: QWidget,
        source: PapersSource,
        bridge: Bridge,
        words: PapersPresenter,
        question: Question,
        overview: Overview,
        choice: str = LIST,
    ) -> None:
        t = words.t
        super().__init__(parent, t("Export invoices"), 560)
        self._source, self._bridge, self._words, self._question = source, bridge, words, question
        self._task: Task[int | None] | None = None
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(Label(t("Period"), "small-bold"))
        self.period = QComboBox()
        self.period.setAccessibleName(t("Choose the time"))
        for value, word in words.periods(overview.span):
            self.period.addItem(word, value)
        self.period.setCurrentIndex(max(0, self.period.findData(question.period)))
        line.addWidget(self.period, 1)
        self.body.addLayout(line)
        self._cards(overview)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.verdict = Label("", "body", "danger", wrap=True)
        self.verdict.hide()
        self.body.addWidget(self.progress)
        self.body.addWidget(self.verdict)
        self.add_way_out(t("Close"))
        self.action = self.add_action(t("Choose where…"), self._ask_where)
        self.choose(choice)

    def _cards(self, overview: Overview) -> None:
        t = self._words.t
        entries = [
            (LIST, t("The list"), t("One line for each paper, for Excel or an accountant’s program."), ""),
            (ZIP, t("The PDFs in one file"), t("A zip to send to your accountant."), ""),
            (FOLDER, t("The PDFs in a folder"), t("A file for each paper, under its number."), ""),
        ]
        if overview.certifying:
            obstacle = t("A connection is set up: LivePay sends them by itself.") if overview.sends else ""
            about = t("What the platform was not told of yet, a file each. Nothing is thereby certified.")
            entries.append((PAYLOADS, t("The declarations that wait"), about, obstacle))
        self.cards: dict[str, ChoiceCard] = {}
        self._barred = {name for name, _, _, obstacle in entries if obstacle}
        for name, title, about, obstacle in entries:
            card = self.cards[name] = ChoiceCard(name, title, about, obstacle)
            card.taken.connect(self.choose)
            card.moved.connect(self._move)
            self.body.addWidget(card)

    @property
    def choice(self) -> str:
        return next(name for name, card in self.cards.items() if card.chosen)

    def choose(self, name: str) -> None:
        for each, card in self.cards.items():
            card.choose(each == name)
        self.period.setEnabled(name != PAYLOADS)
        self.verdict.hide()
        self.fit()

    def _move(self, step: int) -> None:
        able = [name for name, card in self.cards.items() if card.isEnabled()]
        place = max(0, min(len(able) - 1, able.index(self.choice) + step))
        self.choose(able[place])
        self.cards[able[place]].setFocus()

    def wanted(self) -> Filter:
        """What the page looks for, at the time chosen here."""
        return self._words.wanted(replace(self._question, period=str(self.period.currentData())))

    # -- writing

    def _ask_where(self) -> None:
        t, period = self._words.t, str(self.period.currentData())
        name = t("papers") if period == "all" else f"{t('papers')}-{period}"
        if self.choice in (FOLDER, PAYLOADS):
            folder = QFileDialog.getExistingDirectory(self, self.action.text(), suggested(""))
            path = Path(folder) if folder else None
        else:
            kinds = {LIST: (f"{name}.xlsx", t("Tables (*.xlsx *.csv)")), ZIP: (f"{name}.zip", "Zip (*.zip)")}
            path = save_as(self, self.action.text(), *kinds[self.choice])
        if path:
            self.write(path)

    def write(self, path: Path) -> None:
        """Write what was chosen to there."""
        choice, source, wanted = self.choice, self._source, self.wanted()
        if choice == ZIP and path.suffix.lower() != ".zip":
            path = path.with_name(path.name + ".zip")
        self._busy(True)
        if choice == PAYLOADS:
            self._bridge.run(
                lambda: source.payloads(path),
                owner=self,
                done=lambda made: self._handed(made.written, made.left_out, path),
                failed=self._failed,
                name="write declarations",
            )
        else:
            work = source.export if choice == LIST else source.bundle
            self._task = self._bridge.run_long(
                lambda control: work(path, wanted, control),
                owner=self,
                done=lambda count: self._done(count, path),
                failed=self._failed,
                progress=self._advance,
                name="write papers",
            )

    def _busy(self, busy: bool) -> None:
        self.action.setEnabled(not busy)
        for name, card in self.cards.items():
            card.setDisabled(busy or name in self._barred)
        self.progress.setRange(0, 0)
        self.progress.setVisible(busy)
        self.verdict.setVisible(False)
        self.fit()

    def _advance(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _done(self, count: int | None, path: Path) -> None:
        self._task = None
        if count is not None:
            t = self._words.t
            said = t.plural("{n} paper written to {file}", "{n} papers written to {file}", count, file=path.name)
            self.written.emit(said, path)
        self.accept()

    def _handed(self, written: int, left_out: int, path: Path) -> None:
        t = self._words.t
        name = path.name
        said = t.plural("{n} declaration written to {file}", "{n} declarations written to {file}", written, file=name)
        if left_out:
            said += " · " + t.plural("{n} left out: see the list", "{n} left out: see the list", left_out)
        self.written.emit(said, path)
        self.accept()

    def _failed(self, error: Exception) -> bool:
        self._task = None
        self._busy(False)
        if not isinstance(error, LivePayError):
            return False
        self.verdict.say(explain(error, self._words.t.language))
        self.verdict.show()
        self.fit()
        return True

    def done(self, answer: int) -> None:
        if self._task is not None:
            self._task.cancel()
        super().done(answer)
