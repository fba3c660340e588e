"""What an open shop's events mean to the person at the window."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Final

from core.bootstrap import Shop
from core.catalogue.events import StockMoved
from core.catalogue.rules import critical
from core.conversations.events import Escalated, MessageProgressed
from core.orders.events import OrderPaid
from core.storage.connection import Reader
from core.usage.events import BudgetReached
from desktop.bridge import Change
from desktop.notifications.presenter import Happening

_TOLD: Final = (OrderPaid, Escalated, StockMoved, MessageProgressed, BudgetReached)
_TALK: Final = "SELECT c.name FROM conversation v JOIN customer c ON c.id = v.customer_id WHERE v.id = ?"


class ShopHappenings:
    """Implements :class:`desktop.notifications.presenter.HappeningSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._critical: dict[int, bool] = {}
        self._telling = Lock()

    def concern(self, changes: Sequence[Change]) -> list[Change]:
        return [
            change
            for change in changes
            if isinstance(change, _TOLD) and not (isinstance(change, MessageProgressed) and change.state != "failed")
        ]

    def read(self, changes: Sequence[Change]) -> list[Happening]:
        return self._shop.engine.read(lambda r: [one for c in changes if (one := self._one(r, c)) is not None])

    def _one(self, reader: Reader, change: Change) -> Happening | None:
        match change:
            case OrderPaid():
                sql = "SELECT c.name, o.reference FROM orders o JOIN customer c ON c.id = o.customer_id WHERE o.id = ?"
                name, reference = reader.one(sql, (change.subject,)) or ("", "")
                return Happening("paid", change.subject, name, reference, change.amount)
            case Escalated():
                return Happening(
                    "escalated", change.subject, reader.value(_TALK, (change.subject,)) or "", change.reason
                )
            case MessageProgressed():
                return Happening("unsent", change.subject, reader.value(_TALK, (change.subject,)) or "")
            case StockMoved():
                return self._stock(reader, change.product_id)
            case BudgetReached():
                return Happening("budget", number=change.percent)
        return None

    def _stock(self, reader: Reader, product_id: int) -> Happening | None:
        """Only when it becomes critical, not at each piece after that."""
        row = reader.one("SELECT title, on_hand - held, total FROM product WHERE id = ? AND active", (product_id,))
        if row is None:
            return None
        title, left, total = row
        now = critical(left, total)
        with self._telling:
            before, self._critical[product_id] = self._critical.get(product_id, False), now
        return Happening("stock", product_id, title, "", left) if now and not before else None
