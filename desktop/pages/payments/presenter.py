"""The payments without Qt: what the page reads and does, and what its tiles, rows, tasks and dialogs say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

from msgspec import Struct, field

from core.kernel.clock import to_datetime
from core.kernel.look import Role
from core.kernel.money import format_amount, parse_amount
from core.kernel.paging import Sort
from core.ledger.book import ProviderBooks, Where
from core.payments.queries import NEWEST, Filter, PaymentRow, State
from core.reconciliation.concerns import Concern
from core.reconciliation.service import Found, Run
from desktop.pages.live.rows import PROVIDERS
from desktop.pages.payments.tasks import TaskWords

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from desktop.bridge import Control

Period = Literal["all", "today", "week", "month", "year"]
PERIODS: Final[dict[Period, int]] = {"all": 0, "today": 1, "week": 7, "month": 30, "year": 365}
Cursor = tuple[int | str, int]


class Question(Struct, frozen=True):
    """Which payments. ``provider`` and ``state`` None: all of them."""

    provider: str | None = None
    state: State | None = None
    period: Period = "all"
    text: str = ""
    sort: Sort = NEWEST


class Overview(Struct, frozen=True):
    """What needs a person, what passed at each provider, and every provider's name for people."""

    to_do: tuple[Concern, ...] = ()
    count: int = 0
    books: tuple[ProviderBooks, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


class Detail(Struct, frozen=True):
    """One payment with where its money is and what may still be given back."""

    payment: PaymentRow
    where: Where
    refundable: int
    asked: bool
    """Whether the provider is asked; otherwise the seller gives it back there by hand."""
    attempt_id: int | None = None
    """Whom the provider can be asked about."""


class Compared(Struct, frozen=True):
    run: Run
    found: tuple[Found, ...]
    unreadable: int = 0


class PaymentsSource(Protocol):
    """What the page reads and the verbs it calls. All may block: called off the window's thread."""

    def overview(self) -> Overview: ...

    def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[PaymentRow]: ...

    def detail(self, payment_id: int) -> Detail:
        """Raises NotFound."""
        ...

    def refund(self, payment_id: int, amount: int, restock: bool) -> None:
        """Raises Refused, NotFound."""
        ...

    def act(self, refund_id: int, act: str) -> None:
        """``done`` by hand, ask ``again``, or ``withdraw``. Raises Refused."""
        ...

    def ask(self, attempt_id: int) -> None:
        """Ask the provider how a payment stands. Raises OutsideWorld, Refused."""
        ...

    def deal_with(self, attempt_id: int) -> None:
        """What did not fit its order is settled at the provider. Raises Refused."""
        ...

    def look_again(self, attempt_id: int) -> Compared:
        """Ask the provider and compare, however old the payment is. Raises OutsideWorld, Refused."""
        ...

    def settle(self, difference_id: int, choice: str) -> None:
        """Raises Refused."""
        ...

    def compare(self, control: Control, days: int) -> Compared | None:
        """Ask every provider about the last days; None when it was stopped."""
        ...

    def compare_statement(self, path: Path, provider: str) -> Compared:
        """Raises Refused, EnvironmentProblem."""
        ...

    def export(self, path: Path, wanted: Filter, control: Control) -> int | None:
        """Write what is looked for to a .csv or .xlsx file. → rows, None when it was stopped and nothing is left.

        Raises Refused, EnvironmentProblem.
        """
        ...


class RowText(Struct, frozen=True):
    """One payment in a row: two lines a cell."""

    payment: PaymentRow
    state: str
    icon: str
    role: Role
    who: str
    reference: str
    amount: str
    below: str
    provider: str
    means: str
    day: str
    time: str

    @property
    def key(self) -> int:
        return self.payment.id

    def plain(self, column: int) -> str:
        """What a screen reader says of a cell."""
        cells = (
            self.state,
            f"{self.who}, {self.reference}",
            f"{self.amount}, {self.below}" if self.below else self.amount,
            f"{self.provider}, {self.means}" if self.means else self.provider,
            f"{self.day}, {self.time}",
        )
        return cells[column]


class PaymentsPresenter(TaskWords):
    """Words and colours of the payments of one store."""

    def headings(self) -> tuple[str, ...]:
        t = self.t
        return (
            t.of("column", "State"),
            t.of("column", "Customer"),
            t.of("column", "Amount"),
            t.of("column", "Means"),
            t.of("column", "Received"),
        )

    def states(self) -> tuple[tuple[State | None, str], ...]:
        """The chips over the table, in their order."""
        t = self.t
        return (
            (None, t.of("payments", "All")),
            ("to_decide", t.of("payments", "To decide")),
            ("received", t.of("payments", "Received")),
            ("refunding", t.of("payments", "Going back")),
            ("part_refunded", t.of("payments", "Given back in part")),
            ("refunded", t.of("payments", "Given back")),
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

    def spans(self) -> tuple[tuple[int, str], ...]:
        """How far back the providers are asked: days and words, the shortest first."""
        return tuple((PERIODS[name], word) for name, word in self.periods() if PERIODS[name] > 1)

    def agreed(self, provider: str, compared: Compared) -> str:
        """What asking about one payment brought."""
        if not compared.run.compared:
            return self.t("{provider} gives no clear answer about this payment.", provider=self.provider(provider))
        if not compared.found:
            return self.t("{provider} says the same as the books.", provider=self.provider(provider))
        return " · ".join(f"{title} ({ours} / {theirs})" for title, _, ours, theirs in map(self.found, compared.found))

    def wanted(self, question: Question, now: int) -> Filter:
        """The question as the database is asked; a period begins at midnight of the shop."""
        since = None
        if days := PERIODS[question.period]:
            midnight = to_datetime(now, self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
            since = int((midnight - timedelta(days=days - 1)).timestamp() * 1000)
        return Filter(question.provider, question.state, since, None, question.text, question.sort)

    def tiles(self, books: Sequence[ProviderBooks], most: int) -> list[tuple[str, str, str, str]]:
        """Whose, how much, and what it is made of in two lines. The money is at the provider's, never here (F30).

        The largest first; those beyond ``most`` together in the last one, so that no money is out of sight.
        """
        t = self.t
        known = sorted(books, key=lambda b: -b.received)
        cut = most if len(known) <= most else most - 1
        found = [self._tile(t("At {provider}", provider=self.provider(each.provider)), [each]) for each in known[:cut]]
        if others := known[cut:]:
            title = t.plural("At {n} other provider", "At {n} other providers", len(others))
            found.append(self._tile(title, others))
        return found

    def _tile(self, title: str, books: Sequence[ProviderBooks]) -> tuple[str, str, str, str]:
        t = self.t
        fees, refunded, adjusted = (sum(getattr(b, name) for b in books) for name in ("fees", "refunded", "adjusted"))
        parts = []
        if fees:
            parts.append(t("{amount} fees", amount=format_amount(fees, self.currency)))
        if refunded:
            parts.append(t("{amount} given back", amount=format_amount(refunded, self.currency)))
        if adjusted:
            parts.append(t("{amount} adjusted", amount=format_amount(adjusted, self.currency)))
        received = t("{amount} received", amount=format_amount(sum(b.received for b in books), self.currency))
        return title, format_amount(sum(b.net for b in books), self.currency), received, " · ".join(parts)

    def row(self, payment: PaymentRow) -> RowText:
        t = self.t
        words: dict[State, tuple[str, str, Role]] = {
            "received": (t.of("payment", "Received"), "check", "paid"),
            "part_refunded": (t.of("payment", "Given back in part"), "undo-2", "muted"),
            "refunded": (t.of("payment", "Given back"), "undo-2", "muted"),
            "refunding": (t.of("payment", "Going back"), "hourglass", "waiting"),
            "to_decide": (t.of("payment", "To decide"), "circle-alert", "waiting"),
        }
        state, icon, role = words[payment.state]
        below = ""
        if payment.refunded:
            below = t("{amount} given back", amount=format_amount(payment.refunded, self.currency))
        elif payment.fee:
            below = t("{amount} fees", amount=format_amount(payment.fee, self.currency))
        at = to_datetime(payment.at, self.zone)
        return RowText(
            payment,
            state,
            icon,
            role,
            payment.customer or "—",
            payment.reference,
            self.money(payment.amount),
            below,
            self.provider(payment.provider),
            "" if payment.method in (None, payment.provider) else self.means(str(payment.method)),
            f"{at:%d/%m/%Y}",
            f"{at:%H:%M:%S}",
        )

    def means(self, method: str) -> str:
        """A provider's word for a way to pay, as the seller knows it."""
        return self.t(PROVIDERS.get(method, method.replace("_", " ").title()))

    def explanation(self, detail: Detail) -> str:
        """Where the money of a payment is, to the unit."""
        t, where = self.t, detail.where
        parts = [t("{amount} earned by the sale", amount=self.money(where.earned))]
        if where.held:
            parts.append(t("{amount} the buyer's until you decide", amount=self.money(where.held)))
        if where.refunded:
            parts.append(t("{amount} given back", amount=self.money(where.refunded)))
        if where.fee:
            parts.append(t("{amount} fees", amount=self.money(where.fee)))
        return " · ".join(parts)

    def how(self, detail: Detail) -> str:
        provider = self.provider(detail.payment.provider)
        if detail.asked:
            return self.t("{provider} is asked to give the money back to the buyer.", provider=provider)
        return self.t(
            "{provider} cannot be asked: a task with the steps stays open until it is done.",
            provider=provider,
        )

    def amount(self, text: str) -> int:
        """Raises Refused for what is no amount."""
        return parse_amount(text, self.currency)

    def result(self, compared: Compared) -> str:
        t = self.t
        payments = t.plural("{n} payment compared", "{n} payments compared", compared.run.compared)
        found = t.plural("{n} difference", "{n} differences", len(compared.found))
        said = f"{payments} · {found}"
        if compared.unreadable:
            said += " · " + t.plural("{n} line not read", "{n} lines not read", compared.unreadable)
        return said

    def found(self, found: Found) -> tuple[str, ...]:
        """A difference as a line of the results."""
        ours, theirs = (
            "—" if units is None else format_amount(units, self.currency) for units in (found.ours, found.theirs)
        )
        return self.difference(found.kind), f"{self.provider(found.provider)} {found.reference}".strip(), ours, theirs


def file_day(now: int, zone: ZoneInfo) -> str:
    """``2026-11-21``, for the name of a file."""
    return f"{to_datetime(now, zone):%Y-%m-%d}"
