"""Invoices, credit notes, receipts and quotes as PDF: what is written where. :mod:`core.adapters.pdf_sheet` draws it.

Drawing takes some 30 to 100 ms of processor time: call them in a thread. The same document gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from core.adapters import pdf_money, pdf_quote
from core.adapters.pdf_parts import Row, Sheet, Sum
from core.adapters.psp import REGISTRY
from core.invoices.documents import (
    Buyer,
    Certified,
    CreditNoteDocument,
    InvoiceDocument,
    Line,
    Papers,
    ReceiptDocument,
    Seller,
)
from core.invoices.regimes import REGIMES
from core.invoices.rules import Share
from core.invoices.words import amount_in_words
from core.kernel.clock import to_datetime
from core.kernel.i18n import catalogue
from core.kernel.money import format_amount, format_money
from core.kernel.phone import display
from core.payments import onsite
from core.quotes.documents import QuoteDocument
from core.storage.pictures import find

_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")


Document = InvoiceDocument | CreditNoteDocument | ReceiptDocument | QuoteDocument


def render(document: Document) -> bytes:
    """The A4 paper in the store's language."""
    match document:
        case InvoiceDocument():
            sheet = invoice_sheet(document)
        case CreditNoteDocument():
            sheet = credit_note_sheet(document)
        case ReceiptDocument():
            sheet = receipt_sheet(document)
        case QuoteDocument():
            sheet = quote_sheet(document)
    return _draw(sheet)


def _draw(sheet: Sheet) -> bytes:
    from core.adapters.pdf_sheet import draw

    return draw(sheet)


def invoice_sheet(document: InvoiceDocument) -> Sheet:
    """The invoice in words."""
    say = _Words(document.papers)
    _ = say.texts.gettext
    sums = _sums(document.shares, document.papers.seller, say)
    for number, amount in document.credits:
        sums += (Sum(_("Credit note {number}").format(number=number), say.money(-amount)),)
    if not document.refunded:
        sums += pdf_money.what_came(document, say.texts, say.money)
    return Sheet(
        **_shared(document.papers, say),
        **_table(document.papers, document.lines, say),
        title=_("Invoice"),
        number=document.number,
        facts=(
            (_("Date"), say.date(document.issued_at)),
            (_("Order"), document.reference),
            *_code(document.certification, say),
        ),
        buyer_label=_("Invoiced to"),
        buyer=_buyer(document.buyer),
        status=pdf_money.status(document, say.texts, say.date, say.means),
        sums=sums,
        closing=(
            *say.closing("This invoice amounts to {words}.", document.total),
            *_provisional(document.certification, say),
        ),
        code=document.url,
        code_caption=_("Scan to check that this invoice is genuine.") if document.url else "",
        created=to_datetime(document.issued_at, document.papers.zone),
    )


def credit_note_sheet(document: CreditNoteDocument) -> Sheet:
    """The credit note in words: it names the invoice it takes back, whole or in part."""
    say = _Words(document.papers)
    _ = say.texts.gettext
    part = _("Part of invoice {number}").format(number=document.invoice)
    lines = tuple(line if line.title else replace(line, title=part) for line in document.lines)
    facts = (
        (_("Date"), say.date(document.issued_at)),
        (_("Invoice"), document.invoice),
        (_("Of"), say.date(document.invoiced_at)),
        (_("Order"), document.reference),
        *_code(document.certification, say),
    )
    return Sheet(
        **_shared(document.papers, say),
        **_table(document.papers, lines, say),
        title=_("Credit note"),
        number=document.number,
        facts=facts,
        buyer_label=_("Credited to"),
        buyer=_buyer(document.buyer),
        sums=_sums(document.shares, document.papers.seller, say),
        closing=(
            *say.closing("This credit note amounts to {words}.", document.total),
            *_provisional(document.certification, say),
        ),
        note=_("Reason: {reason}").format(reason=document.reason) if document.reason else "",
        code=document.url,
        code_caption=_("Scan to check that this credit note is genuine.") if document.url else "",
        created=to_datetime(document.issued_at, document.papers.zone),
    )


