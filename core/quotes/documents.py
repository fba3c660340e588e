"""What stands on a quote: plain values; ``core.adapters.pdf`` draws them."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from core.invoices.documents import Buyer, Line, Papers, buyer_of, frozen_seller
from core.invoices.marks import nonce_of
from core.invoices.rules import Share
from core.quotes import service
from core.quotes.figures import by_line, figures, rates
from core.quotes.rules import DRAFT, Discount, QuoteLine
from core.storage.connection import Reader


class QuoteDocument(Struct, frozen=True):
    """Times in ms UTC, amounts in smallest units; ``buyer`` None: made for nobody in particular.

    ``lines`` add up to ``subtotal`` (each after its own discount); ``off`` is the ``discount`` of the whole, and
    ``shares`` are taxed on what is left, ``total``. ``deposit``: asked for first, 0 for none. ``draft``: not sent yet,
    so that it binds nobody. ``replaces``: the number of the version before. ``answer_url``: the customer's own page.
    """

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
    answer_url: str = ""
    subtotal: int = 0
    off: int = 0
    discount: Discount | None = None
    deposit: int = 0
    deposit_percent: int = 0
    pay_days: int = 0
    balance_days: int = 0
    draft: bool = False
    replaces: str = ""


def quote_document(reader: Reader, quote_id: int, papers: Papers) -> QuoteDocument:
    """Everything that stands on a quote. Raises NotFound."""
    quote = service.load(reader, quote_id)
    seller = frozen_seller({"seller": quote.seller}, papers.seller)
    wording, terms = quote.wording, quote.wording.terms
    come_to = figures(wording, seller.vat_rate, quote.rounding)
    nets = by_line(wording, seller.vat_rate, quote.rounding).nets
    of_lines = rates(wording, seller.vat_rate)
    issued = quote.sent_at or quote.created_at
    return QuoteDocument(
        papers=replace(papers, seller=seller),
        number=quote.reference,
        created_at=issued,
        valid_until=quote.valid_until,
        buyer=buyer_of(reader, quote.customer_id),
        lines=tuple(_line(*each) for each in zip(quote.lines, of_lines, nets, strict=True)),
        shares=come_to.shares,
        total=quote.total,
        note=quote.note,
        url=papers.check_url(nonce_of(reader, "quote", quote_id)) if quote.sent_at else "",
        answer_url=papers.quote_url(quote.link) if quote.link else "",
        subtotal=come_to.subtotal,
        off=come_to.off,
        discount=wording.discount,
        deposit=come_to.deposit,
        deposit_percent=terms.deposit,
        pay_days=terms.pay_days,
        balance_days=terms.balance_days,
        draft=quote.state == DRAFT,
        replaces=service.load(reader, quote.replaces).reference if quote.replaces else "",
    )


def _line(line: QuoteLine, rate: int, net: int) -> Line:
    share = line.discount.value if line.discount is not None and line.discount.kind == "percent" else 0
    return Line(line.description, line.sku, line.quantity, line.unit_price, rate, net, line.off, share)
