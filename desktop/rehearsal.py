"""The window of a rehearsal: the board over a copy of the store while simulated buyers come, and what came of it."""

from __future__ import annotations

import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import QObject, QProcess, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from core.kernel.errors import OutsideWorld
from core.kernel.money import format_money
from core.storage.folder import Home
from desktop.app import Desktop, InMemory, run_desktop
from desktop.context import Context
from desktop.door import FilePreferences
from desktop.pages.live.page import LivePage
from desktop.pages.support.bundle import reading_field
from desktop.sources.context import ShopContext
from desktop.steadiness import Pulse
from desktop.texts import Texts
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import Dialog
from desktop.widgets.labels import Label

if TYPE_CHECKING:
    from core.bootstrap import Shop

_LOOK_MS: Final = 100
_SETTLE_MS: Final = 1500
_CHOICES: Final = ("theme", "language", "zoom", "sound")


class Outcome(Protocol):
    """What came of it; see the play's own."""

    @property
    def buyers(self) -> int: ...
    @property
    def messages(self) -> int: ...
    @property
    def orders(self) -> int: ...
    @property
    def paid(self) -> int: ...
    @property
    def revenue(self) -> int: ...
    @property
    def answer_ms(self) -> int | None: ...


class Report(Protocol):
    @property
    def agrees(self) -> bool: ...

    def lines(self) -> Iterable[str]: ...


class Play(Protocol):
    """The stage behind: made by main, because the window does not know the web."""

    @property
    def shop(self) -> Shop: ...

    def open(self) -> tuple[Any, Any]: ...

    def play(self) -> list[str]: ...

    def report(self, window: dict[str, int] | None) -> Report: ...

    def outcome(self) -> Outcome: ...

    def close(self) -> None: ...


def launch(home: Path, slug: str, buyers: int, speed: int) -> None:
    """Open a rehearsal in a process of its own: it can take nothing from the shop that is open here, not even time.

    Raises Refused where there is nothing to sell, OutsideWorld when the system starts no process.
    """
    from core.bootstrap.rehearsing import check

    check(Home(home), slug)
    program = [] if getattr(sys, "frozen", False) else [str(Path(__file__).parent.parent / "main.py")]
    arguments = ["--home", str(home), "rehearse", slug, "--buyers", str(buyers), "--speed", str(speed)]
    started, _ = QProcess.startDetached(sys.executable, [*program, *arguments], str(Path.cwd()))
    if not started:
        raise OutsideWorld("The rehearsal could not be started by this computer.")


class Director(QObject):
    """Lets the play run on a thread, and shows what came of it."""

    def __init__(self, desktop: Desktop, play: Play, say: Callable[[str], None], leave: bool) -> None:
        super().__init__(desktop)
        self._desktop, self._play, self._say, self._leave = desktop, play, say, leave
        self._thread: threading.Thread | None = None
        self._troubles: list[str] | None = None
        self._pulse: Pulse | None = None
        self.exit_code = 1
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        page = self._desktop.shell.page("live")
        if self._desktop.exit_code and self._leave:  # it could not be opened, and nobody is there to close it
            self._timer.stop()
            self._say(self._desktop.shell.opening.sentence)
            self._desktop.shell.close()
        elif self._thread is None and page is not None:
            t = self._desktop.t
            self._desktop.shell.setWindowTitle(t("Rehearsal – {store}", store=self._play.shop.name))
            self._desktop.shell.sidebar.store.say(t("Rehearsal"))
            about = t("A copy of your store, and buyers who do not exist: nobody is written to, nothing is charged.")
            self._desktop.shell.banner.keep(t("This is a rehearsal"), about)
            self._desktop.shell.read_status()
            self._pulse = Pulse(self)
            self._thread = threading.Thread(target=self._run, name="play", daemon=True)
            self._thread.start()
        elif self._troubles is not None:
            self._timer.stop()
            QTimer.singleShot(_SETTLE_MS, self, self._finish)

    def _run(self) -> None:
        self._troubles = self._play.play()

    def _finish(self) -> None:
        lags = self._pulse.take() if self._pulse else []
        page = self._desktop.shell.page("live")
        window = page.board.figures() if isinstance(page, LivePage) else None
        self._desktop.bridge.run(
            lambda: (self._play.report(window), self._play.outcome()),
            owner=self,
            done=lambda read: self._end(*read, max(lags or [0.0])),
            name="rehearsal report",
        )

    def _end(self, report: Report, outcome: Outcome, worst_ms: float) -> None:
        troubles = self._troubles or []
        self.exit_code = 0 if report.agrees and not troubles else 1
        t = self._desktop.t
        words = told(t, outcome, self._play.shop.card.currency, worst_ms)
        verdict = (
            t("Nothing lost, nothing twice, nothing oversold.")
            if not self.exit_code
            else t("Not everything went well: copy what follows and send it to support.")
        )
        found = (*report.lines(), *(f"  ✕ {trouble}" for trouble in troubles))
        for line in (*words, *found, verdict):
            self._say(line)
        if self._leave:
            self._desktop.shell.close()
        else:
            OutcomeDialog(self._desktop.shell, t, words, verdict, found if self.exit_code else ()).present()


