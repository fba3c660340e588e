"""What messages and calls cost, and what a month's budget stops. Pure.

Money here is an integer of millionths of a US dollar: WhatsApp's rates and language models' are fractions of a cent.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from msgspec import Struct

from core.kernel.paths import resource

MICRO: Final = 1_000_000  # in a dollar
CENT: Final = 10_000
WARN: Final = 80  # percent of a budget from which the seller is warned
FULL: Final = 100

SERVICE, UTILITY, MARKETING, AUTHENTICATION = "service", "utility", "marketing", "authentication"
CATEGORIES: Final = (SERVICE, UTILITY, MARKETING, AUTHENTICATION)
# How a message is counted: WhatsApp's own words for what it bills, and two of ours for before it says and for failures.
EXPECTED, FAILED = "expected", "failed"
REGULAR: Final = "regular"
FREE: Final = frozenset({"free_customer_service", "free_entry_point"})
OTHER: Final = "other"  # a market that no card names
_CODES: Final = (3, 2, 1)  # digits of a calling code, the longest first


class Market(Struct, frozen=True):
    name: str
    codes: frozenset[str]
    rates: dict[str, int]


class Card(Struct, frozen=True):
    """The rates from a day on. ``free_service``: delivered service messages of a month that cost nothing."""

    since: date
    service_billed: bool
    free_service: int
    markets: tuple[Market, ...]
    known: str
    free_service_known: str = ""

    def rate(self, category: str, market: str) -> int | None:
        """What one billed message costs; None where that is not known."""
        if category == SERVICE and not self.service_billed:
            return 0
        found = next((m for m in self.markets if m.name == market), None)
        return None if found is None else found.rates.get(category)


class Counted(Struct, frozen=True):
    """``count`` messages of one kind in one month."""

    category: str
    market: str
    type: str
    count: int


class Estimate(Struct, frozen=True):
    """``cost`` of what has a known rate; ``unpriced`` messages have none."""

    cost: int
    billed: int
    unpriced: int


@lru_cache(maxsize=1)
def cards() -> tuple[Card, ...]:
    """Every card, the oldest first. Raises OSError or TOMLDecodeError: the installation is damaged."""
    with resource("whatsapp", "prices.toml").open("rb") as file:
        read = tomllib.load(file)["card"]
    made = [
        Card(
            since=one["since"],
            service_billed=one["service"] == "billed",
            free_service=one.get("free_service", 0),
            markets=tuple(
                Market(m["name"], frozenset(m["codes"].split()), {c: m[c] for c in CATEGORIES if c in m})
                for m in one.get("market", ())
            ),
            known=one["known"],
            free_service_known=one.get("free_service_known", ""),
        )
        for one in read
    ]
    return tuple(sorted(made, key=lambda card: card.since))


def card_of(month: str) -> Card | None:
    """The card that holds on the first day of a month (``2026-10``); None before the first."""
    first = date.fromisoformat(f"{month}-01")
    found = [card for card in cards() if card.since <= first]
    return found[-1] if found else None


def market_of(phone: str | None) -> str:
    """The market of a number (``+221…``) in the newest card. A person without one is of a market that nobody knows."""
    digits = (phone or "").removeprefix("+")
    for length in _CODES:
        for market in cards()[-1].markets:
            if digits[:length] in market.codes and len(digits) > length:
                return market.name
    return OTHER


def estimate(month: str, counted: Sequence[Counted]) -> Estimate:
    """What a month's messages cost. Those WhatsApp has not spoken of yet count as it would bill them."""
    card = card_of(month)
    if card is None:
        return Estimate(0, 0, sum(each.count for each in counted if each.type not in FREE | {FAILED}))
    service = [each for each in counted if each.category == SERVICE]
    used_up = any(each.type == REGULAR for each in service)  # WhatsApp has begun to bill them
    allowance = card.free_service if card.service_billed and not used_up else 0
    allowance -= sum(each.count for each in service if each.type == "free_customer_service")
    cost = billed = unpriced = 0
    for each in counted:
        if each.type in FREE or each.type == FAILED:
            continue
        number = each.count
        if each.category == SERVICE and each.type == EXPECTED:
            spared = min(number, max(0, allowance))
            allowance -= spared
            number -= spared
        rate = card.rate(each.category, each.market)
        if rate is None:
            unpriced += number
        elif rate:
            billed += number
            cost += number * rate
    return Estimate(cost, billed, unpriced)


def call_cost(tokens_in: int, tokens_out: int, price_in: int, price_out: int) -> int:
    """What a call costs; prices are US cents for a million tokens. Rounded up: a budget must not be passed unseen."""
    return -(-(tokens_in * price_in + tokens_out * price_out) * CENT // MICRO)


def cents(cost: int) -> int:
    """Whole US cents, rounded up: something that cost a little did not cost nothing."""
    return -(-cost // CENT)


def percent(used: int, budget: int) -> int | None:
    """How much of a budget is used, rounded down; None where there is none."""
    return None if budget <= 0 else used * 100 // budget


class Budget(Struct, frozen=True):
    """What the seller wants to stay under in a month, 0 for no limit: messages, US cents for everything, calls."""

    messages: int = 0
    cents: int = 0
    calls_month: int = 0
    calls_day: int = 0


class Spent(Struct, frozen=True):
    """What was used: delivered or expected messages of the month, millionths of a dollar, calls."""

    messages: int
    cost: int
    calls_month: int
    calls_day: int


def worst(budget: Budget, spent: Spent) -> int:
    """The fullest of the budgets of the month, in percent; 0 without any."""
    parts = (
        percent(spent.messages, budget.messages),
        percent(spent.cost, budget.cents * CENT),
    )
    return max((part for part in parts if part is not None), default=0)


def may_ask(budget: Budget, spent: Spent) -> bool:
    """Whether one more call of a language model is within every budget."""
    used = (percent(spent.calls_month, budget.calls_month), percent(spent.calls_day, budget.calls_day))
    return worst(budget, spent) < FULL and all(part is None or part < FULL for part in used)


def may_advertise(budget: Budget, spent: Spent) -> bool:
    """Whether a message that nobody asked for may go. Answers, orders and payments always may."""
    return worst(budget, spent) < FULL
