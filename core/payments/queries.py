"""Reading payments by the page. Keyset paging: a page costs the same wherever it is."""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import Struct

from core.kernel.errors import NotFound
from core.kernel.paging import Sort
from core.orders.listing import matching
from core.storage.connection import Reader

State = Literal["received", "part_refunded", "refunded", "refunding", "to_decide"]
STATES: Final[tuple[State, ...]] = ("received", "part_refunded", "refunded", "refunding", "to_decide")
NEWEST: Final = Sort("at")
# What the list can be sorted by: all of one table, so that a page reads no other.
SORTS: Final = {"at": "p.received_at", "amount": "p.amount", "provider": "p.provider"}
_REFUNDING: Final = "SELECT payment_id FROM refund WHERE state NOT IN ('done', 'withdrawn')"
_TO_DECIDE: Final = "SELECT id FROM orders WHERE undecided = 1"
_QUIET: Final = f"p.id NOT IN ({_REFUNDING}) AND p.order_id NOT IN ({_TO_DECIDE})"
# The same states as _row shows.
_WHERE: Final[dict[State, str]] = {
    "received": f"p.refunded = 0 AND {_QUIET}",
    "part_refunded": f"p.refunded > 0 AND p.refunded < p.amount AND {_QUIET}",
    "refunded": f"p.refunded >= p.amount AND {_QUIET}",
    "refunding": f"p.id IN ({_REFUNDING}) AND p.order_id NOT IN ({_TO_DECIDE})",
    "to_decide": f"p.order_id IN ({_TO_DECIDE})",
}
_PAYMENT: Final = (
    "SELECT p.id, p.received_at, p.provider, p.method, p.amount, p.fee, p.fee_known, p.refunded, p.order_id,"
    " o.reference, o.state, o.exception, o.undecided, c.id, c.name, p.txn_id,"
    " EXISTS (SELECT 1 FROM refund r WHERE r.payment_id = p.id AND r.state NOT IN ('done', 'withdrawn'))"
    " FROM {rows} p JOIN orders o ON o.id = p.order_id JOIN customer c ON c.id = o.customer_id"
)


class Filter(Struct, frozen=True):
    """What is looked for. ``since`` and ``until`` (not included) in ms UTC; ``text``: a reference, a name, a phone, a
    transaction; ``sort``: by one of SORTS."""

    provider: str | None = None
    state: State | None = None
    since: int | None = None
    until: int | None = None
    text: str = ""
    sort: Sort = NEWEST


class PaymentRow(Struct, frozen=True):
    """One payment as it is shown. Amounts in smallest units; ``fee`` None: the provider has not told it."""

    id: int
    at: int
    provider: str
    method: str | None
    amount: int
    fee: int | None
    refunded: int
    state: State
    order_id: int
    reference: str
    exception: str | None
    customer_id: int
    customer: str
    txn_id: str | None

    def cursor(self, sort: Sort = NEWEST) -> tuple[int | str, int]:
        """Where the page after this row begins."""
        value: int | str = getattr(self, sort.by)
        return value, self.id


def page(
    reader: Reader, wanted: Filter = Filter(), *, after: tuple[int | str, int] | None = None, limit: int = 100
) -> list[PaymentRow]:
    """The payments behind a row, or the first ones; the newest first where nothing else is asked for."""
    behind, values, order = wanted.sort.keyset(SORTS, "p.id", after)
    where = [behind]
    for condition, value in (
        ("p.provider = ?", wanted.provider),
        ("p.received_at >= ?", wanted.since),
        ("p.received_at < ?", wanted.until),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    if wanted.state is not None:
        where.append(_WHERE[wanted.state])
    if wanted.text.strip():
        where.append(_searched(wanted.text.strip(), values))
    rows = f"(SELECT * FROM payment p WHERE {' AND '.join(where)} ORDER BY {order} LIMIT ?)"  # noqa: S608
    found = reader.all(f"{_PAYMENT.format(rows=rows)} ORDER BY {order}", (*values, limit))
    return [_row(row) for row in found]


def one(reader: Reader, payment_id: int) -> PaymentRow:
    """Raises NotFound."""
    row = reader.one(f"{_PAYMENT.format(rows='payment')} WHERE p.id = ?", (payment_id,))
    if row is None:
        raise NotFound("There is no payment number {payment_id}.", payment_id=payment_id)
    return _row(row)


def _searched(text: str, values: list[Any]) -> str:
    """Orders by reference or by their buyer, transactions by their whole name."""
    orders, more = matching(text)
    values += [text, *more]
    return f"(p.txn_id = ? OR p.order_id IN ({orders}))"


def _row(row: Any) -> PaymentRow:
    pid, at, provider, method, amount, fee, fee_known, refunded, order_id, reference, _, exception, undecided = row[:13]
    customer_id, customer, txn_id, refunding = row[13:]
    state: State = "received"
    if undecided:
        state = "to_decide"
    elif refunding:
        state = "refunding"
    elif refunded:
        state = "refunded" if refunded >= amount else "part_refunded"
    known = fee if fee_known else None
    shown = exception if undecided else None
    return PaymentRow(
        pid,
        at,
        provider,
        method,
        amount,
        known,
        refunded,
        state,
        order_id,
        reference,
        shown,
        customer_id,
        customer,
        txn_id,
    )


class RefundRow(Struct, frozen=True):
    """One refund as it is shown; ``said``: the provider's last word. Times in ms UTC."""

    id: int
    payment_id: int
    order_id: int
    provider: str
    amount: int
    state: str
    origin: str
    asked_at: int
    changed_at: int
    said: str | None


def refunds_of(reader: Reader, payment_id: int) -> list[RefundRow]:
    """Every refund of a payment, oldest first."""
    return [
        RefundRow(*row)
        for row in reader.all(
            "SELECT id, payment_id, order_id, provider, amount, state, origin, asked_at, changed_at, said FROM refund"
            " WHERE payment_id = ? ORDER BY id",
            (payment_id,),
        )
    ]


def refund(reader: Reader, refund_id: int) -> RefundRow:
    """Raises NotFound."""
    payment_id = reader.value("SELECT payment_id FROM refund WHERE id = ?", (refund_id,))
    for found in refunds_of(reader, payment_id or 0):
        if found.id == refund_id:
            return found
    raise NotFound("There is no refund number {refund_id}.", refund_id=refund_id)
