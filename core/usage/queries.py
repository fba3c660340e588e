"""A month's messages and calls, for the API, the command line and the window."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.patterns import late
from core.storage.connection import Reader
from core.usage.meter import Meter, counted_in
from core.usage.rules import CENT, FAILED, FREE, FULL, WARN, Budget, Counted, card_of, estimate, percent

_MONTH: Final = late(r"(20[2-9]\d)-(0[1-9]|1[0-2])")


class Kind(Struct, frozen=True):
    """Messages of one category: all that left, those that cost nothing, those that failed."""

    category: str
    sent: int
    free: int
    failed: int


class Calls(Struct, frozen=True):
    """Calls of the language model; ``rejected``: answers that the books did not bear out. ``cost`` in millionths."""

    calls: int
    failed: int
    rejected: int
    tokens_in: int
    tokens_out: int
    cost: int


class Usage(Struct, frozen=True):
    """Costs are millionths of a US dollar. ``unpriced`` messages have no known rate and are not in ``message_cost``.

    ``level``: fine, warning (from 80 %) or stopped. ``used``: percent of each budget that is set.
    """

    month: str
    kinds: tuple[Kind, ...]
    messages: int
    message_cost: int
    unpriced: int
    calls: Calls
    budget: Budget
    used: dict[str, int]
    level: str
    rates_known: str
    free_service: int

    @property
    def cost(self) -> int:
        return self.message_cost + self.calls.cost


def usage(reader: Reader, meter: Meter, now: int, month: str | None = None) -> Usage:
    """A month, this one unless said (``2026-10``). Raises Refused for what is no month."""
    if month is not None and _MONTH.fullmatch(month) is None:
        raise Refused("“{text}” is not a month: write it like 2026-10.", text=month)
    chosen = month or meter.month(now)
    counted = counted_in(reader, chosen)
    found = estimate(chosen, counted)
    row = reader.one(
        "SELECT coalesce(sum(calls), 0), coalesce(sum(failed), 0), coalesce(sum(rejected), 0),"
        " coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(cost), 0)"
        " FROM ai_day WHERE day BETWEEN ?1 || '-01' AND ?1 || '-31'",
        (chosen,),
    )
    calls = Calls(*(row or (0,) * 6))
    messages = sum(each.count for each in counted if each.type != FAILED)
    budget = meter.budget()
    of = {
        "messages": percent(messages, budget.messages),
        "money": percent(found.cost + calls.cost, budget.cents * CENT),
        "calls": percent(calls.calls, budget.calls_month),
    }
    used = {name: part for name, part in of.items() if part is not None}
    stops = max((part for name, part in used.items() if name != "calls"), default=0)
    card = card_of(chosen)
    return Usage(
        month=chosen,
        kinds=_kinds(counted),
        messages=messages,
        message_cost=found.cost,
        unpriced=found.unpriced,
        calls=calls,
        budget=budget,
        used=used,
        level="stopped" if stops >= FULL else "warning" if max(used.values(), default=0) >= WARN else "fine",
        rates_known=card.known if card else "",
        free_service=card.free_service if card else 0,
    )


def _kinds(counted: list[Counted]) -> tuple[Kind, ...]:
    found = []
    for category in dict.fromkeys(each.category for each in counted):
        mine = [each for each in counted if each.category == category]
        free = sum(each.count for each in mine if each.type in FREE)
        failed = sum(each.count for each in mine if each.type == FAILED)
        found.append(Kind(category, sum(each.count for each in mine) - failed, free, failed))
    return tuple(found)
