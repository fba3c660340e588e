"""What stands on an invoice: plain values, the same for the window and the API; ``core.adapters.pdf`` draws them.

What a seller is obliged to print is frozen with the invoice (reference credit-and-compliance §4.1): a later move or a
new tax regime does not rewrite old ones. The buyer's name is not frozen, so that a person can be erased (ruling R17).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

from core.customers.service import phone_of
from core.invoices import service
from core.kernel.errors import NotFound
from core.settings.service import Settings
from core.storage.connection import Reader


@dataclass(frozen=True, slots=True)
class Seller:
    """Who issues. ``vat_rate`` in percent, 0 when no VAT applies: then ``vat_mention`` says why and no tax is shown.

    ``logo`` is a file name in the store's media folder.
    """

    name: str
    address: str = ""
    city: str = ""
    phone: str = ""
    legal_id: str = ""
    vat_rate: int = 0
    vat_mention: str = ""
    logo: str = ""


_SELLER_FIELDS: Final = frozenset(f.name for f in fields(Seller))


@dataclass(frozen=True, slots=True)
class Papers:
    """What all papers of a store share. ``page_url(nonce)`` is the public page of an order, empty without one."""

    seller: Seller
    currency: str
    language: str
    zone: tzinfo
    media: Path
    page_url: Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Buyer:
    """``phone`` in E.164, None when only a business-scoped id is known."""

    name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """``detail`` stands small beneath the title (the SKU). Prices in smallest units, VAT included where it applies."""

    title: str
    detail: str
    quantity: int
    unit_price: int

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_price


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """``reference`` is the order's. ``paid_by`` is the name of a method or provider, empty when unknown.

    ``received`` may be short of ``total`` where the seller honoured a part payment. Times in ms UTC.
    """

    papers: Papers
    number: str
    reference: str
    issued_at: int
    buyer: Buyer
    lines: tuple[Line, ...]
    total: int
    received: int
    paid_at: int | None
    paid_by: str
    refunded: bool
    url: str


def seller_of(settings: Settings, name: str) -> Seller:
    """The seller as the settings say now."""
    get = settings.get
    return Seller(
        name=name,
        address=get("store.address"),
        city=get("store.city"),
        phone=get("store.phone"),
        legal_id=get("store.legal_id"),
        vat_rate=settings.number("store.vat_rate"),
        vat_mention=get("store.vat_mention"),
        logo=get("store.logo"),
    )


def frozen_seller(content: Mapping[str, Any], now: Seller) -> Seller:
    """The seller as the document's content keeps it; ``now`` for a document from before sellers were kept."""
    kept = content.get("seller")
    return Seller(**{k: v for k, v in kept.items() if k in _SELLER_FIELDS}) if kept else now


def buyer_of(reader: Reader, customer_id: int | None) -> Buyer | None:
    """The person as known now; None for nobody in particular."""
    row = reader.one("SELECT name FROM customer WHERE id = ?", (customer_id,))
    return None if row is None or customer_id is None else Buyer(row[0], phone_of(reader, customer_id))


def invoice_document(reader: Reader, invoice_id: int, papers: Papers) -> InvoiceDocument:
    """Everything that stands on an invoice. Raises NotFound."""
    found = service.load(reader, invoice_id)
    if found is None:
        raise NotFound("There is no invoice number {invoice_id}.", invoice_id=invoice_id)
    number, issued_at, total, content, order_id = found
    order = reader.one("SELECT customer_id, received, paid_at, link, state FROM orders WHERE id = ?", (order_id,))
    assert order is not None
    customer_id, received, paid_at, link, state = order
    means = reader.one("SELECT method, provider FROM payment WHERE order_id = ? ORDER BY id LIMIT 1", (order_id,))
    return InvoiceDocument(
        papers=replace(papers, seller=frozen_seller(content, papers.seller)),
        number=number,
        reference=content["reference"],
        issued_at=issued_at,
        buyer=buyer_of(reader, customer_id) or Buyer("", None),
        lines=tuple(Line(x["title"], x["sku"], x["quantity"], x["unit_price"]) for x in content["lines"]),
        total=total,
        received=received,
        paid_at=paid_at,
        paid_by=(means[0] or means[1] or "") if means else "",
        refunded=state == "refunded",
        url=papers.page_url(link),
    )
