"""Every request of the API, decoded from the wire into these; OpenAPI is made from them.

A field that is not named here is refused: a misspelt one that is silently ignored costs more than an error.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from localserver.api.answers import Need, OrderState, Source

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
# No control characters but tab and line breaks: the same that a product list may hold.
PLAIN = r"^[^\u0000-\u0008\u000e-\u001f\u007f]*$"
PlainText = Annotated[str, Meta(pattern=PLAIN)]
Sku = Annotated[str, Meta(min_length=1, max_length=64, pattern=PLAIN)]
Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=PLAIN)]
Keyword = Annotated[str, Meta(max_length=40, pattern=PLAIN)]
Description = Annotated[str, Meta(max_length=2000, pattern=PLAIN)]
Category = Annotated[str, Meta(max_length=60, pattern=PLAIN)]
PhotoUrl = Annotated[str, Meta(max_length=500, pattern=r"^(https?://[!-~]+)?$", description="Empty takes it away.")]
Stock = Annotated[int, Meta(ge=0, le=1_000_000)]
Place = Annotated[str, Meta(max_length=120, pattern=PLAIN)]
Moment = Annotated[dt.datetime, Meta(tz=True)]
VatRate = Annotated[int, Meta(ge=0, le=30)]
Phone = Annotated[str, Meta(min_length=1, max_length=40, pattern=PLAIN)]


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends."""


class Price(Request, frozen=True):
    """``amount`` in the smallest unit of ``currency``, which is the store's (15000 XOF; 1250 EUR is 12.50 euros)."""

    amount: Annotated[int, Meta(ge=0, le=10**12)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]


# -- products ----------------------------------------------------------------------------------------------------


class NewProduct(Request, frozen=True):
    """``keyword`` is made from the SKU when it is left out. ``vat_rate``: in percent, null for the store's.

    ``event_at`` and ``place``: of what takes place on one day.
    """

    sku: Sku
    title: Title
    price: Price
    on_hand: Stock = 0
    keyword: Keyword = ""
    description: Description = ""
    category: Category = ""
    image_url: PhotoUrl = ""
    vat_rate: VatRate | None = None
    event_at: Moment | None = None
    place: Place = ""


class ProductChange(Request, frozen=True):
    """Only what is named changes. ``on_hand`` is a new count of the shelf; ``active`` false takes it off sale."""

    sku: Sku | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    price: Price | UnsetType = UNSET
    on_hand: Stock | UnsetType = UNSET
    keyword: Keyword | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    category: Category | UnsetType = UNSET
    image_url: PhotoUrl | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    vat_rate: VatRate | UnsetType | None = UNSET
    event_at: Moment | UnsetType | None = UNSET
    place: Place | UnsetType = UNSET


class Upload(Request, frozen=True):
    """The parts beside ``file``. ``mode``: all, one wrong line stops everything; good, the good lines go in."""

    mode: Literal["all", "good"] = "good"
    dry_run: Literal["true", "false"] = "false"


# -- live and orders ---------------------------------------------------------------------------------------------


class StartLive(Request, frozen=True):
    title: Annotated[str, Meta(max_length=80, pattern=PLAIN)] = ""
    source: Source = "tiktok"


class NewCustomer(Request, frozen=True):
    """Found again by the phone number, whatever way it is written."""

    phone: Phone
    name: Annotated[str, Meta(max_length=120, pattern=PLAIN)] = ""


class NewOrderLine(Request, frozen=True):
    """One product, by ``sku`` or by ``product_id``."""

    sku: Sku | UnsetType = UNSET
    product_id: Id | UnsetType = UNSET
    quantity: Annotated[int, Meta(ge=1, le=999)] = 1

    def __post_init__(self) -> None:
        if (self.sku is UNSET) == (self.product_id is UNSET):
            raise ValueError("Name either `sku` or `product_id`")


class NewOrder(Request, frozen=True):
    """For a ``customer`` or a ``customer_id``. What is claimed joins the customer's open order if there is one."""

    lines: Annotated[list[NewOrderLine], Meta(min_length=1, max_length=50)]
    customer: NewCustomer | UnsetType = UNSET
    customer_id: Id | UnsetType = UNSET
    source: Source = "api"
    hold_minutes: Annotated[int, Meta(ge=5, le=30)] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.customer is UNSET) == (self.customer_id is UNSET):
            raise ValueError("Name either `customer` or `customer_id`")


class Extension(Request, frozen=True):
    minutes: Annotated[int, Meta(ge=1, le=25)]


class Choice(Request, frozen=True):
    """Which choices fit depends on the exception; ``product_id`` is what a substitute puts in place, ``quantity`` how
    many of it (without it: as many as it replaces). ``question``: the one that the order showed; when another came to
    be the first since, because somebody decided or money came, nothing is done.
    """

    choice: Literal["honour", "keep", "accept", "refuse", "refund", "substitute"]
    product_id: Id | UnsetType = UNSET
    quantity: Annotated[int, Meta(ge=1, le=999)] | UnsetType = UNSET
    question: Id | UnsetType = UNSET


class MoneySeen(Request, frozen=True):
    """What the seller saw on the account: ``received`` false takes the buyer's word back; ``amount`` in smallest units,
    where another sum came than was asked."""

    received: bool = True
    amount: Annotated[int, Meta(ge=1, le=10**12)] | UnsetType = UNSET


# -- conversations -----------------------------------------------------------------------------------------------


class SendMessage(Request, frozen=True):
    """To a conversation, a customer or a phone number that wrote before. From then on the bot is silent there."""

    text: Annotated[str, Meta(min_length=1, max_length=4096, pattern=PLAIN)]
    conversation_id: Id | UnsetType = UNSET
    customer_id: Id | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET

    def __post_init__(self) -> None:
        if sum(value is not UNSET for value in (self.conversation_id, self.customer_id, self.phone)) != 1:
            raise ValueError("Name one of `conversation_id`, `customer_id` and `phone`")


# -- invoices ---------------------------------------------------------------------------------------------------------


class NewCreditLine(Request, frozen=True):
    """What is taken back of one line: whole pieces, or an amount with its tax. ``line``: its place on the invoice,
    from 1, which is that of the order's lines."""

    line: Annotated[int, Meta(ge=1, le=10_000)]
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] | UnsetType = UNSET
    amount: Price | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.quantity is UNSET) == (self.amount is UNSET):
            raise ValueError("give either quantity or amount")


class NewCredit(Request, frozen=True):
    """Without an ``amount`` or ``lines``, all that is left of the invoice."""

    amount: Price | UnsetType = UNSET
    lines: Annotated[list[NewCreditLine], Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    reason: Annotated[str, Meta(max_length=200, pattern=PLAIN)] = ""

    def __post_init__(self) -> None:
        if self.amount is not UNSET and self.lines is not UNSET:
            raise ValueError("give amount or lines, not both")


# -- what stands behind the question mark ------------------------------------------------------------------------


class Page(Request, frozen=True):
    """A page of a list: how many items at most, and ``next`` of the page before."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")] | UnsetType = UNSET


class ProductPage(Page, frozen=True):
    inactive: Literal["true", "false"] = "false"


class OrderPage(Page, frozen=True):
    state: OrderState | UnsetType = UNSET
    session_id: Id | UnsetType = UNSET
    customer_id: Id | UnsetType = UNSET


class ConversationPage(Page, frozen=True):
    need: Need | UnsetType = UNSET


class InvoicePage(Page, frozen=True):
    order_id: Id | UnsetType = UNSET
