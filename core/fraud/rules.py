"""What makes an order look like fraud (F124): a sum of signals, each with its points and a sentence. No black box.

A score is advice to the seller, never a verdict: from a threshold on (a setting) the order waits for their eyes, and
nothing is said to the buyer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST: Final = 100
VELOCITY_MS: Final = 10 * 60_000  # over which orders of one person are counted
DAY_MS: Final = 24 * 3_600_000

# Signal → its sentence (message id of the domain ``errors``); {n} is what was counted.
SAID: Final[dict[str, str]] = {
    "velocity": "{n} orders within ten minutes",
    "holds": "{n} reservations let go within a day, nothing paid",
    "attempts": "{n} payments begun for one order",
    "numbers": "{n} phone numbers for one person",
    "payers": "{n} different payers for one person",
    "payer": "This payer paid for {n} different people",
    "amount": "{n} times the usual amount of this person",
    "first": "A first order of {n} pieces",
    "talk": "{n} times “I have paid” or a screenshot, and no payment came",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted. Times and amounts are the order's; ``payers``, ``paid_for``: distinct, 0 when not told.

    ``recent``: orders of the last ten minutes, this one included. ``let_go``: reservations that ended unpaid within a
    day. ``talk``: times the buyer said or showed a payment that had not come. ``numbers``: phones known of the person.
    """

    total: int
    pieces: int
    recent: int
    let_go: int
    paid: int
    spent: int
    attempts: int = 0
    numbers: int = 1
    payers: int = 0
    paid_for: int = 0
    talk: int = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """``n`` fills the sentence of ``code``."""

    code: str
    points: int
    n: int


def signals(facts: Facts) -> tuple[Signal, ...]:
    """What speaks against the order, the heaviest first."""
    usual = facts.spent // facts.paid if facts.paid else 0
    times = facts.total // usual if usual else 0
    found = (
        Signal("velocity", _step(facts.recent, (4, 15), (8, 30)), facts.recent),
        Signal("holds", 0 if facts.paid else _step(facts.let_go, (2, 15), (4, 35)), facts.let_go),
        Signal("attempts", _step(facts.attempts, (4, 15), (7, 25)), facts.attempts),
        Signal("numbers", _step(facts.numbers, (3, 15), (5, 25)), facts.numbers),
        Signal("payers", _step(facts.payers, (3, 20), (5, 35)), facts.payers),
        Signal("payer", _step(facts.paid_for, (3, 30), (5, 50)), facts.paid_for),
        Signal("amount", _step(times, (4, 15), (8, 30)) if facts.paid >= 2 else 0, times),
        Signal("first", 0 if facts.paid else _step(facts.pieces, (10, 15), (25, 30)), facts.pieces),
        Signal("talk", _step(facts.talk, (1, 15), (2, 30), (4, 45)), facts.talk),
    )
    return tuple(sorted((one for one in found if one.points), key=lambda one: (-one.points, one.code)))


def score(found: tuple[Signal, ...]) -> int:
    """0 to 100."""
    return min(MOST, sum(one.points for one in found))


def _step(count: int, *steps: tuple[int, int]) -> int:
    """The points of the highest step reached."""
    return max((points for least, points in steps if count >= least), default=0)
