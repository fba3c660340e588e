"""Prospects without Qt: what a card, a column and the pane say, and what a typed day and amount mean."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.kernel.clock import to_datetime
from core.kernel.errors import Refused
from core.kernel.i18n import catalogue
from core.kernel.look import Role
from core.kernel.money import format_amount, format_money, group_digits, parse_amount
from core.kernel.phone import display
from core.pipeline.board import Card, Only, Total
from core.pipeline.rules import INTERESTED, LOST, NEW, ORDER, QUOTE, REASONS, WON
from desktop.texts import Texts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_FORMS: Final = ("%d/%m/%Y %H:%M", "%d/%m/%Y", "%d/%m/%y")
_MORNING: Final = 9  # o'clock: when a day is said without a time


class CardText(Struct, frozen=True):
    """One prospect on its card. ``due``: overdue is told by icon, word and colour."""

    card: Card
    who: str
    amount: str
    due: str
    what: str
    due_icon: str
    due_role: Role
    source: str
    source_icon: str
    call: str

    @property
    def key(self) -> int:
        return self.card.view.lead.id

    @property
    def cursor(self) -> tuple[int, int]:
        return self.card.place

    def plain(self, column: int) -> str:
        """What a screen reader says of it."""
        return ", ".join(part for part in (self.who, self.amount, self.due, self.what, self.call, self.source) if part)


class PipelinePresenter:
    """Words and colours of the prospects of one store."""

    def __init__(self, t: Texts, currency: str, zone: ZoneInfo) -> None:
        self.t = t
        self.currency = currency
        self.zone = zone

    def stages(self) -> dict[str, tuple[str, str, Role]]:
        """Every stage: its name, icon and colour."""
        t = self.t
        return {
            NEW: (t.of("stage", "New"), "message-circle", "muted"),
            INTERESTED: (t.of("stage", "Interested"), "eye", "info"),
            QUOTE: (t.of("stage", "Quote"), "file-text", "info"),
            ORDER: (t.of("stage", "Order"), "shopping-bag", "waiting"),
            WON: (t.of("stage", "Won"), "circle-check", "paid"),
            LOST: (t.of("stage", "Lost"), "x", "danger"),
        }

    def filters(self) -> tuple[tuple[Only | None, str], ...]:
        t = self.t
        return ((None, t.of("prospects", "All")), ("due", t("To do now")), ("qualified", t("Worth a call")))

    def total(self, total: Total) -> tuple[str, str]:
        """How many, and what they come to."""
        return group_digits(total.count), format_money(total.worth, self.currency)

    def who(self, card: Card) -> str:
        view = card.view
        return " ".join(view.name.split()) or (display(view.phone) if view.phone else self.t("Unknown customer"))

    def card(self, card: Card, now: int) -> CardText:
        t, lead = self.t, card.view.lead
        due, icon, role = self._due(card, now)
        lost = lead.stage == LOST and bool(lead.lost_why)
        what = lead.lost_why if lost else lead.next_what
        sources = {
            "live": (card.live or t("Live"), "radio"),
            "conversation": ("WhatsApp", "message-circle"),
            "seller": (t("By the shop"), "store"),
        }
        source, source_icon = sources[card.source]
        amount = "" if lead.worth is None else format_money(lead.worth, self.currency)
        if lead.amount is None and lead.worth is not None:
            amount = f"≈ {amount}"
        return CardText(card, self.who(card), amount, due, what, icon, role, source, source_icon, self.why_call(card))

    def why_call(self, card: Card) -> str:
        """Why this one is worth a call; empty for the others."""
        reason = card.view.lead.qualified_by
        if reason is None or card.view.lead.stage in (WON, LOST):
            return ""
        return self.t("To call: {why}", why=catalogue("errors", self.t.language).gettext(REASONS[reason]))

    def _due(self, card: Card, now: int) -> tuple[str, str, Role]:
        t, lead = self.t, card.view.lead
        if lead.stage == LOST and lead.lost_why:
            return t.of("stage", "Lost"), "info", "muted"
        if lead.next_at is None:
            return "", "", "muted"
        when, today = to_datetime(lead.next_at, self.zone), to_datetime(now, self.zone)
        if lead.next_at <= now:
            return t("Overdue since {day}", day=f"{when:%d/%m}"), "triangle-alert", "danger"
        if when.date() == today.date():
            return t("Today {time}", time=f"{when:%H:%M}"), "clock", "waiting"
        return f"{when:%d/%m/%Y}", "clock", "muted"

    # -- the pane

    def since(self, card: Card) -> str:
        lead = card.view.lead
        return self.t(
            "since {opened}, here since {moved}", opened=self.day(lead.opened_at), moved=self.day(lead.moved_at)
        )

    def day(self, ms: int) -> str:
        return f"{to_datetime(ms, self.zone):%d/%m/%Y}"

    def typed_day(self, ms: int | None) -> str:
        """As it is typed; without the time where it is the morning that a mere day means."""
        if ms is None:
            return ""
        when = to_datetime(ms, self.zone)
        plain = (when.hour, when.minute) == (_MORNING, 0)
        return f"{when:%d/%m/%Y}" if plain else f"{when:%d/%m/%Y %H:%M}"

    def read_day(self, text: str) -> int | None:
        """ms UTC of « 25/11/2026 » or « 25/11/2026 14:30 »; None of nothing. Raises ValueError."""
        said = " ".join(text.split())
        if not said:
            return None
        for form in _FORMS:
            try:
                when = datetime.strptime(said, form)  # noqa: DTZ007 - the store's zone is given below
            except ValueError:
                continue
            hour = when if "%H" in form else when.replace(hour=_MORNING)
            return int(hour.replace(tzinfo=self.zone).timestamp() * 1000)
        raise ValueError(said)

    def in_days(self, now: int, days: int) -> str:
        return f"{to_datetime(now, self.zone) + timedelta(days=days):%d/%m/%Y}"

    def amount(self, units: int | None) -> str:
        return "" if units is None else format_amount(units, self.currency)

    def read_amount(self, text: str) -> int | None:
        """Smallest units of what was typed; None of nothing. Raises Refused."""
        if not text.strip():
            return None
        units = parse_amount(text, self.currency)
        if units < 0:
            raise Refused("An amount is not below zero.")
        return units

    def on_table(self, card: Card) -> str:
        """What the amount is of, and that it needs no estimate."""
        amount = card.view.lead.amount
        if amount is None:
            return ""
        return self.t("{amount}: what is ordered or quoted now.", amount=format_money(amount, self.currency))

    def moved(self, who: str, stage: str) -> str:
        return self.t("{name}: {stage}", name=who, stage=self.stages()[stage][0])
