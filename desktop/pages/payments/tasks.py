"""What needs a person about money, in words: what it is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.kernel.look import Role
from core.kernel.money import format_amount, format_money
from core.payments import onsite
from core.reconciliation.concerns import Concern
from core.reconciliation.rules import NEXT_STEP, TAKEN
from desktop.texts import Texts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class TaskText(Struct, frozen=True):
    """One thing to do, with its one verb; ``steps`` are said before it is done."""

    icon: str
    role: Role
    title: str
    detail: str
    verb: str
    steps: str = ""


class TaskWords:
    """The tasks of one store. ``labels``: what people call each provider."""

    def __init__(self, t: Texts, currency: str, zone: ZoneInfo) -> None:
        self.t = t
        self.currency = currency
        self.zone = zone
        self.labels: Mapping[str, str] = {}

    def money(self, units: int) -> str:
        return format_money(units, self.currency)

    def provider(self, name: str) -> str:
        """What people call a provider."""
        return self.t("Cash") if name == onsite.CASH else self.labels.get(name, name)

    def task(self, concern: Concern) -> TaskText:
        t, who = self.t, concern.customer or concern.reference
        detail = f"{who} · {self.money(concern.amount)}"
        where = self.provider(concern.provider)
        if concern.kind == "decide":
            return TaskText("circle-alert", "waiting", t("Money to decide on"), detail, t("Decide"))
        if concern.kind == "refund":
            title = {
                "todo": t("To give back at {provider}", provider=where),
                "failed": t("{provider} refused to give it back", provider=where),
            }.get(concern.detail, t("{provider} has not confirmed a refund", provider=where))
            steps = t(
                "1. Open the pages of {provider} and look for the payment of order {reference}.\n"
                "2. Give back {amount} there.\n3. Come back here and mark it as done.",
                provider=where,
                reference=concern.reference,
                amount=self.money(concern.amount),
            )
            said = t("{provider} said: {said}", provider=where, said=concern.said) if concern.said else ""
            return TaskText("undo-2", "danger", title, detail, t("Do it"), f"{said}\n\n{steps}".strip())
        if concern.kind == "difference":
            ours, theirs = (
                "—" if units is None else format_amount(units, self.currency)
                for units in (concern.ours, concern.theirs)
            )
            figures = t("here {ours}, there {theirs}", ours=ours, theirs=theirs)
            detail = f"{figures} · {where or t('the books')} · {concern.reference}"
            steps = explain(Refused(NEXT_STEP[concern.detail]), t.language)
            return TaskText("arrow-left-right", "danger", self.difference(concern.detail), detail, t("Look"), steps)
        title = t("{provider} tells of a refund of unknown amount", provider=where)
        if concern.kind == "contradiction":
            title = t("{provider} tells of money that does not fit its order", provider=where)
            steps = t(
                "The amount or the currency is another one than was asked for, so nothing is booked.\n"
                "1. Open the pages of {provider} and look for the payment of order {reference}.\n"
                "2. Is it there? Give it back there, or agree with the customer on what it pays for.\n"
                "3. Come back here and mark it as settled.",
                provider=where,
                reference=concern.reference,
            )
            return TaskText("triangle-alert", "danger", title, detail, t("Look"), steps)
        return TaskText("triangle-alert", "danger", title, detail, t("Ask again"))

    def difference(self, kind: str) -> str:
        """What differs, in a few words."""
        t = self.t
        return {
            "payment_missing": t("Money at the provider, unknown here"),
            "payment_unknown": t("A payment the provider does not know"),
            "amount_differs": t("The amounts differ"),
            "fee_differs": t("The fees differ"),
            "refund_missing": t("A refund that is not booked here"),
            "refund_unknown": t("A refund the provider does not show"),
        }.get(kind, t("The books do not add up"))

    @staticmethod
    def can_take(kind: str) -> bool:
        """Whether the books can follow the provider by themselves."""
        return kind in TAKEN
