"""Money meets an order: settled, or a named exception with a decision for the seller."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from core.catalogue import stock
from core.customers.counting import count, take_back
from core.kernel.errors import NotFound, Refused
from core.orders import deposits, pairs
from core.orders.events import (
    OrderCancelled,
    OrderChanged,
    OrderFirm,
    OrderPaid,
    RefundDone,
)
from core.orders.holds import end_hold
from core.orders.queries import lines_of, missing
from core.orders.questions import (
    OPEN,
    SUSPECT,
    Decision,
    close,
    complete,
    drop_review,
    open_decision,
    promised_back,
    raise_question,
    under_review,
)
from core.orders.rules import CHOICES, MAX_HOLD, PAID, REFUNDED, RESERVED, Verdict, judge, next_state
from core.orders.service import DECISION, MAX_QUANTITY, Order, Orders, load
from core.storage.engine import Tx

_TAKE: Final = "UPDATE order_line SET taken = quantity, held = 0 WHERE order_id = ?"


def settle(tx: Tx, order_id: int, amount: int, provider: str, payment_id: int) -> str | None:
    """Apply money that came in (already stored once as ``payment_id``). → the exception it raised, or None."""
    order = load(tx, order_id)
    before = order.received - (promised_back(tx, order_id) if order.received else 0)
    verdict = judge(order.state, order.total, before, amount, order.first)
    tx.run(
        "UPDATE orders SET received = received + ?, provider = coalesce(?, provider) WHERE id = ?",
        (amount, provider, order_id),
    )
    if verdict.exception == "underpaid":
        raise_question(tx, order, "underpaid", verdict.concerned, payment_id, stock_free=order.state == RESERVED)
        return "underpaid"
    if verdict.exception == "paid_twice":
        raise_question(tx, order, "paid_twice", verdict.concerned, payment_id, stock_free=True)
        return "paid_twice"
    if verdict.exception is None and verdict.state == RESERVED:
        deposits.part(tx, order, before, before + amount, payment_id)
        return None
    return _finish(tx, order, before + amount, verdict, payment_id)


def recheck(tx: Tx, order_id: int) -> None:
    """The order changed: when it became no dearer than what came in already, it is paid; or its deposit is."""
    order = load(tx, order_id)
    if order.state == RESERVED and 0 < order.total <= order.received:
        _finish(tx, order, order.received, judge(RESERVED, order.total, 0, order.received), None)
    elif order.state == RESERVED and order.deposit_in:
        deposits.covered(tx, order)


def _finish(tx: Tx, order: Order, received: int, verdict: Verdict, payment_id: int | None) -> str | None:
    """The whole amount is in: the sale stands, or waits for the seller when it came late."""
    complete(tx, order)
    late = verdict.exception == "paid_late"
    taken = _take_stock(tx, order)
    _mark_paid(tx, order, received)
    tx.emit(OrderPaid(order.id, order.customer_id, received, late, not late and not under_review(tx, order.id)))
    if late:
        raise_question(tx, order, "paid_late", verdict.concerned, payment_id, stock_free=taken)
        return "paid_late"
    _firm(tx, order.id)
    if verdict.exception == "overpaid":
        raise_question(tx, order, "overpaid", verdict.concerned, payment_id, stock_free=True)
    return verdict.exception


def _firm(tx: Tx, order_id: int) -> None:
    """The sale stands, unless the seller is still to look at it: then :func:`decide` says so later."""
    if not under_review(tx, order_id):
        order = load(tx, order_id)
        tx.emit(OrderFirm(order.id, order.customer_id, order.total))


def _mark_paid(tx: Tx, order: Order, received: int) -> None:
    tx.run("UPDATE orders SET state = ?, paid_at = ? WHERE id = ?", (PAID, tx.now, order.id))
    took = _took(order, tx.now)
    count(tx, order.customer_id, order.id, paid=1, spent=min(order.total, received), pay_ms=took)
    end_hold(tx, order.id)


def _took(order: Order, now: int) -> int:
    """How long the buyer took to pay, ms; who pays later as agreed, by a quote too, is not slow."""
    took = max(0, now - order.reserved_at)
    return min(took, MAX_HOLD) if order.stands or order.agreed else took


def _take_stock(tx: Tx, order: Order) -> bool:
    """Held units are sold; without a hold (late) all lines together, or none. → whether the goods are the buyer's."""
    if order.state == RESERVED:
        take_held(tx, order.id)
        return True
    return _take_free(tx, order)


