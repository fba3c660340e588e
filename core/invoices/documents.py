"""What stands on invoices, credit notes and receipts: plain values; ``core.adapters.pdf`` draws them.

What a seller is obliged to print is frozen with the invoice (reference credit-and-compliance §4.1): a later move or a
new tax regime does not rewrite old ones. The buyer's name is not frozen, so that a person can be erased (ruling R17).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from core.customers.service import phone_of
from core.invoices import credits, receipts, service
from core.invoices.marks import nonce_of
from core.invoices.regimes import REGIMES
from core.invoices.rules import Share, Taxed
from core.kernel.errors import NotFound
from core.settings.service import Settings
from core.storage.connection import Reader


class Seller(Struct, frozen=True):
    """Who issues. ``vat_rate`` in percent, 0 when no VAT applies: then ``vat_mention`` says why and no tax is shown.

    ``logo`` is a file name in the store's media folder. ``ids``: the numbers and facts that ``country`` asks for, as
    (name, value) in the order of :data:`core.invoices.regimes.REGIMES`; ``legal_id``: what else the seller prints.
    """

    name: str
    address: str = ""
    city: str = ""
    phone: str = ""
    legal_id: str = ""
    vat_rate: int = 0
    vat_mention: str = ""
    logo: str = ""
    country: str = ""
    ids: tuple[tuple[str, str], ...] = ()


_SELLER_FIELDS: Final = frozenset(Seller.__struct_fields__)


class Papers(Struct, frozen=True):
    """What all papers of a store share. ``check_url(nonce)`` is where a paper is checked and ``quote_url(nonce)`` where
    a quote is answered, both empty where nobody could open such a page."""

    seller: Seller
    currency: str
    language: str
    zone: tzinfo
    media: Path
    check_url: Callable[[bytes], str]
    quote_url: Callable[[bytes], str] = lambda nonce: ""


class Buyer(Struct, frozen=True):
    """``phone`` in E.164, None when only a business-scoped id is known."""

    name: str
    phone: str | None


class Line(Struct, frozen=True):
    """``detail`` stands small beneath the title (the SKU). Prices in smallest units, VAT at ``rate`` percent included
    where it applies; ``net`` is the line's part of the sum before tax; ``discount`` is taken off the line,
    given as a share where there is a ``discount_percent``."""

    title: str
    detail: str
    quantity: int
    unit_price: int
    rate: int = 0
    net: int = 0
    discount: int = 0
    discount_percent: int = 0

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_price - self.discount


class Certified(Struct, frozen=True):
    """``code``: what the state's platform called the paper when it accepted it; empty as long as it has not."""

    regime: str
    code: str


class InvoiceDocument(Struct, frozen=True):
    """``reference`` is the order's. ``paid_by`` is the name of a method or provider, empty when unknown.

    ``received`` is short of ``total`` where the buyer has time to pay. ``credits``: numbers of the credit
    notes, with their amounts; ``deposits``: the same of the receipts for parts of the price that came before the sale
    stood, as far as they were not given back. ``due_at``: until when who pays later pays. Times in ms UTC.
    """

    papers: Papers
    number: str
    reference: str
    issued_at: int
    buyer: Buyer
    lines: tuple[Line, ...]
    shares: tuple[Share, ...]
    total: int
    received: int
    paid_at: int | None
    paid_by: str
    refunded: bool
    url: str
    credits: tuple[tuple[str, int], ...] = ()
    certification: Certified | None = None
    deposits: tuple[tuple[str, int], ...] = ()
    due_at: int | None = None

    @property
    def due(self) -> int:
        """What is left to pay: a part that was credited and given back is not owed."""
        return 0 if self.refunded else max(0, self.total - sum(part for _, part in self.credits) - self.received)


class CreditNoteDocument(Struct, frozen=True):
    """``invoice`` and ``invoiced_at``: what it takes back. A line without a title is a part of the sum."""

    papers: Papers
    number: str
    invoice: str
    invoiced_at: int
    reference: str
    issued_at: int
    buyer: Buyer
    lines: tuple[Line, ...]
    shares: tuple[Share, ...]
    total: int
    reason: str
    url: str
    certification: Certified | None = None


class ReceiptDocument(Struct, frozen=True):
    """Money that is no sale (yet). ``kind``: underpaid, paid_late, overpaid, paid_twice, or checked: the seller looks
    before the sale stands. ``means`` as in an invoice."""

    papers: Papers
    number: str
    reference: str
    issued_at: int
    received_at: int
    buyer: Buyer
    kind: str
    means: str
    total: int
    order_total: int
    url: str


def seller_of(settings: Settings, name: str, country: str) -> Seller:
    """The seller as the settings say now."""
    get = settings.get
    regime = REGIMES[country]
    rate = settings.number("store.vat_rate")
    ids = tuple((known.name, get(f"legal.{known.name}")) for known in regime.identifiers)
    return Seller(
        name=name,
        address=get("store.address"),
        city=get("store.city"),
        phone=get("store.phone"),
        legal_id=get("store.legal_id"),
        vat_rate=rate,
        vat_mention="" if rate else get("store.vat_mention") or regime.mention,
        logo=get("store.logo"),
        country=country,
        ids=tuple((known, value) for known, value in ids if value),
    )


