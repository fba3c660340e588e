"""The ledger follows the money and what was decided about it: in, sold, given back, kept.

Every entry names its payment: together they say where each franc of it is (:func:`core.ledger.book.where`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from core.ledger import book
from core.orders.events import DecisionTaken, OrderFirm
from core.orders.questions import promised_back, spoken_for
from core.storage.engine import Tx


def received(tx: Tx, payment_id: int, order_id: int, provider: str, amount: int, fee: int) -> None:
    """Money is in: the buyer's, until a sale earns it. What does not make up the price is a deposit."""
    open_ = "SELECT total - received FROM orders WHERE id = ? AND state IN ('reserved', 'expired', 'cancelled')"
    due = tx.value(open_, (order_id,))
    due = 0 if due is None else due + promised_back(tx, order_id)
    kind: book.Kind = "deposit" if amount < due else "payment"
    account = book.account_of(provider)
    book.post(tx, kind, account, book.CUSTOMER_FUNDS, amount, order_id=order_id, payment_id=payment_id)
    book.post(tx, "psp_fee", book.FEES, account, fee, order_id=order_id, payment_id=payment_id)


def learn_fee(tx: Tx, payment_id: int, fee: int | None) -> None:
    """The provider told its fee only later. A fee that is known already stays: reconciliation shows a difference."""
    row = tx.one("SELECT order_id, provider, amount FROM payment WHERE id = ? AND NOT fee_known", (payment_id,))
    if row is None or fee is None or not 0 <= fee <= row[2]:
        return
    tx.run("UPDATE payment SET fee = ?, fee_known = 1 WHERE id = ?", (fee, payment_id))
    book.post(tx, "psp_fee", book.FEES, book.account_of(row[1]), fee, order_id=row[0], payment_id=payment_id)


def sold(tx: Tx, event: OrderFirm) -> None:
    """The sale stands: its price, as far as it came in and is not spoken for, is earned.

    The oldest money first, and what was promised back of a payment last: that is what will leave.
    """
    funds = book.shares(tx, event.order_id, book.CUSTOMER_FUNDS)
    free = max(0, min(sum(funds.values()) - _still_spoken_for(tx, event.order_id), event.total))
    for payment_id, part in _promised_last(tx, event.order_id, funds, free):
        book.post(tx, "sale", book.CUSTOMER_FUNDS, book.SALES, part, order_id=event.order_id, payment_id=payment_id)


def _still_spoken_for(tx: Tx, order_id: int) -> int:
    """As :func:`spoken_for`, but what has left already of a promise that is carried out in parts is no longer here."""
    gone = (
        "SELECT coalesce(sum(r.amount), 0) FROM refund r JOIN decision d ON d.id = r.decision_id"
        " WHERE r.order_id = ? AND r.state = 'done' AND d.refund = 'todo'"
    )
    return spoken_for(tx, order_id) - int(tx.value(gone, (order_id,)))


def _promised_last(tx: Tx, order_id: int, funds: Mapping[int, int], amount: int) -> Iterator[tuple[int, int]]:
    """``amount`` of these funds in their order, but what is spoken for of a payment only when nothing else is left."""
    promised = _spoken_for_of(tx, order_id)
    parts = Counter(dict(spread({p: max(0, there - promised[p]) for p, there in funds.items()}, amount)))
    parts.update(dict(spread({p: there - parts[p] for p, there in funds.items()}, amount - parts.total())))
    yield from parts.items()


def _spoken_for_of(tx: Tx, order_id: int) -> Counter[int]:
    """Payment → what of it is promised back, or is too much and still to be decided about."""
    rows = tx.all(
        "SELECT payment_id, amount FROM refund WHERE order_id = ?1 AND decision_id IS NOT NULL"
        " AND state NOT IN ('done', 'withdrawn') UNION ALL SELECT payment_id, amount FROM decision"
        " WHERE order_id = ?1 AND choice IS NULL AND kind IN ('overpaid', 'paid_twice') AND payment_id IS NOT NULL",
        (order_id,),
    )
    found: Counter[int] = Counter()
    for payment_id, amount in rows:
        found[payment_id] += amount
    return found


def given_back(tx: Tx, payment_id: int, amount: int, *, sale_first: bool) -> int:
    """The money leaves where it came in. → how much of it a sale had earned.

    ``sale_first``: what is given back is the sale's, not what waits for a decision. What was earned is the buyer's
    again first (credit note), then leaves.
    """
    order_id, provider = tx.one("SELECT order_id, provider FROM payment WHERE id = ?", (payment_id,)) or (0, "")
    sold = book.shares(tx, order_id, book.SALES).get(payment_id, 0)
    held = book.shares(tx, order_id, book.CUSTOMER_FUNDS).get(payment_id, 0)
    earned = min(sold, amount) if sale_first else max(0, amount - held)
    about = {"order_id": order_id, "payment_id": payment_id}
    book.post(tx, "credit_note", book.SALES, book.CUSTOMER_FUNDS, earned, **about)
    book.post(tx, "refund", book.CUSTOMER_FUNDS, book.account_of(provider), amount, **about)
    return earned


def came_back(tx: Tx, payment_id: int, amount: int, *, sale_first: bool) -> int:
    """The undoing of :func:`given_back`: the money never left. → how much of it the sale has earned again."""
    order_id, provider = tx.one("SELECT order_id, provider FROM payment WHERE id = ?", (payment_id,)) or (0, "")
    earned = min(amount, book.earned_no_more(tx, "payment_id", payment_id)) if sale_first else 0
    about = {"order_id": order_id, "payment_id": payment_id}
    book.post(tx, "refund", book.account_of(provider), book.CUSTOMER_FUNDS, amount, **about)
    book.post(tx, "credit_note", book.CUSTOMER_FUNDS, book.SALES, earned, **about)
    return earned


def kept(tx: Tx, event: DecisionTaken) -> None:
    """What the buyer leaves to the shop is earned."""
    if event.choice == "keep":
        first = tx.value("SELECT payment_id FROM decision WHERE id = ?", (event.decision_id,))
        funds = newest_first(book.shares(tx, event.order_id, book.CUSTOMER_FUNDS), first)
        for payment_id, part in _promised_last(tx, event.order_id, funds, event.amount):
            book.post(tx, "kept", book.CUSTOMER_FUNDS, book.SALES, part, order_id=event.order_id, payment_id=payment_id)


def newest_first(funds: Mapping[int, int], first: int | None) -> dict[int, int]:
    """The payment in question, then the latest, then those before it."""
    return {payment: funds[payment] for payment in sorted(funds, key=lambda p: (p != first, -p))}


def spread(funds: Mapping[int, int], amount: int) -> Iterator[tuple[int, int]]:
    """``amount`` taken from payments in this order, from each what it has. → (payment, part), parts above 0."""
    for payment_id, there in funds.items():
        part = min(amount, there)
        if part > 0:
            yield payment_id, part
            amount -= part
