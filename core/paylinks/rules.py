"""What a pay link shows, judged from its order's facts: it pays while the order is reserved, then it only tells."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from core.kernel.clock import SECOND

CLOCK_AT_LEAST: Final = 150 * SECOND
"""The clock shows from 2 min 30 on even where a quarter of the hold is shorter."""
CLOCK_AT_MOST: Final = 450 * SECOND
"""A quarter of a live's longest hold: the order of a quote waits for days, and no clock helps before the end."""
# Questions about the whole sale; the others concern only an excess.
_GOODS: Final = ("paid_late", "underpaid", "suspect")
_TRYING: Final = "open"  # the buyer was sent to the provider and its last word is not known
_MAY_BRING_MONEY: Final = ("created", "open", "unknown")


class Standing(StrEnum):
    """What the buyer is told, one sentence each."""

    RESERVED = "reserved"  # choose a means and pay
    CHECKING = "checking"  # a means was chosen, the provider has not said the end
    UNDERPAID = "underpaid"  # a part is in, the rest can still be paid
    ON_TERMS = "on_terms"  # sold and invoiced, paid later: until its day, or before
    DEPOSIT_PAID = "deposit_paid"  # as agreed: the goods are held, the rest is paid with the same link
    PAID = "paid"
    PAID_LATE = "paid_late"  # the money came after the end: the shop decides and writes
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Question(Struct, frozen=True):
    """A decision of the seller about unusual money. ``choice`` None: not taken yet; ``refund``: None, todo, done."""

    kind: str
    amount: int
    choice: str | None
    refund: str | None


class Facts(Struct, frozen=True):
    """An order as its books have it. Amounts in smallest units, times in ms UTC.

    ``deposit``: the first part that was agreed, 0 for none; ``asked``: what is to be paid now, the deposit or the rest.
    ``later``: sold, to be paid by ``expires_at`` or before.
    ``trying``: the buyer is, or was, at a provider whose last word is not known; ``unsettled``: some attempt may still
    bring money.
    """

    state: str
    total: int
    received: int
    reserved_at: int
    expires_at: int
    trying: bool = False
    unsettled: bool = False
    questions: tuple[Question, ...] = ()
    deposit: int = 0
    asked: int = 0
    later: bool = False

    @property
    def due(self) -> int:
        """What is still to be paid."""
        return max(0, self.total - self.received)

    def excess(self, *, chosen: bool, refund: str | None = None) -> int:
        """Money beyond the total: undecided, or (``chosen``) decided with this state of its refund."""
        return sum(
            q.amount
            for q in self.questions
            if q.kind not in _GOODS and (q.choice is not None) == chosen and q.refund == refund
        )

    def refunds(self, refund: str) -> int:
        """Money of the whole sale that goes (todo) or went (done) back."""
        return sum(q.amount for q in self.questions if q.kind in _GOODS and q.refund == refund)


def is_trying(attempt_state: str, closing: bool, sent: bool) -> bool:
    """A payment attempt in the words of core.payments.rules; one being closed is given up for another. ``sent``: the
    buyer knows how to pay: by the provider's page, a request on the phone, or a code."""
    return attempt_state == _TRYING and not closing and sent


def may_bring_money(attempt_state: str) -> bool:
    return attempt_state in _MAY_BRING_MONEY


def payable(facts: Facts, now: int) -> bool:
    """The link can pay: the same test as the one a payment attempt must pass."""
    return facts.state == "reserved" and now < facts.expires_at


def standing(facts: Facts, now: int) -> Standing:
    """The one thing to tell. A hold past its time counts as expired before the sweep has come round."""
    if payable(facts, now):
        if facts.later:
            return Standing.ON_TERMS
        if facts.received:
            return Standing.DEPOSIT_PAID if 0 < facts.deposit <= facts.received else Standing.UNDERPAID
        return Standing.CHECKING if facts.trying else Standing.RESERVED
    if facts.refunds("todo"):
        return Standing.REFUND_DUE
    if facts.state == "refunded" or (facts.state != "paid" and facts.refunds("done")):
        return Standing.REFUNDED
    if facts.state == "paid":
        undecided = any(q.kind == "paid_late" and q.choice is None for q in facts.questions)
        return Standing.PAID_LATE if undecided else Standing.PAID
    return Standing.CANCELLED if facts.state == "cancelled" else Standing.EXPIRED


def settled(facts: Facts, now: int) -> bool:
    """Nothing more will happen by itself: no need to keep a stream open."""
    match standing(facts, now):
        case Standing.PAID:
            return not facts.excess(chosen=False) and not facts.excess(chosen=True, refund="todo")
        case Standing.REFUNDED:
            return facts.state != "reserved"
        case Standing.EXPIRED | Standing.CANCELLED:
            return facts.state != "reserved" and not facts.unsettled and not facts.received
        case _:
            return False


def clock_from(facts: Facts) -> int:
    """The remaining time, in ms, from which a ticking clock helps: the hold's last quarter (lessons c21)."""
    return max(min((facts.expires_at - facts.reserved_at) // 4, CLOCK_AT_MOST), CLOCK_AT_LEAST)
