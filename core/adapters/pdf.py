"""Invoices and quotes as PDF: what is written where. :mod:`core.adapters.pdf_sheet` draws it.

Both functions take some 30 to 100 ms of processor time: call them in a thread. The same document gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core.adapters.psp import REGISTRY
from core.invoices.documents import Buyer, InvoiceDocument, Line, Papers, Seller
from core.invoices.rules import split_vat
from core.invoices.words import amount_in_words
from core.kernel.clock import to_datetime
from core.kernel.i18n import catalogue
from core.kernel.money import format_amount, format_money
from core.kernel.phone import display
from core.quotes.documents import QuoteDocument
from core.storage.pictures import find

if TYPE_CHECKING:
    from core.adapters.pdf_sheet import Sheet, Sum

_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")


def render_invoice(document: InvoiceDocument) -> bytes:
    """An A4 invoice in the store's language."""
    from core.adapters.pdf_sheet import draw

    return draw(invoice_sheet(document))


def render_quote(document: QuoteDocument) -> bytes:
    """An A4 quote in the store's language, with a place to sign."""
    from core.adapters.pdf_sheet import draw

    return draw(quote_sheet(document))


def invoice_sheet(document: InvoiceDocument) -> Sheet:
    """The invoice in words."""
    from core.adapters.pdf_sheet import Sheet

    say = _Words(document.papers)
    _ = say.texts.gettext
    facts = (
        (_("Date"), say.date(document.issued_at)),
        (_("Order"), document.reference),
    )
    status = _status(document, say)
    sums = _sums(document.total, document.papers.seller, say)
    if document.received < document.total and not document.refunded:
        due = document.total - document.received
        sums += _part_paid(document.received, due, say)
    return Sheet(
        **_shared(document.papers, document.lines, say),
        title=_("Invoice"),
        number=document.number,
        facts=facts,
        buyer_label=_("Invoiced to"),
        buyer=_buyer(document.buyer),
        status=status,
        sums=sums,
        closing=_("This invoice amounts to {words}.").format(words=say.words(document.total)),
        code=document.url,
        code_caption=_("Scan to check the payment of this invoice online.") if document.url else "",
        created=to_datetime(document.issued_at, document.papers.zone),
    )


def quote_sheet(document: QuoteDocument) -> Sheet:
    """The quote in words."""
    from core.adapters.pdf_sheet import Sheet

    say = _Words(document.papers)
    _ = say.texts.gettext
    facts = (
        (_("Date"), say.date(document.created_at)),
        (_("Valid until"), say.date(document.valid_until)),
    )
    return Sheet(
        **_shared(document.papers, document.lines, say),
        title=_("Quote"),
        number=document.reference,
        facts=facts,
        buyer_label=_("Prepared for"),
        buyer=_buyer(document.buyer),
        sums=_sums(document.total, document.papers.seller, say),
        closing=_("This quote amounts to {words}.").format(words=say.words(document.total)),
        note=document.note,
        signature=_("Approved: date and signature"),
        created=to_datetime(document.created_at, document.papers.zone),
    )


class _Words:
    """How one store writes dates and amounts. Malagasy documents are in French, as tax offices read them."""

    def __init__(self, papers: Papers) -> None:
        self.papers = papers
        self.language = "en" if papers.language == "en" else "fr"
        self.texts = catalogue("documents", self.language)

    def date(self, ms: int) -> str:
        """``20 novembre 2026``, ``1er décembre 2026``."""
        from babel.dates import format_date

        day = to_datetime(ms, self.papers.zone).date()
        text: str = format_date(day, "long", locale=self.language)
        return f"1er{text[1:]}" if self.language == "fr" and day.day == 1 else text

    def money(self, amount: int) -> str:
        return format_money(amount, self.papers.currency)

    def words(self, amount: int) -> str:
        return amount_in_words(amount, self.papers.currency, self.language)

    def means(self, name: str) -> str:
        """The means of payment as a buyer knows it: ``Wave``, ``carte bancaire``."""
        for provider in REGISTRY:
            for method in provider.caps.methods:
                if method.name == name:
                    label = catalogue("errors", self.language).gettext(method.label)
                    return label if label == method.label else label[:1].lower() + label[1:]  # brands keep their form
        return name.replace("_", " ").capitalize()


