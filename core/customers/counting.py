"""A person's record as their orders go on: one home for what the score is computed from.

An order that changed hands in a merge remembers what it has added since, so that this goes with it if the merge is
taken back.
"""

from __future__ import annotations

from core.storage.engine import Tx


def count(
    tx: Tx, customer_id: int, order_id: int, *, paid: int = 0, expired: int = 0, spent: int = 0, pay_ms: int = 0
) -> None:
    """Add to the record what became of an order. ``spent`` in smallest units, ``pay_ms``: how long paying took."""
    added = (paid, expired, spent, pay_ms)
    tx.run(
        "UPDATE customer SET paid = paid + ?, expired = expired + ?, spent = spent + ?, pay_ms = pay_ms + ?"
        " WHERE id = ?",
        (*added, customer_id),
    )
    tx.run(
        "UPDATE merge_order SET paid = paid + ?, expired = expired + ?, spent = spent + ?, pay_ms = pay_ms + ?"
        " WHERE order_id = ?",
        (*added, order_id),
    )


def take_back(tx: Tx, customer_id: int, order_id: int, *, paid: int = 0, spent: int = 0) -> None:
    """Take out of the record what went back; what was spent does not fall below zero."""
    had = tx.value("SELECT spent FROM customer WHERE id = ?", (customer_id,)) or 0
    count(tx, customer_id, order_id, paid=-paid, spent=max(0, had - spent) - had)
