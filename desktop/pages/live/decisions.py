"""What to decide when money does not match its order: what happened, and what each choice will do (no Qt)."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.catalogue.views import ProductView
from core.fraud.rules import SUMS
from core.kernel.errors import NotFound
from core.kernel.text import clock_time_in_words, duration, short_name
from core.live.views import BoardRow, LineView, OpenQuestion
from desktop.pages.live.presenter import LivePresenter

# The choices of each exception, the usual one first; the same table stands in core.orders.rules.
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "paid_late": ("honour", "substitute", "refund"),
    "underpaid": ("honour", "refund"),
    "overpaid": ("refund", "keep"),
    "paid_twice": ("refund", "keep"),
    "suspect": ("accept", "refuse"),
}


class ChoiceText(Struct, frozen=True):
    """One way out. ``obstacle`` says why it cannot be taken, empty when it can; ``verb`` is the button's word."""

    choice: str
    title: str
    consequence: str
    verb: str
    obstacle: str = ""


class Question(Struct, frozen=True):
    """``advised`` is the choice preselected: the first that can be taken. ``id`` is what the answer names; ``more``
    says that another question waits behind this one, empty when none does. ``reasons`` of a risk (what, points), and
    ``advice``: what to do before answering.
    """

    id: int
    title: str
    sentence: str
    more: str
    choices: tuple[ChoiceText, ...]
    reasons: tuple[tuple[str, str], ...] = ()
    advice: str = ""

    @property
    def advised(self) -> str:
        return next((choice.choice for choice in self.choices if not choice.obstacle), "")


class Replacement(Struct, frozen=True):
    """A product chosen in place of what is gone: how many are offered and may be given; ``problem`` when none can."""

    quantity: int
    most: int
    problem: str = ""


def question(row: BoardRow, presenter: LivePresenter) -> Question:
    """The question an order puts. Raises NotFound when it puts none (any more)."""
    asked = row.question
    if asked is None:
        raise NotFound("There is nothing to decide on this order.")
    return Question(
        asked.decision_id,
        presenter.exception(asked.kind),
        _story(row, asked, presenter),
        presenter.t("Another question on this order comes after this one.") if asked.more else "",
        tuple(_choice(choice, row, asked, presenter) for choice in CHOICES.get(asked.kind, ())),
        presenter.reason_lines(row) if asked.kind == "suspect" else (),
        _advice(row, presenter) if asked.kind == "suspect" else "",
    )


def _advice(row: BoardRow, presenter: LivePresenter) -> str:
    """What to do about the heaviest reason."""
    t = presenter.t
    match row.reasons[0].code if row.reasons else "":
        case code if code in SUMS:
            return t(
                "Ask for an identity document and what the purchase is for, and keep a note. Say nothing of the limit."
            )
        case "talk":
            return t("Look at your own account, never at a screenshot: no payment has come.")
        case "payer" | "payers" | "lookalike" | "abroad" | "means" | "amount" | "device":
            return t("Call the customer on the number you know, and ask what they ordered and who pays.")
        case _:
            return t("Write to the customer and ask whether they really want it, before the reservation ends.")


def _story(row: BoardRow, asked: OpenQuestion, presenter: LivePresenter) -> str:
    t = presenter.t
    name = short_name(row.customer_name) or t("The customer")
    amount, total = presenter.money(asked.amount), presenter.money(row.total)
    match asked.kind:
        case "paid_late" if row.paid_at:
            return t(
                "{name} paid {amount} at {time}, {late} after the end of the hold. The money has arrived.",
                name=name,
                amount=amount,
                time=clock_time_in_words(row.paid_at, presenter.zone),
                late=duration(max(0, row.paid_at - row.expires_at)),
            )
        case "underpaid":
            missing = presenter.money(row.total - asked.amount)
            return t(
                "{name} paid {amount} of {total}: {missing} are missing.",
                name=name,
                amount=amount,
                total=total,
                missing=missing,
            )
        case "overpaid":
            return t(
                "{name} paid {amount} for an order of {total}: {excess} too much.",
                name=name,
                amount=presenter.money(row.total + asked.amount),
                total=total,
                excess=amount,
            )
        case "suspect":
            if row.received:
                return t(
                    "Risk {score} out of 100. {amount} have arrived and are no sale before you accept.",
                    score=row.risk,
                    amount=presenter.money(row.received),
                )
            return t(
                "Risk {score} out of 100. Nothing is paid yet; the customer can pay while you look.", score=row.risk
            )
        case "paid_twice":
            return t(
                "{name} paid once more for this order of {total}: another {amount} have arrived.",
                name=name,
                amount=amount,
                total=total,
            )
        case _:
            return t("{name} paid {amount} for an order of {total}.", name=name, amount=amount, total=total)


