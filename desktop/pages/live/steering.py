"""Steering a live without Qt: who waits for what, who pays first, and what a live brought once it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Protocol

from msgspec import Struct

from core.kernel.clock import to_datetime
from core.kernel.look import Role
from core.kernel.money import format_money
from core.kernel.text import in_minutes, short_name
from core.live.views import SessionView
from core.orders.evening import Evening
from core.orders.line import Waiter
from desktop.texts import Texts


class Over(Struct, frozen=True):
    """A live that has ended, what it brought, and all that have: (id, title, start in ms UTC), the latest first."""

    session: SessionView
    told: Evening
    lives: tuple[tuple[int, str, int], ...]


class SteeringSource(Protocol):
    """All may block: called off the window's thread."""

    def waiters(self, product_id: int) -> Sequence[Waiter]:
        """Who is in line for a product, from who is next on."""
        ...

    def offer(self, waiting_id: int) -> None:
        """Give what is free to this one now. Raises NotFound, and Refused with nothing free."""
        ...

    def skip(self, waiting_id: int) -> None:
        """To the end of the line. Raises NotFound."""
        ...

    def drop(self, waiting_id: int) -> None:
        """Out of the line. Raises NotFound."""
        ...

    def take_back(self, waiting_id: int) -> None:
        """Who was dropped stands where they stood. Raises NotFound once they have claimed again."""
        ...

    def restrict(self, customer_id: int, wanted: bool) -> None:
        """Have somebody pay first from their next order on, or no longer."""
        ...

    def paper(self, order_id: int) -> int | None:
        """The id of an order's invoice."""
        ...

    def over(self, session_id: int | None) -> Over | None:
        """An ended live, or the latest of them; None when there is none."""
        ...


class WaiterText(Struct, frozen=True):
    """``place`` from 1; ``about``: how many, since when, and why they stand there."""

    waiting_id: int
    place: str
    name: str
    about: str
    conversation_id: int | None


def waiter(t: Texts, one: Waiter, place: int, now: int) -> WaiterText:
    since = in_minutes(now - one.since)
    about = [t.plural("{n} piece", "{n} pieces", one.quantity), t("waiting for {duration}", duration=since)]
    if one.ahead:
        about.append(t("served first: gold, diamond or VIP"))
    elif one.skipped:
        about.append(t("let pass by you"))
    name = short_name(one.name) or t("Unknown customer")
    return WaiterText(one.waiting_id, str(place), name, " · ".join(about), one.conversation_id)


class Figure(Struct, frozen=True):
    title: str
    value: str
    caption: str
    role: Role = "text"


class OverWords:
    """What is said of a live that is over (F90)."""

    def __init__(self, t: Texts, currency: str) -> None:
        self._t, self._currency = t, currency

    def figures(self, over: Over) -> tuple[Figure, ...]:
        t, told = self._t, over.told
        ended = t("{paid} paid, {expired} expired", paid=told.paid, expired=told.expired)
        buyers = t.plural("{n} recurring customer", "{n} recurring customers", told.returning)
        best, sold = told.best or (t("nothing sold"), 0)
        return (
            Figure(
                t.of("tile", "Collected"), format_money(told.revenue, self._currency), in_minutes(told.duration), "gold"
            ),
            Figure(t.of("tile", "Orders"), str(told.orders), ended),
            Figure(
                t("Conversion"),
                f"{told.conversion}\u202f%" if told.orders else "–",
                t("of the orders were paid"),
                "paid",
            ),
            Figure(t.of("over", "Best-seller"), str(sold) if sold else "–", best),
            Figure(t("New customers"), str(told.new), buyers, "info"),
        )

    def advice(self, told: Evening) -> str:
        """One thing to do before the next live."""
        t = self._t
        if not told.orders:
            return t("Nobody ordered: rehearse a live, and show the QR code from the first minute on.")
        if told.sold_out:
            title, after = told.sold_out
            return t("{title} was sold out after {duration}: plan more of it.", title=title, duration=in_minutes(after))
        if told.many_expired:
            return t.plural(
                "{n} order expired: say the payment’s deadline aloud, and put who lets go often on prepayment.",
                "{n} orders expired: say the payment’s deadline aloud, and put who lets go often on prepayment.",
                told.expired,
            )
        if told.new > told.returning:
            return t("Most buyers came for the first time: write to them before the next live.")
        return t("Your regulars carried this live: tell them first when the next one starts.")

    def text(self, over: Over, title: str) -> str:
        """All of it, to be sent to somebody."""
        lines = [title]
        for figure in self.figures(over):
            caption = f" ({figure.caption})" if figure.caption else ""
            lines.append(self._t("{what}: {value}", what=figure.title, value=f"{figure.value}{caption}"))
        return "\n".join([*lines, self.advice(over.told)])

    def title(self, name: str, started_at: int, zone: tzinfo) -> str:
        """``Live du vendredi – 20/11/2026``."""
        day = to_datetime(started_at, zone).strftime("%d/%m/%Y")
        return f"{name} – {day}" if name else self._t("Live of {day}", day=day)
