"""The papers without Qt: what the page reads and does, and what its rows and its pane say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct

from core.invoices.certification import ACCEPTED, PREPARED, QUEUED, REFUSED, SENT, Certification
from core.invoices.credits import OpenLine, Taken
from core.invoices.queries import NEWEST, Filter, Kind, PaperRow
from core.kernel.clock import to_datetime
from core.kernel.errors import Refused
from core.kernel.i18n import catalogue, explain
from core.kernel.look import Role
from core.kernel.money import format_amount, format_money
from core.kernel.paging import Sort
from desktop.pages.undelivered import why_undelivered
from desktop.texts import Texts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from core.adapters.certified.handing import Handed
    from desktop.bridge import Control

MONTHS: Final = 12  # in the menu of times
Cursor = tuple[int, int, int]


class Question(Struct, frozen=True):
    """Which papers. ``kind`` None: all; ``period``: all, a year (« 2026 ») or a month (« 2026-11 »)."""

    kind: Kind | None = None
    attention: bool = False
    period: str = "all"
    text: str = ""
    sort: Sort = NEWEST


class Overview(Struct, frozen=True):
    """``attention``: how many papers somebody should look at; ``span``: when the first and the last were issued.

    ``certifying``: a state's platform is told of papers, or was; ``sends``: they leave by themselves. ``may_credit``
    and ``may_certify``: whether the role of who uses the window allows it.
    """

    attention: int = 0
    span: tuple[int, int] | None = None
    certifying: bool = False
    sends: bool = False
    may_credit: bool = True
    may_certify: bool = True


class Creditable(Struct, frozen=True):
    """What may still be taken back of an invoice."""

    number: str
    total: int
    left: int
    lines: tuple[OpenLine, ...]


class Declared(Struct, frozen=True):
    """How far a paper is with the state's platform. ``obstacle``: why it cannot be told as things are."""

    paper: PaperRow
    entry: Certification
    obstacle: Refused | None
    sends: bool


class PapersSource(Protocol):
    """What the page reads and the verbs it calls. All may block: called off the window's thread."""

    def overview(self) -> Overview: ...

    def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[PaperRow]: ...

    def pdf(self, kind: str, paper_id: int) -> Path:
        """Draw a paper into a file of its own, for looking at. Raises NotFound, EnvironmentProblem."""
        ...

    def save(self, kind: str, paper_id: int, path: Path) -> None:
        """Draw a paper into this file. Raises NotFound, EnvironmentProblem."""
        ...

    def send(self, kind: str, paper_id: int) -> None:
        """On WhatsApp, again. Raises Refused, Forbidden."""
        ...

    def link(self, kind: str, paper_id: int) -> str:
        """Where anybody can check the paper. Raises Refused where nobody could open it."""
        ...

    def creditable(self, invoice_id: int) -> Creditable:
        """Raises NotFound."""
        ...

    def credit(self, invoice_id: int, amount: int | None, taken: Sequence[Taken], reason: str) -> str:
        """Take back these lines, or without any an amount, or (None) all that is left. → the credit note's number.

        Raises Refused, Forbidden.
        """
        ...

    def declared(self, kind: str, paper_id: int) -> Declared:
        """Raises NotFound when the platform is not told of it."""
        ...

    def retry(self, kind: str, paper_id: int) -> None:
        """Raises Refused, Forbidden."""
        ...

    def export(self, path: Path, wanted: Filter, control: Control) -> int | None:
        """Write the list to a .csv or .xlsx file. → rows, None when it was stopped and nothing is left.

        Raises Refused, EnvironmentProblem.
        """
        ...

    def bundle(self, path: Path, wanted: Filter, control: Control) -> int | None:
        """Draw all papers into a .zip file or a folder. → how many, None when it was stopped and nothing is left.

        Raises Refused, EnvironmentProblem.
        """
        ...

    def payloads(self, folder: Path) -> Handed:
        """Write what no platform was told of, a file each. Raises Refused, EnvironmentProblem."""
        ...


