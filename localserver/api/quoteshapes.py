"""What the API takes and answers about quotes. Amounts are whole numbers of the currency's smallest unit."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from localserver.api.answers import Amount, Person, Shown, Time, Url
from localserver.api.requests import Id, NewCustomer, Page, PlainText, Price, Request, Sku, VatRate

QuoteState = Literal["draft", "sent", "seen", "accepted", "refused", "expired", "converted", "replaced"]
Days = Annotated[int, Meta(ge=1, le=365)]
Note = Annotated[PlainText, Meta(max_length=1000)]


class Reduction(Request, frozen=True):
    """Either whole ``percent``, or an ``amount``."""

    percent: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    amount: Price | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.percent is UNSET) == (self.amount is UNSET):
            raise ValueError("Name either `percent` or `amount`")


class NewQuoteLine(Request, frozen=True):
    """Either a product (``sku``, at today's price) or a ``description`` with its ``unit_price``.

    ``vat_rate``: of a described line, in percent, where it is not the store's.
    """

    quantity: Annotated[int, Meta(ge=1, le=100_000)] = 1
    sku: Sku | UnsetType = UNSET
    description: Annotated[PlainText, Meta(min_length=1, max_length=300)] | UnsetType = UNSET
    unit_price: Price | UnsetType = UNSET
    vat_rate: VatRate | UnsetType = UNSET
    discount: Reduction | UnsetType = UNSET

    def __post_init__(self) -> None:
        described, priced = self.description is not UNSET, self.unit_price is not UNSET
        if described != priced or (self.sku is UNSET) != described:
            raise ValueError("Name either `sku`, or `description` and `unit_price`")


class NewQuote(Request, frozen=True):
    """For a ``customer``, a ``customer_id`` or nobody in particular.

    ``deposit``: percent that is asked for first, or ``deposit_amount`` of it, within ``pay_days`` of the acceptance;
    the rest within ``balance_days``. Without one the whole is asked for within ``pay_days``.
    """

    lines: Annotated[list[NewQuoteLine], Meta(min_length=1, max_length=200)]
    customer: NewCustomer | UnsetType = UNSET
    customer_id: Id | UnsetType = UNSET
    discount: Reduction | UnsetType = UNSET
    valid_days: Days = 30
    deposit: Annotated[int, Meta(ge=0, le=99)] = 0
    deposit_amount: Price | UnsetType = UNSET
    pay_days: Days = 7
    balance_days: Days = 30
    note: Note = ""

    def __post_init__(self) -> None:
        if self.customer is not UNSET and self.customer_id is not UNSET:
            raise ValueError("Name `customer` or `customer_id`, not both")
        if self.deposit and self.deposit_amount is not UNSET:
            raise ValueError("Name `deposit` or `deposit_amount`, not both")


class QuoteChange(Request, frozen=True):
    """What a draft says anew; what is not named stays. ``discount`` null takes it away; ``deposit`` and
    ``deposit_amount`` replace each other."""

    lines: Annotated[list[NewQuoteLine], Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    customer_id: Id | UnsetType = UNSET
    discount: Reduction | UnsetType | None = UNSET
    valid_days: Days | UnsetType = UNSET
    deposit: Annotated[int, Meta(ge=0, le=99)] | UnsetType = UNSET
    deposit_amount: Price | UnsetType = UNSET
    pay_days: Days | UnsetType = UNSET
    balance_days: Days | UnsetType = UNSET
    note: Note | UnsetType = UNSET


class QuoteRefusal(Request, frozen=True):
    """``reason``: the customer's, as the seller was told."""

    reason: Annotated[PlainText, Meta(max_length=300)] = ""


class QuotePage(Page, frozen=True):
    state: QuoteState | UnsetType = UNSET
    customer_id: Id | UnsetType = UNSET


class QuoteLine(Shown, frozen=True):
    """``sku`` is null for a line that is not from the catalogue. ``amount``: after the line's own ``discount``."""

    description: str
    sku: str | None
    quantity: int
    unit_price: Amount
    discount: Amount
    amount: Amount


class Quote(Shown, frozen=True):
    """``subtotal`` less ``discount`` is ``total``. ``deposit`` is asked for first, 0 for the whole at once.

    ``url``: the customer's page, null while a draft. ``replaces``: id of the version before; ``order_id``: what it
    became. ``reason``: why it was refused.
    """

    id: int
    reference: str
    state: QuoteState
    customer: Person | None
    lines: list[QuoteLine]
    subtotal: Amount
    discount: Amount
    total: Amount
    deposit: Amount
    pay_days: int
    balance_days: int
    note: str
    created_at: Time
    sent_at: Time | None
    seen_at: Time | None
    answered_at: Time | None
    valid_until: Time
    reason: str
    replaces: int | None
    order_id: int | None
    url: Url | None
    pdf_url: Url


class QuoteList(Shown, frozen=True):
    items: list[Quote]
    next: str | None


class SentQuote(Shown, frozen=True):
    """``queued`` false: WhatsApp does not let the shop write to this customer now, so share ``quote.url`` otherwise."""

    quote: Quote
    queued: bool


class Shortage(Shown, frozen=True):
    product_id: int
    title: str
    wanted: int
    available: int


class AnsweredQuote(Shown, frozen=True):
    """``short``: what an accepted quote waits for before it can become an order; ``pay_url``: of its order."""

    quote: Quote
    short: list[Shortage]
    pay_url: Url | None
