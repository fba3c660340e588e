"""A shop with its window open and its server running, in a process of its own: ``HOME STORE [slowdisk]``.

It answers what a benchmark asks (:mod:`tests.bench.processes`): ``count`` says how much is stored, applied and painted;
``changes`` and ``events`` are :mod:`tests.bench.painting`; ``papers`` draws invoices.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from core.bootstrap import Shop, open_shop
from core.storage.folder import Home
from desktop.app import Desktop, InMemory, run_desktop
from desktop.pages.live.page import LivePage
from desktop.sources.context import ShopContext
from desktop.steadiness import Pulse
from localserver.runner import ServerThread
from tests.bench import painting
from tests.bench.figures import percentile
from tests.bench.processes import say, serve
from tests.bench.slowdisk import SlowDisk

T = TypeVar("T")


class Watch(QObject):
    """Counts how often the table of orders is painted, and how late the window's own beat comes."""

    def __init__(self, page: LivePage) -> None:
        super().__init__(page)
        self._paints = 0
        page.board.table.viewport().installEventFilter(self)
        self._pulse = Pulse(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._paints += 1
        return False

    def count(self, shop: Shop) -> dict[str, float]:
        """Webhook items so far, paints so far, and the lag since the last count. From any thread."""
        lags = self._pulse.take()
        stored, waiting = shop.engine.read(
            lambda r: r.one("SELECT count(*), coalesce(sum(state = 'new'), 0) FROM inbox")
        ) or (0, 0)
        return {
            "stored": stored,
            "applied": stored - waiting,
            "paints": self._paints,
            "window_lag_p99_ms": percentile(lags or [0.0], 0.99),
        }


class Caller(QObject):
    """Runs something on the window's thread for another one."""

    _asked = Signal(object, object)

    def __init__(self, desktop: Desktop) -> None:
        super().__init__(desktop)
        self._asked.connect(self._run)

    def call(self, work: Callable[[], T]) -> T:
        answer: Future[T] = Future()
        self._asked.emit(work, answer)
        return answer.result()

    def _run(self, work: Callable[[], Any], answer: Future[Any]) -> None:
        try:
            answer.set_result(work())
        except Exception as error:  # noqa: BLE001 - handed to the caller
            answer.set_exception(error)


class Bench:
    """Answers from another thread than the window's."""

    def __init__(self, home: Path, slug: str, vfs: str | None) -> None:
        self._home, self._slug, self._vfs = home, slug, vfs
        self._url = ""
        self._shop: Shop | None = None
        self._shown: Future[tuple[Desktop, LivePage, Watch, Caller]] = Future()

    def open_context(self) -> ShopContext:
        self._shop = open_shop(Home(self._home), self._slug, vfs=self._vfs)
        server = ServerThread([self._shop])
        self._url = server.start()
        return ShopContext(self._shop, server)

    def on_screen(self, desktop: Desktop) -> None:
        """The window shows; the board follows when the shop is open."""
        look = QTimer(desktop, interval=5)

        def until_board() -> None:
            page = desktop.shell.page("live")
            if isinstance(page, LivePage) and page.running:
                look.stop()
                self._shown.set_result((desktop, page, Watch(page), Caller(desktop)))

        look.timeout.connect(until_board)
        look.start()

    def talk(self) -> None:
        desktop, page, watch, caller = self._shown.result()
        shop = self._shop
        assert shop is not None

        def answer(asked: dict[str, Any]) -> dict[str, Any]:
            match asked["do"]:
                case "changes":
                    return caller.call(lambda: painting.one_change_at_a_time(page, asked["count"]))
                case "events":
                    return caller.call(lambda: painting.Events(page, shop, asked["rate"], asked["seconds"])).run()
                case "papers":
                    return asyncio.run(_draw(shop, asked["first"], asked["count"]))
                case _:
                    return watch.count(shop)

        say({"url": self._url, "pid": os.getpid()})
        serve(answer)
        desktop.shell.closing.emit()


async def _draw(shop: Shop, first: int, count: int) -> dict[str, float]:
    """Invoices, asked for all at once."""
    start = time.perf_counter()
    drawn = await asyncio.gather(*(shop.press.printed("invoice", number) for number in range(first, first + count)))
    pages = sum(one.content.count(b"/Type /Page\n") for one in drawn)
    return {"seconds": time.perf_counter() - start, "pages": pages}


def main(home: str, slug: str, disk: str = "") -> int:
    slow = SlowDisk() if disk else None
    bench = Bench(Path(home), slug, disk or None)
    threading.Thread(target=bench.talk, daemon=True).start()
    code = run_desktop(bench.open_context, preferences=InMemory({"sound": "off"}), ready=bench.on_screen)
    if slow is not None:
        slow.unregister()
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
