"""Invoices: numbered when the sale stands, in the same transaction, without gaps; their content never changes after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final

from core.invoices.events import InvoiceIssued
from core.kernel.clock import to_datetime
from core.storage.connection import Reader
from core.storage.engine import Tx

SERIES: Final = "FA"


def number_text(series: str, year: int, number: int) -> str:
    """``FA-2026-00042``."""
    return f"{series}-{year}-{number:05d}"


def issue(tx: Tx, order_id: int, zone: tzinfo, seller: Mapping[str, object] | None = None) -> int:
    """Number the invoice of a firm sale and freeze what it says; a second call returns the same. → invoice id.

    ``seller``: the fields of :class:`core.invoices.documents.Seller` as they are at this moment.
    """
    existing: int | None = tx.value("SELECT id FROM invoice WHERE order_id = ?", (order_id,))
    if existing is not None:
        return existing
    order = tx.one(
        "SELECT o.reference, o.total, o.paid_at, o.provider, o.customer_id FROM orders o WHERE o.id = ?", (order_id,)
    )
    assert order is not None
    lines = tx.all(
        "SELECT sku, title, quantity, unit_price FROM order_line WHERE order_id = ? ORDER BY id", (order_id,)
    )
    year = to_datetime(tx.now, zone).year
    number = 1 + tx.value("SELECT coalesce(max(number), 0) FROM invoice WHERE series = ? AND year = ?", (SERIES, year))
    content: dict[str, Any] = {
        "seller": dict(seller or {}),
        "reference": order[0],
        "paid_at": order[2],
        "provider": order[3],
        "customer_id": order[4],
        "lines": [{"sku": s, "title": t, "quantity": q, "unit_price": p} for s, t, q, p in lines],
    }
    invoice_id = tx.insert(
        "INSERT INTO invoice(series, year, number, order_id, issued_at, total, content) VALUES(?,?,?,?,?,?,?)",
        (SERIES, year, number, order_id, tx.now, order[1], json.dumps(content, ensure_ascii=False)),
    )
    tx.emit(InvoiceIssued(invoice_id, order_id, SERIES, year, number, order[1]))
    return invoice_id


def load(reader: Reader, invoice_id: int) -> tuple[str, int, int, dict[str, Any], int] | None:
    """(number, issued at, total, frozen content, order id) or None."""
    row = reader.one(
        "SELECT series, year, number, issued_at, total, content, order_id FROM invoice WHERE id = ?", (invoice_id,)
    )
    if row is None:
        return None
    return number_text(*row[:3]), row[3], row[4], json.loads(row[5]), row[6]
