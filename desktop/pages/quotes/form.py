"""A quote being typed: what it says, what is wrong with each field, what it comes to. Without Qt.

All arithmetic is the quotes' own; a field holds what was typed, so that nothing is lost while it is not right yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from core.catalogue.views import ProductView
from core.customers.views import CustomerView
from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.kernel.money import parse_amount
from core.kernel.phone import display, normalise
from core.quotes.figures import Figures, figures
from core.quotes.rules import MAX_QUANTITY, MAX_VALID_DAYS, Discount, QuoteLine, Terms, checked_line
from core.quotes.service import Quote, Wording
from desktop.pages.quotes.presenter import QuotesPresenter
from desktop.pages.quotes.source import Overview, Recipient

LINE_FIELDS: Final = ("text", "quantity", "price", "discount")
Problems = Mapping[str | tuple[int, str], str]


class LineForm(Struct, frozen=True):
    """One line as typed. ``sku``: of the catalogue; ``rate``: the product's own VAT, None for the store's."""

    text: str = ""
    quantity: str = "1"
    price: str = ""
    discount: str = ""
    sku: str = ""
    rate: int | None = None

    def typed(self, name: str, text: str) -> LineForm:
        values: dict[str, Any] = {name: text}
        return replace(self, **values)

    @property
    def empty(self) -> bool:
        return not (self.text.strip() or self.price.strip() or self.discount.strip())


class QuoteForm(Struct, frozen=True):
    """``quote_id`` None: a new quote; ``reference``: its number once it has one. The rest is as typed."""

    quote_id: int | None = None
    reference: str = ""
    customer_id: int | None = None
    name: str = ""
    phone: str = ""
    lines: tuple[LineForm, ...] = (LineForm(),)
    discount: str = ""
    deposit: str = ""
    valid: str = "30"
    pay: str = "7"
    balance: str = "30"
    note: str = ""

    def typed(self, name: str, text: str) -> QuoteForm:
        values: dict[str, Any] = {name: text}
        return replace(self, **values)

    def line(self, place: int, line: LineForm) -> QuoteForm:
        return replace(self, lines=(*self.lines[:place], line, *self.lines[place + 1 :]))

    def without(self, place: int) -> QuoteForm:
        left = (*self.lines[:place], *self.lines[place + 1 :])
        return replace(self, lines=left or (LineForm(),))

    def with_line(self, place: int, line: LineForm | None = None) -> QuoteForm:
        """A line more, at this place."""
        return replace(self, lines=(*self.lines[:place], line or LineForm(), *self.lines[place:]))

    def to_text(self) -> str:
        return msgspec.json.encode(self).decode()

    @property
    def filled(self) -> tuple[tuple[int, LineForm], ...]:
        """(place, line) of those that say something."""
        return tuple((place, line) for place, line in enumerate(self.lines) if not line.empty)


def of_text(text: str) -> QuoteForm | None:
    """What :meth:`QuoteForm.to_text` wrote; None for what another version of the program cannot read."""
    try:
        return msgspec.json.decode(text.encode(), type=QuoteForm)
    except (msgspec.DecodeError, UnicodeError):
        return None


def of_quote(quote: Quote, customer: CustomerView | None, words: QuotesPresenter) -> QuoteForm:
    """A draft as its fields."""
    terms = quote.wording.terms
    deposit = f"{terms.deposit} %" if terms.deposit else ""
    if terms.deposit_amount:
        deposit = words.number(terms.deposit_amount)
    lines = tuple(
        LineForm(
            line.description,
            str(line.quantity),
            words.number(line.unit_price),
            _reduction(line.discount, words),
            line.sku,
            line.rate,
        )
        for line in quote.lines
    )
    form = QuoteForm(
        quote.id,
        quote.reference,
        lines=lines,
        discount=_reduction(quote.wording.discount, words),
        deposit=deposit,
        valid=str(terms.valid_days),
        pay=str(terms.pay_days),
        balance=str(terms.balance_days),
        note=quote.note,
    )
    return form if customer is None else for_customer(form, customer)


def for_customer(form: QuoteForm, customer: CustomerView) -> QuoteForm:
    phone = display(customer.phone) if customer.phone else ""
    return replace(form, customer_id=customer.id, name=customer.name or phone, phone=phone)


def of_product(line: LineForm, product: ProductView, words: QuotesPresenter) -> LineForm:
    """The line at today's price."""
    return replace(line, text=product.title, price=words.number(product.price), sku=product.sku, rate=product.vat)


def _reduction(discount: Discount | None, words: QuotesPresenter) -> str:
    if discount is None:
        return ""
    return f"{discount.value} %" if discount.kind == "percent" else words.number(discount.value)


# -- reading what was typed ----------------------------------------------------------------------------------------


def reduction(text: str, currency: str) -> Discount | None:
    """« 10 % » or an amount; None for nothing. Raises Refused."""
    text = text.strip()
    if not text:
        return None
    if not text.endswith("%"):
        return Discount("amount", parse_amount(text, currency))
    percent = text[:-1].strip()
    if not (percent.isascii() and percent.isdigit() and len(percent) <= 3):
        raise Refused("A discount is between 0 and 100 percent.")
    return Discount("percent", int(percent))