def _choice(choice: str, row: BoardRow, asked: OpenQuestion, presenter: LivePresenter) -> ChoiceText:
    t = presenter.t
    amount = presenter.money(asked.amount)
    match choice:
        case "honour":
            consequence = (
                t("The order counts as paid in full with what has arrived, and the item is the customer's.")
                if asked.kind == "underpaid"
                else t("The order stands as paid; the customer gets the item and is told so.")
            )
            return ChoiceText(choice, t("Honour the order"), consequence, t("Honour"), _shortage(row, presenter))
        case "accept":
            consequence = t("The order goes on as any other; what is paid stands.")
            return ChoiceText(choice, t("Accept the order"), consequence, t("Accept"))
        case "refuse":
            consequence = t("The order ends, the item goes back on sale, and what was paid is to be given back.")
            return ChoiceText(choice, t("Refuse the order"), consequence, t("Refuse"))
        case "substitute":
            kept = len(row.lines) - len(replaced(row))
            consequence = (
                t(
                    "Another product takes the place of {gone}, the rest stays; what is too much is to be given back.",
                    gone=goods(replaced(row)),
                )
                if kept
                else t("Another product that costs no more takes its place; what is too much is to be given back.")
            )
            return ChoiceText(choice, t("Offer another product"), consequence, t("Replace"))
        case "refund":
            consequence = t(
                "{amount} are noted as to be given back. You give them back at the payment provider, then tick it off.",
                amount=amount,
            )
            return ChoiceText(choice, t("Give the money back"), consequence, t("Give back"))
        case _:
            consequence = t("The customer leaves you {amount}. Nothing is given back.", amount=amount)
            obstacle = t("The order was given back: no sale is left to keep it for.") if row.state == "refunded" else ""
            return ChoiceText(choice, t("Keep it, as agreed with the customer"), consequence, t("Keep"), obstacle)


def _shortage(row: BoardRow, presenter: LivePresenter) -> str:
    """Why the order cannot be honoured: its hold is over and the shelf is empty."""
    if row.question is None or not row.question.missing:
        return ""
    gone = [line.sku for line in row.lines if line.product_id in row.question.missing]
    return presenter.t("{sku} is no longer in stock.", sku=", ".join(gone))


def replaced(row: BoardRow) -> tuple[LineView, ...]:
    """The lines whose place another product takes: those that are gone, or all when none is."""
    missing = row.question.missing if row.question else ()
    return tuple(line for line in row.lines if line.product_id in missing) or row.lines


def replacement(row: BoardRow, product: ProductView, presenter: LivePresenter) -> Replacement:
    """How many of a product can take that place: as many as are gone, within the shelf and the money that came."""
    gone = replaced(row)
    kept = sum(line.quantity * line.unit_price for line in row.lines if line not in gone)
    money = (row.question.amount if row.question else 0) - kept
    if product.available < 1:
        return Replacement(0, 0, presenter.t("{sku} is sold out: choose another one.", sku=product.sku))
    payable = money // product.price if product.price else product.available
    if payable < 1:
        sentence = presenter.t(
            "{sku} costs more than the {amount} there are for it.",
            sku=product.sku,
            amount=presenter.money(max(0, money)),
        )
        return Replacement(0, 0, sentence)
    most = min(product.available, payable)
    return Replacement(min(sum(line.quantity for line in gone), most), most)


def goods(lines: tuple[LineView, ...]) -> str:
    """``ROBE1 × 2, SAC2 × 1``."""
    return ", ".join(f"{line.sku} ×\u00a0{line.quantity}" for line in lines)