def take_held(tx: Tx, order_id: int) -> None:
    """The held units of an open order are sold; those of an order that is paid later were, when it was agreed."""
    held = "SELECT product_id, quantity FROM order_line WHERE order_id = ? AND taken = 0"
    for product_id, quantity in tx.all(held, (order_id,)):
        stock.sell_held(tx, product_id, quantity)
    tx.run(_TAKE, (order_id,))


def _take_free(tx: Tx, order: Order) -> bool:
    """Take every line, all or nothing, from free stock, then from what the same buyer has claimed again meanwhile."""
    lines = tx.all("SELECT product_id, quantity FROM order_line WHERE order_id = ?", (order.id,))
    short = [(p, quantity - stock.available(tx, p)) for p, quantity in lines]
    held = [_held_again(tx, order.customer_id, p, missing) for p, missing in short if missing > 0]
    if None in held:
        return False
    for claim in held:
        if claim is not None:
            claim.give_way(tx)
    for product_id, quantity in lines:
        stock.sell_free(tx, product_id, quantity)
    tx.run(_TAKE, (order.id,))
    return True


class _HeldAgain(Struct, frozen=True):
    """Units that a buyer claimed again, in an order not yet paid in part."""

    order_id: int
    line_id: int
    product_id: int
    quantity: int
    held: int

    def give_way(self, tx: Tx) -> None:
        """Free these units without offering them on: the buyer's own late payment takes them at once."""
        stock.release(tx, self.product_id, self.quantity)
        left = self.held - self.quantity
        order = load(tx, self.order_id)
        others = tx.value("SELECT sum(held) FROM order_line WHERE order_id = ? AND id <> ?", (order.id, self.line_id))
        if not left and not others:
            tx.run("UPDATE order_line SET held = 0 WHERE id = ?", (self.line_id,))
            tx.run(
                "UPDATE orders SET state = ?, closed_at = ?, close_reason = 'bought' WHERE id = ?",
                (next_state(order.state, "cancel"), tx.now, order.id),
            )
            end_hold(tx, order.id)
            tx.emit(OrderCancelled(order.id, order.customer_id, "bought"))
            return
        if left:
            tx.run("UPDATE order_line SET quantity = ?1, held = ?1 WHERE id = ?2", (left, self.line_id))
        else:
            tx.run("DELETE FROM order_line WHERE id = ?", (self.line_id,))
        total = pairs.priced(tx, order.id)
        tx.run("UPDATE orders SET total = ? WHERE id = ?", (total, order.id))
        tx.emit(OrderChanged(order.id, total, order.expires_at))


def _held_again(tx: Tx, customer_id: int, product_id: int, quantity: int) -> _HeldAgain | None:
    """So many units of an item that this customer holds in an open order; None when there are fewer."""
    row = tx.one(
        "SELECT o.id, l.id, l.held FROM orders o JOIN order_line l ON l.order_id = o.id WHERE o.customer_id = ?"
        " AND o.state = 'reserved' AND NOT o.agreed AND o.received = 0 AND l.product_id = ? AND l.held >= ?"
        " ORDER BY o.id DESC LIMIT 1",
        (customer_id, product_id, quantity),
    )
    return _HeldAgain(row[0], row[1], product_id, quantity, row[2]) if row else None


# -- the seller decides ------------------------------------------------------------------------------------------


class Substitute(Struct, frozen=True):
    """Another product in place of what is gone; ``quantity`` None: as many units as it replaces."""

    product_id: int
    quantity: int | None = None


def decide(
    tx: Tx,
    orders: Orders,
    order_id: int,
    choice: str,
    substitute: Substitute | None = None,
    *,
    question: int | None = None,
) -> Decision:
    """Carry out the seller's choice on the oldest open question; ``question`` is the id of the one that was shown.

    honour: the buyer gets the goods. refund: the money concerned is to be given back (a task until done).
    keep: the buyer leaves the excess. substitute: another product in place of the lines that are gone, or of all when
    none is. accept, refuse: of an order that waited for the seller's eyes.
    Raises Refused with what to do when the choice is impossible or not about the question shown.
    """
    decision = open_decision(tx, order_id)
    if question not in (None, decision.id):
        raise Refused("More money came in on this order meanwhile: look at it again, then decide.")
    if choice not in CHOICES[decision.kind]:
        raise Refused("This choice does not fit: use one of {choices}.", choices=", ".join(CHOICES[decision.kind]))
    order = load(tx, order_id)
    if choice == "keep":
        _keep(tx, order, decision)
    if decision.kind == SUSPECT:
        return _reviewed(tx, orders, order, decision, choice)
    if choice == "honour":
        _honour(tx, order, decision)
    elif choice == "substitute":
        _substitute(tx, orders, order, decision, substitute)
    elif choice == "refund":
        _give_up_goods(tx, orders, order, decision)
    close(tx, decision, choice, "todo" if choice == "refund" else None)
    if choice in ("honour", "substitute"):
        settled = load(tx, order_id)
        if decision.amount > settled.total:
            raise_question(tx, settled, "overpaid", decision.amount - settled.total, None, stock_free=True)
    return decision


