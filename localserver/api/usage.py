"""What a month's messages and calls of the assistant came to."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from msgspec import UNSET, Meta, UnsetType

from core.usage import queries
from core.usage.queries import Usage as Month
from core.usage.rules import cents
from localserver.api.answers import Amount, Shown
from localserver.api.door import Call, Route, show
from localserver.api.requests import Request

Level = Literal["fine", "warning", "stopped"]
MonthName = Annotated[str, Meta(pattern="^20[2-9][0-9]-(0[1-9]|1[0-2])$")]
Percent = Annotated[int, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]


class UsageAsked(Request, frozen=True):
    """``month``: 2026-10; this month unless said."""

    month: MonthName | UnsetType = UNSET


class MessageKind(Shown, frozen=True):
    """Messages of one of WhatsApp's categories: ``sent`` all that left, of which ``free`` cost nothing; ``failed``
    ones were not delivered and are in neither."""

    category: str
    sent: Count
    free: Count
    failed: Count


class AssistantCalls(Shown, frozen=True):
    """``rejected``: answers that the books did not bear out, and that were not sent."""

    calls: Count
    failed: Count
    rejected: Count
    tokens_in: Count
    tokens_out: Count
    cost: Amount


class Used(Shown, frozen=True):
    """Percent of each budget; null where none is set."""

    messages: Percent | None
    money: Percent | None
    calls: Percent | None


class Usage(Shown, frozen=True):
    """Costs are estimates in US cents, rounded up. ``unpriced`` messages go to countries whose rate is not known, and
    are not in them; ``rates_known``: how surely the rates are. ``level`` stopped: AI and advertising rest."""

    month: MonthName
    messages: Count
    kinds: list[MessageKind]
    message_cost: Amount
    unpriced: Count
    assistant: AssistantCalls
    cost: Amount
    used: Used
    level: Level
    rates_known: Literal["documented", "seen", "unsure", ""]


def shown(month: Month) -> Usage:
    def usd(cost: int) -> Amount:
        return Amount(cents(cost), "USD")

    calls = month.calls
    return Usage(
        month=month.month,
        messages=month.messages,
        kinds=[MessageKind(k.category, k.sent, k.free, k.failed) for k in month.kinds],
        message_cost=usd(month.message_cost),
        unpriced=month.unpriced,
        assistant=AssistantCalls(
            calls.calls, calls.failed, calls.rejected, calls.tokens_in, calls.tokens_out, usd(calls.cost)
        ),
        cost=usd(month.cost),
        used=Used(month.used.get("messages"), month.used.get("money"), month.used.get("calls")),
        level=month.level,  # type: ignore[arg-type] # its three words
        rates_known=month.rates_known,  # type: ignore[arg-type] # the words of the price card
    )


async def usage(call: Call) -> web.Response:
    asked: UsageAsked = call.query
    month = None if asked.month is UNSET else asked.month
    now = call.shop.clock.now()
    return show(shown(await call.read(lambda r: queries.usage(r, call.shop.meter, now, month))))


USAGE = (
    Route(
        "GET",
        "/usage",
        usage,
        "usage.read",
        "What a month's WhatsApp messages and AI calls came to, and how much of the budget that is",
        {200: Usage},
        asks=UsageAsked,
    ),
)
