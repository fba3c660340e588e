"""What makes an order look like fraud (F124): a sum of signals, each with its points and a sentence. No black box.

A score is advice to the seller, never a verdict: from a threshold on (a setting) the order waits for their eyes, and
nothing is said to the buyer. No signal reaches the usual threshold by itself; only the store's own limits against
laundering (F128) do, because they are limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Final

from msgspec import Struct

MOST: Final = 100
USUAL_THRESHOLD: Final = 70
VELOCITY_MS: Final = 10 * 60_000  # over which orders of one person, and people at one address, are counted
DAY_MS: Final = 24 * 3_600_000
MONTH_MS: Final = 30 * DAY_MS
# How long marks are kept, ms: as long as they are counted, no longer (data minimisation, F127).
ADDRESS_KEPT: Final = DAY_MS
DEVICE_KEPT: Final = MONTH_MS
PAYER_KEPT: Final = 3 * MONTH_MS
HISTORY: Final = 2
"""Paid orders from which on a person has habits."""

# Signal → the points of each step: (counted at least, points).
POINTS: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "velocity": ((4, 15), (8, 30)),
    "holds": ((2, 15), (4, 35)),
    "attempts": ((4, 15), (7, 25)),
    "numbers": ((3, 15), (5, 25)),
    "payers": ((3, 20), (5, 35)),
    "payer": ((3, 30), (5, 50)),
    "lookalike": ((6, 10), (12, 20)),
    "amount": ((4, 15), (8, 30)),
    "means": ((4, 15),),
    "first": ((10, 15), (25, 30)),
    "talk": ((1, 15), (2, 30), (4, 45)),
    "device": ((3, 15), (6, 30)),
    "address": ((15, 5), (40, 10)),  # operators put thousands of phones behind one address
    "abroad": ((1, 15),),
}
# Drawn from a person's habits: left out for who refuses that (F125). The others protect the shop (legitimate interest).
HABITS: Final = frozenset({"amount", "means", "first"})

# Signal → its sentence (message id of the domain ``errors``); {n} is what was counted.
SAID: Final[dict[str, str]] = {
    "velocity": "{n} orders within ten minutes",
    "holds": "{n} reservations let go within a day, nothing paid",
    "attempts": "{n} payments begun for one order",
    "numbers": "{n} phone numbers for one person",
    "payers": "{n} different payers for one person",
    "payer": "This payer paid for {n} different people",
    "lookalike": "A payer whose number ends alike paid for {n} different people",
    "amount": "{n} times the usual amount of this person",
    "means": "A means of payment this person never used, for {n} times their usual amount",
    "first": "A first order of {n} pieces",
    "talk": "{n} times “I have paid” or a screenshot, and no payment came",
    "device": "Orders of {n} different people opened on one phone or computer",
    "address": "{n} different people at one internet address within ten minutes",
    "abroad": "Paid with a number of another country than the customer’s",
    "customer_day": "With this order {n} within a day for one person: above your limit",
    "customer_month": "With this order {n} within thirty days for one person: above your limit",
    "payer_day": "{n} within a day from one payer: above your limit",
    "payer_month": "{n} within thirty days from one payer: above your limit",
}
SUMS: Final = ("customer_day", "customer_month", "payer_day", "payer_month")
"""Signals whose {n} is money: the limits against laundering. They ask whatever the threshold is."""


class Sums(Struct, frozen=True):
    """Money within a day and within thirty days, this order included, in smallest units."""

    customer_day: int = 0
    customer_month: int = 0
    payer_day: int = 0
    payer_month: int = 0


class Facts(Struct, frozen=True):
    """What is counted. Times and amounts are the order's; ``payers``, ``paid_for``: distinct, 0 when not told.

    ``recent``: orders of the last ten minutes, this one included. ``let_go``: reservations that ended unpaid within a
    day. ``talk``: times the buyer said or showed a payment that had not come. ``numbers``: phones known of the person.
    ``alike``: people paid for by payers of whom only a part of the number is told. ``new_means``: a provider, or a
    payer, that the person never paid with. ``on_device``, ``at_address``: people, this one included.
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
    alike: int = 0
    new_means: bool = False
    on_device: int = 0
    at_address: int = 0
    abroad: bool = False
    habits: bool = True


class Signal(Struct, frozen=True):
    """``n`` fills the sentence of ``code``."""

    code: str
    points: int
    n: int


def signals(facts: Facts) -> tuple[Signal, ...]:
    """What speaks against the order, the heaviest first."""
    usual = facts.spent // facts.paid if facts.paid >= HISTORY else 0
    times = facts.total // usual if usual else 0
    counted = {
        "velocity": facts.recent,
        "holds": 0 if facts.paid else facts.let_go,
        "attempts": facts.attempts,
        "numbers": facts.numbers,
        "payers": facts.payers,
        "payer": facts.paid_for,
        "lookalike": facts.alike,
        "amount": times,
        "means": times if facts.new_means else 0,
        "first": 0 if facts.paid else facts.pieces,
        "talk": facts.talk,
        "device": facts.on_device,
        "address": facts.at_address,
        "abroad": int(facts.abroad),
    }
    heard = (code for code in counted if facts.habits or code not in HABITS)
    found = (Signal(code, _step(counted[code], *POINTS[code]), counted[code]) for code in heard)
    return _heaviest_first(one for one in found if one.points)


def beyond(sums: Sums, limits: Sums) -> tuple[Signal, ...]:
    """Which of the store's limits an order passes; a limit of 0 is none."""
    passed = ((code, getattr(sums, code), getattr(limits, code)) for code in SUMS)
    return tuple(Signal(code, USUAL_THRESHOLD, there) for code, there, most in passed if 0 < most < there)


def score(found: tuple[Signal, ...]) -> int:
    """0 to 100."""
    return min(MOST, sum(one.points for one in found))


def network_of(address: str) -> str | None:
    """What of an internet address is looked at: /24 of IPv4, /48 of IPv6; None for one that names nobody out there."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    found = getattr(found, "ipv4_mapped", None) or found
    if not found.is_global:
        return None
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def is_exact(payer: str) -> bool:
    """Does this name one payer? A masked number and a card's last digits fit several."""
    return "*" not in payer and not payer.startswith("card:")


def _heaviest_first(found: Iterable[Signal]) -> tuple[Signal, ...]:
    return tuple(sorted(found, key=lambda one: (-one.points, one.code)))


def _step(count: int, *steps: tuple[int, int]) -> int:
    """The points of the highest step reached."""
    return max((points for least, points in steps if count >= least), default=0)
