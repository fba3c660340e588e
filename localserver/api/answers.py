"""The answers of the API: OpenAPI is made from these, and :mod:`localserver.api.requests` are their counterpart. Only
the report of an erasure is with its act.

Amounts are whole numbers of the currency's smallest unit; times are RFC 3339 in UTC.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Url = Annotated[str, Meta(description="An address; begins with / while the store has no public one.")]

Source = Literal["whatsapp", "tiktok", "instagram", "facebook", "reseller", "shop", "api"]
OrderState = Literal["reserved", "paid", "expired", "cancelled", "refunded"]
Exceptional = Literal["paid_late", "underpaid", "overpaid", "paid_twice"]
Role = Literal["owner", "manager", "cashier", "support"]
Need = Literal["escalated", "seller", "bot"]


class Shown(Struct, frozen=True):
    """What the server answers."""


class Amount(Shown, frozen=True):
    """Money: ``amount`` in the smallest unit of ``currency`` (15000 XOF; 1250 EUR is 12.50 euros)."""

    amount: Annotated[int, Meta(ge=0)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]


# -- problems ----------------------------------------------------------------------------------------------------


class Flaw(Shown, frozen=True):
    """One thing that is wrong: in a field of the request, or on a line of an uploaded file."""

    message: str
    field: str | UnsetType = UNSET
    line: int | UnsetType = UNSET
    column: str | UnsetType = UNSET


class Waiting(Shown, frozen=True):
    """A sold-out product and the customer's place in its waiting list, from 1."""

    product_id: int
    quantity: int
    place: int


class Problem(Shown, frozen=True):
    """RFC 9457 problem details. ``detail`` is a sentence for people, in the language asked for (Accept-Language)."""

    title: str
    status: int
    type: str = "about:blank"
    detail: str | UnsetType = UNSET
    errors: list[Flaw] | UnsetType = UNSET
    waiting: list[Waiting] | UnsetType = UNSET


# -- products ----------------------------------------------------------------------------------------------------


class Product(Shown, frozen=True):
    """``available`` is on hand less held. An ``image_url`` of this API needs the token too.

    ``vat_rate``: in percent where the product has one of its own; it counts only if the store charges VAT.
    ``event_at`` and ``place``: of what takes place on one day.
    """

    id: int
    sku: str
    keyword: str
    title: str
    description: str
    price: Amount
    on_hand: int
    held: int
    available: int
    category: str
    image_url: str | None
    active: bool
    vat_rate: int | None
    event_at: Time | None
    place: str


class ProductList(Shown, frozen=True):
    items: list[Product]
    next: str | None


class UploadReport(Shown, frozen=True):
    """What the file did, or with ``dry_run`` would do."""

    added: int
    updated: int
    unchanged: int
    errors: list[Flaw]
    dry_run: bool


class CatalogueChange(Shown, frozen=True):
    """Of the event stream: a file changed many products at once; read them again."""

    added: int
    updated: int


# -- live and orders ---------------------------------------------------------------------------------------------


class OnScreen(Shown, frozen=True):
    product_id: int
    sku: str
    title: str


class Live(Shown, frozen=True):
    """orders = paid + pending + expired + cancelled, at every moment; ``waiting`` people stand in line apart."""

    id: int
    title: str
    source: Source
    started_at: Time
    ended_at: Time | None
    on_screen: OnScreen | None
    orders: int
    paid: int
    pending: int
    expired: int
    cancelled: int
    waiting: int
    to_decide: int
    revenue: Amount
    unpaid: Amount


class Person(Shown, frozen=True):
    """``phone`` in E.164, null when only a WhatsApp id is known. Without the right to see customers: the id alone."""

    id: int
    name: str
    phone: str | None


class OrderLine(Shown, frozen=True):
    """``product_id`` null, ``sku`` empty: beside the catalogue. ``discount``, where there is one, is taken off the
    line. ``note``: the size and colour the buyer said, where they did."""

    product_id: int | None
    sku: str
    title: str
    quantity: int
    unit_price: Amount
    discount: Amount | UnsetType = UNSET
    note: str | UnsetType = UNSET


