"""One order as the table says it (no Qt): seven cells of two lines, its clock, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final, Literal

from msgspec import Struct

from core.kernel.clock import DAY, HOUR, MINUTE, to_datetime
from core.kernel.look import Role
from core.kernel.money import format_amount
from core.kernel.text import clock_time_in_words, countdown, duration, fold, short_name
from core.live.views import BoardRow, LineView
from desktop.pages.live.presenter import Filter, LivePresenter, filters_of
from desktop.texts import Texts, mark

COLUMNS: Final[tuple[str, ...]] = (
    mark("State"),
    mark("Customer"),
    mark("Product"),
    mark("Amount"),
    mark("Time"),
    mark("Payment means"),
    mark("Reference"),
)
STATE, CUSTOMER, PRODUCT, AMOUNT, TIME, MEANS, REFERENCE = range(7)
LAST_QUARTER: Final = 0.25

PROVIDERS: Final[dict[str, str]] = {
    "wave": "Wave",
    "bictorys": "Bictorys",
    "stripe": mark("Card"),
    "card": mark("Card"),
    "orange_money": "Orange Money",
    "orange_web": "Orange Money",
    "orange_sonatel": "Orange Money",
    "sandbox": mark("Test payment"),
    "mvola": "MVola",
    "airtel_mg": "Airtel Money",
    "fedapay": "FedaPay",
    "cinetpay": "CinetPay",
    "paydunya": "PayDunya",
    "airtel_money": "Airtel Money",
    "pi_spi": "PI-SPI",
    "cash": mark("Cash"),
    "mobile_money": "Mobile money",
    "maxit": "Max it",
    "mtn": "MTN MoMo",
    "moov": "Moov Money",
    "flooz": "Flooz",
    "mixx": "Mixx by Yas",
    "free": "Free Money",
    "expresso": "Expresso",
    "airtel": "Airtel Money",
    "celtiis": "Celtiis Cash",
    "zamani": "Zamani Cash",
}
"""Providers and their means of payment, in the few letters that a table has room for."""

Verb = Literal[
    "decide",
    "receipt",
    "extend",
    "cancel",
    "link",
    "invoice",
    "restrict",
    "release",
    "conversation",
    "copy",
    "trace",
]


def sort_key(row: BoardRow) -> tuple[int, int]:
    """Orders stand by the time they were taken; the table shows the newest first."""
    return (row.reserved_at, row.order_id)


class Entry(Struct, frozen=True):
    """An order with what the table looks up often; made off the window's thread."""

    row: BoardRow
    key: tuple[int, int]
    filters: tuple[Filter, ...]
    haystack: str


def entry(row: BoardRow) -> Entry:
    words = [row.customer_name, row.reference, *(word for line in row.lines for word in (line.sku, line.title))]
    return Entry(row, sort_key(row), filters_of(row), fold(" ".join(words)))


class Cell(Struct, frozen=True):
    """Two lines: what matters, then the rest. ``tail`` follows the first line in muted type."""

    head: str
    below: str = ""
    tail: str = ""


class Badge(Struct, frozen=True):
    text: str
    icon: str | None
    role: Role


class RowText:
    """All words of one order, worked out when first needed; only :meth:`clock` changes by itself."""

    def __init__(self, row: BoardRow, presenter: LivePresenter) -> None:
        self.row = row
        self._presenter = presenter
        self._t: Texts = presenter.t

    @cached_property
    def state(self) -> Badge:
        return state_badge(self.row, self._presenter)

    @cached_property
    def customer(self) -> str:
        return short_name(self.row.customer_name) or self._t("Unknown customer")

    @cached_property
    def mark(self) -> Badge | None:
        """What is known of the customer: that they pay first, a risk, else new, else the score."""
        if self.row.restricted:
            return Badge(self._t("pays first"), "lock", "waiting")
        if self.row.badge == "risk" or self.row.exception == "suspect":
            return Badge(self._t("risk"), "triangle-alert", "danger")
        if self.row.badge == "new":
            return Badge(self._t("new"), None, "gold")
        return Badge(str(self.row.score), "star", "gold") if self.row.score is not None else None

    @cached_property
    def product(self) -> Cell:
        lines = self.row.lines
        if not lines:
            return Cell("–")
        first = lines[0]
        if len(lines) == 1:
            return Cell(first.sku, " · ".join(filter(None, (first.note, first.title))), f"×\u00a0{first.quantity}")
        rest = (_counted(line) for line in lines[1:])
        told = f"{first.note} +" if first.note else "+"
        return Cell(first.sku, f"{told}\u00a0{', '.join(rest)}", f"×\u00a0{first.quantity}")

    @cached_property
    def amount(self) -> Cell:
        return amount_cell(self.row.total, received_apart(self.row), self._presenter)

    @cached_property
    def time(self) -> Cell:
        """The two lines of the time column; for a running hold the first line is :meth:`clock`."""
        row, t, zone = self.row, self._t, self._presenter.zone
        if row.state == "reserved":
            if row.reminded_at:
                return Cell("", t("reminder sent"))
            if row.link_opened_at:
                return Cell("", t("link opened"))
            return Cell("", t("until {time}", time=to_datetime(row.expires_at, zone).strftime("%H:%M")))
        at = row.paid_at or row.closed_at or row.reserved_at
        return Cell(to_datetime(at, zone).strftime("%H:%M:%S"), self._after(at))

    def _after(self, at: int) -> str:
        row, t = self.row, self._t
        if row.exception == "paid_late" and row.paid_at:
            late = max(0, row.paid_at - row.expires_at)
            minutes = f"{late // MINUTE}\u00a0min" if MINUTE <= late < HOUR else duration(late)
            return t("{duration} after the end", duration=minutes)
        if row.state == "expired" and row.next_customer:
            return t("offered to {name}", name=short_name(row.next_customer))
        if row.state == "expired":
            return t("link opened") if row.link_opened_at else t("never opened")
        if row.state == "cancelled":
            return t("after {duration}", duration=duration(at - row.reserved_at))
        return duration(max(0, at - row.reserved_at))

    @cached_property
    def means(self) -> str:
        named = PROVIDERS.get(self.row.provider or "", self.row.provider or "–")
        return self._t(named)

    @cached_property
    def reference(self) -> str:
        """``1120-A3F2``: the day and the four digits; the year is the same for the whole live."""
        return self.row.reference.split("-", 2)[-1] if self.row.reference.startswith("LP-") else self.row.reference

    def clock(self, now: int) -> tuple[str, Role] | None:
        """What is left of a running hold, and its colour: orange only in the last quarter. None without a hold."""
        if self.row.state != "reserved":
            return None
        left = self.row.expires_at - now
        if left > DAY:  # its deposit is in, or it is paid later
            return to_datetime(self.row.expires_at, self._presenter.zone).strftime("%d/%m"), "text"
        whole = max(1, self.row.expires_at - self.row.reserved_at)
        return countdown(left), "waiting" if left <= whole * LAST_QUARTER else "text"

    def summary(self, now: int) -> str:
        """The whole order on one line, with what a narrow table leaves out."""
        cells = [self.plain(column, now) for column in (REFERENCE, STATE, CUSTOMER, PRODUCT, AMOUNT, TIME, MEANS)]
        cells.append(self._presenter.reasons(self.row))
        return " · ".join(cell for cell in cells if cell not in ("", "–"))

    def plain(self, column: int, now: int) -> str:
        """A cell as plain text, for screen readers, copying and tests."""
        clock = self.clock(now)
        cells: tuple[Callable[[], str], ...] = (
            lambda: self.state.text,
            lambda: " ".join(filter(None, (self.customer, self.mark.text if self.mark else ""))),
            lambda: " ".join(filter(None, (self.product.head, self.product.tail, self.product.below))),
            lambda: " ".join(filter(None, (self.amount.head, self.amount.tail, self.amount.below))),
            lambda: " ".join(filter(None, (clock[0] if clock else self.time.head, self.time.below))),
            lambda: self.means,
            lambda: self.row.reference,
        )
        return cells[column]()


