"""What the window process does for ``board``: one change shown at a time, and events shown as they come."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from core.bootstrap import Shop
from core.customers.service import Identity, recognise
from core.orders.events import OrderChanged
from core.orders.service import Wanted
from core.storage.engine import Tx
from desktop.pages.live.feed import Reading
from desktop.pages.live.page import LivePage
from desktop.pages.live.rows import entry
from tests.bench.figures import median, percentile

NEWEST: Final = 8  # the orders that change: all in sight
CLAIM_EVERY: Final = 5  # one event of five is a new order, on top of the others
PATIENCE: Final = 20.0


class Painted(QObject):
    """Notices that a widget has been painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.happened = False
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.happened = self.happened or event.type() == QEvent.Type.Paint
        return False


class Resets(QObject):
    """Counts what must not happen: a model that is reset or laid out anew."""

    def __init__(self, page: LivePage) -> None:
        super().__init__(page)
        self.count = 0
        page.model.modelReset.connect(self._happened)
        page.model.layoutChanged.connect(self._happened)

    def _happened(self) -> None:
        self.count += 1


def one_change_at_a_time(page: LivePage, count: int) -> dict[str, float]:
    """Show ``count`` changed orders one after the other, each painted before the next. On the window's thread."""
    resets, painted = Resets(page), Painted(page.board.table.viewport())
    session, tiles = page.source.session(), page.source.tiles()
    times: list[float] = []
    for n in range(count):
        row = page.model.order(page.model.order_at(n % NEWEST))
        assert row is not None
        changed = entry(replace(row, reminded_at=(row.reminded_at or 0) + 1 + n, score=50 + n % 40))
        start = time.perf_counter()
        page.show_reading(Reading(session, False, (changed,), tiles=tiles))
        painted.happened = False
        while not painted.happened:
            QCoreApplication.processEvents()
        times.append((time.perf_counter() - start) * 1000)
    start = time.perf_counter()
    for n in range(20):
        page.source.rows([page.model.order_at(n % NEWEST)])
        page.source.tiles()
    read = (time.perf_counter() - start) * 1000 / 20
    found = {"orders": page.model.total, "ms": median(times), "p99_ms": percentile(times, 0.99), "read_ms": read}
    return {**found, "resets": resets.count}


class Events(QObject):
    """Claims and changes at a steady rate, each followed from the moment it was due until the table has painted it."""

    def __init__(self, page: LivePage, shop: Shop, rate: float, seconds: float) -> None:
        super().__init__(page)
        self._page, self._shop, self._rate, self._total = page, shop, rate, int(rate * seconds)
        self._lock = threading.Lock()
        self._unseen: dict[int, list[tuple[float, int]]] = {}
        self._newest: deque[int] = deque(maxlen=NEWEST)
        self._resets = Resets(page)
        self._first = int(time.time())  # marks and buyers are new ones in every run
        self.times: list[float] = []
        self._viewport = page.board.table.viewport()
        self._viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, self._painted)  # once it has been painted
        return False

    def _painted(self) -> None:
        now = time.perf_counter()
        with self._lock:
            for order_id in list(self._unseen):
                row = self._page.model.order(order_id)
                if row is None:
                    continue
                shown = [(due, mark) for due, mark in self._unseen[order_id] if mark <= (row.reminded_at or 0)]
                self.times += [(now - due) * 1000 for due, _ in shown]
                left = [each for each in self._unseen[order_id] if each not in shown]
                if left:
                    self._unseen[order_id] = left
                else:
                    del self._unseen[order_id]

    def run(self) -> dict[str, float]:
        """On another thread than the window's; ends when everything was painted."""
        asyncio.run(self._run())
        give_up = time.perf_counter() + PATIENCE
        while self._unseen and time.perf_counter() < give_up:
            time.sleep(0.02)
        with self._lock:
            lost = sum(len(each) for each in self._unseen.values())
            times = list(self.times)
        return {
            "events": len(times),
            "never_painted": lost,
            "p50_ms": percentile(times, 0.5),
            "p99_ms": percentile(times, 0.99),
            "max_ms": max(times),
            "resets": self._resets.count,
        }

    async def _run(self) -> None:
        products = self._shop.engine.read(lambda r: [row[0] for row in r.all("SELECT id FROM product ORDER BY id")])
        start, number = time.perf_counter(), 0
        waiting: set[asyncio.Future[Any]] = set()
        while number < self._total:
            until = min(self._total, int((time.perf_counter() - start) * self._rate))
            for n in range(number, until):
                due = start + n / self._rate
                if n % CLAIM_EVERY == 0 or not self._newest:
                    command = self._claim(due, n, products[n % len(products)])
                else:
                    command = self._change(due, self._first + n, self._newest[n % len(self._newest)])
                answer = self._shop.engine.begin(command)
                waiting.add(answer)
                answer.add_done_callback(waiting.discard)
            number = until
            await asyncio.sleep(0.001)
        await asyncio.gather(*waiting)

    def _claim(self, due: float, n: int, product: int) -> Callable[[Tx], None]:
        def claim(tx: Tx) -> None:
            customer = recognise(tx, [Identity("bsuid", f"SN.{self._first}{n}")], f"Awa Ndiaye {n}")
            claimed = self._shop.orders.claim(tx, customer, [Wanted(product)], "whatsapp")
            assert claimed.order_id is not None
            with self._lock:
                self._unseen.setdefault(claimed.order_id, []).append((due, 0))
            self._newest.append(claimed.order_id)

        return claim

    def _change(self, due: float, mark: int, order_id: int) -> Callable[[Tx], None]:
        def change(tx: Tx) -> None:
            total, expires = tx.one("SELECT total, expires_at FROM orders WHERE id = ?", (order_id,)) or (0, 0)
            tx.run("UPDATE orders SET reminded_at = ? WHERE id = ?", (mark, order_id))
            with self._lock:
                self._unseen.setdefault(order_id, []).append((due, mark))
            tx.emit(OrderChanged(order_id, total, expires))

        return change
