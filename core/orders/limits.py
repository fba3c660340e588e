"""How much one customer may reserve (F78): so many orders in a live, a trust score to begin with.

Asked when a new order would begin; what is added to an open one, and what the waiting list was promised, is not. Who is
refused is told so in one sentence, and the seller can let them (:mod:`core.customers.allowing`). An invoice that the
seller makes by hand is their own word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from core.customers.allowing import allowed
from core.customers.rules import score
from core.customers.service import record
from core.kernel.clock import DAY
from core.kernel.errors import Refused
from core.storage.connection import Reader
from core.storage.engine import Tx

BY_HAND: Final = ("shop",)  # sources of orders that the seller makes
_COUNT: Final = (
    "SELECT count(*) FROM orders WHERE customer_id = ?1 AND state IN ('reserved', 'paid') AND NOT agreed"
    " AND session_id IS (SELECT id FROM live_session WHERE ended_at IS NULL)"
    " AND (session_id IS NOT NULL OR reserved_at > ?2)"
)


class Limited(Refused):
    """Beyond the store's own limits, until the seller says otherwise. ``why``: orders or score."""

    why = ""


class TooMany(Limited):
    why = "orders"


class TooLow(Limited):
    why = "score"


class Limits(Struct, frozen=True):
    """``most()``: orders of one customer in the running live, or (without one) within a day; 0 for no limit. Reserved
    and paid ones count. ``least()``: the trust score that a customer needs; 0 for none."""

    most: Callable[[], int] = lambda: 0
    least: Callable[[], int] = lambda: 0

    def check(self, tx: Tx, customer_id: int, source: str) -> None:
        """Raises Limited."""
        why = None if source in BY_HAND else self.standing(tx, customer_id, tx.now)
        if why == "score":
            raise TooLow("This customer’s trust score is below the {least} that you ask for.", least=self.least())
        if why == "orders":
            raise TooMany("This customer has the {most} orders that you allow in a live.", most=self.most())

    def standing(self, reader: Reader, customer_id: int, now: int) -> str | None:
        """What keeps this customer from a new order: score, orders, or nothing (None)."""
        most, least = self.most(), self.least()
        if not (most or least) or allowed(reader, customer_id, now):
            return None
        if least and score(record(reader, customer_id)) < least:
            return "score"
        if most and reader.value(_COUNT, (customer_id, now - DAY)) >= most:
            return "orders"
        return None