def _whole(text: str, refusal: Refused, most: int) -> int:
    digits = "".join(c for c in text if not c.isspace())
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9 and 1 <= int(digits) <= most):
        raise refusal
    return int(digits)


def quantity_of(text: str) -> int:
    return _whole(text, Refused("The quantity must be between 1 and {most}.", most=MAX_QUANTITY), MAX_QUANTITY)


def line_of(line: LineForm, currency: str) -> QuoteLine:
    """Raises Refused for what cannot be quoted."""
    return checked_line(
        QuoteLine(
            line.text,
            quantity_of(line.quantity),
            parse_amount(line.price, currency),
            line.sku,
            line.rate,
            reduction(line.discount, currency),
        )
    )


def terms_of(form: QuoteForm, currency: str) -> Terms:
    """Raises Refused."""
    valid = Refused("A quote is valid between 1 and {most} days.", most=MAX_VALID_DAYS)
    later = Refused("A time to pay is between 1 and {most} days.", most=MAX_VALID_DAYS)
    share, amount = deposit_of(form.deposit, currency)
    return Terms(
        _whole(form.valid, valid, MAX_VALID_DAYS),
        share,
        _whole(form.pay, later, MAX_VALID_DAYS),
        _whole(form.balance, later, MAX_VALID_DAYS),
        amount,
    )


def deposit_of(text: str, currency: str) -> tuple[int, int]:
    """(percent, amount): one of them is 0. Raises Refused."""
    found = reduction(text, currency)
    if found is None:
        return 0, 0
    if found.kind == "amount":
        return 0, found.value
    if found.value > 99:
        raise Refused("A deposit is between 0 and 99 percent.")
    return found.value, 0


def wording(form: QuoteForm, currency: str) -> Wording:
    """What the fields say. Raises Refused for what cannot be quoted."""
    lines = tuple(line_of(line, currency) for _, line in form.filled)
    return Wording(lines, reduction(form.discount, currency), form.note, terms_of(form, currency)).checked()


def recipient(form: QuoteForm, country: str) -> Recipient:
    """Raises Refused for a new customer without a phone number."""
    if form.customer_id is not None:
        return Recipient(form.customer_id)
    name, phone = " ".join(form.name.split()), form.phone.strip()
    if not phone:
        if name:
            raise Refused("A new customer needs a phone number.")
        return Recipient()
    return Recipient(None, name, normalise(phone, country))


def problems(form: QuoteForm, words: QuotesPresenter) -> Problems:
    """Field, or (line, its field) → what is wrong with it, in the seller's words; empty when all may be saved."""
    currency, found = words.currency, dict[str | tuple[int, str], str]()

    def check(field: str | tuple[int, str], work: Any) -> None:
        try:
            work()
        except Refused as error:
            found[field] = explain(error, words.t.language)

    for place, line in form.filled:
        check((place, "text"), lambda line=line: checked_line(QuoteLine(line.text, 1, 0)))
        check((place, "quantity"), lambda line=line: quantity_of(line.quantity))
        check((place, "price"), lambda line=line: parse_amount(line.price, currency))
        check((place, "discount"), lambda line=line: reduction(line.discount, currency))
        if not any(key[0] == place for key in found if isinstance(key, tuple)):
            check((place, "discount"), lambda line=line: line_of(line, currency))
    check("phone", lambda: recipient(form, words.country))
    check("discount", lambda: reduction(form.discount, currency))
    check("deposit", lambda: deposit_of(form.deposit, currency))
    for name in ("valid", "pay", "balance"):
        check(name, lambda name=name: terms_of(replace(QuoteForm(), **{name: getattr(form, name)}), currency))
    if not found and not form.filled:
        found[(0, "text")] = words.t("Write at least one line.")
    if not found:
        _together(form, currency, check)
    return found


def _together(form: QuoteForm, currency: str, check: Any) -> None:
    """What is wrong only because of the rest: too much taken off, a deposit that is the whole."""
    undeposited = replace(form, deposit="")
    try:
        wording(undeposited, currency)
    except Refused:
        check("discount", lambda: wording(undeposited, currency))
    else:
        check("deposit", lambda: wording(form, currency))


def come_to(form: QuoteForm, words: QuotesPresenter, overview: Overview) -> Figures | None:
    """What it comes to as far as it can be told: lines that are not right yet are left out; None for nothing at all."""
    lines = []
    for _, line in form.filled:
        try:
            lines.append(line_of(replace(line, text=line.text or "…"), words.currency))
        except Refused:
            continue
    for candidate in (form, replace(form, deposit=""), replace(form, deposit="", discount="")):
        try:
            found = Wording(
                tuple(lines),
                reduction(candidate.discount, words.currency),
                "",
                replace(Terms(), **_deposit(candidate, words.currency)),
            )
            return figures(found.checked(), overview.rate, overview.rounding)
        except Refused:
            continue
    return None


def _deposit(form: QuoteForm, currency: str) -> dict[str, int]:
    share, amount = deposit_of(form.deposit, currency)
    return {"deposit": share, "deposit_amount": amount}


def amount_of(line: LineForm, currency: str) -> int | None:
    """What one line comes to, None while that cannot be told."""
    try:
        return line_of(replace(line, text=line.text or "…"), currency).amount
    except Refused:
        return None
