"""What stands on a quote: plain values; ``core.adapters.pdf`` draws them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.invoices.documents import Buyer, Line, Papers, buyer_of, frozen_seller
from core.invoices.marks import nonce_of
from core.invoices.rules import Share, taxed
from core.invoices.service import rate_of
from core.quotes import service
from core.storage.connection import Reader


@dataclass(frozen=True, slots=True)
class QuoteDocument:
    """Times in ms UTC, amounts in smallest units; ``buyer`` None: made for nobody in particular."""

    papers: Papers
    number: str
    created_at: int
    valid_until: int
    buyer: Buyer | None
    lines: tuple[Line, ...]
    shares: tuple[Share, ...]
    total: int
    note: str
    url: str


def quote_document(reader: Reader, quote_id: int, papers: Papers) -> QuoteDocument:
    """Everything that stands on a quote. Raises NotFound."""
    quote = service.load(reader, quote_id)
    seller = frozen_seller({"seller": quote.seller}, papers.seller)
    rates = [rate_of(line.rate, seller.vat_rate) for line in quote.lines]
    split = taxed([(line.amount, rate) for line, rate in zip(quote.lines, rates, strict=True)], quote.rounding)
    return QuoteDocument(
        papers=replace(papers, seller=seller),
        number=quote.reference,
        created_at=quote.created_at,
        valid_until=quote.valid_until,
        buyer=buyer_of(reader, quote.customer_id),
        lines=tuple(
            Line(line.description, line.sku, line.quantity, line.unit_price, rate, net)
            for line, rate, net in zip(quote.lines, rates, split.nets, strict=True)
        ),
        shares=split.shares,
        total=quote.total,
        note=quote.note,
        url=papers.check_url(nonce_of(reader, "quote", quote_id)),
    )
