"""The ledger follows what was decided about money: sold, given back, kept. Reactors of the orders' events."""

from __future__ import annotations

from core.ledger import book
from core.orders.events import DecisionTaken, OrderFirm, RefundDone
from core.orders.questions import spoken_for
from core.storage.engine import Tx


def sold(tx: Tx, event: OrderFirm) -> None:
    """The sale stands: its price, as far as it came in and is not spoken for otherwise, is earned."""
    funds = min(book.order_funds(tx, event.order_id) - spoken_for(tx, event.order_id), event.total)
    book.post(tx, "sale", {book.CUSTOMER_FUNDS: funds, book.SALES: -funds}, order_id=event.order_id)


def refunded(tx: Tx, event: RefundDone) -> None:
    """The money leaves where it came in: the payment in question first, then the latest before it."""
    left = event.amount
    for payment_id, provider, there in tx.all(
        "SELECT p.id, p.provider, p.amount + coalesce((SELECT sum(l.amount) FROM ledger_entry e JOIN ledger_line l"
        " ON l.entry_id = e.id WHERE e.order_id = p.order_id AND e.payment_id = p.id AND e.kind = 'refund'"
        " AND l.account <> ?), 0) FROM payment p JOIN decision d ON d.id = ? WHERE p.order_id = ?"
        " ORDER BY (p.id = d.payment_id) DESC, p.id DESC",
        (book.CUSTOMER_FUNDS, event.decision_id, event.order_id),
    ):
        part = min(left, there)
        if part > 0:
            lines = {book.CUSTOMER_FUNDS: part, book.account_of(provider): -part}
            book.post(tx, "refund", lines, order_id=event.order_id, payment_id=payment_id)
            left -= part


def kept(tx: Tx, event: DecisionTaken) -> None:
    """What the buyer leaves to the shop is earned."""
    if event.choice == "keep":
        lines = {book.CUSTOMER_FUNDS: event.amount, book.SALES: -event.amount}
        book.post(tx, "kept", lines, order_id=event.order_id)
