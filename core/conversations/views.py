"""What the inbox shows: plain values. Times in ms UTC."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from core.customers.merges import Merge
from core.customers.rules import LONG_MINUTES
from core.fraud.rules import Signal


class ThreadRow(Struct, frozen=True):
    """One conversation. ``need``: escalated, seller (taken over), bot. ``window_until``: end of the 24 h window.

    ``asked``: the customer's own last words while they wait for a person, else None. ``last_kind``: WhatsApp's type of
    the last message (of theirs, while they wait). ``waiting_since``: when the bot asked for a person. ``resume_at``:
    when it speaks again by itself, while a person does. ``closed_at``: when somebody resolved it.
    """

    conversation_id: int
    customer_id: int
    name: str
    phone: str | None
    language: str
    need: str
    reason: str | None
    unread: int
    last_text: str
    last_author: str
    last_at: int
    window_until: int | None
    open_order_id: int | None
    last_kind: str = "text"
    asked: str | None = None
    waiting_since: int | None = None
    resume_at: int | None = None
    closed_at: int | None = None


class InboxCounts(Struct, frozen=True):
    """How many conversations: waiting for a person, going on (a person speaks, or an order is open), all."""

    escalated: int
    open: int
    all: int


class MessageView(Struct, frozen=True):
    """One bubble. ``author``: customer, bot, seller, phone (the seller's own phone), note (a line of the journal).

    ``status`` for outgoing: queued, sending, accepted, sent, delivered, read, played, failed, unknown, dropped.
    ``buttons`` are the titles shown under the text; ``media`` a file name in the store's media folder.
    """

    message_id: int
    author: str
    kind: str
    text: str
    buttons: tuple[str, ...]
    media: str | None
    at: int
    status: str | None
    error: str | None
    payload: dict[str, Any]
    error_code: int | None = None


class OrderMark(Struct, frozen=True):
    """What the journal of a thread says about one order. ``close_reason``: time, customer, seller, or None.

    An order that expired and was paid all the same has both times.
    """

    order_id: int
    reference: str
    state: str
    summary: str
    total: int
    reserved_at: int
    expires_at: int
    paid_at: int | None
    closed_at: int | None
    close_reason: str | None
    next_customer: str | None


class OrderBrief(Struct, frozen=True):
    """``left``: what is still to be paid of one that is sold already; ``starts_at``: the time that was chosen."""

    order_id: int
    reference: str
    state: str
    exception: str | None
    summary: str
    total: int
    at: int
    undecided: bool = False
    risk: int = 0
    reasons: tuple[Signal, ...] = ()
    left: int = 0
    starts_at: int | None = None


class CustomerCard(Struct, frozen=True):
    """Who the seller is talking to; ``score_lines`` explain the score as sums (label id, points).

    ``advice``, ``habit`` and ``earned`` are the words of :mod:`core.customers.rules`; ``success`` is in percent.
    ``many``: several reservations within a day, none paid; ``first_in``: lives in which they were the first to pay;
    ``limited``: what keeps them from a new order (:class:`core.orders.limits.Limits`);
    ``pays_first``: by the seller's word; ``merged``: the latest merge into this record; ``front``: served before others
    who wait; ``minutes``: how long this store holds for them.
    """

    customer_id: int
    name: str
    phone: str | None
    language: str
    since: int
    score: int
    tier: str
    score_lines: tuple[tuple[str, int], ...]
    orders: int
    paid: int
    spent: int
    average_pay_ms: int | None
    last_order_at: int | None
    open_order: OrderBrief | None
    notes: str
    scored: bool = True
    advice: str = "normal"
    habit: str | None = None
    earned: tuple[str, ...] = ()
    stars: int = 0
    success: int | None = None
    many: bool = False
    first_in: int = 0
    limited: str | None = None
    pays_first: bool = False
    merged: Merge | None = None
    front: bool = False
    minutes: int = LONG_MINUTES
