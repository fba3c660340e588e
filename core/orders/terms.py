"""What the buyer chooses of an order: that it is right, and to pay now or, where the seller trusts them, later.

An order that is paid later is a sale: its goods leave the stock, its invoice is issued with the day it is due, and no
hold ends. It stays *reserved* until its money is in; then it is settled like any other.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from msgspec import Struct

from core.customers.restricting import restricted
from core.customers.rules import prepays
from core.customers.service import record
from core.durable.deadlines import clear_deadline, set_deadline
from core.kernel.clock import day_ends
from core.kernel.errors import NotFound, Refused
from core.orders.events import OrderChanged, OrderConfirmed, OrderFirm, OrderOnTerms, TermsAllowed
from core.orders.holds import HOLD, REMIND
from core.orders.questions import under_review
from core.orders.rules import RESERVED
from core.orders.service import Order, load
from core.orders.settling import take_held
from core.segments.rules import MAX_TERMS_DAYS
from core.storage.connection import Reader
from core.storage.engine import Tx

OVERDUE: Final = (
    "SELECT o.id, o.reference, o.customer_id, c.name, o.total, o.received, o.balance_by FROM orders o JOIN customer c"
    " ON c.id = o.customer_id WHERE o.terms_days > 0 AND o.state = 'reserved'"
)


class Owed(Struct, frozen=True):
    """An invoice that is to be paid later. ``due_at`` in ms UTC, amounts in smallest units."""

    order_id: int
    reference: str
    customer_id: int
    customer_name: str
    total: int
    received: int
    due_at: int

    @property
    def due(self) -> int:
        return self.total - self.received


def allow(tx: Tx, customer_id: int, days: int) -> None:
    """The seller lets this customer pay so many days after the invoice; 0: at once, like everybody.

    Orders agreed before stay as they are. Raises NotFound, Refused.
    """
    if not 0 <= days <= MAX_TERMS_DAYS:
        raise Refused("Choose between 0 and {most} days.", most=MAX_TERMS_DAYS)
    before = tx.value("SELECT terms_days FROM customer WHERE id = ? AND merged_into IS NULL", (customer_id,))
    if before is None:
        raise NotFound("There is no customer number {customer_id}.", customer_id=customer_id)
    if before != days:
        tx.run("UPDATE customer SET terms_days = ? WHERE id = ?", (days, customer_id))
        tx.emit(TermsAllowed(customer_id, days))


def allowed(reader: Reader, customer_id: int) -> int:
    """How many days this customer may take to pay; 0: pays at once, as whose payment must come first does (F69)."""
    if restricted(reader, customer_id) or prepays(record(reader, customer_id)):
        return 0
    return reader.value("SELECT terms_days FROM customer WHERE id = ?", (customer_id,)) or 0


def confirm(tx: Tx, order_id: int) -> bool:
    """The buyer says yes to what is held. → whether it is news. Raises Refused when nothing is held any more."""
    order = _open(tx, order_id)
    if order.confirmed_at is not None:
        return False
    tx.run("UPDATE orders SET confirmed_at = ?, quote_asked_at = NULL WHERE id = ?", (tx.now, order_id))
    tx.emit(OrderConfirmed(order_id, order.customer_id))
    return True


def quote_asked(tx: Tx, order_id: int) -> None:
    """The buyer wants a quote of what is held: its hold may end without a word, until they order after all."""
    tx.run("UPDATE orders SET quote_asked_at = coalesce(quote_asked_at, ?) WHERE id = ?", (tx.now, order_id))


def pay_now(tx: Tx, order_id: int) -> None:
    """The buyer pays at once, though they need not. Raises Refused when nothing is held any more."""
    order = _open(tx, order_id)
    if order.terms_days is None:
        tx.run("UPDATE orders SET terms_days = 0 WHERE id = ?", (order_id,))
        tx.emit(OrderChanged(order_id, order.total, order.expires_at))


def pay_later(tx: Tx, order_id: int, zone: tzinfo) -> int:
    """The order is sold, to be paid as many days later as this customer may take, in the whole of the last of them by
    the store's time zone. Again: nothing more happens.

    → when it is due, ms UTC. Raises Refused for who must pay at once, while the seller looks at the order, or when
    nothing is held any more.
    """
    order = load(tx, order_id)
    if order.on_terms and order.balance_by is not None:
        return order.balance_by
    order = _open(tx, order_id)
    days = allowed(tx, order.customer_id)
    if not days:
        raise Refused("This customer pays at once: allow them to pay later first.")
    if under_review(tx, order_id):
        raise Refused("The shop looks at this order first.")
    due_at = day_ends(tx.now, days, zone)
    tx.run(
        "UPDATE orders SET terms_days = ?1, deposit = 0, balance_by = ?2, expires_at = ?2,"
        " confirmed_at = coalesce(confirmed_at, ?3) WHERE id = ?4",
        (days, due_at, tx.now, order_id),
    )
    set_deadline(tx, HOLD, order_id, due_at)
    clear_deadline(tx, REMIND, order_id)
    take_held(tx, order_id)
    tx.emit(OrderOnTerms(order_id, order.customer_id, days, due_at))
    tx.emit(OrderFirm(order_id, order.customer_id, order.total))
    tx.emit(OrderChanged(order_id, order.total, due_at))
    return due_at


def _open(tx: Tx, order_id: int) -> Order:
    order = load(tx, order_id)
    if order.state != RESERVED or order.expires_at <= tx.now or order.stands:
        raise Refused("This reservation is over: nothing of it can be changed.")
    return order


def owed(reader: Reader, now: int, *, overdue: bool = False, limit: int = 200) -> list[Owed]:
    """What is to be paid later, the soonest due first; ``overdue``: only what should have come by now."""
    late = " AND o.balance_by <= ?" if overdue else " AND ? > 0"
    sql = f"{OVERDUE}{late} ORDER BY o.balance_by, o.id LIMIT ?"
    return [Owed(*row) for row in reader.all(sql, (now, limit))]
