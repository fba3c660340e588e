"""How long an item is kept for whom (F69, ruling R8), and the one reminder before it goes back on sale (F81–F84)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.customers.restricting import restricted
from core.customers.rules import RISK_MINUTES, hold_minutes, prepays, reminder_percent
from core.customers.service import record
from core.durable.deadlines import clear_deadline, set_deadline
from core.kernel.clock import MINUTE
from core.orders.events import OrderReminded
from core.orders.rules import MAX_HOLD, RESERVED
from core.storage.connection import Reader
from core.storage.engine import Tx

HOLD: Final = "hold"  # kinds of deadlines
REMIND: Final = "remind"
STANDS: Final = "(agreed OR (deposit > 0 AND received >= deposit) OR coalesce(terms_days, 0) > 0)"
"""An order that no hold ends and no claim changes: made from a quote, with its deposit in, or paid later."""


def end_hold(tx: Tx, order_id: int) -> None:
    """The order no longer waits for its money: nothing falls due for it."""
    clear_deadline(tx, HOLD, order_id)
    clear_deadline(tx, REMIND, order_id)


def remind_at(reserved_at: int, expires_at: int, percent: int) -> int:
    """The moment of the reminder, ms UTC: so much of the hold is over."""
    return reserved_at + (expires_at - reserved_at) * percent // 100


class Holds:
    """``minutes()``: the store's own hold. ``reminds()``: whether buyers are reminded."""

    def __init__(self, minutes: Callable[[], int], reminds: Callable[[], bool]) -> None:
        self._minutes = minutes
        self._reminds = reminds

    def length(self, tx: Tx, customer_id: int) -> int:
        """The hold of this customer, ms."""
        return self.minutes_of(tx, customer_id) * MINUTE

    def minutes_of(self, reader: Reader, customer_id: int) -> int:
        """The same in minutes, as anybody is told: within the bounds of ruling R1."""
        if restricted(reader, customer_id):
            return RISK_MINUTES
        return min(MAX_HOLD // MINUTE, hold_minutes(record(reader, customer_id), self._minutes()))

    def pays_first(self, tx: Tx, customer_id: int) -> bool:
        """Who is held for five minutes pays the whole within them (F69): no deposit, and nothing they add makes the
        hold longer. By their score, or by the seller's word."""
        return restricted(tx, customer_id) or prepays(record(tx, customer_id))

    def plan(self, tx: Tx, order_id: int, expires_at: int) -> None:
        """(Re)place what falls due for an open order, ``expires_at`` in ms UTC; who was reminded is not again."""
        set_deadline(tx, HOLD, order_id, expires_at)
        row = tx.one(
            f"SELECT customer_id, reserved_at FROM orders WHERE id = ? AND reminded_at IS NULL AND NOT {STANDS}",  # noqa: S608
            (order_id,),
        )
        if row is None or not self._reminds():
            clear_deadline(tx, REMIND, order_id)
            return
        customer_id, reserved_at = row
        due = remind_at(reserved_at, expires_at, reminder_percent(record(tx, customer_id)))
        set_deadline(tx, REMIND, order_id, due)

    def remind(self, tx: Tx, order_id: int) -> None:
        """The reminder is due. It is lost when the hold ended meanwhile, as after the program was off: an order that
        no longer waits for money, or whose buyer waits for a quote of it, needs none."""
        row = tx.one(
            f"SELECT state, customer_id, expires_at, reminded_at FROM orders WHERE id = ? AND NOT {STANDS}"  # noqa: S608
            " AND quote_asked_at IS NULL",
            (order_id,),
        )
        if row is None or row[0] != RESERVED or row[2] <= tx.now or row[3] is not None or not self._reminds():
            return
        tx.run("UPDATE orders SET reminded_at = ? WHERE id = ?", (tx.now, order_id))
        tx.emit(OrderReminded(order_id, row[1], row[2]))
