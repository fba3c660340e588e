"""What happens to orders and to the waiting list."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class OrderEvent(Event, frozen=True):
    area: ClassVar[str] = "orders"
    order_id: int

    @property
    def subject(self) -> int:
        return self.order_id


class OrderReserved(OrderEvent, frozen=True):
    """A claim became a hold. ``expires_at`` in ms UTC, ``total`` in smallest units."""

    reference: str
    customer_id: int
    session_id: int | None
    total: int
    expires_at: int


class OrderChanged(OrderEvent, frozen=True):
    """Lines, total or deadline of an open order changed: payment sessions for another amount no longer fit."""

    total: int
    expires_at: int


class OrderReminded(OrderEvent, frozen=True):
    """The buyer is told, once, that the hold ends soon. ``expires_at`` in ms UTC."""

    customer_id: int
    expires_at: int


class OrderExpired(OrderEvent, frozen=True):
    customer_id: int


class OrderCancelled(OrderEvent, frozen=True):
    """``reason``: customer, seller, decision (its money goes back), bought (all of it went to the buyer's earlier
    order, paid late)."""

    customer_id: int
    reason: str


class OrderPaid(OrderEvent, frozen=True):
    """The whole amount is in. ``late``: after the hold; ``firm``: the goods are the buyer's, nothing to decide."""

    customer_id: int
    amount: int
    late: bool
    firm: bool


class OrderConfirmed(OrderEvent, frozen=True):
    """The buyer said yes to what the order holds."""

    customer_id: int


class OrderOnTerms(OrderEvent, frozen=True):
    """Sold to a business that pays later: invoiced now, due at ``due_at`` (ms UTC). No hold ends any more."""

    customer_id: int
    days: int
    due_at: int


class TermsAllowed(Event, frozen=True):
    """The seller lets a customer pay so many days after the invoice; 0: no longer."""

    area: ClassVar[str] = "customers"
    customer_id: int
    days: int

    @property
    def subject(self) -> int:
        return self.customer_id


class AddressAsked(OrderEvent, frozen=True):
    """Where to deliver is asked of the buyer."""

    customer_id: int


class AddressKept(OrderEvent, frozen=True):
    """The buyer said where to deliver; the place itself is not told here."""

    customer_id: int


class PartReceived(OrderEvent, frozen=True):
    """The deposit that was agreed is in, or a further part after it. ``received``: all so far; ``due``: the rest, by
    ``due_by`` (ms UTC)."""

    customer_id: int
    payment_id: int
    received: int
    due: int
    due_by: int


class BalanceOverdue(OrderEvent, frozen=True):
    """The deposit is in, the time for the rest is over: nothing ends by itself, the seller is asked."""

    customer_id: int
    due: int


class OrderFirm(OrderEvent, frozen=True):
    """The sale stands: the invoice is numbered and the revenue booked."""

    customer_id: int
    total: int


class ExceptionRaised(OrderEvent, frozen=True):
    """Money came late, short, in excess or twice; the seller is asked to decide. ``amount``: the money concerned."""

    kind: str
    amount: int
    decision_id: int
    stock_free: bool


class ReviewAsked(OrderEvent, frozen=True):
    """The order looks like fraud: it waits for the seller's eyes. The buyer is told nothing of it."""

    decision_id: int
    score: int


class DecisionTaken(OrderEvent, frozen=True):
    """``choice``: honour, keep, refund, substitute, completed (the missing part came), accept, refuse."""

    decision_id: int
    kind: str
    choice: str
    amount: int


class RefundDone(OrderEvent, frozen=True):
    """The seller gave the money back at the provider."""

    decision_id: int
    amount: int


class WaitingJoined(Event, frozen=True):
    area: ClassVar[str] = "orders"
    product_id: int
    customer_id: int
    quantity: int
    place: int


class WaitingLeft(Event, frozen=True):
    """Somebody no longer waits for anything; ``lines``: how many lines they left."""

    area: ClassVar[str] = "orders"
    customer_id: int
    lines: int


class LineChanged(Event, frozen=True):
    """The seller changed who waits for a product. ``what``: offered (given to them now), skipped (to the end of the
    line), dropped (out of it), returned (dropped by mistake)."""

    area: ClassVar[str] = "orders"
    product_id: int
    customer_id: int
    what: str


class ItemOffered(OrderEvent, frozen=True):
    """A released item was offered to the next in line, with a hold of their own. ``after_order``: whose hold ended."""

    customer_id: int
    product_id: int
    quantity: int
    after_order: int | None


class PairEvent(Event, frozen=True):
    area: ClassVar[str] = "catalogue"
    product_id: int
    with_id: int

    @property
    def subject(self) -> int:
        return self.product_id


class PairSet(PairEvent, frozen=True):
    """Two products go together; the second costs ``percent`` less with the first."""

    percent: int


class PairRemoved(PairEvent, frozen=True):
    pass


class Suggested(OrderEvent, frozen=True):
    """With this order something else was proposed. ``why``: pair (the seller's own), bought (others did), category."""

    customer_id: int
    product_id: int
    why: str


class SuggestionTaken(OrderEvent, frozen=True):
    """What was proposed with this order was bought in another one, or in the same."""

    taken_by: int