def told(t: Texts, outcome: Outcome, currency: str, worst_ms: float) -> list[str]:
    """The outcome in sentences, one for each thing a seller wonders about."""
    lines = [
        t.plural("{n} buyer wrote {m} messages.", "{n} buyers wrote {m} messages.", outcome.buyers, m=outcome.messages),
        t.plural("{n} order", "{n} orders", outcome.orders)
        + t(", {paid} paid: {revenue}.", paid=outcome.paid, revenue=format_money(outcome.revenue, currency)),
    ]
    if outcome.answer_ms is not None:
        lines.append(t("Half of the answers left within {ms} ms.", ms=outcome.answer_ms))
    lines.append(t("The window never waited longer than {ms} ms.", ms=round(worst_ms)))
    return lines


class OutcomeDialog(Dialog):
    """What came of it; its verb closes the rehearsal and throws the copy away. ``found``: for support, where not all
    went well."""

    def __init__(self, window: QWidget, t: Texts, lines: list[str], verdict: str, found: Sequence[str] = ()) -> None:
        super().__init__(window, t("The rehearsal is over"), 720 if found else 480)
        self.body.addWidget(Label(verdict, "body-bold", "text", wrap=True))
        for line in lines:
            self.body.addWidget(Label(line, "body", "muted", wrap=True))
        self.add_way_out(t("Look around"))
        self.copy: Button | None = None
        if found:
            text = "\n".join(found)
            field = reading_field(t("Report"))
            field.setPlainText(text)
            self.body.addWidget(field)
            self.copy = Button(t("Copy"), icon="copy")
            self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
            self.foot.addWidget(self.copy)
        self.action = self.add_action(t("Close the rehearsal"), window.close)


def choices(home: Home) -> InMemory:
    """The person's own: a rehearsal looks and speaks as their window does, and changes nothing of it."""
    kept = FilePreferences(home.path / "window.json")
    return InMemory({key: value for key in _CHOICES if (value := kept.get(key, ""))})


def run(args: Namespace, home: Home, say: Callable[[str], None], make: Callable[[], Play]) -> int:
    """→ 0 when every number agrees; with a display the window stays open."""
    play = make()
    director: list[Director] = []

    def open_context() -> Context:
        return ShopContext(*play.open())

    def ready(desktop: Desktop) -> None:
        director.append(Director(desktop, play, say, leave=args.headless))

    try:
        language = home.card(args.store).language
        code = run_desktop(open_context, preferences=choices(home), language=language, ready=ready)
        return code or (director[0].exit_code if args.headless and director else 0)
    finally:
        play.close()
