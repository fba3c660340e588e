"""Polling plan and the small life of a payment attempt (reference payments §2)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from core.kernel.clock import HOUR, MINUTE, SECOND
from core.payments.provider import NOTIFY_TOKEN, Auth, InboundResult, Pay

CREATED: Final = "created"  # the row exists, the provider has not answered
OPEN: Final = "open"  # the buyer can pay
UNKNOWN: Final = "unknown"  # no clear answer to the creation: look it up by reference
REJECTED: Final = "rejected"
PAID: Final = "paid"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
EXPIRED: Final = "expired"
PAYABLE: Final = (CREATED, OPEN, UNKNOWN)
CALL_ENDS: Final = MINUTE
"""ms after which a creating call has ended for certain, answered or not (core.adapters.http gives up sooner)."""
PROMPT_LIFE: Final = 3 * MINUTE
"""ms after which a request on a phone that nobody answered is taken for gone, so that it may be sent again [unsure]."""
MOST_PROMPTS: Final = 6
"""Payment requests to phones for one order."""

# The life of a refund. A row is there before anything is asked; one call at most is made for each reference.
REQUESTED: Final = "requested"  # not asked for at the provider yet
SENT: Final = "sent"  # asked for: being answered, or accepted and on its way
UNCLEAR: Final = "unknown"  # no clear answer: looked up, never asked for again by itself
TODO: Final = "todo"  # the provider has no such call: the seller gives the money back there by hand
REFUSED: Final = "failed"  # the provider said no: the seller tries again, or does it by hand
DONE: Final = "done"
WITHDRAWN: Final = "withdrawn"
MOVING: Final = (REQUESTED, SENT, UNCLEAR)
REFUND_LOOKED_FOR: Final = 10 * MINUTE
"""ms during which a refund on its way is looked at every minute; then ever more seldom, for a day."""

AHEAD_LEFT: Final = MINUTE
"""ms that a session opened ahead must still last to be of use to a buyer."""
_SELDOM: Final = 5 * MINUTE
"""Between two questions about a session opened ahead: hardly anybody pays it, and its notices come all the same."""

_FROM_PAY: Final[dict[Pay, str]] = {
    Pay.CREATED: OPEN,
    Pay.PENDING: OPEN,
    Pay.AUTHORIZED: OPEN,
    Pay.PAID: PAID,
    Pay.FAILED: FAILED,
    Pay.CANCELLED: CANCELLED,
    Pay.EXPIRED: EXPIRED,
    Pay.REFUNDED: PAID,
    Pay.PARTIALLY_REFUNDED: PAID,
}
_EARLY: Final = (5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND)
_AFTER: Final = (2 * MINUTE, 10 * MINUTE, HOUR, 24 * HOUR)


def attempt_state(current: str, reported: Pay) -> str:
    """The attempt's state after the provider reported something: success is sticky, an unknown word changes nothing."""
    if current == PAID:
        return PAID
    return _FROM_PAY.get(reported, current)


def prompt_over(payer: str | None, state: str, created_at: int, now: int) -> bool:
    """May a request be sent to this phone again? While the first may still be on its screen, both could be paid."""
    return payer is not None and state in PAYABLE and now - created_at >= PROMPT_LIFE


def ready(state: str, shown: bool, expires_at: int, order_ends: int, now: int) -> bool:
    """Can a buyer be sent to a session that was opened ahead? Its page is known, and lasts long enough."""
    return state == OPEN and shown and expires_at >= min(order_ends, now + AHEAD_LEFT)


def next_poll(polls: int, expires_at: int, now: int, *, seldom: bool = False) -> int | None:
    """When to ask the provider again, ms UTC: 5, 10, 20, 40 s, then every minute until the end, then +2, +10, +60 min,
    +24 h after it; None when the plan is over. ``seldom``: every five minutes until the end."""
    if polls < len(_EARLY) and not seldom:
        return now + _EARLY[polls]
    if now < expires_at:
        return min(now + (_SELDOM if seldom else MINUTE), expires_at + SECOND)
    for pause in _AFTER:
        if now < expires_at + pause:
            return expires_at + pause
    return None


def weigh_token(result: InboundResult, kept: Mapping[str, str]) -> InboundResult:
    """A notification with its payment's own token, held against the attempt's secrets: a wrong one is refused.

    None kept yet, because the answer to the creation is still on its way: a hint, like any that proves nothing.
    """
    given, wanted = (text.encode("utf-8", "surrogatepass") for text in (result.token or "", kept.get(NOTIFY_TOKEN, "")))
    if not wanted:
        return replace(result, auth=Auth.NONE)
    if hmac.compare_digest(given, wanted):
        return result
    return InboundResult("bad_auth", reply=(401, b"unauthorised", "text/plain"))
