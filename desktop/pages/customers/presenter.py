"""Customers without Qt: what a row and the profile beside it say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.conversations.history import Kind, Moment
from core.customers.explaining import RISKS
from core.customers.listing import Consent, CustomerRow, Group, Wanted
from core.customers.proposing import Proposal
from core.customers.rules import AT_RISK, score, tier
from core.customers.views import CustomerView
from core.kernel.clock import to_datetime
from core.kernel.look import Role
from core.kernel.money import format_money
from core.kernel.phone import display
from core.kernel.text import duration, one_line
from core.orders.behind import BuyersWanted
from desktop.pages.conversations.standing import made_one
from desktop.pages.conversations.writing import formatted
from desktop.pages.customers.source import Profile
from desktop.pages.live.rows import PROVIDERS
from desktop.texts import Texts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

MOMENTS: Final = 12
TRUSTED: Final = 70
TIER_ROLES: Final[dict[str, Role]] = {"diamond": "info", "gold": "waiting", "silver": "text", "bronze": "muted"}


class Question(Wanted, frozen=True):
    """What the page looks for. ``behind``: only those behind a figure."""

    behind: BuyersWanted | None = None


class Pill(Struct, frozen=True):
    word: str
    icon: str | None
    role: Role


class RowText(Struct, frozen=True):
    """One customer in a row."""

    customer: CustomerRow
    who: str
    below: str
    score: str
    score_role: Role
    tier: str
    tier_role: Role
    orders: str
    paid: str
    spent: str
    last: str

    @property
    def key(self) -> int:
        return self.customer.view.id

    @property
    def cursor(self) -> object:
        return self.customer.place

    def plain(self, column: int) -> str:
        """What a screen reader says of a cell."""
        who = f"{self.who}, {self.below}" if self.below else self.who
        return (who, self.score, self.tier, f"{self.orders}, {self.paid}", self.spent, self.last)[column]


class MomentText(Struct, frozen=True):
    """``page`` and ``subject``: where it leads."""

    kind: Kind
    icon: str
    role: Role
    what: str
    amount: str
    when: str
    page: str
    subject: int


class CustomersPresenter:
    """Words and colours of the customers of one store."""

    def __init__(self, t: Texts, currency: str, zone: ZoneInfo, country: str) -> None:
        self.t = t
        self.currency = currency
        self.zone = zone
        self.country = country

    def money(self, units: int) -> str:
        return format_money(units, self.currency)

    def day(self, ms: int | None) -> str:
        return "–" if ms is None else f"{to_datetime(ms, self.zone):%d/%m/%Y}"

    def moment(self, ms: int) -> str:
        return f"{to_datetime(ms, self.zone):%d/%m/%Y %H:%M}"

    # -- the list

    def headings(self) -> tuple[str, ...]:
        t = self.t
        return (
            t("Name"),
            t.of("column", "Score"),
            t.of("column", "Tier"),
            t.of("column", "Orders"),
            t.of("column", "Spent"),
            t.of("column", "Last purchase"),
        )

    def titles(self) -> tuple[str, ...]:
        """Of the columns of the file."""
        t = self.t
        return (
            t("Name"),
            t("Phone"),
            t.of("column", "Score"),
            t.of("column", "Tier"),
            t.of("column", "Orders"),
            t.of("column", "Paid"),
            t.of("column", "Expired"),
            t.of("column", "Success (%)"),
            t.of("column", "Spent"),
            t.of("column", "Currency"),
            t.of("column", "Last purchase"),
        )

    def groups(self) -> tuple[tuple[Group | None, str], ...]:
        """The filters, in the order of their chips."""
        t = self.t
        return (
            (None, t.of("customers", "All")),
            ("diamond", t.of("tier", "Diamond")),
            ("gold", t.of("tier", "Gold")),
            ("silver", t.of("tier", "Silver")),
            ("bronze", t.of("tier", "Bronze")),
            ("vip", t("VIP")),
            ("risk", t.of("customers", "At risk")),
        )

    def tiers(self) -> dict[str, str]:
        return {str(group): word for group, word in self.groups()[1:5]}

    def consents(self) -> tuple[tuple[Consent | None, str], ...]:
        t = self.t
        return (
            (None, t("Any consent")),
            ("refused", t("Refuse to be scored")),
            ("no_offers", t("Refuse proposals")),
        )

    def who(self, view: CustomerView) -> str:
        return " ".join(view.name.split()) or (display(view.phone) if view.phone else self.t("Unknown customer"))

    def row(self, customer: CustomerRow) -> RowText:
        t, view = self.t, customer.view
        record, rank = view.record, tier(view.record)
        who, phone = self.who(view), display(view.phone) if view.phone else ""
        below = [part for part in (phone if phone != who else "", *customer.tags) if part]
        return RowText(
            customer,
            who,
            " · ".join(below),
            str(score(record)),
            self.score_role(score(record)),
            self.tiers()[rank],
            TIER_ROLES[rank],
            t.plural("{n} order", "{n} orders", record.orders),
            t.plural("{n} paid", "{n} paid", record.paid),
            self.money(max(0, record.spent)),
            self.day(view.last_order_at),
        )

    @staticmethod
    def score_role(points: int) -> Role:
        return "paid" if points >= TRUSTED else "danger" if points < AT_RISK else "text"

    # -- the profile

    def since(self, profile: Profile) -> str:
        return self.t("customer since {day}", day=self.day(profile.view.created_at))

    def tier_line(self, profile: Profile) -> str:
        said = profile.said
        return said.benefit or self.tiers()[said.tier]  # which names the tier too

    def lines(self, profile: Profile) -> tuple[tuple[str, str], ...]:
        """The score as a sum: the first is where it begins, the last what it comes to."""
        said = profile.said
        found = [
            (
                line.text,
                str(line.points) if not place else f"{'+' if line.points >= 0 else '−'}\u202f{abs(line.points)}",
            )
            for place, line in enumerate(said.lines)
        ]
        return (*found, (self.t("Trust score"), f"= {said.score}"))

    def advice(self, profile: Profile) -> str:
        """What follows from it, and how they buy."""
        said = profile.said
        found = [said.advice, said.habit]
        if not profile.view.record.scored:
            found = [self.t("Refuses to be scored: treated like somebody new.")]
        return "\n".join(f"{part.rstrip('.')}." for part in found if part)

    def pills(self, profile: Profile) -> tuple[Pill, ...]:
        """Risks first, then what was earned; each word once."""
        said, found = profile.said, dict[str, Pill]()
        for code, word in (*said.tags, *said.badges):
            if code in RISKS:
                found[code] = Pill(word, "triangle-alert", "danger")
            elif code == "prefers":
                found[code] = Pill(word, "wallet", "info")
            else:
                found.setdefault(code, Pill(word, "timer" if code == "fast" else "star", "paid"))
        return tuple(sorted(found.values(), key=lambda pill: pill.role != "danger"))

    def figures(self, profile: Profile) -> tuple[tuple[str, str], ...]:
        t, record = self.t, profile.view.record
        average = record.average_pay_ms
        success = "–" if profile.success is None else f"{profile.success}\u202f%"
        return (
            (t("Orders"), str(record.orders)),
            (t("Paid"), f"{record.paid} ({success})" if record.paid else str(record.paid)),
            (t("Let go"), str(record.expired)),
            (t("Average time to pay"), "–" if average is None else duration(average)),
            (t("Last purchase"), self.day(profile.view.last_order_at)),
            (t("Total spent"), self.money(max(0, record.spent))),
        )

    def known(self, profile: Profile) -> tuple[tuple[str, str], ...]:
        t = self.t
        return tuple(
            (
                display(each.value) if each.kind == "phone" else t("WhatsApp account without a number"),
                t("seen {day}", day=self.day(each.last)),
            )
            for each in profile.known
        )

    def proposal(self, proposal: Proposal) -> str:
        """Why two records may be one person."""
        t, who = self.t, self.who(proposal.person)
        if proposal.why == "name":
            return t("{name} has the same name: perhaps the same person.", name=who)
        return t(
            "{other} and {mine} are one line: the country changed its numbers. {name} is surely the same person.",
            other=proposal.number,
            mine=proposal.mine,
            name=who,
        )

    def consent(self, profile: Profile) -> str:
        t, said = self.t, profile.consent
        if said is None:
            first = t("Has said nothing about being scored: scored, and told how to refuse.")
        else:
            where = t("in the conversation") if said.how == "conversation" else t("told to the shop")
            word = t("Accepts to be scored") if said.given else t("Refuses to be scored")
            first = f"{word} · {where} · {self.day(said.at)}"
        return first if profile.offers else f"{first}\n{t('Refuses proposals (STOP).')}"

    def merged(self, profile: Profile) -> tuple[int, str]:
        """The latest merge into this person, and what is said of it."""
        merge = profile.merged
        return (0, "") if merge is None else (merge.id, made_one(self.t, merge, self.day(merge.at)))

    def allowed(self, profile: Profile) -> str:
        if not profile.allowed_until:
            return ""
        return self.t("May order beyond your limits until {time}.", time=self.moment(profile.allowed_until))

    def terms(self) -> tuple[tuple[int, str], ...]:
        t = self.t
        return (
            (0, t("Pays at once")),
            *((days, t.plural("Pays within {n} day", "Pays within {n} days", days)) for days in (7, 15, 30, 60)),
        )

    def history(self, profile: Profile) -> tuple[MomentText, ...]:
        return tuple(self._moment(one) for one in profile.history)

    def _moment(self, one: Moment) -> MomentText:
        t = self.t
        orders: dict[str, tuple[str, str, Role]] = {
            "reserved": (t.of("state", "Pending"), "timer", "waiting"),
            "paid": (t.of("state", "Paid"), "check", "paid"),
            "expired": (t.of("state", "Expired"), "x", "danger"),
            "cancelled": (t.of("state", "Cancelled"), "minus", "muted"),
            "refunded": (t.of("state", "Refunded"), "undo-2", "muted"),
        }
        quotes: dict[str, str] = {
            "draft": t.of("quote", "Draft"),
            "sent": t.of("quote", "Sent"),
            "seen": t.of("quote", "Seen"),
            "accepted": t.of("quote", "Accepted"),
            "refused": t.of("quote", "Refused"),
            "expired": t.of("quote", "Expired"),
            "converted": t.of("quote", "Ordered"),
            "replaced": t.of("quote", "Replaced"),
        }
        amount = "" if one.amount is None else self.money(one.amount)
        when = self.moment(one.at)
        if one.kind == "order":
            word, icon, role = orders[one.state]
            return MomentText("order", icon, role, f"{word} · {one.text}", amount, when, "orders", one.subject)
        if one.kind == "quote":
            what = t("Quote {number}: {state}", number=one.text, state=quotes.get(one.state, one.state).lower())
            return MomentText("quote", "file-text", "info", what, amount, when, "quotes", one.subject)
        if one.kind == "payment":
            what = f"{t(PROVIDERS.get(one.state, one.state))} · {one.text}"
            return MomentText("payment", "wallet", "paid", what, amount, when, "payments", one.subject)
        words = one_line(formatted(one.text).text, 90) or t("A photo or a voice message")
        inward = one.state == "customer"
        icon = "message-circle" if inward else "bot" if one.state == "bot" else "send"
        said = t("You: {text}", text=words) if one.state in ("seller", "phone") else words
        return MomentText("message", icon, "text" if inward else "muted", said, "", when, "conversations", one.subject)
