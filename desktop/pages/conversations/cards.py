"""The customer beside the thread (no Qt): who it is, the score as a sum, the order, what came before."""

from __future__ import annotations

from msgspec import Struct

from core.conversations.views import CustomerCard, OrderBrief, OrderMark
from core.customers.rules import BOUNDS
from core.fraud.service import sentence
from core.kernel.clock import DAY, HOUR
from core.kernel.days import moment_in_words
from core.kernel.look import Role
from core.kernel.text import clock_time, countdown, duration, one_line
from desktop.pages.conversations.presenter import Badge, ConversationPresenter, Thread
from desktop.pages.conversations.standing import made_one
from desktop.pages.live.rows import PROVIDERS

OLDER: int = 4
"""Earlier orders listed under the latest one."""


class OrderText(Struct, frozen=True):
    """``badge`` for an order on hold has its running clock: :meth:`CardWords.badge` tells it anew."""

    order_id: int
    reference: str
    what: str
    amount: str
    badge: Badge
    day: str


class CardText(Struct, frozen=True):
    """``lines``: the score's parts, each with its points; ``history``: sums of what was bought; ``advice``: how they
    buy and what follows; ``limited``: what keeps them from a new order; ``stars``: of five; ``risk``: what speaks
    against the latest order, each with its points."""

    customer_id: int
    name: str
    about: str
    score: str
    score_role: Role
    tier: str
    lines: tuple[tuple[str, str], ...]
    tags: tuple[Badge, ...]
    order: OrderText | None
    older: tuple[OrderText, ...]
    history: tuple[tuple[str, str], ...]
    notes: str
    advice: tuple[str, ...] = ()
    risk: tuple[tuple[str, str], ...] = ()
    scored: bool = True
    limited: str | None = None
    pays_first: bool = False
    merged: tuple[int, str] = (0, "")
    stars: int = 0


