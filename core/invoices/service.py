"""Invoices: numbered when the sale stands, in the same transaction, without gaps; their content never changes after."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from msgspec import Struct

from core.invoices import marks, numbering
from core.invoices.events import InvoiceIssued
from core.invoices.marks import Issued
from core.invoices.numbering import number_text
from core.invoices.rules import Rounding, Share, Taxed, taxed
from core.kernel.money import apportion
from core.storage.connection import Reader, Row
from core.storage.engine import Tx


class Terms(Struct, frozen=True):
    """What a store issues its papers under. ``seller``: the fields of :class:`core.invoices.documents.Seller` as they
    are at this moment, frozen with the paper; ``rate`` is the store's VAT in percent, 0 when it charges none."""

    zone: tzinfo
    seller: Mapping[str, object]
    rate: int
    rounding: Rounding


class Kept(Struct, frozen=True):
    """An invoice as kept. ``content`` is what it said when it was issued."""

    id: int
    number: str
    issued_at: int
    total: int
    content: Mapping[str, Any]
    order_id: int

    @property
    def split(self) -> Taxed:
        """Its tax as issued; one from before taxes were kept has the seller's rate on its sum."""
        return frozen_tax(self.content)


def issue(tx: Tx, order_id: int, terms: Terms, worth: int | None = None) -> int:
    """Number the invoice of a firm sale and freeze what it says; a second call returns the same. → invoice id.

    ``worth``: what the seller is content with, where that is less than the order's total: the rest is a discount, so
    that the paper says what the sale was.
    """
    existing: int | None = tx.value("SELECT id FROM invoice WHERE order_id = ?", (order_id,))
    if existing is not None:
        return existing
    order = tx.one(
        "SELECT reference, total, paid_at, provider, customer_id, iif(terms_days > 0, balance_by, NULL) FROM orders"
        " WHERE id = ?",
        (order_id,),
    )
    assert order is not None
    sold = tx.all(
        "SELECT l.sku, l.title || iif(l.note = '', '', ', ' || l.note), l.quantity, l.unit_price, l.discount,"
        " coalesce(l.vat, p.vat) FROM order_content l"
        " LEFT JOIN product p ON p.id = l.product_id WHERE l.order_id = ? ORDER BY l.extra, l.id",
        (order_id,),
    )
    off = _given(sold, order[1], order[1] if worth is None else worth)
    total = order[1] - sum(off)
    rates = [rate_of(vat, terms.rate) for *_, vat in sold]
    offs = [line[4] + more for line, more in zip(sold, off, strict=True)]
    gross = [line[2] * line[3] - less for line, less in zip(sold, offs, strict=True)]
    split = taxed(list(zip(gross, rates, strict=True)), terms.rounding)
    content: dict[str, Any] = {
        "seller": dict(terms.seller),
        "reference": order[0],
        "paid_at": order[2],
        "provider": order[3],
        "customer_id": order[4],
        "rounding": terms.rounding.value,
        "lines": [
            {"sku": sku, "title": title, "quantity": quantity, "unit_price": price, "rate": rate, "net": net}
            | ({"discount": discount} if discount else {})
            for (sku, title, quantity, price, *_), discount, rate, net in zip(
                sold, offs, rates, split.nets, strict=True
            )
        ],
        "vat": as_kept(split.shares),
    } | ({} if order[5] is None else {"due_at": order[5]})
    text = json.dumps(content, ensure_ascii=False)
    year, number = numbering.take(tx, numbering.INVOICE, terms.zone)
    invoice_id = tx.insert(
        "INSERT INTO invoice(series, year, number, order_id, issued_at, total, content) VALUES(?,?,?,?,?,?,?)",
        (numbering.INVOICE, year, number, order_id, tx.now, total, text),
    )
    issued = Issued("invoice", number_text(numbering.INVOICE, year, number), tx.now, total, text)
    digest = marks.place(tx, invoice_id, issued)
    tx.emit(InvoiceIssued(invoice_id, order_id, numbering.INVOICE, year, number, total, split.tax, digest))
    return invoice_id


def _given(sold: Sequence[Row], total: int, worth: int) -> list[int]:
    """What each line is reduced by, so that lines of ``total`` come to ``worth``; both in smallest units."""
    off = max(0, total - worth)
    if not off:
        return [0] * len(sold)
    amounts = [quantity * price - discount for _sku, _title, quantity, price, discount, _vat in sold]
    return apportion(off, [off * amount for amount in amounts], total)


def rate_of(product: int | None, store: int) -> int:
    """The rate of one line: the product's own, else the store's. Who charges no VAT charges none at all."""
    return store if product is None or not store else product


def as_kept(shares: Sequence[Share]) -> list[dict[str, int]]:
    return [{"rate": share.rate, "net": share.net, "tax": share.tax} for share in shares]


def frozen_tax(content: Mapping[str, Any]) -> Taxed:
    """The tax that a paper's content keeps."""
    lines = content["lines"]
    if "vat" in content:
        return Taxed(tuple(line["net"] for line in lines), tuple(Share(**share) for share in content["vat"]))
    rate = content.get("seller", {}).get("vat_rate", 0)
    return taxed([(line["quantity"] * line["unit_price"], rate) for line in lines], Rounding.TOTAL)


def load(reader: Reader, invoice_id: int) -> Kept | None:
    """The invoice, None when there is none."""
    return _kept(reader, "id", invoice_id)


def of_order(reader: Reader, order_id: int) -> Kept | None:
    """The invoice of an order, None before the sale stands."""
    return _kept(reader, "order_id", order_id)


def _kept(reader: Reader, column: str, value: int) -> Kept | None:
    row = reader.one(
        f"SELECT id, series, year, number, issued_at, total, content, order_id FROM invoice WHERE {column} = ?",  # noqa: S608
        (value,),
    )
    return None if row is None else Kept(row[0], number_text(*row[1:4]), row[4], row[5], json.loads(row[6]), row[7])