def _keep(tx: Tx, order: Order, decision: Decision) -> None:
    """The excess is earned, and counted as spent. Raises Refused where no sale stands that it could belong to."""
    refused = tx.value(
        "SELECT 1 FROM decision WHERE order_id = ? AND kind IN ('paid_late', ?) AND choice IN ('refund', 'refuse')",
        (order.id, SUSPECT),
    )
    if order.state == REFUNDED or refused:
        raise Refused("This order was given back, so there is no sale to keep money for. Give it back too.")
    count(tx, order.customer_id, order.id, spent=decision.amount)


def _honour(tx: Tx, order: Order, decision: Decision) -> None:
    if decision.kind == "underpaid" and order.state != RESERVED and order.deposit_in:
        deposits.reopen(tx, order)
        return
    _need_goods(tx, order)
    if decision.kind == "underpaid":
        _mark_paid(tx, order, decision.amount)
        tx.emit(OrderPaid(order.id, order.customer_id, decision.amount, False, not under_review(tx, order.id)))
    _firm(tx, order.id)


def _need_goods(tx: Tx, order: Order) -> None:
    if _has_goods(tx, order.id):
        return
    if order.state == RESERVED:
        _take_stock(tx, order)
    elif not _take_free(tx, order):
        raise Refused("The item is no longer in stock. Offer another one, or give the money back.")


def _substitute(tx: Tx, orders: Orders, order: Order, decision: Decision, wanted: Substitute | None) -> None:
    """The lines that can still be had are taken and stay; the product takes the place of the others, or of all."""
    if wanted is None:
        raise Refused("Choose the product that replaces the missing one.")
    gone = missing(tx, order.id) or lines_of(tx, order.id)
    units = sum(line.quantity for line in gone) if wanted.quantity is None else wanted.quantity
    if not 1 <= units <= MAX_QUANTITY:
        raise Refused("The quantity must be between 1 and {most}.", most=MAX_QUANTITY)
    product = tx.one("SELECT sku, title, price FROM product WHERE id = ? AND active", (wanted.product_id,))
    if product is None:
        raise Refused("Choose the product that replaces the missing one.")
    if not stock.sell_free(tx, wanted.product_id, units):
        raise Refused("The replacement is out of stock too. Choose another one.")
    _put_back(tx, orders, order)
    for line in gone:
        tx.run("DELETE FROM order_line WHERE id = ?", (line.id,))
    if lines_of(tx, order.id) and not _take_free(tx, order):
        raise Refused("The item is no longer in stock. Offer another one, or give the money back.")
    tx.run(
        "INSERT INTO order_line(order_id, product_id, sku, title, unit_price, quantity, taken) VALUES(?,?,?,?,?,?6,?6)"
        " ON CONFLICT DO UPDATE SET quantity = quantity + ?6, taken = taken + ?6",
        (order.id, wanted.product_id, *product, units),
    )
    content = "SELECT sum(quantity * unit_price - discount) FROM order_content WHERE order_id = ?"
    total: int = tx.value(content, (order.id,))
    if total > decision.amount:
        raise Refused("The replacement costs more than what was paid. Choose another one.")
    tx.run("UPDATE orders SET total = ? WHERE id = ?", (total, order.id))
    count(tx, order.customer_id, order.id, spent=total - order.total)
    _firm(tx, order.id)


def _give_up_goods(tx: Tx, orders: Orders, order: Order, decision: Decision) -> None:
    """Late or short money goes back whole, so the goods return to the shop; an excess leaves the sale as it is."""
    if decision.kind == "underpaid" and order.state == RESERVED:
        orders.cancel(tx, order.id, DECISION)
    if decision.kind == "paid_late":
        _put_back(tx, orders, order)


