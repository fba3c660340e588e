"""What the live board shows: plain values read by ``queries``, drawn by the desktop and the API. Amounts in units."""

from __future__ import annotations

from msgspec import Struct

from core.fraud.rules import Signal


class LineView(Struct, frozen=True):
    """One product on an order. ``note``: the size and colour the buyer said."""

    product_id: int
    sku: str
    title: str
    quantity: int
    unit_price: int
    note: str = ""


class ReceiptView(Struct, frozen=True):
    """Money that only the seller can see arrive, sent under the reference ``ref``; ``claimed``: the buyer says it was.

    ``amount``: what was asked, in smallest units.
    """

    ref: str
    amount: int
    claimed: bool


class OpenQuestion(Struct, frozen=True):
    """The oldest question to the seller that is open on an order, the one that is answered next.

    ``amount``: the money it is about, in units: for late and short money all that had come, else what is too much.
    ``more``: questions open behind it. ``missing``: the product ids of lines that cannot be had any more.
    """

    decision_id: int
    kind: str
    amount: int
    more: int
    missing: tuple[int, ...]


class BoardRow(Struct, frozen=True):
    """One order of the session. Times in ms UTC.

    ``state``: reserved, paid, expired, cancelled, refunded. ``exception``: None, paid_late, underpaid, overpaid,
    paid_twice, suspect (it looks like fraud); ``undecided``: it still waits for the seller, with a ``question``.
    ``badge``: "new", "risk" or None; ``score`` None when unknown. ``next_customer``: who was offered the item after
    this hold ended. ``receipt``: money that waits for the seller's word. ``risk``: 0 to 100, with its ``reasons``.
    ``restricted``: the buyer pays first, by the seller's word.
    """

    order_id: int
    reference: str
    state: str
    exception: str | None
    undecided: bool
    customer_id: int
    customer_name: str
    score: int | None
    badge: str | None
    lines: tuple[LineView, ...]
    total: int
    received: int
    reserved_at: int
    expires_at: int
    paid_at: int | None
    closed_at: int | None
    provider: str | None
    link_opened_at: int | None
    reminded_at: int | None
    next_customer: str | None
    conversation_id: int | None
    question: OpenQuestion | None = None
    receipt: ReceiptView | None = None
    risk: int = 0
    reasons: tuple[Signal, ...] = ()
    restricted: bool = False


class Tiles(Struct, frozen=True):
    """The five tiles. orders = paid + pending + expired + cancelled at every moment (R5); waiting list apart."""

    orders: int
    paid: int
    pending: int
    expired: int
    cancelled: int
    waiting: int
    to_decide: int
    revenue: int
    unpaid: int
    revenue_last_10_min: int


class StockBar(Struct, frozen=True):
    """Bar length is available/total; the held part is hatched; ``critical`` by R6. ``waiting``: people in line;
    ``price`` in smallest units."""

    product_id: int
    sku: str
    title: str
    available: int
    held: int
    total: int
    critical: bool
    waiting: int = 0
    price: int = 0


class Alert(Struct, frozen=True):
    """Something the seller must do. ``kind``: decide, receipt, low_stock, sold_out, answer, message_failed, storage.

    ``subject_id`` is the order, product or conversation it is about; ``detail`` values fill the sentence of the kind.
    """

    kind: str
    subject_id: int
    detail: dict[str, str | int]


class MinuteBar(Struct, frozen=True):
    """Claims in one minute (``minute``: ms UTC of its start) and what was on screen then."""

    minute: int
    orders: int
    on_screen: str | None


class SessionView(Struct, frozen=True):
    """The live in progress or ended. ``on_screen`` is the product shown now, as ``(product_id, sku, title)``."""

    session_id: int
    title: str
    source: str
    started_at: int
    ended_at: int | None
    on_screen: tuple[int, str, str] | None


class StagedProduct(Struct, frozen=True):
    """What viewers may know of the product on screen. ``price`` in smallest units; ``critical`` by ruling R6."""

    product_id: int
    keyword: str
    title: str
    price: int
    photo: str | None
    available: int
    held: int
    critical: bool
    on_sale: bool


class StageView(Struct, frozen=True):
    """A live as those who watch it see it. ``paid``: names as customers gave them, latest first; empty unless asked."""

    running: bool
    product: StagedProduct | None = None
    paid: tuple[str, ...] = ()