class Order(Shown, frozen=True):
    """``deposit``, where one was agreed in a quote, is asked for first; ``received`` then says what is in."""

    id: int
    reference: str
    state: OrderState
    exception: Exceptional | None
    source: Source | Literal["quote"]
    session_id: int | None
    customer: Person
    lines: list[OrderLine]
    total: Amount
    reserved_at: Time
    expires_at: Time
    paid_at: Time | None
    pay_url: Url
    question: int | UnsetType = UNSET  # what the seller is asked first, to be named when it is decided
    deposit: Amount | UnsetType = UNSET
    received: Amount | UnsetType = UNSET


class PlacedOrder(Order, frozen=True):
    """The order, and what of the request is sold out: the customer waits in line for that."""

    waiting: list[Waiting] | UnsetType = UNSET


class Reason(Shown, frozen=True):
    code: str
    points: int
    text: str


class Risk(Shown, frozen=True):
    """What speaks against an order, 0 to 100. ``review``: null, or how the seller's look at it stands."""

    score: int
    reasons: list[Reason]
    review: Literal["waiting", "accept", "refuse", "ended"] | None


class OrderList(Shown, frozen=True):
    items: list[Order]
    next: str | None


# -- people and conversations ------------------------------------------------------------------------------------


class Customer(Shown, frozen=True):
    """``score`` from 0 to 100; ``average_pay_seconds`` null before the first payment."""

    id: int
    name: str
    phone: str | None
    language: str
    orders: int
    paid: int
    expired: int
    spent: Amount
    score: int
    tier: Literal["bronze", "silver", "gold", "diamond"]
    average_pay_seconds: int | None
    created_at: Time
    last_order_at: Time | None
    notes: str


class CustomerList(Shown, frozen=True):
    items: list[Customer]
    next: str | None


class Conversation(Shown, frozen=True):
    """``need``: escalated (a person is asked for), seller (a person answers), bot. ``window_until`` ends the 24 h.

    ``waiting_since``: when the bot asked for a person. ``resume_at``: when it answers again by itself, while a person
    does; ``closed_at``: when somebody resolved it. A new message opens it again.
    """

    id: int
    customer: Person
    language: str
    need: Need
    reason: str | None
    unread: int
    last_text: str
    last_author: str
    last_at: Time
    window_until: Time | None
    open_order_id: int | None
    waiting_since: Time | None
    resume_at: Time | None
    closed_at: Time | None


class ConversationList(Shown, frozen=True):
    items: list[Conversation]
    next: str | None


class Message(Shown, frozen=True):
    """``author``: customer, bot, seller, phone, note. ``status`` of an outgoing one: queued … read, failed, unknown."""

    id: int
    conversation_id: int
    author: str
    kind: str
    text: str
    buttons: list[str]
    media: str | None
    at: Time
    status: str | None
    error: str | None


class MessageList(Shown, frozen=True):
    """Newest first; ``next`` leads back in time."""

    items: list[Message]
    next: str | None


# -- invoices ---------------------------------------------------------------------------------------------------


class Invoice(Shown, frozen=True):
    """``number`` is gapless within its year."""

    id: int
    number: str
    order_id: int
    issued_at: Time
    total: Amount
    pdf_url: Url


class Certification(Shown, frozen=True):
    """How far an invoice has come with the state's platform. Only ``accepted`` is the platform's own yes; ``reference``
    is what it called the invoice then. ``error``: why it does not go on."""

    invoice_id: int
    regime: str
    state: Literal["prepared", "queued", "sent", "accepted", "refused"]
    payload: dict[str, Any]
    reference: str | None
    error: str | None
    changed_at: Time


class CreditNote(Shown, frozen=True):
    """``number`` is gapless within its year; ``total`` is what it takes back of the invoice."""

    id: int
    number: str
    invoice_id: int
    issued_at: Time
    total: Amount
    reason: str
    pdf_url: Url


class CreditNoteList(Shown, frozen=True):
    items: list[CreditNote]


class Receipt(Shown, frozen=True):
    """For money that is no sale (yet)."""

    id: int
    number: str
    order_id: int
    issued_at: Time
    total: Amount
    pdf_url: Url


class ReceiptList(Shown, frozen=True):
    items: list[Receipt]


class InvoiceList(Shown, frozen=True):
    items: list[Invoice]
    next: str | None
