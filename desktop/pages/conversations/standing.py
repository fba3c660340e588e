"""The verbs on who a customer is, and their words (no Qt)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.customers.merges import Merge
from core.customers.merging import Preview
from core.customers.parting import Parting
from core.customers.views import CustomerView
from core.kernel.money import format_money
from core.kernel.phone import display
from desktop.texts import Texts


class StandingSource(Protocol):
    """All may block: called off the window's thread."""

    def allow(self, customer_id: int) -> None:
        """Let them order beyond the store's limits for a day."""
        ...

    def restrict(self, customer_id: int, wanted: bool) -> None:
        """Have them pay first from their next order on, or no longer."""
        ...

    def similar(self, customer_id: int, search: str) -> Sequence[CustomerView]:
        """Who might be the same person."""
        ...

    def preview_merge(self, kept: int, absorbed: int) -> Preview:
        """What a merge would make. Raises Refused where it would be refused."""
        ...

    def merge(self, kept: int, absorbed: int) -> int:
        """Two records are one person. → the merge's number. Raises Refused."""
        ...

    def preview_parting(self, merge_id: int) -> Parting:
        """What taking a merge back would do. Raises Refused where it would be refused."""
        ...

    def part(self, merge_id: int) -> None:
        """They are two people after all. Raises Refused."""
        ...


def called(t: Texts, person: CustomerView) -> str:
    return " ".join(person.name.split()) or (display(person.phone) if person.phone else t("Unknown customer"))


def candidate(t: Texts, person: CustomerView) -> str:
    """``Awa Ndour · +221 77 123 45 67 · 3 commandes``."""
    orders = t.plural("{n} order", "{n} orders", person.record.orders)
    return " · ".join((called(t, person), _number(t, person), orders))


def _number(t: Texts, person: CustomerView) -> str:
    return display(person.phone) if person.phone else t("number not shown")


def question(t: Texts, found: Preview, currency: str) -> str:
    """What the two make together, said before it is done."""
    together = t(
        "Together: {orders}, {paid}, {amount}, trust score {score}.",
        orders=t.plural("{n} order", "{n} orders", found.record.orders),
        paid=t.plural("{n} paid", "{n} paid", found.record.paid),
        amount=format_money(max(0, found.record.spent), currency),
        score=found.score,
    )
    absorbed, kept = called(t, found.absorbed), called(t, found.kept)
    if absorbed == kept:  # of the same name, they are told apart by their numbers
        absorbed, kept = (f"{kept} ({_number(t, who)})" for who in (found.absorbed, found.kept))
    carried = t(
        "Orders, messages, notes and numbers of {other} become {name}’s; the stricter word on being scored holds. It"
        " can be taken back.",
        other=absorbed,
        name=kept,
    )
    return f"{together} {carried}"


def parting_question(t: Texts, found: Parting) -> str:
    """Who gets what when a merge is taken back, said before it is done."""
    kept = called(t, found.kept)
    back = t(
        "{name} gets back what was theirs: {orders}, {messages}, numbers, notes and tags.",
        name=found.name or t("The other customer"),
        orders=t.plural("{n} order", "{n} orders", found.orders),
        messages=t.plural("{n} message", "{n} messages", found.messages),
    )
    since = t("Nothing came since that would stay with {name}.", name=kept)
    if found.orders_since or found.messages_since:
        since = t(
            "What came since stays with {name}: {orders}, {messages}.",
            name=kept,
            orders=t.plural("{n} order", "{n} orders", found.orders_since),
            messages=t.plural("{n} message", "{n} messages", found.messages_since),
        )
    return f"{back} {since} {t('They are not made one again by themselves.')}"


def made_one(t: Texts, merge: Merge, day: str) -> str:
    """With whom and when, in a customer's card."""
    name = merge.name or t("another customer")
    if merge.how == "found":
        return t("Made one with {name} on {day}: a message came from both.", name=name, day=day)
    return t("Made one with {name} on {day}.", name=name, day=day)


def limit(t: Texts, limited: str | None) -> str:
    """Why they cannot order now; empty when they can."""
    return {
        "score": t("Below the trust score you ask for: cannot order."),
        "orders": t("Has all the orders you allow in a live."),
    }.get(limited or "", "")