def receipt_sheet(document: ReceiptDocument) -> Sheet:
    """The receipt in words: money that came, and that it is no invoice."""
    say = _Words(document.papers)
    _ = say.texts.gettext
    means = say.means(document.means)
    title = _("Money received by {means}").format(means=means)
    text = format_amount(document.total, document.papers.currency)
    facts = (
        (_("Date"), say.date(document.issued_at)),
        (_("Order"), document.reference),
        (_("Order total"), say.money(document.order_total)),
    )
    return Sheet(
        **_shared(document.papers, say),
        columns=(_("Item"), _("Amount")),
        rows=(Row(title, say.date(document.received_at), (text,), (document.total,)),),
        mention=_("This receipt is not an invoice: it only says that the money came in."),
        title=_("Receipt"),
        number=document.number,
        facts=facts,
        buyer_label=_("Received from"),
        buyer=_buyer(document.buyer),
        sums=(Sum(_("Received"), say.money(document.total), strong=True),),
        closing=say.closing("This receipt amounts to {words}.", document.total),
        note=_why(document.kind, say),
        code=document.url,
        code_caption=_("Scan to check that this receipt is genuine.") if document.url else "",
        created=to_datetime(document.issued_at, document.papers.zone),
    )


def quote_sheet(document: QuoteDocument) -> Sheet:
    """The quote in words."""
    say = _Words(document.papers)
    _ = say.texts.gettext
    facts = (
        (_("Date"), say.date(document.created_at)),
        (_("Valid until"), say.date(document.valid_until)),
        *(((_("Replaces"), document.replaces),) if document.replaces else ()),
    )
    return Sheet(
        **_shared(document.papers, say),
        **_table(document.papers, document.lines, say),
        title=_("Quote"),
        number=document.number,
        facts=facts,
        buyer_label=_("Prepared for"),
        buyer=_buyer(document.buyer),
        status=(_("Draft, not sent yet"), "waiting") if document.draft else None,
        sums=(
            *pdf_quote.discounted(document, say.texts, say.money),
            *_sums(document.shares, document.papers.seller, say),
            *pdf_quote.deposit(document, say.texts, say.money),
        ),
        closing=say.closing("This quote amounts to {words}.", document.total),
        note=document.note,
        **pdf_quote.agreement(document, say.texts, say.money, say.date),
        created=to_datetime(document.created_at, document.papers.zone),
    )


class _Words:
    """How one store writes dates and amounts. Malagasy documents are in French, as tax offices read them, and say the
    amount in words in Malagasy too."""

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

    @staticmethod
    def percent(rate: int) -> str:
        return f"{rate}\u202f%"

    def money(self, amount: int) -> str:
        return format_money(amount, self.papers.currency)

    def closing(self, sentence: str, amount: int) -> tuple[str, ...]:
        """The amount in words. ``sentence``: a message id with ``{words}``."""
        languages = (self.language, "mg") if self.papers.language == "mg" else (self.language,)
        return tuple(
            catalogue("documents", spoken)
            .gettext(sentence)
            .format(words=amount_in_words(amount, self.papers.currency, spoken))
            for spoken in languages
        )

    def means(self, name: str) -> str:
        """The means of payment as a buyer knows it: ``Wave``, ``carte bancaire``."""
        for provider in REGISTRY:
            for method in provider.caps.methods:
                if method.name == name:
                    label = catalogue("errors", self.language).gettext(method.label)
                    return label if label == method.label else label[:1].lower() + label[1:]  # brands keep their form
        if name == onsite.CASH:
            return catalogue("errors", self.language).gettext(onsite.LABEL).lower()
        return name.replace("_", " ").capitalize()


def _shared(papers: Papers, say: _Words) -> dict[str, Any]:
    _ = say.texts.gettext
    return {
        "language": say.language,
        "seller": papers.seller.name,
        "seller_lines": _seller_lines(papers.seller, say),
        "logo": _logo(papers),
        "carried": (_("To carry forward"), _("Carried forward")),
        "amount_text": lambda amount: format_amount(amount, papers.currency),
        "page_text": _("Page {page} of {pages}"),
        "continued": _("{title} {number} (continued)"),
    }


