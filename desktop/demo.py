"""The demo with its window: a live is played and shown, pictures and papers are kept, the numbers compared."""

from __future__ import annotations

import threading
from argparse import Namespace
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QTimer

from core.kernel.errors import EnvironmentProblem
from core.kernel.reasons import reason
from desktop.app import Desktop, InMemory, run_desktop
from desktop.context import Context
from desktop.pages.live.page import LivePage
from desktop.sources.context import ShopContext
from desktop.theme import Choice, theme

if TYPE_CHECKING:
    from core.bootstrap import Shop

SIZE = (1440, 900)
HEADLESS_SECONDS = 30
WINDOW_SECONDS = 180
LOOK_MS = 700
PICTURES = (
    ("live", "board"),
    ("conversations", "conversations"),
    ("catalogue", "catalogue"),
    ("quotes", "quotes"),
    ("messages", "messages"),
)


class Report(Protocol):
    """The comparison at the end."""

    @property
    def agrees(self) -> bool: ...

    def lines(self) -> Iterable[str]: ...


class Theatre(Protocol):
    """The stage behind: made by main, because the window does not know the web."""

    @property
    def stage(self) -> Any: ...

    @property
    def shop(self) -> Shop: ...

    def open(self) -> tuple[Any, Any]: ...

    def play(self) -> list[str]: ...

    def report(self, window: dict[str, int] | None) -> Report: ...

    def end_live(self) -> None: ...

    def close(self) -> None: ...


class Director(QObject):
    """Runs the play on a thread, takes pictures on the window's, and says when it is over."""

    def __init__(
        self, desktop: Desktop, theatre: Theatre, folder: Path, say: Callable[[str], None], leave: bool
    ) -> None:
        super().__init__(desktop)
        self._desktop, self._theatre, self._folder, self._say, self._leave = desktop, theatre, folder, say, leave
        self._troubles: list[str] | None = None
        self._thread: threading.Thread | None = None
        self.exit_code = 1
        self._timer = QTimer(self, interval=100)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        """Wait for the board, then for the end of the play."""
        if self._desktop.exit_code and self._leave:  # it could not be opened, and nobody is there to close it
            self._timer.stop()
            self._say(self._desktop.shell.opening.sentence)
            self._desktop.shell.close()
        elif self._thread is None:
            if self._desktop.shell.page("live") is not None:
                if self._leave:  # what somebody looks at has the size of their screen
                    self._desktop.shell.resize(*SIZE)
                self._thread = threading.Thread(target=self._play, name="play", daemon=True)
                self._thread.start()
        elif self._troubles is not None:
            self._timer.stop()
            QTimer.singleShot(1500, self, self._finish)

    def _play(self) -> None:
        self._troubles = self._theatre.play()

    def _finish(self) -> None:
        """Compare what the window shows with the rest, keep pictures and papers."""
        report = self._theatre.report(self._tiles())
        themes: tuple[Choice, ...] = ("dark", "light")
        steps = [(choice, page, name) for choice in themes for page, name in PICTURES]
        self._next_picture(steps, report)

    def _tiles(self) -> dict[str, int]:
        """The numbers as they stand on the window's tiles."""
        page = self._desktop.shell.page("live")
        assert isinstance(page, LivePage)
        return page.board.figures()

    def _next_picture(self, steps: list[tuple[Choice, str, str]], report: Report) -> None:
        """Show a page in a theme, let it read, keep its picture, go on; at the end the papers."""
        shell = self._desktop.shell
        if not steps:
            theme().choose("dark")
            shell.go("live")
            self._desktop.bridge.run(
                self._papers,
                owner=self,
                done=lambda _: self._end(report),
                failed=self._without_papers,
                name="papers",
            )
            return
        choice, page, name = steps.pop(0)
        theme().choose(choice)
        shell.go(page)

        def keep() -> None:
            shell.grab().save(str(self._folder / f"{name}-{choice}.png"))
            self._next_picture(steps, report)

        QTimer.singleShot(LOOK_MS, self, keep)

    def _papers(self) -> None:
        """One invoice and one quote, as the shop would send them."""
        from core.quotes import service as quotes
        from core.quotes.rules import Discount, Terms

        shop = self._theatre.shop
        invoice_id = shop.engine.read(lambda r: r.value("SELECT max(id) FROM invoice"))
        if invoice_id:
            (self._folder / "facture.pdf").write_bytes(shop.press.print("invoice", invoice_id).content)
        customer = shop.engine.read(lambda r: r.value("SELECT customer_id FROM orders ORDER BY id LIMIT 1"))
        lines = shop.engine.read(
            lambda r: [quotes.from_catalogue(r, sku, n) for sku, n in (("BAZIN3", 6), ("SAC2", 2))]
        )
        wording = quotes.Wording(tuple(lines), Discount("percent", 5), terms=Terms(15, deposit=40))
        quote_id = shop.engine.call(
            lambda tx: quotes.draft(tx, wording, customer_id=customer, terms=shop.papers.terms())
        )
        shop.engine.call(lambda tx: quotes.send(tx, quote_id, shop.papers.terms(), remind_days=2))
        (self._folder / "devis.pdf").write_bytes(shop.press.print("quote", quote_id).content)

    def _without_papers(self, error: Exception) -> None:
        """The papers could not be made: said, and the demo has failed; without a screen it must still end."""
        self._say(f"  ✕ {error}")
        if self._leave:
            self._desktop.shell.leave()

    def _end(self, report: Report) -> None:
        for line in report.lines():
            self._say(line)
        for trouble in self._troubles or ():
            self._say(f"  ✕ {trouble}")
        self._say(f"→ {self._folder.resolve()}")
        self.exit_code = 0 if report.agrees and not self._troubles else 1
        if self._leave:
            self._theatre.end_live()
            self._desktop.shell.leave()
        else:
            self._say(f"→ {self._theatre.stage.graph_url}/phone")


def _make_folder(path: Path) -> None:
    """Before the live is played, not after. Raises EnvironmentProblem."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / ".writable").touch()
        (path / ".writable").unlink()
    except OSError as error:
        raise EnvironmentProblem(
            "The folder {path} cannot be written ({detail}).", path=path, detail=reason(error)
        ) from None


def run(args: Namespace, say: Callable[[str], None], make: Callable[[int, int, Callable[[str], None]], Theatre]) -> int:
    """Play the demo. → 0 when every number agrees; with a display the window stays open."""
    seconds = args.seconds or (HEADLESS_SECONDS if args.headless else WINDOW_SECONDS)
    _make_folder(args.out)
    theatre = make(seconds, args.buyers, say)
    director: list[Director] = []

    def open_context() -> Context:
        return ShopContext(*theatre.open())

    def ready(desktop: Desktop) -> None:
        director.append(Director(desktop, theatre, args.out, say, leave=args.headless))

    try:
        code = run_desktop(open_context, preferences=InMemory(), ready=ready)
        return code or (director[0].exit_code if args.headless else 0)
    finally:
        theatre.close()
