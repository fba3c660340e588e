"""Quotes without Qt: what the page's rows and its pane say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.kernel.clock import DAY, to_datetime
from core.kernel.look import Role
from core.kernel.money import format_amount, format_money
from core.kernel.phone import display
from core.orders.agreed import Short
from core.quotes.figures import Figures
from core.quotes.listing import QuoteRow
from core.quotes.rules import ACCEPTED, CONVERTED, DRAFT, EXPIRED, OPEN, REFUSED, REPLACED, SEEN, SENT
from desktop.pages.quotes.source import Detail
from desktop.pages.undelivered import why_undelivered
from desktop.texts import Texts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


Cursor = tuple[int, int]
LISTED: Final = (DRAFT, SENT, SEEN, ACCEPTED, REFUSED, EXPIRED, CONVERTED)  # in the order of their chips
SOON: Final = 3  # days left from which on an open quote is nearly over


class Pill(Struct, frozen=True):
    word: str
    icon: str
    role: Role


class RowText(Struct, frozen=True):
    """One quote in a row. ``left`` and ``until``: how long it may still be answered."""

    quote: QuoteRow
    day: str
    who: str
    phone: str
    amount: str
    state: Pill
    left: str
    left_role: Role
    until: str

    @property
    def key(self) -> int:
        return self.quote.id

    def plain(self, column: int) -> str:
        """What a screen reader says of a cell."""
        cells = (
            f"{self.quote.reference}, {self.day}",
            ", ".join(part for part in (self.who, self.phone) if part),
            self.amount,
            self.state.word,
            ", ".join(part for part in (self.left, self.until) if part),
        )
        return cells[column]


class QuotesPresenter:
    """Words and colours of the quotes of one store."""

    def __init__(self, t: Texts, currency: str, zone: ZoneInfo, country: str) -> None:
        self.t = t
        self.currency = currency
        self.zone = zone
        self.country = country

    def money(self, units: int) -> str:
        return format_money(units, self.currency)

    def number(self, units: int) -> str:
        return format_amount(units, self.currency)

    def day(self, ms: int) -> str:
        return f"{to_datetime(ms, self.zone):%d/%m/%Y}"

    def moment(self, ms: int) -> str:
        return f"{to_datetime(ms, self.zone):%d/%m/%Y %H:%M}"

    def headings(self) -> tuple[str, ...]:
        t = self.t
        return (
            t.of("column", "Number"),
            t.of("quote", "Customer"),
            t.of("quote", "Total"),
            t.of("column", "State"),
            t.of("column", "Validity"),
        )

    def states(self) -> tuple[tuple[str | None, str], ...]:
        """Every filter by state, in the order of the chips."""
        t = self.t
        return (
            (None, t.of("quotes", "All")),
            (DRAFT, t.of("quotes", "Drafts")),
            (SENT, t.of("quotes", "Sent")),
            (SEEN, t.of("quotes", "Seen")),
            (ACCEPTED, t.of("quotes", "Accepted")),
            (REFUSED, t.of("quotes", "Refused")),
            (EXPIRED, t.of("quotes", "Expired")),
            (CONVERTED, t.of("quotes", "Ordered")),
        )

    def state(self, state: str, asked: bool = False) -> Pill:
        t = self.t
        if state == DRAFT and asked:
            return Pill(t.of("quote", "Asked for"), "message-circle", "waiting")
        return {
            DRAFT: Pill(t.of("quote", "Draft"), "pencil", "muted"),
            SENT: Pill(t.of("quote", "Sent"), "send", "info"),
            SEEN: Pill(t.of("quote", "Seen"), "eye", "info"),
            ACCEPTED: Pill(t.of("quote", "Accepted"), "circle-check", "paid"),
            REFUSED: Pill(t.of("quote", "Refused"), "x", "danger"),
            EXPIRED: Pill(t.of("quote", "Expired"), "clock", "danger"),
            CONVERTED: Pill(t.of("quote", "Ordered"), "shopping-bag", "paid"),
            REPLACED: Pill(t.of("quote", "Replaced"), "refresh-cw", "muted"),
        }[state]

    # -- rows

    def who(self, name: str, phone: str | None) -> str:
        return " ".join(name.split()) or (display(phone) if phone else self.t("Nobody yet"))

    def phone(self, quote: QuoteRow) -> str:
        """The number beneath a name; nothing where it stands in the name's place."""
        phone = display(quote.phone) if quote.phone else ""
        return "" if phone == self.who(quote.customer, quote.phone) else phone

    def row(self, quote: QuoteRow, now: int) -> RowText:
        t = self.t
        left, role = self.left(quote, now)
        until = t("until {day}", day=f"{to_datetime(quote.valid_until, self.zone):%d/%m}")
        return RowText(
            quote,
            self.day(quote.sent_at or quote.created_at),
            self.who(quote.customer, quote.phone),
            self.phone(quote),
            self.money(quote.total),
            self.state(quote.state, quote.asked),
            left,
            role,
            until if quote.state in OPEN else t("once sent") if quote.state == DRAFT else "",
        )

    def left(self, quote: QuoteRow, now: int) -> tuple[str, Role]:
        """How long a quote may still be answered."""
        t = self.t
        if quote.state == DRAFT:
            return t.plural("{n} day", "{n} days", quote.valid_days), "muted"
        if quote.state not in OPEN:
            return self.day(quote.valid_until), "muted"
        days = (quote.valid_until - now) // DAY
        if days < 1:
            return t("Ends within 24 hours"), "waiting"
        return t.plural("{n} day left", "{n} days left", days), "waiting" if days <= SOON else "text"

    # -- the pane

    def meaning(self, detail: Detail) -> str:
        """What the state means, and what comes next."""
        t, row = self.t, detail.row
        if row.state == DRAFT and row.asked:
            return t("The customer asked for it in the chat. Look at it, then send it: nothing was sent by itself.")
        if row.state == ACCEPTED and detail.short:
            return t("Accepted, and not in stock as agreed. Restock, or offer a new version.")
        return {
            DRAFT: t("Not sent yet: it binds nobody."),
            SENT: t("Sent, not opened yet. The customer is reminded by itself."),
            SEEN: t("Opened, not answered yet. The customer is reminded by itself."),
            ACCEPTED: t("Accepted. Make the order to hold the goods."),
            REFUSED: t("The customer does not want it."),
            EXPIRED: t("Its time is over: it can no longer be accepted."),
            CONVERTED: t("Accepted and made an order, whose goods are held."),
            REPLACED: t("A newer version was sent in its place."),
        }[row.state]

    def history(self, detail: Detail) -> tuple[tuple[str, str], ...]:
        """What happened to it, oldest first, and when."""
        t, row = self.t, detail.row
        answered = {
            REFUSED: t("Refused"),
            ACCEPTED: t("Accepted"),
            CONVERTED: t("Accepted"),
        }.get(row.state, t("Answered"))
        found = [
            (t("Written"), row.created_at),
            (t("Sent"), row.sent_at),
            (t("Opened"), row.seen_at),
            (t("Reminded"), row.reminded_at),
            (answered, row.answered_at),
            (t("Over"), row.valid_until if row.state == EXPIRED else None),
        ]
        return tuple((name, self.moment(at)) for name, at in found if at is not None)

    def facts(self, detail: Detail) -> tuple[tuple[str, str], ...]:
        """Names and values under a quote's title."""
        t, quote, figures = self.t, detail.quote, detail.figures
        found = []
        if figures.off:
            found.append((t("Discount"), self.money(-figures.off)))
        if figures.deposit:
            share = quote.wording.terms.deposit
            name = t("Deposit {rate} %", rate=share) if share else t("Deposit")
            found.append((name, self.money(figures.deposit)))
        if detail.order is not None:
            found.append((t("Order"), detail.order[1]))
        if detail.before is not None:
            found.append((t("Replaces"), detail.before[1]))
        if detail.newer is not None:
            found.append((t("Replaced by"), detail.newer[1]))
        return tuple(found)

    def tax(self, figures: Figures) -> str:
        if not figures.tax:
            return ""
        net, tax = self.number(figures.net), self.number(figures.tax)
        return self.t("{net} before tax · VAT {tax}", net=net, tax=tax)

    def totals(self, figures: Figures) -> list[tuple[str, str, bool]]:
        """What a quote comes to: names, values, and whether it is the total. What is nothing is not said."""
        t, plain = self.t, list[tuple[str, int]]()
        if figures.off:
            plain += [(t("Subtotal"), figures.subtotal), (t("Discount"), -figures.off)]
        if figures.tax:
            plain.append((t("Before tax"), figures.net))
            plain += [(t("VAT {rate} %", rate=share.rate), share.tax) for share in figures.shares if share.tax]
        rest = [(t("Deposit"), figures.deposit), (t("Balance"), figures.total - figures.deposit)]
        return [
            *((name, self.money(value), False) for name, value in plain),
            (t("Total with tax") if figures.tax else t.of("quote", "Total"), self.money(figures.total), True),
            *((name, self.money(value), False) for name, value in rest if figures.deposit),
        ]

    def lines(self, detail: Detail) -> tuple[tuple[str, str], ...]:
        """« 3 × Sac cuir » and what it costs."""
        pairs = zip(detail.quote.lines, detail.figures.lines, strict=True)
        return tuple((f"{line.quantity}\u00a0× {line.description}", self.number(amount)) for line, amount in pairs)

    def shortage(self, short: Short) -> str:
        return self.t(
            "{title}: {wanted} agreed, {left} in stock", title=short.title, wanted=short.wanted, left=short.available
        )

    def on_its_way(self, detail: Detail) -> tuple[Pill | None, str]:
        """How far the message is that carries it, and why it goes no further."""
        t, delivery = self.t, detail.delivery
        if detail.row.sent_at is None:
            return None, ""
        pills = {
            "queued": Pill(t.of("delivery", "On its way"), "hourglass", "waiting"),
            "sending": Pill(t.of("delivery", "On its way"), "hourglass", "waiting"),
            "accepted": Pill(t.of("delivery", "Sent"), "check", "info"),
            "sent": Pill(t.of("delivery", "Sent"), "check", "info"),
            "delivered": Pill(t.of("delivery", "Delivered"), "check-check", "info"),
            "read": Pill(t.of("delivery", "Read"), "check-check", "paid"),
            "failed": Pill(t.of("delivery", "Failed"), "x", "danger"),
            "unknown": Pill(t.of("delivery", "Uncertain"), "circle-help", "waiting"),
        }
        pill = pills.get(delivery.state or "")
        if pill is None:
            pill = Pill(t.of("delivery", "Not sent"), "minus", "muted")
        if delivery.state not in ("failed", "unknown"):
            closed = detail.row.state in OPEN and not detail.writable
            return pill, t(
                "No message for 24 hours: WhatsApp is closed. Copy the link, hand it over."
            ) if closed else ""
        return pill, why_undelivered(t, delivery.state, delivery.code, delivery.error)
