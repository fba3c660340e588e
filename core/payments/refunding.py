"""Giving money back (F29): what of a payment may go back, whether its provider is asked or the seller does it there."""

from __future__ import annotations

from collections.abc import Callable

from core.durable.deadlines import set_deadline
from core.kernel.errors import NotFound, Refused
from core.kernel.ids import new_attempt_ref
from core.kernel.money import format_money
from core.ledger import book
from core.orders import returns, settling
from core.orders.events import DecisionTaken, RefundDone
from core.orders.service import Orders
from core.payments import booking, refunds
from core.payments.events import AskRefund, RefundAsked, RefundHandled, RefundSeen
from core.payments.refunds import OPEN, REFUND, Refund
from core.payments.rules import CALL_ENDS, DONE, REFUSED, REQUESTED, SENT, TODO, WITHDRAWN
from core.storage.connection import Reader
from core.storage.engine import Tx


def refundable(reader: Reader, payment_id: int) -> int:
    """What may still be given back of a payment: earned by its sale, and not on its way back. Raises NotFound."""
    order_id = reader.value("SELECT order_id FROM payment WHERE id = ?", (payment_id,))
    if order_id is None:
        raise NotFound("There is no payment number {payment_id}.", payment_id=payment_id)
    promised = reader.value(
        f"SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_id = ? AND decision_id IS NULL AND {OPEN}",  # noqa: S608
        (payment_id,),
    )
    return max(0, book.shares(reader, order_id, book.SALES).get(payment_id, 0) - int(promised))


def _why_not(reader: Reader, payment_id: int) -> str:
    if reader.value("SELECT refunded = amount FROM payment WHERE id = ?", (payment_id,)):
        return "This payment was given back already."
    if reader.value(f"SELECT 1 FROM refund WHERE payment_id = ? AND {OPEN}", (payment_id,)):  # noqa: S608 - fixed
        return "This payment is being given back already."
    return "This money waits for your decision: answer the open question on its order first."


