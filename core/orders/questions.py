"""Questions to the seller: money that does not match its order, or an order that looks like fraud (orders' decisions).

What the answers do is in :mod:`core.orders.settling`.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.kernel.errors import NotFound
from core.orders.events import DecisionTaken, ExceptionRaised, ReviewAsked
from core.orders.rules import RESERVED
from core.orders.service import Order, load
from core.storage.connection import Reader
from core.storage.engine import Tx

SUSPECT: Final = "suspect"
OPEN: Final = "SELECT kind FROM decision WHERE order_id = ? AND choice IS NULL"
_PROMISED: Final = "SELECT coalesce(sum(amount), 0) FROM decision WHERE order_id = ? AND (refund = 'todo'"


class Decision(Struct, frozen=True):
    """A question to the seller. ``amount``: the money concerned; ``choice`` None while open."""

    id: int
    order_id: int
    kind: str
    amount: int
    choice: str | None
    refund: str | None


def open_decision(tx: Tx, order_id: int) -> Decision:
    """The oldest question still open on an order. Raises NotFound."""
    row = tx.one(
        "SELECT id, order_id, kind, amount, choice, refund FROM decision WHERE order_id = ? AND choice IS NULL"
        " ORDER BY id LIMIT 1",
        (order_id,),
    )
    if row is None:
        raise NotFound("There is nothing to decide on this order.")
    return Decision(*row)


def promised_back(tx: Tx, order_id: int) -> int:
    """Money that the seller decided to give back and has not yet."""
    return int(tx.value(f"{_PROMISED})", (order_id,)))


def spoken_for(tx: Tx, order_id: int) -> int:
    """Money that no sale earns: promised back, or too much and still to be decided about."""
    return int(tx.value(f"{_PROMISED} OR (choice IS NULL AND kind IN ('overpaid', 'paid_twice')))", (order_id,)))


def raise_question(tx: Tx, order: Order, kind: str, amount: int, payment_id: int | None, *, stock_free: bool) -> None:
    if kind == "underpaid":  # a further part: the open question is about the sum, not one more question
        tx.run(
            "UPDATE decision SET choice = 'replaced', chosen_at = ? WHERE order_id = ? AND kind = 'underpaid'"
            " AND choice IS NULL",
            (tx.now, order.id),
        )
    decision_id = tx.insert(
        "INSERT INTO decision(order_id, kind, amount, payment_id, opened_at) VALUES(?,?,?,?,?)",
        (order.id, kind, amount, payment_id, tx.now),
    )
    _show(tx, order.id)
    tx.emit(ExceptionRaised(order.id, kind, amount, decision_id, stock_free))


def _show(tx: Tx, order_id: int) -> None:
    """The order shows the question that :func:`decide` will answer: the oldest; once all are answered, the last one."""
    kinds = [row[0] for row in tx.all(f"{OPEN} ORDER BY id", (order_id,))]
    kind = next((each for each in kinds if each != SUSPECT), None)
    tx.run(
        "UPDATE orders SET exception = coalesce(?, exception), undecided = ? WHERE id = ?",
        (kind, int(bool(kinds)), order_id),
    )


def close(tx: Tx, decision: Decision, choice: str, refund: str | None) -> None:
    tx.run(
        "UPDATE decision SET choice = ?, chosen_at = ?, chosen_by = ?, refund = ? WHERE id = ?",
        (choice, tx.now, tx.actor, refund, decision.id),
    )
    _show(tx, decision.order_id)
    tx.emit(DecisionTaken(decision.order_id, decision.id, decision.kind, choice, decision.amount))


def complete(tx: Tx, order: Order) -> None:
    """The missing part of an underpaid order came: the question answers itself."""
    row = tx.one(
        "SELECT id, amount FROM decision WHERE order_id = ? AND kind = 'underpaid' AND choice IS NULL", (order.id,)
    )
    if row is not None:
        close(tx, Decision(row[0], order.id, "underpaid", row[1], None, None), "completed", None)
        tx.run("UPDATE orders SET exception = NULL WHERE id = ?", (order.id,))


# -- the seller's eyes -------------------------------------------------------------------------------------------


def under_review(reader: Reader, order_id: int) -> bool:
    return bool(reader.value(f"{OPEN} AND kind = '{SUSPECT}'", (order_id,)))


def ask_review(tx: Tx, order_id: int, score: int) -> None:
    """The hold stays and can be paid; the sale does not stand before the seller has looked. Asked once per order."""
    order = load(tx, order_id)
    asked = tx.value("SELECT 1 FROM decision WHERE order_id = ? AND kind = ?", (order_id, SUSPECT))
    if order.state != RESERVED or asked:
        return
    insert = "INSERT INTO decision(order_id, kind, amount, opened_at) VALUES(?,?,?,?)"
    decision_id = tx.insert(insert, (order_id, SUSPECT, order.total, tx.now))
    _show(tx, order_id)
    tx.emit(ReviewAsked(order_id, decision_id, score))


def drop_review(tx: Tx, order_id: int) -> None:
    """The hold ended by itself, or was cancelled: there is nothing left to look at."""
    mine = "SELECT id, amount FROM decision WHERE order_id = ? AND kind = ? AND choice IS NULL"
    row = tx.one(mine, (order_id, SUSPECT))
    if row is not None:
        close(tx, Decision(row[0], order_id, SUSPECT, row[1], None, None), "ended", None)
