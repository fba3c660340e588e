"""``usage``: a month's messages and calls of the assistant, what they cost, and how much of the budget that is."""

from __future__ import annotations

from argparse import Namespace

from msgspec.structs import asdict

from core.bootstrap import open_shop
from core.kernel.money import format_money
from core.storage.folder import Home
from core.usage import queries
from core.usage.queries import Usage
from core.usage.rules import cents
from localserver.console.terminal import DONE, Terminal, tr


def usage(args: Namespace, home: Home, out: Terminal) -> int:
    shop = open_shop(home, args.store)
    try:
        now = shop.clock.now()
        found = shop.engine.read(lambda r: queries.usage(r, shop.meter, now, args.month))
    finally:
        shop.close()
    out.result({**asdict(found), "cost": found.cost, "unit": "USD/1000000"}, "\n".join(_said(found)))
    return DONE


def _usd(cost: int) -> str:
    return format_money(cents(cost), "USD")


def _said(found: Usage) -> list[str]:
    lines = [
        tr("{month}: {messages} messages, about {cost}", month=found.month, messages=found.messages,
           cost=_usd(found.message_cost)),
        *(
            tr("  {category}: {sent} sent, {free} of them free, {failed} failed", category=kind.category,
               sent=kind.sent, free=kind.free, failed=kind.failed)
            for kind in found.kinds
        ),
    ]  # fmt: skip
    if found.unpriced:
        lines.append(tr("  {count} of them go where the rate is not known: not in the sum", count=found.unpriced))
    calls = found.calls
    lines.append(
        tr(
            "AI: {calls} calls ({failed} failed, {rejected} answers not borne out), {tokens} tokens, about {cost}",
            calls=calls.calls,
            failed=calls.failed,
            rejected=calls.rejected,
            tokens=calls.tokens_in + calls.tokens_out,
            cost=_usd(calls.cost),
        )
    )
    names = {"messages": tr("messages"), "money": tr("money"), "calls": tr("AI calls")}
    lines += [tr("Budget, {what}: {percent} % used", what=names[w], percent=p) for w, p in found.used.items()]
    if found.level == "stopped":
        lines.append(tr("The budget is used up: AI and advertising rest until next month. Answers and payments go on."))
    return lines