def received_apart(row: BoardRow) -> int | None:
    """What has arrived, where the row says so because it is not the order's amount."""
    return row.received if row.exception in ("underpaid", "overpaid") else None


def amount_cell(total: int, received: int | None, presenter: LivePresenter) -> Cell:
    """An amount, and beneath it what was received instead."""
    below = ""
    if received is not None:
        below = presenter.t("received {amount}", amount=format_amount(received, presenter.currency))
    return Cell(format_amount(total, presenter.currency), below, presenter.short_sign)


def state_badge(row: BoardRow, presenter: LivePresenter) -> Badge:
    """The state's word, icon and colour. A payment that waits for the seller's decision says so first."""
    return badge_of(shown_state(row), presenter)


def shown_state(row: BoardRow) -> str:
    """What the state column names: an open exception, money said to be sent, else the state."""
    if row.exception and row.undecided:
        return row.exception
    return "to_check" if row.receipt and row.receipt.claimed else row.state


def badge_of(state: str, presenter: LivePresenter) -> Badge:
    """The word, icon and colour of a :func:`shown_state`."""
    t = presenter.t
    known = {
        "reserved": Badge(t.of("state", "Pending"), "timer", "waiting"),
        "to_check": Badge(t.of("state", "To check"), "circle-help", "waiting"),
        "paid": Badge(t.of("state", "Paid"), "check", "paid"),
        "expired": Badge(t.of("state", "Expired"), "x", "danger"),
        "cancelled": Badge(t.of("state", "Cancelled"), "minus", "muted"),
        "refunded": Badge(t.of("state", "Refunded"), "undo-2", "muted"),
    }
    return known.get(state) or Badge(presenter.exception(state), "circle-alert", "waiting")


def verbs(row: BoardRow) -> tuple[Verb, ...]:
    """What can be done with an order now, the likeliest first."""
    found: list[Verb] = []
    if row.exception and row.undecided:
        found.append("decide")
    if row.receipt:
        found.append("receipt")
    if row.state == "reserved":
        found += ["extend", "cancel"]
    if row.state == "reserved" and row.conversation_id is not None:
        found.append("link")
    if row.state in ("paid", "refunded"):
        found.append("invoice")
    if row.conversation_id is not None:
        found.append("conversation")
    found.append("release" if row.restricted else "restrict")
    return (*found, "copy", "trace")


def cancel_question(row: BoardRow, presenter: LivePresenter) -> tuple[str, str]:
    """Title and sentence of the question before an order is cancelled."""
    t = presenter.t
    sentence = t(
        "{name} will be told, the link stops working and the item goes back on sale. The hold ran until {time}.",
        name=short_name(row.customer_name) or t("The customer"),
        time=clock_time_in_words(row.expires_at, presenter.zone),
    )
    return t("Cancel order {reference}?", reference=row.reference), sentence


def _counted(line: LineView) -> str:
    """``SAC2 × 2 (noir)``: a number only where it is more than one."""
    count = "" if line.quantity == 1 else f" ×\u00a0{line.quantity}"
    return f"{line.sku}{count} ({line.note})" if line.note else f"{line.sku}{count}"