def _shared(papers: Papers, lines: tuple[Line, ...], say: _Words) -> dict[str, Any]:
    from core.adapters.pdf_sheet import Row

    _ = say.texts.gettext
    taxed = papers.seller.vat_rate > 0
    rows = tuple(
        Row(
            line.title,
            line.detail,
            str(line.quantity),
            format_amount(line.unit_price, papers.currency),
            line.amount,
            format_amount(line.amount, papers.currency),
        )
        for line in lines
    )
    return {
        "language": say.language,
        "seller": papers.seller.name,
        "seller_lines": _seller_lines(papers.seller, say),
        "logo": _logo(papers),
        "columns": (
            _("Item"),
            _("Qty"),
            _("Unit price incl. VAT") if taxed else _("Unit price"),
            _("Amount incl. VAT") if taxed else _("Amount"),
        ),
        "rows": rows,
        "carried": (_("To carry forward"), _("Carried forward")),
        "amount_text": lambda amount: format_amount(amount, papers.currency),
        "mention": "" if taxed else papers.seller.vat_mention,
        "page_text": _("Page {page} of {pages}"),
        "continued": _("{title} {number} (continued)"),
    }


def _seller_lines(seller: Seller, say: _Words) -> tuple[str, ...]:
    phone = say.texts.gettext("Tel. {phone}").format(phone=_phone(seller.phone)) if seller.phone else ""
    parts = (
        part.strip().replace(" ", "\u00a0") for part in seller.legal_id.splitlines()
    )  # a number stays in one piece
    legal = " · ".join(part for part in parts if part)
    place = ", ".join(part for part in (" ".join(seller.address.split()), seller.city) if part)
    return tuple(line for line in (place, phone, legal) if line)


def _phone(text: str) -> str:
    return display(text) if text.startswith("+") else text


def _logo(papers: Papers) -> Path | None:
    name = Path(papers.seller.logo).name
    if not name.lower().endswith(_PICTURES):
        return None
    return find(papers.media, name)


def _buyer(buyer: Buyer | None) -> tuple[str, ...]:
    if buyer is None:
        return ()
    return tuple(text for text in (buyer.name, _phone(buyer.phone) if buyer.phone else "") if text)


def _status(document: InvoiceDocument, say: _Words) -> tuple[str, str] | None:
    """What became of the money, with the role of its colour."""
    _ = say.texts.gettext
    if document.refunded:
        return _("Refunded"), "info"
    if document.received < document.total:
        return _("Part paid"), "waiting"
    if document.paid_at is None:
        return None
    date = say.date(document.paid_at)
    if not document.paid_by:
        return _("Paid on {date}").format(date=date), "paid"
    return _("Paid on {date} by {means}").format(date=date, means=say.means(document.paid_by)), "paid"


def _sums(total: int, seller: Seller, say: _Words) -> tuple[Sum, ...]:
    """The total; with VAT its parts, which add up to it exactly (reference credit-and-compliance §4.2)."""
    from core.adapters.pdf_sheet import Sum

    _ = say.texts.gettext
    if not seller.vat_rate:
        return (Sum(_("Total"), say.money(total), strong=True),)
    net, tax = split_vat(total, seller.vat_rate)
    return (
        Sum(_("Total excl. VAT"), say.money(net)),
        Sum(_("VAT {rate} %").format(rate=seller.vat_rate), say.money(tax)),
        Sum(_("Total incl. VAT"), say.money(total), strong=True),
    )


def _part_paid(received: int, due: int, say: _Words) -> tuple[Sum, ...]:
    from core.adapters.pdf_sheet import Sum

    _ = say.texts.gettext
    return Sum(_("Received"), say.money(received)), Sum(_("Balance due"), say.money(due))
