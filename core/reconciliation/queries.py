"""What the books say, ready to be compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from core.ledger import book
from core.reconciliation.rules import Difference, Ours
from core.reconciliation.statement import Line
from core.storage.connection import Reader

_OURS: Final = (
    "SELECT a.id, p.order_id, p.provider, coalesce(p.txn_id, a.provider_ref, a.ref), p.id, p.amount + (SELECT"
    " coalesce(sum(iif(debit = 'adjustments', -amount, amount)), 0) FROM ledger_entry WHERE payment_id = p.id"
    " AND kind = 'adjustment'), p.fee, p.fee_known, p.refunded FROM payment p"
    " LEFT JOIN attempt a ON a.id = p.attempt_id"
)


def _ours(row: Any) -> Ours:
    return Ours(row[0], row[1], row[2], row[3] or f"payment {row[4]}", row[4], row[5], row[6], bool(row[7]), row[8])


def attempts_since(reader: Reader, since: int) -> list[int]:
    """Attempts that may hold money: opened since then and not refused, or paid since then; newest first."""
    rows = reader.all(
        "SELECT id FROM attempt WHERE created_at >= ?1 AND state <> 'rejected' UNION SELECT attempt_id FROM payment"
        " WHERE received_at >= ?1 AND attempt_id IS NOT NULL ORDER BY 1 DESC",
        (since,),
    )
    return [row[0] for row in rows]


def of_attempt(reader: Reader, attempt_id: int) -> Ours | None:
    """What came in by this attempt first; None for what has more payments than a session's status can tell of."""
    rows = reader.all(f"{_OURS} WHERE p.attempt_id = ? ORDER BY p.id LIMIT 2", (attempt_id,))
    if len(rows) == 1:
        return _ours(rows[0])
    if rows:
        return None
    attempt = reader.one(
        "SELECT id, order_id, provider, coalesce(provider_ref, ref) FROM attempt WHERE id = ?", (attempt_id,)
    )
    return Ours(*attempt) if attempt else None


def amount_of(reader: Reader, payment_id: int) -> int:
    """What a payment brought in, with what was adjusted since."""
    row = reader.one(f"{_OURS} WHERE p.id = ?", (payment_id,))
    return _ours(row).amount if row else 0


def of_line(reader: Reader, provider: str, line: Line) -> Ours | None:
    """The payment or the attempt that a statement's line is about."""
    names = [name for name in (line.txn_id, line.reference) if name]
    for name in names:
        row = reader.one(f"{_OURS} WHERE p.txn_id = ? AND p.provider = ?", (name, provider))
        if row is not None:
            return _ours(row)
    for name in names:
        for column in ("provider_ref", "ref", "uuid"):
            sql = f"SELECT id FROM attempt WHERE {column} = ? AND provider = ?"  # noqa: S608 - fixed columns
            found = reader.value(sql, (name, provider))
            if found is not None:
                row = reader.one(f"{_OURS} WHERE p.attempt_id = ? ORDER BY p.id LIMIT 1", (found,))
                return _ours(row) if row else of_attempt(reader, found)
    return None


def received_between(reader: Reader, provider: str, since: int, until: int) -> Iterator[Ours]:
    """Payments of this provider that came in within this time (ms UTC)."""
    rows = reader.all(
        f"{_OURS} WHERE p.provider = ? AND p.received_at BETWEEN ? AND ? ORDER BY p.received_at, p.id",
        (provider, since, until),
    )
    return (_ours(row) for row in rows)


def in_the_books(reader: Reader) -> Iterator[Difference]:
    """What the shop's own books contradict themselves in. Reads them whole."""
    for account, kind in book.miscounted(reader):
        yield Difference("miscounted", "", f"{account} / {kind}")
    for payment_id, order_id, provider, reference, amount, booked in reader.all(
        "SELECT p.id, p.order_id, p.provider, coalesce(p.txn_id, p.key), p.amount, coalesce(e.booked, 0) FROM payment p"
        " LEFT JOIN (SELECT payment_id, sum(amount) AS booked FROM ledger_entry WHERE kind IN ('payment', 'deposit')"
        " GROUP BY payment_id) e ON e.payment_id = p.id WHERE p.amount <> coalesce(e.booked, 0)"
    ):
        yield Difference("unbooked", provider, reference, booked, amount, order_id, payment_id)
    for order_id, reference, received, came in reader.all(
        "SELECT o.id, o.reference, o.received, coalesce(sum(p.amount - p.refunded), 0) AS came FROM orders o"
        " LEFT JOIN payment p ON p.order_id = o.id LEFT JOIN (SELECT DISTINCT order_id FROM decision"
        " WHERE refund = 'todo') d ON d.order_id = o.id"
        " WHERE d.order_id IS NULL AND (o.received > 0 OR p.id IS NOT NULL) GROUP BY o.id HAVING came <> o.received"
    ):
        yield Difference("order_unbooked", "", reference, received, came, order_id)
    for order_id, reference, received in reader.all(
        "SELECT o.id, o.reference, o.received FROM orders o WHERE o.state = 'paid' AND NOT o.undecided AND o.total > 0"
        " AND o.received > 0 AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.order_id = o.id AND e.kind = 'sale')"
        " AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.order_id = o.id AND d.refund IS NOT NULL)"
    ):
        yield Difference("order_unbooked", "", reference, received, 0, order_id)
