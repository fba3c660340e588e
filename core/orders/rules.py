"""The life of an order, as one table; late, short, excess and double payments are a second field, not more states."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.kernel.clock import DAY, MINUTE
from core.kernel.errors import Refused

RESERVED: Final = "reserved"
PAID: Final = "paid"
EXPIRED: Final = "expired"
CANCELLED: Final = "cancelled"
REFUNDED: Final = "refunded"
STATES: Final = (RESERVED, PAID, EXPIRED, CANCELLED, REFUNDED)

EVENTS: Final = ("settle", "expire", "cancel", "refund", "reopen")

# (state, event) → state. Paid is sticky; money that comes after the end still makes the order paid (ruling R14).
TRANSITIONS: Final[dict[tuple[str, str], str]] = {
    (RESERVED, "settle"): PAID,
    (RESERVED, "expire"): EXPIRED,
    (RESERVED, "cancel"): CANCELLED,
    (EXPIRED, "settle"): PAID,
    (CANCELLED, "settle"): PAID,
    (PAID, "settle"): PAID,
    (PAID, "refund"): REFUNDED,
    (REFUNDED, "settle"): REFUNDED,
    (EXPIRED, "reopen"): RESERVED,  # a deposit that came late and is honoured: the rest is still to come
    (CANCELLED, "reopen"): RESERVED,
}

MIN_HOLD: Final = 5 * MINUTE  # ruling R1
MAX_HOLD: Final = 30 * MINUTE
GRACE: Final = 30 * DAY
"""An order with its deposit paid is held so much longer each time its balance is overdue, while the seller is asked."""

FOR_A_QUOTE: Final = "quote"
"""Why a hold ended that nobody let go: its buyer waits for a quote of it."""

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "paid_late": ("honour", "substitute", "refund"),
    "underpaid": ("honour", "refund"),
    "overpaid": ("refund", "keep"),
    "paid_twice": ("refund", "keep"),
    "suspect": ("accept", "refuse"),  # not about money: the seller looks before the sale stands
}


def next_state(state: str, event: str) -> str:
    """The state after an event. Raises Refused for a pair that is not in the table."""
    try:
        return TRANSITIONS[(state, event)]
    except KeyError:
        raise Refused(_REFUSALS.get(event, "This order can no longer be changed."), state=state) from None


_REFUSALS: Final = {
    "expire": "Only a reserved order can expire.",
    "cancel": "This order is no longer reserved, so it cannot be cancelled.",
    "refund": "Only a paid order can be refunded.",
    "reopen": "Only an order that has ended can be opened again.",
}


class Verdict(Struct, frozen=True):
    """What a payment makes of an order. ``exception`` None: nothing unusual; ``concerned``: money it is about."""

    state: str
    exception: str | None
    concerned: int


def judge(state: str, total: int, received_before: int, amount: int, deposit: int = 0) -> Verdict:
    """What ``amount`` arriving on an order makes of it. All in smallest units; ``amount`` is positive.

    ``deposit``: the first part that was agreed, 0 for none. Once it is in, while the order is open, less than the total
    is nothing unusual.
    """
    received = received_before + amount
    if state in (PAID, REFUNDED):
        return Verdict(next_state(state, "settle"), "paid_twice", amount)
    if received < total:
        as_agreed = state == RESERVED and 0 < deposit <= received
        return Verdict(state, None if as_agreed else "underpaid", received)
    after = next_state(state, "settle")
    if state in (EXPIRED, CANCELLED):
        return Verdict(after, "paid_late", received)
    if received > total:
        return Verdict(after, "overpaid", received - total)
    return Verdict(after, None, 0)


def asked(total: int, received: int, deposit: int) -> int:
    """What is to be paid now, in smallest units: the rest of the deposit first, then the rest of the whole."""
    return max(0, (deposit if received < deposit else total) - received)


def new_expiry(reserved_at: int, current: int | None, now: int, hold_ms: int) -> int:
    """When a hold ends after a claim or an extension: ``hold_ms`` from now, never sooner than before, never more than
    MAX_HOLD after the first claim."""
    hold = max(MIN_HOLD, min(MAX_HOLD, hold_ms))
    wanted = max(now + hold, current or 0)
    return min(wanted, max(reserved_at + MAX_HOLD, current or 0))


def invariant_holds(orders: int, paid: int, pending: int, expired: int, cancelled: int) -> bool:
    """Ruling R5, true after every event."""
    return orders == paid + pending + expired + cancelled
