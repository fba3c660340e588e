"""What a month's messages and calls of the assistant came to, in the seller's words. No Qt."""

from __future__ import annotations

from core.kernel.money import format_money
from core.kernel.text import NARROW
from core.usage.queries import Kind, Usage
from core.usage.rules import cents
from desktop.texts import Texts


def usage_lines(t: Texts, usage: Usage) -> list[tuple[str, str]]:
    """(what, how much) for each line of the month's card."""
    lines = [(_category(t, kind), _count(t, kind)) for kind in usage.kinds]
    lines.append((t("WhatsApp, about"), _cost(t, usage)))
    calls = usage.calls
    if calls.calls:
        said = t.plural("{n} call, {cost}", "{n} calls, {cost}", calls.calls, cost=_usd(calls.cost))
        kept = calls.rejected + calls.failed
        lines.append((t("AI, about"), said))
        if kept:
            lines.append((t("Answers of the AI that were not used"), str(kept)))
    names = {"messages": t("Budget of messages"), "money": t("Budget of money"), "calls": t("Budget of AI calls")}
    lines += [(names[name], f"{part}{NARROW}%") for name, part in usage.used.items()]
    return lines


def verdict(t: Texts, usage: Usage) -> str:
    """What the seller should know of the budget; empty when all is well."""
    if usage.level == "stopped":
        return t("The budget is used up: AI and advertising rest until next month. Answers and payments go on.")
    return t("The budget is nearly used up.") if usage.level == "warning" else ""


def _category(t: Texts, kind: Kind) -> str:
    names = {
        "service": t("Answers and notices"),
        "utility": t("Templates about an order"),
        "marketing": t("Templates that advertise"),
        "authentication": t("Templates with a code"),
    }
    return names.get(kind.category, kind.category)


def _count(t: Texts, kind: Kind) -> str:
    if not kind.free:
        return str(kind.sent)
    return t("{sent}, {free} of them free", sent=kind.sent, free=kind.free)


def _cost(t: Texts, usage: Usage) -> str:
    if not usage.unpriced:
        return _usd(usage.message_cost)
    return t.plural(
        "{cost}, without {n} message whose rate is not known",
        "{cost}, without {n} messages whose rate is not known",
        usage.unpriced,
        cost=_usd(usage.message_cost),
    )


def _usd(cost: int) -> str:
    return format_money(cents(cost), "USD")