def _table(papers: Papers, lines: tuple[Line, ...], say: _Words) -> dict[str, Any]:
    """The table of goods. With VAT each line says its rate and its part before tax; these add up to the totals."""
    _ = say.texts.gettext
    number = partial(format_amount, currency=papers.currency)
    if not papers.seller.vat_rate:
        rows = tuple(
            Row(x.title, _detail(x, say), (str(x.quantity), number(x.unit_price), number(x.amount)), (x.amount,))
            for x in lines
        )
        plain = (_("Item"), _("Qty"), _("Unit price"), _("Amount"))
        return {"columns": plain, "rows": rows, "mention": papers.seller.vat_mention}
    columns = (
        _("Item"),
        _("Qty"),
        _("Price incl. VAT"),
        _("VAT"),
        _("Excl. VAT"),
        _("Incl. VAT"),
    )
    taxed = tuple(
        Row(
            x.title,
            _detail(x, say),
            (str(x.quantity), number(x.unit_price), say.percent(x.rate), number(x.net), number(x.amount)),
            (x.net, x.amount),
        )
        for x in lines
    )
    return {"columns": columns, "rows": taxed, "mention": ""}


def _detail(line: Line, say: _Words) -> str:
    """The SKU, and what the line costs less than its price."""
    if not line.discount:
        return line.detail
    _, amount = say.texts.gettext, say.money(-line.discount)
    off = _("Discount {amount}").format(amount=amount)
    if line.discount_percent:
        off = _("Discount {rate} %: {amount}").format(rate=line.discount_percent, amount=amount)
    return " · ".join(part for part in (line.detail, off) if part)


def _seller_lines(seller: Seller, say: _Words) -> tuple[str, ...]:
    phone = say.texts.gettext("Tel. {phone}").format(phone=_phone(seller.phone)) if seller.phone else ""
    parts = (_whole(part) for part in seller.legal_id.splitlines())
    facts = (_whole(f"{_label(seller, name, say)} {value}") for name, value in seller.ids)
    legal = " · ".join(part for part in (*facts, *parts) if part)
    place = ", ".join(part for part in (" ".join(seller.address.split()), seller.city) if part)
    return tuple(line for line in (place, phone, legal) if line)


def _whole(text: str) -> str:
    """A number stays in one piece."""
    return " ".join(text.split()).replace(" ", "\u00a0")


def _label(seller: Seller, name: str, say: _Words) -> str:
    """What stands before a number of the seller: ``NINEA``, « Capital social »."""
    regime = REGIMES.get(seller.country)
    label = next((known.label for known in regime.identifiers if known.name == name), name) if regime else name
    return catalogue("errors", say.language).gettext(label)


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


def _sums(shares: Sequence[Share], seller: Seller, say: _Words) -> tuple[Sum, ...]:
    """The total; with VAT its parts for each rate, which add up to it exactly (credit-and-compliance §4.2)."""
    _ = say.texts.gettext
    total = say.money(sum(share.gross for share in shares))
    if not seller.vat_rate:
        return (Sum(_("Total"), total, strong=True),)
    found = [Sum(_("Total excl. VAT"), say.money(sum(share.net for share in shares)))]
    for share in shares:
        label = _("VAT {rate} % of {net}") if len(shares) > 1 else _("VAT {rate} %")
        found.append(Sum(label.format(rate=share.rate, net=say.money(share.net)), say.money(share.tax)))
    return (*found, Sum(_("Total incl. VAT"), total, strong=True))


def _code(certified: Certified | None, say: _Words) -> tuple[tuple[str, str], ...]:
    """The code that the state's platform gave, once it has."""
    if certified is None or not certified.code:
        return ()
    return ((say.texts.gettext("Certification"), certified.code),)


def _provisional(certified: Certified | None, say: _Words) -> tuple[str, ...]:
    """Nothing may look certified before the platform has said so (reference credit-and-compliance §4.3)."""
    if certified is None or certified.code:
        return ()
    return (say.texts.gettext("PROVISIONAL: to be certified by the tax office, which has not answered yet."),)


def _why(kind: str, say: _Words) -> str:
    """What the money of a receipt is."""
    _ = say.texts.gettext
    match kind:
        case "underpaid":
            return _("A part of the order: the rest is still to be paid.")
        case "paid_late":
            return _("It came after the end of the reservation: the shop decides and answers.")
        case "checked":
            return _("The whole price: the shop checks the order, then confirms it.")
        case "deposit":
            return _("A part as agreed: the rest is still to be paid.")
        case "overpaid":
            return _("It is more than the order’s total: the shop gives it back or keeps it as you agree.")
        case _:
            return _("The order was paid already: the shop gives it back or keeps it as you agree.")
