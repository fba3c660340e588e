"""The stages of a prospect (F96), how far an event brings one, and when one is worth the seller's call (F92). Pure."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

Stage = Literal["new", "interested", "quote", "order", "won", "lost"]

NEW: Final = "new"  # has written
INTERESTED: Final = "interested"  # has asked for a price, or waits for an item that is sold out
QUOTE: Final = "quote"  # a quote is being written or negotiated
ORDER: Final = "order"  # something is reserved
WON: Final = "won"  # paid
LOST: Final = "lost"
STAGES: Final = (NEW, INTERESTED, QUOTE, ORDER, WON, LOST)
OPEN: Final = (NEW, INTERESTED, QUOTE, ORDER)
ENDS: Final = (WON, LOST)
_RANK: Final = {stage: number for number, stage in enumerate(STAGES)}

ASKED_TWICE: Final = 2  # questions for a price or a quote
MAX_NOTE: Final = 2000  # characters of the seller's note
MAX_NEXT: Final = 300  # characters of the next activity

# What made a prospect worth a call → its sentence (message id of the domain ``errors``).
REASONS: Final[dict[str, str]] = {
    "asked": "asked for a price or a quote twice",
    "amount": "a large amount",
    "business": "buys for a business",
}


def onward(stage: str, reached: str) -> str | None:
    """The stage after an event that means ``reached``, None where nothing moves: never backwards by itself."""
    if stage in ENDS or _RANK[reached] <= _RANK[stage]:
        return None
    return reached


def begins(reached: str) -> bool:
    """Whether somebody who was won or lost is a new opportunity with this; a mere word is none."""
    return reached in (INTERESTED, QUOTE, ORDER)


class Facts(Struct, frozen=True):
    """What is known of an open opportunity. ``amount`` in smallest units, None while unknown; ``large``: the store's
    own bound, 0 for none."""

    stage: str
    asked: int
    amount: int | None
    business: bool = False
    large: int = 0


def qualified_by(facts: Facts) -> str | None:
    """Why the seller should call this prospect, None while they need not.

    A large amount, wherever it stands. Who asked twice and has not ordered by themselves. A business, from its first
    question on.
    """
    if facts.large and (facts.amount or 0) >= facts.large:
        return "amount"
    if facts.stage in (INTERESTED, QUOTE) and facts.business:
        return "business"
    if facts.stage in (NEW, INTERESTED, QUOTE) and facts.asked >= ASKED_TWICE:
        return "asked"
    return None
