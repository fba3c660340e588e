"""Receipts (reçus): for money that is no sale (yet), as it comes in. A sale has its invoice instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from core.invoices import marks, numbering
from core.invoices.events import ReceiptIssued
from core.invoices.marks import Issued
from core.invoices.numbering import number_text
from core.invoices.service import Terms
from core.kernel.errors import NotFound
from core.orders.events import ExceptionRaised, PartReceived
from core.storage.connection import Reader
from core.storage.engine import Tx

CHECKED: Final = "checked"  # the kind of a receipt for money whose sale the seller still looks at


class Receipt(Struct, frozen=True):
    """A receipt as kept; ``total`` is the money it is for."""

    id: int
    number: str
    order_id: int
    payment_id: int
    issued_at: int
    total: int
    content: Mapping[str, Any]


def on_exception(tx: Tx, event: ExceptionRaised, terms: Terms) -> int | None:
    """Money came short, late, in excess or twice. → receipt id; None when no payment of its own stands behind it."""
    row = tx.one(
        "SELECT p.id, p.amount FROM decision d JOIN payment p ON p.id = d.payment_id WHERE d.id = ?",
        (event.decision_id,),
    )
    if row is None:
        return None
    payment_id, paid = row
    return issue(tx, payment_id, event.amount if event.kind == "overpaid" else paid, event.kind, terms)


def on_review(tx: Tx, order_id: int, terms: Terms) -> list[int]:
    """The price is in, and the seller is still to look before the sale stands. → ids of the receipts of its money."""
    waiting = tx.all(
        "SELECT id, amount FROM payment WHERE order_id = ? AND id NOT IN (SELECT payment_id FROM receipt) ORDER BY id",
        (order_id,),
    )
    return [issue(tx, payment_id, amount, CHECKED, terms) for payment_id, amount in waiting]


def on_part(tx: Tx, event: PartReceived, terms: Terms) -> int:
    """A deposit, or a part of the rest after it. → receipt id."""
    paid: int = tx.value("SELECT amount FROM payment WHERE id = ?", (event.payment_id,))
    return issue(tx, event.payment_id, paid, "deposit", terms)


def issue(tx: Tx, payment_id: int, amount: int, kind: str, terms: Terms) -> int:
    """Number the receipt of a payment; a second call returns the same. ``kind``: why it is no sale. → receipt id."""
    existing: int | None = tx.value("SELECT id FROM receipt WHERE payment_id = ?", (payment_id,))
    if existing is not None:
        return existing
    row = tx.one(
        "SELECT o.id, o.reference, o.customer_id, o.total, coalesce(p.method, p.provider), p.received_at FROM payment p"
        " JOIN orders o ON o.id = p.order_id WHERE p.id = ?",
        (payment_id,),
    )
    assert row is not None
    order_id, reference, customer_id, order_total, means, received_at = row
    content = {
        "seller": dict(terms.seller),
        "reference": reference,
        "customer_id": customer_id,
        "kind": kind,
        "order_total": order_total,
        "means": means,
        "received_at": received_at,
    }
    text = json.dumps(content, ensure_ascii=False)
    year, number = numbering.take(tx, numbering.RECEIPT, terms.zone)
    receipt_id = tx.insert(
        "INSERT INTO receipt(series, year, number, order_id, payment_id, issued_at, total, content)"
        " VALUES(?,?,?,?,?,?,?,?)",
        (numbering.RECEIPT, year, number, order_id, payment_id, tx.now, amount, text),
    )
    issued = Issued("receipt", number_text(numbering.RECEIPT, year, number), tx.now, amount, text)
    digest = marks.place(tx, receipt_id, issued)
    tx.emit(ReceiptIssued(receipt_id, order_id, payment_id, numbering.RECEIPT, year, number, amount, digest))
    return receipt_id


_RECEIPT: Final = "SELECT id, series, year, number, order_id, payment_id, issued_at, total, content FROM receipt"


def load(reader: Reader, receipt_id: int) -> Receipt:
    """Raises NotFound."""
    found = _read(reader, f"{_RECEIPT} WHERE id = ?", receipt_id)
    if not found:
        raise NotFound("There is no receipt number {receipt_id}.", receipt_id=receipt_id)
    return found[0]


def of_order(reader: Reader, order_id: int) -> list[Receipt]:
    """The receipts of an order, the oldest first."""
    return _read(reader, f"{_RECEIPT} WHERE order_id = ? ORDER BY id", order_id)


def deposits(reader: Reader, order_id: int, total: int) -> tuple[tuple[str, int], ...]:
    """Receipts for parts of an order's price with what of each was not given back, the oldest first; together less
    than ``total``, what is beyond it is no deposit on it."""
    found: list[tuple[str, int]] = []
    for series, year, number, amount in reader.all(
        "SELECT r.series, r.year, r.number, p.amount - p.refunded FROM receipt r JOIN payment p ON p.id = r.payment_id"
        " WHERE r.order_id = ? AND json_extract(r.content, '$.kind') IN ('underpaid', 'deposit')"
        " AND p.amount > p.refunded ORDER BY r.id",
        (order_id,),
    ):
        if total - amount >= 0:
            found.append((number_text(series, year, number), amount))
            total -= amount
    return tuple(found)


def _read(reader: Reader, sql: str, number: int) -> list[Receipt]:
    return [
        Receipt(row[0], number_text(*row[1:4]), row[4], row[5], row[6], row[7], json.loads(row[8]))
        for row in reader.all(sql, (number,))
    ]
