"""Steering a live, over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from collections.abc import Sequence

from core.bootstrap import Shop
from core.customers.restricting import restrict
from core.live import queries
from core.orders import line, queue
from core.orders.evening import evening
from core.orders.line import Waiter
from core.storage.connection import Reader
from desktop.pages.live.steering import Over

ACTOR = "seller"
_LIVES = 60


class ShopSteering:
    """Implements :class:`desktop.pages.live.steering.SteeringSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine

    def waiters(self, product_id: int) -> Sequence[Waiter]:
        return self._engine.read(lambda r: line.waiters(r, product_id))

    def offer(self, waiting_id: int) -> None:
        self._engine.call(lambda tx: queue.offer(tx, self._shop.orders, waiting_id), actor=ACTOR)

    def skip(self, waiting_id: int) -> None:
        self._engine.call(lambda tx: queue.skip(tx, waiting_id), actor=ACTOR)

    def drop(self, waiting_id: int) -> None:
        self._engine.call(lambda tx: queue.drop(tx, waiting_id), actor=ACTOR)

    def take_back(self, waiting_id: int) -> None:
        self._engine.call(lambda tx: queue.take_back(tx, waiting_id), actor=ACTOR)

    def restrict(self, customer_id: int, wanted: bool) -> None:
        self._engine.call(lambda tx: restrict(tx, customer_id, wanted=wanted), actor=ACTOR)

    def paper(self, order_id: int) -> int | None:
        found: int | None = self._engine.read(
            lambda r: r.value("SELECT id FROM invoice WHERE order_id = ? ORDER BY id LIMIT 1", (order_id,))
        )
        return found

    def over(self, session_id: int | None) -> Over | None:
        return self._engine.read(lambda r: self._over(r, session_id))

    @staticmethod
    def _over(reader: Reader, session_id: int | None) -> Over | None:
        lives = reader.all(
            "SELECT id, title, started_at FROM live_session WHERE ended_at IS NOT NULL ORDER BY id DESC LIMIT ?",
            (_LIVES,),
        )
        wanted = session_id if session_id is not None else next((number for number, _, _ in lives), None)
        session = None if wanted is None else queries.session(reader, wanted)
        if session is None:
            return None
        return Over(session, evening(reader, session.session_id), tuple(lives))