class CardWords:
    """Words of the customer's card."""

    def __init__(self, presenter: ConversationPresenter) -> None:
        self._presenter = presenter
        self._t = presenter.t

    def card(self, thread: Thread, now: int) -> CardText | None:
        card = thread.card
        if card is None:
            return None
        orders = [self._order(brief, thread.marks, now) for brief in thread.orders]
        return CardText(
            customer_id=card.customer_id,
            name=self._presenter.called(card.name, card.phone),
            about=self._about(card),
            score=str(card.score),
            score_role="paid" if card.score >= 70 else "danger" if card.score < 30 else "text",
            tier=self._tier(card.tier),
            lines=tuple(
                (self._label(label, points, card), _points(label, points)) for label, points in card.score_lines
            ),
            tags=self._tags(card, thread.prefers),
            order=orders[0] if orders else None,
            older=tuple(orders[1 : 1 + OLDER]),
            history=self._history(card, now),
            notes=card.notes,
            advice=self._advice(card),
            risk=self._risk(thread.orders[0]) if thread.orders else (),
            scored=card.scored,
            limited=card.limited,
            pays_first=card.pays_first,
            merged=self._merged(card),
            stars=card.stars,
        )

    def _merged(self, card: CustomerCard) -> tuple[int, str]:
        if card.merged is None:
            return 0, ""
        day = self._presenter.written_date(self._presenter.day(card.merged.at), "d MMMM y")
        return card.merged.id, made_one(self._t, card.merged, day)

    def chips(self, thread: Thread, now: int) -> tuple[Badge, ...]:
        """What somebody who takes over has to know first: language, the open order and its clock, the score and what
        follows from it."""
        case, t = thread.case, self._t
        if case is None:
            return ()
        found = [Badge(self._presenter.language(case.row.language), None, "muted")]
        if case.order is not None:
            what, total = self._presenter.what(case.order.summary), self._presenter.amount(case.order.total)
            left = self._left(case.order.expires_at, now)
            found.append(Badge(f"{one_line(what, 24)} · {total} · {left}", "timer", "waiting"))
        role: Role = "paid" if case.score >= 70 else "danger" if case.score < 30 else "muted"
        found.append(Badge(t("Score {score} · {tier}", score=case.score, tier=self._rank(case.tier)), "star", role))
        advice = {
            "vip": Badge(t("VIP"), "circle-check", "paid"),
            "restrict": Badge(t("payment first"), "hand", "danger"),
        }
        if case.advice in advice:
            found.append(advice[case.advice])
        if case.handed_over > 1:
            found.append(Badge(t.plural("{n} handover", "{n} handovers", case.handed_over), None, "muted"))
        return tuple(found)

    def _rank(self, tier: str) -> str:
        t = self._t
        words = {"bronze": t("bronze"), "silver": t("silver"), "gold": t("gold"), "diamond": t("diamond")}
        return words.get(tier, tier)

    def _risk(self, latest: OrderBrief) -> tuple[tuple[str, str], ...]:
        return tuple((sentence(one, self._t.language), f"+{one.points}") for one in latest.reasons)

    def _about(self, card: CustomerCard) -> str:
        t = self._t
        return t(
            "customer since {month}", month=self._presenter.written_date(self._presenter.day(card.since), "MMMM y")
        )

    def _tier(self, tier: str) -> str:
        t = self._t
        words = {
            "bronze": t("bronze"),
            "silver": t("loyal customer · silver"),
            "gold": t("loyal customer · gold"),
            "diamond": t("loyal customer · diamond"),
        }
        return words.get(tier, tier)

    def _advice(self, card: CustomerCard) -> tuple[str, ...]:
        """How this person buys (F76), and what that means for a sale to them (F69, F72)."""
        t = self._t
        habits = {
            "never_pays": t("Orders, never pays."),
            "often_late": t("Often lets reservations go."),
            "reliable": t("Pays nearly always."),
            "mixed": t("Lets a reservation go now and then."),
        }
        advice = {
            "restrict": t("Reservation cut to 5 min, or payment first."),
            "vip": t("VIP: {minutes} min of reservation.", minutes=card.minutes),
        }
        found = [habits[card.habit]] if card.habit else []
        if card.advice in advice:
            found.append(advice[card.advice])
        if card.front:
            found.append(t("Served before others who wait."))
        return tuple(found)

    def _label(self, label: str, points: int, card: CustomerCard) -> str:
        """A part of the score with the number behind it."""
        t = self._t
        match label:
            case "Base":
                return t.of("score", "Base")
            case "Successful payments":
                return t.plural("{n} successful payment", "{n} successful payments", card.paid)
            case "Pays fast":
                return t("Pays in less than 2 min")
            case "Large total spent":
                return t("Has spent more than {amount}", amount=self._presenter.amount(100_000))
            case "Expired reservations":
                return t.plural("{n} expired reservation", "{n} expired reservations", -points // 10)
            case "Potential fake buyer":
                return t("Reserves, hardly ever pays")
            case _ if label == BOUNDS:
                return t("Kept between 0 and 100")
            case _:
                return label

    def _tags(self, card: CustomerCard, prefers: str | None) -> tuple[Badge, ...]:
        """Risks first, then what was earned (F73, F74); the tier's own line tells who is loyal."""
        t = self._t
        found: list[Badge] = []
        if any(label == "Potential fake buyer" for label, _ in card.score_lines):
            found.append(Badge(t("potential fake buyer"), "triangle-alert", "danger"))
        if card.many:
            found.append(Badge(t("multiple reservations"), "triangle-alert", "danger"))
        if card.advice == "vip":
            found.append(Badge(t("VIP"), "star", "paid"))
        if card.first_in and card.scored:
            found.append(Badge(t("first buyer of a live"), "star", "paid"))
        if prefers:
            means = PROVIDERS.get(prefers, prefers)
            text = t("prefers the card") if means == "Card" else t("prefers {means}", means=t(means))
            found.append(Badge(text, "wallet", "waiting"))
        if "verified" in card.earned:
            found.append(Badge(t("verified: 5 payments without incident"), "circle-check", "paid"))
        if "fast" in card.earned:
            found.append(Badge(t("pays fast"), "timer", "paid"))
        return tuple(found)

    def _history(self, card: CustomerCard, now: int) -> tuple[tuple[str, str], ...]:
        t = self._t
        if not card.orders:
            return ()
        orders = t.plural("{n} order", "{n} orders", card.orders)
        paid = t.plural("{n} paid", "{n} paid", card.paid)
        share = f" ({card.success}\u202f%)" if card.success is not None else ""
        found = [(f"{orders}, {paid}{share}", self._presenter.amount(card.spent))]
        if card.average_pay_ms is not None:
            found.append((t("Average time to pay"), duration(card.average_pay_ms)))
        if card.last_order_at is not None:
            found.append((t("Last order"), self.ago(card.last_order_at, now)))
        return tuple(found)

    def ago(self, at: int, now: int) -> str:
        """« il y a 12 jours », in whole days of the store."""
        t = self._t
        days = (self._presenter.day(now) - self._presenter.day(at)).days
        if days <= 0:
            return t("today")
        if days == 1:
            return t("yesterday")
        if days < 60:
            return t.plural("{n} day ago", "{n} days ago", days)
        return t.plural("{n} month ago", "{n} months ago", days // 30)

    # -- orders

    def _order(self, brief: OrderBrief, marks: tuple[OrderMark, ...], now: int) -> OrderText:
        return OrderText(
            brief.order_id,
            brief.reference,
            self._what(brief),
            self._presenter.amount(brief.total),
            self.badge(brief, marks, now),
            self._presenter.written_date(self._presenter.day(brief.at), "d MMM"),
        )

    def _what(self, brief: OrderBrief) -> str:
        """The goods, and for a service the time that was chosen."""
        what = self._presenter.what(brief.summary)
        if brief.starts_at is None:
            return what
        return f"{what} · {moment_in_words(brief.starts_at, self._presenter.zone, self._t.language)}"

    def badge(self, brief: OrderBrief, marks: tuple[OrderMark, ...], now: int) -> Badge:
        """The state's word with its time; a running hold tells how long it still runs."""
        t = self._t
        if brief.exception and brief.undecided:
            words = {
                "paid_late": t("Paid too late"),
                "underpaid": t("Paid in part"),
                "overpaid": t("Paid too much"),
                "paid_twice": t("Paid twice"),
                "suspect": t("To check"),
            }
            return Badge(words.get(brief.exception, t("To decide")), "circle-alert", "waiting")
        if brief.left:
            return Badge(t("{amount} left to pay", amount=self._presenter.amount(brief.left)), "check", "info")
        if brief.state == "reserved":
            until = next((mark.expires_at for mark in marks if mark.order_id == brief.order_id), now)
            return Badge(f"{t.of('state', 'Pending')} {self._left(until, now)}", "timer", "waiting")
        states: dict[str, tuple[str, str, Role]] = {
            "paid": (t.of("state", "Paid"), "check", "paid"),
            "expired": (t.of("state", "Expired"), "x", "danger"),
            "cancelled": (t.of("state", "Cancelled"), "minus", "muted"),
            "refunded": (t.of("state", "Refunded"), "undo-2", "muted"),
        }
        word, icon, role = states.get(brief.state, (brief.state, "", "muted"))
        return Badge(f"{word} {self._time(brief.at, now)}", icon or None, role)

    def _left(self, until: int, now: int) -> str:
        """How long a hold still runs: a clock, hours, or its last day where a deposit holds it for days."""
        left = until - now
        if left > DAY:
            return self._presenter.written_date(self._presenter.day(until), "dd/MM")
        return duration(left) if left >= HOUR else countdown(left)

    def _time(self, at: int, now: int) -> str:
        if self._presenter.day(at) == self._presenter.day(now) or now - at < DAY // 2:
            return clock_time(at, self._presenter.zone)
        return self._presenter.written_date(self._presenter.day(at), "dd/MM/yy")


def _points(label: str, points: int) -> str:
    """``50``, ``+ 25``, ``− 10``: the first is where the sum begins."""
    if label == "Base":
        return str(points)
    return f"{'+' if points >= 0 else '−'}\u202f{abs(points)}"
