"""What the API answers and takes about payments. Amounts are whole numbers of the currency's smallest unit."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from localserver.api.answers import Amount, Exceptional, Shown, Time
from localserver.api.requests import Page, Price, Request

PaymentState = Literal["received", "part_refunded", "refunded", "refunding", "to_decide"]
RefundState = Literal["requested", "sent", "unknown", "todo", "failed", "done", "withdrawn"]
Booked = Literal["payment", "deposit", "psp_fee", "sale", "kept", "refund", "credit_note", "adjustment"]
Provider = Annotated[str, Meta(min_length=1, max_length=40, pattern="^[a-z0-9_]+$")]


class Payment(Shown, frozen=True):
    """Money that came in. ``fee`` null: the provider has not told it. ``exception``: a question still open."""

    id: int
    received_at: Time
    provider: str
    method: str | None
    amount: Amount
    fee: Amount | None
    refunded: Amount
    state: PaymentState
    exception: Exceptional | None
    order_id: int
    reference: str
    customer_id: int
    customer: str
    transaction: str | None


class PaymentList(Shown, frozen=True):
    items: list[Payment]
    next: str | None


class Entry(Shown, frozen=True):
    """One entry of the ledger: ``amount`` moved from the account ``credit`` to the account ``debit``."""

    id: int
    at: Time
    kind: Booked
    debit: str
    credit: str
    amount: Amount


class Refund(Shown, frozen=True):
    """``said``: the provider's last word. todo and failed: give the money back on the provider's pages, then done."""

    id: int
    payment_id: int
    order_id: int
    provider: str
    amount: Amount
    state: RefundState
    origin: Literal["seller", "decision", "provider"]
    asked_at: Time
    changed_at: Time
    said: str | None


class Explained(Shown, frozen=True):
    """One payment to the unit: ``received`` = ``earned`` + ``returned`` + ``held`` (for the buyer, until decided)."""

    payment: Payment
    received: Amount
    earned: Amount
    returned: Amount
    held: Amount
    refundable: Amount
    entries: list[Entry]
    refunds: list[Refund]


class ProviderTotals(Shown, frozen=True):
    """What passed at one provider since the store began; ``net`` may be negative. The money is there, never here."""

    provider: str
    received: Amount
    fees: int
    refunded: Amount
    adjusted: int
    net: int


class Totals(Shown, frozen=True):
    currency: str
    providers: list[ProviderTotals]
    to_do: int


class Difference(Shown, frozen=True):
    """``ours`` and ``theirs`` in the smallest unit, null where one side knows nothing. ``next_step`` is a sentence."""

    id: int
    kind: str
    provider: str
    reference: str
    ours: int | None
    theirs: int | None
    order_id: int | None
    payment_id: int | None
    state: Literal["open", "gone", "taken", "done"]
    found_at: Time
    next_step: str


class Comparison(Shown, frozen=True):
    """One run. ``foreign_lines`` of a statement are of other sales on the same account."""

    id: int
    source: Literal["providers", "statement"]
    provider: str
    started_at: Time
    ended_at: Time
    compared: int
    foreign_lines: int
    found: int
    differences: list[Difference]


class ComparisonList(Shown, frozen=True):
    items: list[Comparison]
    next: str | None


# -- requests ----------------------------------------------------------------------------------------------------


class PaymentPage(Page, frozen=True):
    provider: Provider | UnsetType = UNSET
    state: PaymentState | UnsetType = UNSET
    search: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET


class NewRefund(Request, frozen=True):
    """All that can be given back, or ``amount`` of it. ``restock``: the goods are on the shelf again at once."""

    amount: Price | UnsetType = UNSET
    restock: bool = False


class RefundAct(Request, frozen=True):
    """done: given back by hand. again: ask the provider anew. withdraw: give it up."""

    act: Literal["done", "again", "withdraw"]


class Compare(Request, frozen=True):
    """Ask the providers about the payments of so many days."""

    days: Annotated[int, Meta(ge=1, le=400)] = 7


class StatementUpload(Request, frozen=True):
    """The part beside ``file``: whose statement it is."""

    provider: Provider


class DifferenceAct(Request, frozen=True):
    """take: the provider is right, the books follow. done: settled otherwise."""

    choice: Literal["take", "done"]
