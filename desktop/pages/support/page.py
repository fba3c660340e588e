"""Support: is everything well, what happened to this order, what does the log say, and the bundle to send."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout

from core.bootstrap.checkup import Line
from core.connecting.rules import Task
from core.kernel.look import SCALE
from core.support.trace import Story
from desktop.bridge import Control
from desktop.bridge import Task as Running
from desktop.files import save_as
from desktop.pages.missing import MissingCard
from desktop.pages.page import Mount, Page
from desktop.pages.support.bundle import BundleDialog
from desktop.pages.support.parts import ChecksCard, LogCard, TraceCard
from desktop.pages.support.presenter import LOG_LINES, SupportPresenter, SupportSource, TraceWanted
from desktop.pages.welcome.presenter import WelcomePresenter
from desktop.widgets.buttons import Button, Chip
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice

CHECKS, TRACE, LOG = range(3)
_NAME: Final = "livepay-assistance.zip"


class SupportPage(Page):
    """Places the three parts; the checks are asked when the page first shows."""

    def __init__(self, mount: Mount) -> None:
        super().__init__(mount)
        store = mount.context.store
        self.source: SupportSource = mount.context.support
        self.presenter = SupportPresenter(mount.t, store.currency, store.zone)
        self._lines: list[Line] = []
        self._task: Running[Any] | None = None
        self.checks = ChecksCard(self.presenter)
        self.trace = TraceCard(self.presenter)
        self.log = LogCard(self.presenter)
        self.missing = MissingCard(WelcomePresenter(self.t, store.currency), guest=True)
        self.missing.asked.connect(partial(self.navigate, "welcome"))
        self.bundle = Button(self.t("Prepare the file for support…"), "primary", icon="archive", shrinks=True)
        self._lay_out()
        self.checks.again.clicked.connect(self.check)
        self.checks.replay.connect(self.replay)
        self.trace.asked.connect(self.look_for)
        self.trace.opened.connect(lambda order_id: self.navigate("live", order_id))
        self.log.again.clicked.connect(self.read_log)
        self.bundle.clicked.connect(self.prepare)
        parts = (self.t("Checks"), self.t("What happened?"), self.t("Log"))
        for number, said in enumerate(parts):
            self.add_shortcut(f"Alt+{number + 1}", partial(self.show_part, number), said)
        self.check()
        self.read_log()

    def _lay_out(self) -> None:
        t = self.t
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(t("Help and checks"), "title"))
        head.addSpacing(12)
        self.parts = QButtonGroup(self)
        for number, word in enumerate((t("Checks"), t("What happened?"), t("Technical log"))):
            chip = Chip(word)
            self.parts.addButton(chip, number)
            head.addWidget(chip)
        self.parts.idClicked.connect(self.show_part)
        head.addStretch(1)
        head.addWidget(self.bundle)
        self.stack = QStackedWidget()
        for part in (self.checks, self.trace, self.log):
            self.stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(SCALE.gap)
        column.addLayout(head)
        column.addWidget(self.missing)
        column.addWidget(self.stack, 1)
        self.show_part(CHECKS)

    def take_focus(self) -> None:
        super().take_focus()
        self.call(self.mount.context.welcome.tasks, "read tasks", self._show_tasks)

    def _show_tasks(self, tasks: Sequence[Task]) -> None:
        self.missing.show_tasks(tasks)

    def show_part(self, number: int) -> None:
        self.parts.button(number).setChecked(True)
        self.stack.setCurrentIndex(number)
        if number == TRACE:
            self.trace.search.setFocus()

    def show_subject(self, subject: object) -> None:
        """The story of a :class:`TraceWanted`."""
        if isinstance(subject, TraceWanted):
            self.show_part(TRACE)
            self.call(partial(self.source.story, subject), "trace", lambda story: self.trace.show_stories([story]))

    # -- checks

    def check(self) -> None:
        """Ask everything anew; what is asked already is not asked twice."""
        if self._task is not None:
            return
        self.checks.begin()

        def work(control: Control) -> list[Line]:
            return self.source.checks(self.t.language, control)

        self._task = self.mount.bridge.run_long(
            work, owner=self, done=self._checked, failed=self._not_checked, name="checks"
        )

    def _checked(self, lines: list[Line]) -> None:
        self._task, self._lines = None, lines
        self.checks.show_lines(lines)

    def replay(self) -> None:
        """Ask the store's own door again for what was set aside, then everything anew."""
        if self._task is not None:
            return
        self.checks.begin()

        def done(found: tuple[int, int]) -> None:
            self._task = None
            self.mount.bridge.notice.emit(Notice(*self.presenter.asked_again(*found)))
            self.check()

        self._task = self.mount.bridge.run_long(
            self.source.ask_again, owner=self, done=done, failed=self._not_checked, name="ask again"
        )

    def _not_checked(self, error: Exception) -> bool:
        self._task = None
        self.checks.show_lines(self._lines)
        return False

    # -- what happened

    def look_for(self, text: str) -> None:
        def done(stories: Sequence[Story]) -> None:
            if self.trace.search.text().strip() == text:  # not one that was asked before
                self.trace.show_stories(list(stories))

        self.call(lambda: self.source.find(text), "find trace", done)

    # -- the log

    def read_log(self) -> None:
        self.call(lambda: self.source.log(LOG_LINES), "read log", self.log.show_lines)

    # -- the bundle

    def prepare(self) -> None:
        """Make the texts, show them, and save what the person saw."""
        lines = self._lines

        def read(personal: bool) -> None:
            self.call(
                lambda: self.source.bundle(lines, personal), "bundle", lambda texts: dialog.show_texts(dict(texts))
            )

        dialog = BundleDialog(self, self.t, read, self._save)
        dialog.present()
        read(False)

    def _save(self, texts: dict[str, str]) -> None:
        path = save_as(self, self.t("Save as…"), _NAME, "ZIP (*.zip)")
        if path:
            self.save_to(texts, path)

    def save_to(self, texts: dict[str, str], target: Path) -> None:
        said = self.t("Saved in {path}.", path=target)
        self.call(
            lambda: self.source.save(texts, target),
            "save bundle",
            lambda _: self.mount.bridge.notice.emit(Notice(said, "paid")),
        )