def _put_back(tx: Tx, orders: Orders, order: Order) -> None:
    """What was taken for this order is free again, for the line first."""
    lines = tx.all("SELECT product_id, taken FROM order_line WHERE order_id = ? AND taken > 0", (order.id,))
    tx.run("UPDATE order_line SET taken = 0 WHERE order_id = ?", (order.id,))
    for product_id, taken in lines:
        stock.give_back(tx, product_id, taken)
        orders.offer_next(tx, product_id, order.id)


def _reviewed(tx: Tx, orders: Orders, order: Order, decision: Decision, choice: str) -> Decision:
    """accept: what was paid stands now. refuse: goods and money go back whence they came."""
    if choice == "accept":
        close(tx, decision, choice, None)
        late = tx.value(f"{OPEN} AND kind = 'paid_late'", (order.id,))
        if order.state == PAID and not late and _has_goods(tx, order.id):
            _firm(tx, order.id)
        return decision
    money = order.received - promised_back(tx, order.id)
    tx.run(
        "UPDATE decision SET choice = 'replaced', chosen_at = ? WHERE order_id = ? AND choice IS NULL AND id <> ?",
        (tx.now, order.id, decision.id),
    )
    tx.run("UPDATE decision SET amount = ? WHERE id = ?", (money, decision.id))
    refused = replace(decision, amount=money)
    close(tx, refused, choice, "todo" if money else None)
    if order.state == RESERVED:
        orders.cancel(tx, order.id, DECISION if money else "seller")
    else:
        _put_back(tx, orders, order)
    return refused


def _nothing_left(tx: Tx, order: Order) -> bool:
    """A sale that was refused after it was paid; not one that was refused before and paid late after all."""
    late = tx.value(f"{OPEN} AND kind = 'paid_late'", (order.id,))
    return order.state == PAID and not late and not _has_goods(tx, order.id)


def _has_goods(tx: Tx, order_id: int) -> bool:
    return not tx.value("SELECT 1 FROM order_line WHERE order_id = ? AND taken = 0", (order_id,))


def refund_done(tx: Tx, decision_id: int) -> None:
    """The seller gave the money back at the provider; a wholly refunded order leaves the revenue. Raises NotFound."""
    row = tx.one(
        "SELECT id, order_id, kind, amount, choice, refund FROM decision WHERE id = ? AND refund = 'todo'",
        (decision_id,),
    )
    if row is None:
        raise NotFound("There is no refund to do under this number.")
    decision = Decision(*row)
    tx.run("UPDATE decision SET refund = 'done' WHERE id = ?", (decision_id,))
    tx.run("UPDATE orders SET received = received - ? WHERE id = ?", (decision.amount, decision.order_id))
    order = load(tx, decision.order_id)
    gone = decision.kind == "paid_late" or (decision.kind == SUSPECT and _nothing_left(tx, order))
    ended = gone and order.state == PAID  # a refund that failed after all ended the order the first time
    if ended or (order.state == PAID and order.received <= 0):
        tx.run("UPDATE orders SET state = ? WHERE id = ?", (next_state(order.state, "refund"), order.id))
        counted = min(order.total, decision.amount) if ended else 0
        take_back(tx, order.customer_id, order.id, paid=1, spent=counted)
    tx.emit(RefundDone(order.id, decision_id, decision.amount))
    tx.emit(OrderChanged(order.id, order.total, order.expires_at))


def nothing_to_look_at(tx: Tx, orders: Orders, order_id: int) -> None:
    """All the money of a sale that waited for the seller's eyes went back: the goods are the shop's again."""
    order = load(tx, order_id)
    if order.state == REFUNDED and under_review(tx, order_id):
        drop_review(tx, order_id)
        _put_back(tx, orders, order)


def left_outside(tx: Tx, orders: Orders, decision_id: int) -> None:
    """The money in question was given back at the provider: the question answers itself."""
    row = tx.one("SELECT id, order_id, kind, amount, choice, refund FROM decision WHERE id = ?", (decision_id,))
    assert row is not None
    decision = Decision(*row)
    _give_up_goods(tx, orders, load(tx, decision.order_id), decision)
    close(tx, decision, "refund", "todo")


def put_back(tx: Tx, orders: Orders, order_id: int) -> None:
    """The goods of a sale that is given back are on the shelf again."""
    _put_back(tx, orders, load(tx, order_id))
