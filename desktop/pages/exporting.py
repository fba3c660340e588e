"""Writing a list out: asked where to, written off the window's thread, stopped by a button, opened from the notice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QProgressBar

from core.kernel.errors import LivePayError
from core.kernel.i18n import explain
from desktop.bridge import Bridge, Control, Task
from desktop.files import save_as
from desktop.opening import open_file
from desktop.pages.page import Page
from desktop.texts import Texts
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import Label
from desktop.widgets.notices import Notice

_PATIENCE_MS: Final = 400  # what is written sooner needs no dialog
Opener = Callable[[Path], bool]


class Writing(Struct, frozen=True):
    """One list to be written. ``name``: of the file, without an ending; ``work`` → rows, None when it was stopped;
    ``said``: the sentence for that many rows in a file of this name."""

    name: str
    work: Callable[[Path, Control], int | None]
    said: Callable[[int, str], str]


def ask_where(page: Page, writing: Writing) -> WritingDialog | None:
    """Ask for a file, then write."""
    t = page.t
    path = save_as(page, t("Export…"), f"{writing.name}.xlsx", t("Tables (*.xlsx *.csv)"))
    return write(page, writing, path) if path else None


def write(page: Page, writing: Writing, path: Path, opener: Opener = open_file) -> WritingDialog:
    """Write to this file; how far it is shows once it takes longer than a moment."""
    dialog = WritingDialog(page, writing, path, opener)
    dialog.begin()
    return dialog


def tell_written(bridge: Bridge, t: Texts, said: str, path: Path, opener: Opener = open_file) -> None:
    """A notice that what was written can be opened from."""

    def open_it() -> None:
        if not opener(path):
            bridge.notice.emit(Notice(t("No program here opens this file: {file}", file=str(path)), "danger"))

    bridge.notice.emit(Notice(said, "paid", t("Open"), open_it))


class WritingDialog(Dialog):
    """How far one list is written, and its stop."""

    def __init__(self, page: Page, writing: Writing, path: Path, opener: Opener) -> None:
        t = page.t
        super().__init__(page, t("Writing {file}", file=path.name), 440)
        self._t, self._bridge = t, page.mount.bridge
        self._writing, self._path, self._opener = writing, path, opener
        self._task: Task[int | None] | None = None
        self.count = Label(t("Starting…"), "body", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.problem = Label("", "body", "danger", wrap=True)
        self.problem.hide()
        for widget in (self.count, self.bar, self.problem):
            self.body.addWidget(widget)
        self.stop = self.add_way_out(t("Stop"))
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self.present)

    def begin(self) -> None:
        work, path = self._writing.work, self._path
        self._patience.start()
        self._task = self._bridge.run_long(
            lambda control: work(path, control),
            owner=self,
            done=self._done,
            failed=self._failed,
            progress=self._advance,
            name="write list",
        )

    def _advance(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.count.say(self._t.plural("{n} line written", "{n} lines written", done))

    def _done(self, count: int | None) -> None:
        self._task = None
        if count is not None:
            tell_written(self._bridge, self._t, self._writing.said(count, self._path.name), self._path, self._opener)
        self._close()

    def _close(self) -> None:
        self._patience.stop()
        if self.isVisible():
            self.accept()
        else:
            self.deleteLater()

    def _failed(self, error: Exception) -> bool:
        self._task = None
        if not isinstance(error, LivePayError):
            self._close()
            return False
        self._patience.stop()
        self.count.hide()
        self.bar.hide()
        self.problem.say(explain(error, self._t.language))
        self.problem.show()
        self.stop.setText(self._t("Close"))
        self.present()
        return True

    def done(self, answer: int) -> None:
        if self._task is not None:
            self._task.cancel()
        super().done(answer)
