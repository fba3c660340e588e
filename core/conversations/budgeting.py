"""The seller hears once a month that a budget is nearly used, and once that it is."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from core.conversations import outgoing, threads
from core.conversations.notices import USEFUL_FOR, seller_reached
from core.conversations.texts import say
from core.storage.engine import Tx


class BudgetNotices(Struct, frozen=True):
    """``notify_to()``: the seller's own number; ``language()``: the store's."""

    notify_to: Callable[[], str]
    country: str
    language: Callable[[], str]

    def reached(self, tx: Tx, month: int, percent: int) -> None:
        """``month``: 202610. Nothing is said where the seller's phone cannot be written to: the costs show it."""
        seller = seller_reached(tx, self.notify_to(), self.country)
        if seller is None:
            return
        said = say("seller_budget_notice", self.language(), month=f"{month % 100:02d}/{month // 100}", share=percent)
        threads.post(
            tx, seller, f"seller-budget:{month}:{percent}", outgoing.text(said), valid_until=tx.now + USEFUL_FOR
        )
