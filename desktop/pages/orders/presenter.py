"""The orders without Qt: what the page reads and does, and what its filters, rows and pane say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

from msgspec import Struct, field

from core.invoices.queries import PaperRow
from core.kernel.clock import to_datetime
from core.kernel.look import Role
from core.kernel.paging import Sort
from core.kernel.phone import display
from core.live.views import BoardRow
from core.orders.behind import Added, OrdersWanted
from core.orders.listing import NEWEST, Filter, Live, OrderRow, State, Totals
from core.payments.queries import PaymentRow, RefundRow
from desktop.pages.live.presenter import SOURCES, LivePresenter
from desktop.pages.live.rows import PROVIDERS, badge_of

if TYPE_CHECKING:
    from desktop.bridge import Control

Period = Literal["all", "today", "week", "month", "year"]
PERIODS: Final[dict[Period, int]] = {"all": 0, "today": 1, "week": 7, "month": 30, "year": 365}
Cursor = tuple[int | str, int]
_LINES: Final = 6  # of an order in the pane


class Question(Struct, frozen=True):
    """Which orders, and in which order. None: all of them. ``behind``: only those behind a figure."""

    state: State | None = None
    period: Period = "all"
    session_id: int | None = None
    source: str | None = None
    text: str = ""
    sort: Sort = NEWEST
    behind: OrdersWanted | None = None


class Overview(Struct, frozen=True):
    """``counts``: orders by state, ``to_decide`` those that wait for the seller."""

    counts: Mapping[str, int] = field(default_factory=dict)
    lives: tuple[Live, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def all(self) -> int:
        return sum(count for state, count in self.counts.items() if state != "to_decide")


class Detail(Struct, frozen=True):
    """All that is shown of one order. ``board``: as the live board knows it, with what is to be decided.

    ``link``: the pay page, empty where it leads nowhere; ``note`` of the seller about the customer; ``address``: where
    to deliver; ``why_closed``: customer, seller or bought.
    """

    row: OrderRow
    board: BoardRow
    phone: str | None
    tier: str
    link: str = ""
    note: str = ""
    address: str = ""
    why_closed: str = ""
    payments: tuple[PaymentRow, ...] = ()
    refunds: tuple[RefundRow, ...] = ()
    papers: tuple[PaperRow, ...] = ()


class OrdersSource(Protocol):
    """What the page reads and the verbs it calls. All may block: called off the window's thread."""

    def overview(self) -> Overview: ...

    def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[OrderRow]: ...

    def totals(self, wanted: Filter) -> Totals: ...

    def detail(self, order_id: int) -> Detail:
        """Raises NotFound."""
        ...

    def send_link(self, order_id: int) -> None:
        """On WhatsApp, again. Raises Refused, Forbidden."""
        ...

    def export(self, path: Path, wanted: Filter, control: Control) -> int | None:
        """Write what is looked for to a .csv or .xlsx file. → rows, None when it was stopped and nothing is left.

        Raises Refused, EnvironmentProblem.
        """
        ...


class RowText(Struct, frozen=True):
    """One order in a row: two lines a cell."""

    order: OrderRow
    state: str
    icon: str
    role: Role
    who: str
    goods: str
    amount: str
    below: str
    day: str
    time: str
    live: str
    source: str
    means: str

    @property
    def key(self) -> int:
        return self.order.id

    def plain(self, column: int) -> str:
        """What a screen reader says of a cell."""
        cells = (
            self.state,
            f"{self.who}, {self.order.reference}",
            self.goods,
            f"{self.amount}, {self.below}" if self.below else self.amount,
            f"{self.day}, {self.time}",
            ", ".join(part for part in (self.live, self.source) if part),
            self.means,
        )
        return cells[column]