class Refunds:
    """The verbs. ``callable_at(provider, whole)`` says whether the provider can be asked for a refund, ``whole`` of the
    payment or not."""

    def __init__(self, orders: Orders, currency: str, callable_at: Callable[[str, bool], bool]) -> None:
        self._orders = orders
        self._currency = currency
        self._callable_at = callable_at

    def ask(self, tx: Tx, payment_id: int, amount: int, *, restock: bool = False) -> int:
        """Give back a payment that a sale earned, or a part of it. → the refund's id. Raises NotFound, Refused.

        ``restock``: the goods are on the shelf again at once.
        """
        limit = refundable(tx, payment_id)
        if not limit:
            raise Refused(_why_not(tx, payment_id))
        if not 0 < amount <= limit:
            raise Refused(
                "At most {limit} of this payment can be given back.", limit=format_money(limit, self._currency)
            )
        if restock:
            settling.put_back(tx, self._orders, tx.value("SELECT order_id FROM payment WHERE id = ?", (payment_id,)))
        refund_id = self._open(tx, payment_id, amount, "seller", None)
        _handled(tx, refunds.load(tx, refund_id), "ask")
        return refund_id

    def decided(self, tx: Tx, event: DecisionTaken) -> None:
        """The seller decided that money goes back: the payment in question first, then the latest before it."""
        if event.choice not in ("refund", "refuse"):
            return
        first = tx.value("SELECT payment_id FROM decision WHERE id = ?", (event.decision_id,))
        found = "SELECT coalesce(sum(amount), 0) FROM refund WHERE decision_id = ?"
        left = event.amount - int(tx.value(found, (event.decision_id,)))
        held = book.shares(tx, event.order_id, book.CUSTOMER_FUNDS)
        for payment_id, promised in tx.all(
            f"SELECT payment_id, sum(amount) FROM refund WHERE order_id = ? AND {OPEN}"  # noqa: S608 - fixed
            " AND decision_id IS NOT NULL GROUP BY payment_id",
            (event.order_id,),
        ):
            held[payment_id] = held.get(payment_id, 0) - promised
        for payment_id, part in booking.spread(booking.newest_first(held, first), left):
            self._open(tx, payment_id, part, "decision", event.decision_id)
        refunds.end_decision(tx, event.decision_id)

    def by_hand(self, tx: Tx, refund_id: int) -> None:
        """The seller says: this was given back at the provider. Raises NotFound, Refused while it may be on its way."""
        refund = refunds.load(tx, refund_id)
        _handled(tx, refund, "by_hand")
        self._finish(tx, refund)

    def _finish(self, tx: Tx, refund: Refund) -> None:
        self._not_over(refund)
        if refund.state == SENT and tx.now - (refund.sent_at or 0) <= CALL_ENDS:
            raise Refused("This refund is on its way: wait for the provider's answer.")
        refunds.finish(tx, refund)

    def again(self, tx: Tx, refund_id: int) -> None:
        """Ask the provider anew, under another reference, for what it refused. Raises NotFound, Refused."""
        refund = refunds.load(tx, refund_id)
        self._not_over(refund)
        if refund.state not in (REFUSED, TODO) or not self._can_call(tx, refund.payment_id, refund.amount):
            raise Refused("The provider cannot be asked for this refund. Give the money back there by hand.")
        tx.run("UPDATE refund SET ref = ?, polls = 0, said = NULL WHERE id = ?", (new_attempt_ref(), refund_id))
        refunds.move(tx, refund, REQUESTED)
        _handled(tx, refund, "again")
        tx.emit(AskRefund(refund_id, refund.order_id))

    def withdraw(self, tx: Tx, refund_id: int) -> None:
        """The seller gives the refund up. Raises NotFound, Refused for one that a decision promised or that is sent."""
        refund = refunds.load(tx, refund_id)
        self._not_over(refund)
        if refund.decision_id is not None:
            raise Refused("This refund was promised to the buyer by your decision on the order.")
        if refund.state not in (REQUESTED, TODO, REFUSED):
            raise Refused("This refund is on its way: wait for the provider's answer.")
        _handled(tx, refund, "withdraw")
        refunds.move(tx, refund, WITHDRAWN)

    def given_back(self, tx: Tx, event: RefundDone) -> None:
        """A whole decision was carried out by hand: so were its refunds."""
        for (refund_id,) in tx.all(
            f"SELECT id FROM refund WHERE decision_id = ? AND {OPEN} ORDER BY id",  # noqa: S608 - fixed
            (event.decision_id,),
        ):
            self._finish(tx, refunds.load(tx, refund_id))

    def seen(self, tx: Tx, event: RefundSeen) -> None:
        """Money went back on the provider's own pages: the order follows."""
        if event.decision_id:
            settling.left_outside(tx, self._orders, event.decision_id)
        else:
            returns.money_back(tx, event.order_id, event.amount, event.earned)
            settling.nothing_to_look_at(tx, self._orders, event.order_id)

    def _open(self, tx: Tx, payment_id: int, amount: int, origin: str, decision_id: int | None) -> int:
        state = REQUESTED if self._can_call(tx, payment_id, amount) else TODO
        refund = refunds.insert(tx, payment_id, amount, state, origin, decision_id)
        tx.emit(RefundAsked(refund.id, refund.order_id, payment_id, refund.provider, amount, state == TODO))
        if state == REQUESTED:
            set_deadline(tx, REFUND, refund.id, tx.now + CALL_ENDS)  # should the desk not hear it now
            tx.emit(AskRefund(refund.id, refund.order_id))
        return refund.id

    def _can_call(self, tx: Tx, payment_id: int, amount: int) -> bool:
        """A provider gives back a session, as far as we know what was paid in it: its first payment only."""
        row = tx.one(
            "SELECT p.provider, p.amount, p.refunded, a.amount FROM payment p JOIN attempt a ON a.id = p.attempt_id"
            " AND p.key = a.ref WHERE p.id = ?",
            (payment_id,),
        )
        if row is None:
            return False
        provider, paid, refunded, asked = row
        return self._callable_at(provider, amount == paid == asked and not refunded)

    @staticmethod
    def _not_over(refund: Refund) -> None:
        if refund.state in (DONE, WITHDRAWN):
            raise Refused("This refund is over already.")


def _handled(tx: Tx, refund: Refund, act: str) -> None:
    tx.emit(RefundHandled(refund.id, refund.order_id, act))