def frozen_seller(content: Mapping[str, Any], now: Seller) -> Seller:
    """The seller as the document's content keeps it; ``now`` for a document from before sellers were kept."""
    kept = content.get("seller")
    if not kept:
        return now
    known = {k: v for k, v in kept.items() if k in _SELLER_FIELDS}
    return Seller(**{**known, "ids": tuple((name, value) for name, value in known.get("ids", ()))})


def buyer_of(reader: Reader, customer_id: int | None) -> Buyer | None:
    """The person as known now; None for nobody in particular."""
    row = reader.one("SELECT name FROM customer WHERE id = ?", (customer_id,))
    return None if row is None or customer_id is None else Buyer(row[0], phone_of(reader, customer_id))


def invoice_document(reader: Reader, invoice_id: int, papers: Papers) -> InvoiceDocument:
    """Everything that stands on an invoice. Raises NotFound."""
    kept = service.load(reader, invoice_id)
    if kept is None:
        raise NotFound("There is no invoice number {invoice_id}.", invoice_id=invoice_id)
    order = reader.one("SELECT customer_id, received, paid_at, state FROM orders WHERE id = ?", (kept.order_id,))
    assert order is not None
    customer_id, received, paid_at, state = order
    means = reader.one("SELECT method, provider FROM payment WHERE order_id = ? ORDER BY id LIMIT 1", (kept.order_id,))
    return InvoiceDocument(
        papers=_frozen(papers, kept.content),
        number=kept.number,
        reference=kept.content["reference"],
        issued_at=kept.issued_at,
        buyer=buyer_of(reader, customer_id) or Buyer("", None),
        lines=lines_of(kept.content, kept.split),
        shares=kept.split.shares,
        total=kept.total,
        received=received,
        paid_at=paid_at,
        paid_by=(means[0] or means[1] or "") if means else "",
        refunded=state == "refunded",
        url=papers.check_url(nonce_of(reader, "invoice", invoice_id)),
        credits=tuple((note.number, note.total) for note in credits.of_invoice(reader, invoice_id)),
        certification=_certified(reader, "invoice", invoice_id),
        deposits=receipts.deposits(reader, kept.order_id, kept.total),
        due_at=kept.content.get("due_at"),
    )


def _certified(reader: Reader, kind: str, paper_id: int) -> Certified | None:
    """None for a paper that no platform is to be told of."""
    row = reader.one(
        "SELECT regime, CASE state WHEN 'accepted' THEN json_extract(answer, '$.reference') END FROM certification"
        " WHERE kind = ? AND paper_id = ?",
        (kind, paper_id),
    )
    return None if row is None else Certified(row[0], row[1] or "")


def credit_note_document(reader: Reader, note_id: int, papers: Papers) -> CreditNoteDocument:
    """Everything that stands on a credit note. Raises NotFound."""
    note = credits.load(reader, note_id)
    content = note.content
    return CreditNoteDocument(
        papers=_frozen(papers, content),
        number=note.number,
        invoice=content["invoice"],
        invoiced_at=content["invoiced_at"],
        reference=content["reference"],
        issued_at=note.issued_at,
        buyer=buyer_of(reader, content["customer_id"]) or Buyer("", None),
        lines=lines_of(content, note.split),
        shares=note.split.shares,
        total=note.total,
        reason=content["reason"],
        url=papers.check_url(nonce_of(reader, "credit_note", note_id)),
        certification=_certified(reader, "credit_note", note_id),
    )


def receipt_document(reader: Reader, receipt_id: int, papers: Papers) -> ReceiptDocument:
    """Everything that stands on a receipt. Raises NotFound."""
    receipt = receipts.load(reader, receipt_id)
    content = receipt.content
    return ReceiptDocument(
        papers=_frozen(papers, content),
        number=receipt.number,
        reference=content["reference"],
        issued_at=receipt.issued_at,
        received_at=content["received_at"],
        buyer=buyer_of(reader, content["customer_id"]) or Buyer("", None),
        kind=content["kind"],
        means=content["means"],
        total=receipt.total,
        order_total=content["order_total"],
        url=papers.check_url(nonce_of(reader, "receipt", receipt_id)),
    )


def lines_of(content: Mapping[str, Any], split: Taxed) -> tuple[Line, ...]:
    """The lines with their rates; a line from before rates were kept has the one rate of its paper."""
    rate = split.shares[0].rate if split.shares else 0
    return tuple(
        Line(
            line["title"],
            line["sku"],
            line["quantity"],
            line["unit_price"],
            line.get("rate", rate),
            net,
            line.get("discount", 0),
        )
        for line, net in zip(content["lines"], split.nets, strict=True)
    )


def _frozen(papers: Papers, content: Mapping[str, Any]) -> Papers:
    return replace(papers, seller=frozen_seller(content, papers.seller))
