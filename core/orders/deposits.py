"""Deposits: an order may ask for a first part, by its quote or by how the store sells; the goods then stay held, the
rest is still due."""

from __future__ import annotations

from core.catalogue import stock
from core.durable.deadlines import clear_deadline, set_deadline
from core.kernel.errors import Refused
from core.orders.events import OrderChanged, PartReceived
from core.orders.holds import HOLD, REMIND
from core.orders.queries import lines_of
from core.orders.questions import OPEN, complete, promised_back, raise_question
from core.orders.rules import GRACE, next_state
from core.orders.service import Order, load
from core.storage.engine import Tx


def part(tx: Tx, order: Order, before: int, received: int, payment_id: int) -> None:
    """The deposit, or more of the rest: the goods stay held, and the same link asks for what is missing."""
    complete(tx, order)
    due_by = order.expires_at
    if before < order.deposit:
        due_by = _wait_for_rest(tx, order)
    rest = order.total - received
    tx.emit(PartReceived(order.id, order.customer_id, payment_id, received, rest, due_by))
    tx.emit(OrderChanged(order.id, order.total, due_by))


def covered(tx: Tx, order: Order) -> None:
    """The order became cheaper: what was less than the deposit is the deposit now, and needs no answer any more."""
    if tx.value(f"{OPEN} AND kind = 'underpaid'", (order.id,)) and order.expires_at < tx.now + GRACE:
        complete(tx, order)
        tx.emit(OrderChanged(order.id, order.total, _wait_for_rest(tx, order)))


def _wait_for_rest(tx: Tx, order: Order) -> int:
    """→ until when, ms UTC."""
    due_by = max(order.expires_at, order.balance_by or tx.now + GRACE)
    tx.run("UPDATE orders SET expires_at = ? WHERE id = ?", (due_by, order.id))
    set_deadline(tx, HOLD, order.id, due_by)
    clear_deadline(tx, REMIND, order.id)
    return due_by


def overdue(tx: Tx, order_id: int) -> None:
    """The rest did not come in time: the seller decides, once, whether to be content or to give the deposit back. Who
    pays later owes it, whatever came: that is no question (:mod:`core.orders.terms` lists it)."""
    order = load(tx, order_id)
    if not order.on_terms and not tx.value(f"{OPEN} AND kind = 'underpaid'", (order_id,)):
        raise_question(tx, order, "underpaid", order.received, None, stock_free=True)


def left_behind(tx: Tx, order_id: int) -> None:
    """An order was cancelled with its deposit paid: what becomes of the money is the seller's question."""
    order = load(tx, order_id)
    money = order.received - promised_back(tx, order_id)
    if (order.agreed or order.stands) and money > 0 and not tx.value(OPEN, (order_id,)):
        raise_question(tx, order, "underpaid", money, None, stock_free=False)


def reopen(tx: Tx, order: Order) -> None:
    """A deposit that came after the end stands: the goods are held again, and the rest is asked for."""
    lines = lines_of(tx, order.id)
    if not all(stock.hold(tx, line.product_id, line.quantity) for line in lines):
        raise Refused("The item is no longer in stock. Offer another one, or give the money back.")
    tx.run("UPDATE order_line SET held = quantity WHERE order_id = ?", (order.id,))
    tx.run(
        "UPDATE orders SET state = ?, closed_at = NULL, close_reason = NULL, exception = NULL WHERE id = ?",
        (next_state(order.state, "reopen"), order.id),
    )
    due_by = _wait_for_rest(tx, order)
    tx.emit(OrderChanged(order.id, order.total, due_by))
