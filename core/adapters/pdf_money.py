"""What an invoice says of its money: what came before it, what is due and when, what became of it."""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations

from core.adapters.pdf_parts import Sum
from core.invoices.documents import InvoiceDocument

Says = Callable[[int], str]


def what_came(document: InvoiceDocument, texts: NullTranslations, money: Says) -> tuple[Sum, ...]:
    """Deposits by their receipts, and the rest: paid since, or still due."""
    _ = texts.gettext
    parts = [Sum(_("Deposit, receipt {number}").format(number=n), money(amount)) for n, amount in document.deposits]
    if document.due:
        if document.received:
            parts = parts or [Sum(_("Received"), money(document.received))]
        return (*parts, Sum(_("Balance due"), money(document.due)))
    price = document.total - sum(amount for _number, amount in document.credits)
    rest = min(document.received, price) - sum(amount for _number, amount in document.deposits)
    return (*parts, Sum(_("Balance paid"), money(rest))) if parts and rest > 0 else tuple(parts)


def status(
    document: InvoiceDocument, texts: NullTranslations, date: Says, means: Callable[[str], str]
) -> tuple[str, str] | None:
    """What became of the money, with the role of its colour."""
    _ = texts.gettext
    if document.refunded:
        return _("Refunded"), "info"
    if document.due and document.due_at is not None:
        return _("To be paid by {date}").format(date=date(document.due_at)), "waiting"
    if document.due:
        return _("Part paid"), "waiting"
    if document.paid_at is None:
        return None
    paid = date(document.paid_at)
    if not document.paid_by:
        return _("Paid on {date}").format(date=paid), "paid"
    return _("Paid on {date} by {means}").format(date=paid, means=means(document.paid_by)), "paid"
