"""What to decide when money does not match its order: what happened, and what each choice will do (no Qt)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.kernel.text import clock_time_in_words, duration, short_name
from core.live.views import BoardRow, StockBar
from desktop.pages.live.presenter import LivePresenter

# The choices of each exception, the usual one first; the same table stands in core.orders.rules.
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "paid_late": ("honour", "substitute", "refund"),
    "underpaid": ("honour", "refund"),
    "overpaid": ("refund", "keep"),
    "paid_twice": ("refund", "keep"),
    "suspect": ("accept", "refuse"),
}


@dataclass(frozen=True, slots=True)
class ChoiceText:
    """One way out. ``obstacle`` says why it cannot be taken, empty when it can; ``verb`` is the button's word."""

    choice: str
    title: str
    consequence: str
    verb: str
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """``advised`` is the choice preselected: the first that can be taken."""

    title: str
    sentence: str
    choices: tuple[ChoiceText, ...]

    @property
    def advised(self) -> str:
        return next((choice.choice for choice in self.choices if not choice.obstacle), "")


def question(row: BoardRow, stock: dict[int, StockBar], presenter: LivePresenter) -> Question:
    """The question an order puts. ``stock`` by product id, as far as known."""
    kind = row.exception or ""
    return Question(
        presenter.exception(kind),
        _story(row, presenter),
        tuple(_choice(choice, row, stock, presenter) for choice in CHOICES.get(kind, ())),
    )


def _story(row: BoardRow, presenter: LivePresenter) -> str:
    t = presenter.t
    name = short_name(row.customer_name) or t("The customer")
    received, total = presenter.money(row.received), presenter.money(row.total)
    match row.exception:
        case "paid_late" if row.paid_at:
            return t(
                "{name} paid {amount} at {time}, {late} after the end of the hold. The money has arrived.",
                name=name,
                amount=received,
                time=clock_time_in_words(row.paid_at, presenter.zone),
                late=duration(max(0, row.paid_at - row.expires_at)),
            )
        case "underpaid":
            missing = presenter.money(row.total - row.received)
            return t(
                "{name} paid {amount} of {total}: {missing} are missing.",
                name=name,
                amount=received,
                total=total,
                missing=missing,
            )
        case "overpaid":
            return t(
                "{name} paid {amount} for an order of {total}: {excess} too much.",
                name=name,
                amount=received,
                total=total,
                excess=presenter.money(row.received - row.total),
            )
        case "suspect":
            return t("Risk {score} out of 100: {reasons}.", score=row.risk, reasons=presenter.reasons(row))
        case "paid_twice":
            return t(
                "{name} paid this order of {total} more than once: {amount} have arrived in all.",
                name=name,
                amount=received,
                total=total,
            )
        case _:
            return t("{name} paid {amount} for an order of {total}.", name=name, amount=received, total=total)


def _choice(choice: str, row: BoardRow, stock: dict[int, StockBar], presenter: LivePresenter) -> ChoiceText:
    t = presenter.t
    excess = row.received - row.total if row.exception in ("overpaid", "paid_twice") else row.received
    match choice:
        case "honour":
            consequence = (
                t("The order counts as paid in full with what has arrived, and the item is the customer's.")
                if row.exception == "underpaid"
                else t("The order stands as paid; the customer gets the item and is told so.")
            )
            return ChoiceText(choice, t("Honour the order"), consequence, t("Honour"), _shortage(row, stock, presenter))
        case "accept":
            consequence = t("The order goes on as any other; what is paid stands.")
            return ChoiceText(choice, t("Accept the order"), consequence, t("Accept"))
        case "refuse":
            consequence = t("The order ends, the item goes back on sale, and what was paid is to be given back.")
            return ChoiceText(choice, t("Refuse the order"), consequence, t("Refuse"))
        case "substitute":
            consequence = t("Another product that costs no more takes its place; what is too much is to be given back.")
            return ChoiceText(choice, t("Offer another product"), consequence, t("Replace"))
        case "refund":
            consequence = t(
                "{amount} are noted as to be given back. You give them back at the payment provider, then tick it off.",
                amount=presenter.money(excess),
            )
            return ChoiceText(choice, t("Give the money back"), consequence, t("Give back"))
        case _:
            consequence = t("The customer leaves you {amount}. Nothing is given back.", amount=presenter.money(excess))
            return ChoiceText(choice, t("Keep it, as agreed with the customer"), consequence, t("Keep"))


def _shortage(row: BoardRow, stock: dict[int, StockBar], presenter: LivePresenter) -> str:
    """Why the order cannot be honoured: its hold is over and the shelf is empty."""
    if row.state == "reserved":
        return ""
    for line in row.lines:
        bar = stock.get(line.product_id)
        if row.exception == "underpaid" and bar and bar.available < line.quantity:
            return presenter.t("{sku} is no longer in stock.", sku=line.sku)
    return ""