class Pill(Struct, frozen=True):
    word: str
    icon: str
    role: Role


class RowText(Struct, frozen=True):
    """One paper in a row. ``certified`` None: no platform is told of it."""

    paper: PaperRow
    kind: str
    day: str
    who: str
    amount: str
    below: str
    sent: Pill
    certified: Pill | None

    @property
    def key(self) -> tuple[str, int]:
        return self.paper.kind, self.paper.id

    def plain(self, column: int) -> str:
        """What a screen reader says of a cell."""
        cells = (
            f"{self.paper.number}, {self.kind}, {self.day}",
            f"{self.who}, {self.paper.reference}",
            f"{self.amount}, {self.below}" if self.below else self.amount,
            self.sent.word,
            self.certified.word if self.certified else "",
        )
        return cells[column]


class PapersPresenter:
    """Words and colours of the papers of one store."""

    def __init__(self, t: Texts, currency: str, zone: ZoneInfo) -> None:
        self.t = t
        self.currency = currency
        self.zone = zone

    def money(self, units: int) -> str:
        return format_money(units, self.currency)

    def headings(self) -> tuple[str, ...]:
        t = self.t
        return (
            t.of("column", "Number"),
            t.of("column", "Customer"),
            t.of("column", "Total"),
            "WhatsApp",
            t.of("column", "Certification"),
        )

    def kinds(self) -> tuple[tuple[Kind | None, str], ...]:
        """Every filter by kind, in the order of the chips."""
        t = self.t
        return (
            (None, t.of("papers", "All")),
            ("invoice", t("Invoices")),
            ("credit_note", t("Credit notes")),
            ("receipt", t("Receipts")),
        )

    def kind(self, kind: Kind) -> str:
        t = self.t
        return {"invoice": t("Invoice"), "credit_note": t("Credit note"), "receipt": t("Receipt")}[kind]

    # -- times

    def periods(self, span: tuple[int, int] | None) -> tuple[tuple[str, str], ...]:
        """All times, the last months, and the years there are papers of."""
        found = [("all", self.t("All times"))]
        if span is None:
            return tuple(found)
        first, last = (to_datetime(at, self.zone) for at in span)
        year, month = last.year, last.month
        while (year, month) >= (first.year, first.month) and len(found) <= MONTHS:
            found.append((f"{year}-{month:02d}", self.period(f"{year}-{month:02d}")))
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        found += [(str(y), str(y)) for y in range(last.year, first.year - 1, -1)]
        return tuple(found)

    def period(self, period: str) -> str:
        """« novembre 2026 »."""
        if period == "all":
            return self.t("All times")
        year, _, month = period.partition("-")
        return f"{self._months()[int(month) - 1]} {year}" if month else year

    def _months(self) -> tuple[str, ...]:
        t = self.t
        return (
            t.of("month", "January"),
            t.of("month", "February"),
            t.of("month", "March"),
            t.of("month", "April"),
            t.of("month", "May"),
            t.of("month", "June"),
            t.of("month", "July"),
            t.of("month", "August"),
            t.of("month", "September"),
            t.of("month", "October"),
            t.of("month", "November"),
            t.of("month", "December"),
        )

    def wanted(self, question: Question) -> Filter:
        """A question in the terms of the database: months and years are the shop's own."""
        since = until = None
        if question.period != "all":
            year, _, month = question.period.partition("-")
            start = datetime(int(year), int(month or 1), 1, tzinfo=self.zone)
            after = (start.year, start.month + 1) if month and start.month < 12 else (start.year + 1, 1)
            end = datetime(*after, 1, tzinfo=self.zone)
            since, until = (int(at.timestamp() * 1000) for at in (start, end))
        return Filter(question.kind, since, until, question.text, question.attention, question.sort)

    # -- rows

    def row(self, paper: PaperRow) -> RowText:
        t = self.t
        below = ""
        if paper.net is not None and paper.tax:
            net, tax = (format_amount(units, self.currency) for units in (paper.net, paper.tax))
            below = t("{net} before tax · VAT {tax}", net=net, tax=tax)
        amount = self.money(-paper.total if paper.kind == "credit_note" else paper.total)
        day = f"{to_datetime(paper.at, self.zone):%d/%m/%Y}"
        certified = self.certified(paper.certified, paper.certified_error) if paper.certified else None
        return RowText(
            paper, self.kind(paper.kind), day, paper.customer or "—", amount, below, self.sent(paper.sent), certified
        )

    def sent(self, state: str | None) -> Pill:
        """How far the message is that carries a paper."""
        t = self.t
        sent = Pill(t.of("paper", "Sent"), "check", "info")
        way = Pill(t.of("paper", "On its way"), "hourglass", "waiting")
        read = Pill(t.of("paper", "Read"), "check-check", "paid")
        known = {
            "queued": way,
            "sending": way,
            "accepted": sent,
            "sent": sent,
            "delivered": Pill(t.of("paper", "Delivered"), "check-check", "info"),
            "read": read,
            "played": read,
            "failed": Pill(t.of("paper", "Failed"), "x", "danger"),
            "unknown": Pill(t.of("paper", "Uncertain"), "circle-help", "waiting"),
        }
        return known.get(state or "", Pill(t.of("paper", "Not sent"), "minus", "muted"))

    def certified(self, state: str, error: str | None) -> Pill:
        """How far a declaration is. Only the platform's own yes is one."""
        t = self.t
        if state == SENT and error:
            return Pill(t.of("paper", "To check"), "circle-alert", "danger")
        if state == PREPARED and error:
            return Pill(t.of("paper", "Held up"), "triangle-alert", "waiting")
        return {
            PREPARED: Pill(t.of("paper", "Prepared"), "file-text", "muted"),
            QUEUED: Pill(t.of("paper", "Waiting"), "hourglass", "waiting"),
            SENT: Pill(t.of("paper", "Sent"), "send", "info"),
            ACCEPTED: Pill(t.of("paper", "Accepted"), "check", "paid"),
            REFUSED: Pill(t.of("paper", "Refused"), "x", "danger"),
        }[state]

    def unsent(self, paper: PaperRow) -> str:
        """Why a message did not arrive, as far as is known."""
        return why_undelivered(self.t, paper.sent, paper.sent_code, paper.sent_error)

    def held_up(self, state: str | None, error: str | None) -> str:
        """Why a declaration goes no further: our sentences in the person's language, the platform's as it said them."""
        if not error:
            return ""
        known = catalogue("errors", self.t.language).gettext(error)
        if known == error and state in (QUEUED, SENT):
            unclear = Refused("The certification platform did not answer clearly ({why}).", why=error)
            return explain(unclear, self.t.language)
        return known

    # -- the pane

    def heading(self, paper: PaperRow) -> str:
        """« Facture · 20/11/2026 21:46 »."""
        return f"{self.kind(paper.kind)} · {to_datetime(paper.at, self.zone):%d/%m/%Y %H:%M}"

    def facts(self, paper: PaperRow) -> tuple[tuple[str, str], ...]:
        """Names and values under a paper's title."""
        t = self.t
        found = [(t("Order"), paper.reference)]
        if paper.invoice:
            found.append((t("Takes back"), paper.invoice))
        if paper.credited:
            found.append((t("Taken back"), self.money(paper.credited)))
        return tuple(found)

    def no_credit(self, paper: PaperRow, may: bool) -> str:
        """Why no credit note can be made of a paper, empty when it can."""
        t = self.t
        if paper.kind != "invoice":
            return t("Only an invoice can be taken back.")
        if paper.credited >= paper.total:
            return t("This invoice is taken back in full.")
        return "" if may else t("Your role makes no credit notes: ask a manager or the owner.")