class OrdersPresenter(LivePresenter):
    """Words and colours of the orders of one store."""

    def headings(self) -> tuple[str, ...]:
        t = self.t
        return (
            t.of("column", "State"),
            t.of("quote", "Customer"),
            t.of("column", "Articles"),
            t.of("column", "Amount"),
            t.of("column", "Reserved"),
            t.of("column", "Live"),
            t.of("column", "Means"),
        )

    # -- filters

    def states(self) -> tuple[tuple[State | None, str], ...]:
        """The chips over the table, in their order."""
        t = self.t
        return (
            (None, t.of("orders", "All")),
            ("to_decide", t.of("orders", "To decide")),
            ("reserved", t.of("orders", "Reserved")),
            ("paid", t.of("orders", "Paid")),
            ("expired", t.of("orders", "Expired")),
            ("cancelled", t.of("orders", "Cancelled")),
            ("refunded", t.of("orders", "Refunded")),
        )

    def periods(self) -> tuple[tuple[Period, str], ...]:
        t = self.t
        return (
            ("all", t("Since the beginning")),
            ("today", t("Today")),
            ("week", t("The last 7 days")),
            ("month", t("The last 30 days")),
            ("year", t("The last 12 months")),
        )

    def lives(self, overview: Overview) -> tuple[tuple[int | None, str], ...]:
        found = [(None, self.t("All lives"))]
        named = [(live.id, self.live(live)) for live in overview.lives]
        return (*found, *named)

    def live(self, live: Live) -> str:
        """« Soirée wax · 20/11 21:00 »."""
        return f"{live.title} · {to_datetime(live.started_at, self.zone):%d/%m/%y %H:%M}"

    def sources(self, overview: Overview) -> tuple[tuple[str | None, str], ...]:
        return ((None, self.t("All sources")), *((each, self.source(each)) for each in overview.sources))

    def source(self, source: str) -> str:
        t = self.t
        ours = {"shop": t("Made by hand"), "reseller": t("Reseller"), "quote": t("Quote"), "api": "API"}
        return ours.get(source) or dict(SOURCES).get(source, source)

    def wanted(self, asked: Question, now: int) -> Filter:
        """The question as the database is asked; a period begins at midnight of the shop."""
        since = None
        if days := PERIODS[asked.period]:
            midnight = to_datetime(now, self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
            since = int((midnight - timedelta(days=days - 1)).timestamp() * 1000)
        live, source, text = asked.session_id, asked.source, asked.text
        return Filter(asked.state, since, None, live, source, text, asked.sort, behind=asked.behind)

    def totals(self, totals: Totals, behind: OrdersWanted | None = None) -> str:
        """« 12 commandes · 180 000 F CFA · encaissé 150 000 · à encaisser 30 000 »; first what they add to a figure."""
        t = self.t
        parts = [t.plural("{n} order", "{n} orders", totals.count), self.money(totals.worth)]
        if totals.received:
            parts.append(t("collected {amount}", amount=self.money(totals.received)))
        if totals.awaited:
            parts.append(t("still to collect {amount}", amount=self.money(totals.awaited)))
        if behind is not None and totals.added is not None:
            parts[1:1] = self._added(totals.added, behind)
        return " · ".join(parts)

    def _added(self, added: Added, behind: OrdersWanted) -> list[str]:
        """What the rows add to the figure that led here."""
        t = self.t
        if added.units is not None and added.worth is not None:
            sold = t.plural("{n} sold", "{n} sold", added.units)
            return [t("{sold} for {amount}", sold=sold, amount=self.money(added.worth))]
        if behind.basis == "earned" or (behind.session_id is not None and behind.since is None):
            return [t("earned {amount}", amount=self.money(added.earned))]
        return []

    # -- rows

    def shown_state(self, order: OrderRow) -> str:
        return order.question or ("to_check" if order.claimed else order.state)

    def row(self, order: OrderRow) -> RowText:
        t, badge, at = self.t, badge_of(self.shown_state(order), self), to_datetime(order.reserved_at, self.zone)
        below = ""
        if order.received and order.received != order.total:
            below = t("received {amount}", amount=self.amount(order.received))
        if order.earned is not None and order.earned != order.total:
            below = t("of it earned {amount}", amount=self.amount(order.earned))
        return RowText(
            order,
            badge.text,
            badge.icon or "info",
            badge.role,
            order.customer or t("Unknown customer"),
            order.goods or "–",
            self.money(order.total),
            below,
            f"{at:%d/%m/%Y}",
            f"{at:%H:%M}",
            order.session or "",
            self.source(order.source),
            self.means(order.means),
        )

    def means(self, means: str | None) -> str:
        return self.t(PROVIDERS[means]) if means in PROVIDERS else means or "–"

    # -- the pane

    def moment(self, at: int) -> str:
        return f"{to_datetime(at, self.zone):%d/%m %H:%M}"

    def phone(self, detail: Detail) -> str:
        return display(detail.phone) if detail.phone else self.t("number not shown")

    def standing(self, detail: Detail) -> str:
        """« Score 82 · or »."""
        t = self.t
        words = {"bronze": t("bronze"), "silver": t("silver"), "gold": t("gold"), "diamond": t("diamond")}
        if detail.board.score is None:
            return t("New customer")
        return t("Score {score} · {tier}", score=detail.board.score, tier=words.get(detail.tier, detail.tier))

    def lines(self, detail: Detail) -> tuple[tuple[str, str], ...]:
        lines = [
            (f"{line.quantity}\u00a0× {line.title or line.sku}", self.amount(line.quantity * line.unit_price))
            for line in detail.board.lines
        ]
        more = len(lines) - _LINES
        rest = ((self.t.plural("and {n} more line", "and {n} more lines", more), ""),) if more > 0 else ()
        return (*lines[:_LINES], *rest)

    def history(self, detail: Detail) -> tuple[tuple[str, str], ...]:
        """What happened, the first thing first: (what, when)."""
        t, row, board = self.t, detail.row, detail.board
        found = [(row.reserved_at, t("Reserved by {source}", source=self.source(row.source)))]
        if board.reminded_at:
            found.append((board.reminded_at, t("Reminded")))
        if board.link_opened_at:
            found.append((board.link_opened_at, t("Pay link opened")))
        for payment in detail.payments:
            what = t("Paid {amount}, {means}", amount=self.amount(payment.amount), means=self.means(payment.method))
            found.append((payment.at, what))
        found += [(paper.at, t("{number} issued", number=paper.number)) for paper in detail.papers]
        for refund in detail.refunds:
            amount = self.amount(refund.amount)
            done = refund.state == "done"
            what = t("Given back: {amount}", amount=amount) if done else t("To be given back: {amount}", amount=amount)
            found.append((refund.changed_at if done else refund.asked_at, what))
        if row.closed_at:
            found.append((row.closed_at, self.ended(detail)))
        elif row.state == "reserved":
            found.append((row.expires_at, t("Reserved until then")))
        return tuple((what, self.moment(at)) for at, what in sorted(found, key=lambda each: each[0]))

    def ended(self, detail: Detail) -> str:
        t = self.t
        by = {"customer": t("Cancelled by the customer"), "seller": t("Cancelled by you")}
        words = {"expired": t("Expired"), "cancelled": t("Cancelled"), "refunded": t("Refunded")}
        named = by.get(detail.why_closed) if detail.row.state == "cancelled" else None
        return named or words.get(detail.row.state, t("Ended"))
