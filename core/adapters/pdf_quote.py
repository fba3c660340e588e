"""What a quote says beside its lines: the discount of the whole, the deposit, and when it is to be paid."""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations

from core.adapters.pdf_parts import Sum
from core.quotes.documents import QuoteDocument


def discounted(document: QuoteDocument, texts: NullTranslations, money: Callable[[int], str]) -> tuple[Sum, ...]:
    """What the lines add up to, and what is taken off the whole."""
    _ = texts.gettext
    if not document.off or document.discount is None:
        return ()
    percent = document.discount.kind == "percent"
    label = _("Discount {rate} %").format(rate=document.discount.value) if percent else _("Discount")
    return (Sum(_("Subtotal"), money(document.subtotal)), Sum(label, money(-document.off)))


def deposit(document: QuoteDocument, texts: NullTranslations, money: Callable[[int], str]) -> tuple[Sum, ...]:
    """The part that is asked for first."""
    if not document.deposit:
        return ()
    label = texts.gettext("Deposit {rate} %").format(rate=document.deposit_percent)
    return (Sum(label, money(document.deposit)),)


def payment(document: QuoteDocument, texts: NullTranslations) -> tuple[str, ...]:
    """When it is to be paid once it is accepted."""
    ngettext, days = texts.ngettext, document.pay_days
    if not document.deposit:
        said = ngettext(
            "Payment within {n} day of your acceptance.", "Payment within {n} days of your acceptance.", days
        )
        return (said.format(n=days),) if days else ()
    first = ngettext("Deposit within {n} day of your acceptance,", "Deposit within {n} days of your acceptance,", days)
    rest = ngettext("the rest within {n} day.", "the rest within {n} days.", document.balance_days)
    return (f"{first.format(n=days)} {rest.format(n=document.balance_days)}",)
