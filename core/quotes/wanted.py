"""A quote that a buyer asks for in the conversation: drafted of what their order holds, for the seller to look at."""

from __future__ import annotations

from core.invoices.service import Terms as PaperTerms
from core.orders.service import load
from core.quotes.rules import DRAFT, QuoteLine
from core.quotes.service import Wording, draft, edit
from core.storage.engine import Tx


def from_order(tx: Tx, order_id: int, terms: PaperTerms) -> int:
    """Asked again while it is a draft, the same quote says what the order holds now. → its id."""
    order = load(tx, order_id)
    lines = tuple(
        QuoteLine(title, quantity, price, sku, vat)
        for title, quantity, price, sku, vat in tx.all(
            "SELECT l.title, l.quantity, l.unit_price, l.sku, p.vat FROM order_line l JOIN product p"
            " ON p.id = l.product_id WHERE l.order_id = ? ORDER BY l.id",
            (order_id,),
        )
    )
    existing: int | None = tx.value(
        "SELECT id FROM quote WHERE customer_id = ? AND state = ? AND created_at >= ? ORDER BY id DESC LIMIT 1",
        (order.customer_id, DRAFT, order.reserved_at),
    )
    if existing is None:
        return draft(tx, Wording(lines), customer_id=order.customer_id, terms=terms)
    edit(tx, existing, Wording(lines), order.customer_id, terms)
    return existing
