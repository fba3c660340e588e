"""What a quote says beside its lines: the discount of the whole, the deposit, and when it is to be paid."""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations
from typing import Any

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
    percent = document.deposit_percent
    label = texts.gettext("Deposit {rate} %").format(rate=percent) if percent else texts.gettext("Deposit")
    return (Sum(label, money(document.deposit)),)


def agreement(
    document: QuoteDocument, texts: NullTranslations, money: Callable[[int], str], date: Callable[[int], str]
) -> dict[str, Any]:
    """The parts of a sheet that somebody agrees to: on what, where, and how."""
    _ = texts.gettext
    caption = _("Scan or tap: read this quote, accept or refuse it, and pay.")
    if document.deposit:
        caption = _("Scan or tap: read this quote, accept or refuse it, and pay the deposit.")
    return {
        "conditions_title": _("Conditions"),
        "conditions": _conditions(document, texts, money, date),
        "signature": _("Approved"),
        "signature_about": _("Date, name, signature and stamp"),
        "code": document.answer_url,
        "code_title": _("Answer online"),
        "code_caption": caption,
        "check_url": document.url,
        "check_caption": _("Check that it is genuine"),
    }


def _conditions(
    document: QuoteDocument, texts: NullTranslations, money: Callable[[int], str], date: Callable[[int], str]
) -> tuple[tuple[str, str], ...]:
    """Until when it binds, and when it is to be paid once it is accepted."""
    _ = texts.gettext
    found = [(_("Validity"), _("until {date}").format(date=date(document.valid_until)))]

    def due(amount: int, days: int) -> str:
        when = texts.ngettext("within {n} day of your acceptance", "within {n} days of your acceptance", days)
        return _("{amount}, {when}").format(amount=money(amount), when=when.format(n=days))

    if document.deposit:
        found.append((_("Deposit"), due(document.deposit, document.pay_days)))
        found.append((_("Balance"), due(document.total - document.deposit, document.balance_days)))
    elif document.pay_days:
        found.append((_("Payment"), due(document.total, document.pay_days)))
    return tuple(found)
