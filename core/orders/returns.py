"""Money that leaves an order, or turns out to have stayed, without the seller deciding so on the order."""

from __future__ import annotations

from core.customers.counting import count, take_back
from core.orders.events import OrderChanged
from core.orders.questions import SUSPECT
from core.orders.rules import PAID, next_state
from core.orders.service import load
from core.storage.engine import Tx


def promise_less(tx: Tx, decision_id: int, amount: int) -> None:
    """So much of what was to be given back went back otherwise before: it must not leave the order twice."""
    tx.run("UPDATE decision SET amount = amount - ? WHERE id = ?", (amount, decision_id))
    done = "(SELECT order_id FROM decision WHERE id = ? AND refund = 'done')"
    tx.run(f"UPDATE orders SET received = received + ? WHERE id = {done}", (amount, decision_id))  # noqa: S608 - fixed


def promised_again(tx: Tx, decision_id: int) -> None:
    """A refund that a decision promised failed after all: it is to be done again."""
    row = tx.one(
        "UPDATE decision SET refund = 'todo' WHERE id = ? AND refund = 'done' RETURNING order_id, amount",
        (decision_id,),
    )
    if row is not None:
        tx.run("UPDATE orders SET received = received + ? WHERE id = ?", (row[1], row[0]))
        order = load(tx, row[0])
        tx.emit(OrderChanged(order.id, order.total, order.expires_at))


def money_back(tx: Tx, order_id: int, amount: int, earned: int) -> None:
    """``amount`` went back to the buyer; a sale had earned ``earned`` of it. An order that keeps nothing is refunded.

    What no sale had earned was waiting for a decision: that much less is to be decided. What was neither is of a sale
    that waits for the seller's eyes.
    """
    order, left = load(tx, order_id), amount - earned
    tx.run("UPDATE orders SET received = received - ? WHERE id = ?", (amount, order_id))
    counted = earned  # as spent: late money is, from the moment it came
    for decision_id, concerned, kind in tx.all(
        "SELECT id, amount, kind FROM decision WHERE order_id = ? AND choice IS NULL AND kind <> ? ORDER BY id",
        (order_id, SUSPECT),
    ):
        part = min(left, concerned)
        tx.run("UPDATE decision SET amount = amount - ? WHERE id = ?", (part, decision_id))
        left -= part
        counted += part if kind == "paid_late" else 0
    whole = order.state == PAID and order.received == amount
    if whole:
        tx.run("UPDATE orders SET state = ? WHERE id = ?", (next_state(PAID, "refund"), order_id))
    counted += left if order.state == PAID else 0
    take_back(tx, order.customer_id, order.id, paid=int(whole), spent=counted)
    tx.emit(OrderChanged(order_id, order.total, order.expires_at))


def money_stayed(tx: Tx, order_id: int, amount: int, earned: int) -> None:
    """The undoing of :func:`money_back`: the provider did not give it back after all. The order's end stays its end."""
    order, left = load(tx, order_id), amount - earned
    tx.run("UPDATE orders SET received = received + ? WHERE id = ?", (amount, order_id))
    oldest = "(SELECT min(id) FROM decision WHERE order_id = ? AND choice IS NULL AND kind <> ?)"
    waits = tx.run(f"UPDATE decision SET amount = amount + ? WHERE id = {oldest}", (left, order_id, SUSPECT))  # noqa: S608 - fixed
    spent = earned + (left if order.state == PAID and not waits else 0)
    count(tx, order.customer_id, order.id, spent=spent)
    tx.emit(OrderChanged(order_id, order.total, order.expires_at))
