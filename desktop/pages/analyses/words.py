"""Times, amounts and changes in words, for the charts, the tiles and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.analytics.rules import Change, Name, Period, Unit
from core.kernel.clock import to_datetime
from core.kernel.days import date_in_words, day_in_words, month_in_words, time_in_words
from core.kernel.look import Role
from core.kernel.money import format_money, group_digits
from core.kernel.text import NARROW
from desktop.texts import Texts, mark

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

NONE: Final = "–"
UNKNOWN_PROVIDER: Final = mark("Without a provider")


class Tile(Struct, frozen=True):
    """A figure of the head. ``change`` in words with an icon; ``role`` says whether it is welcome."""

    title: str
    value: str
    unit: str
    change: str
    icon: str
    role: Role
    about: str
    rows: object

    @property
    def spoken(self) -> str:
        """All of it in one sentence."""
        value = f"{self.value} {self.unit}".strip()
        return f"{self.title} : {value}" + (f", {self.change}" if self.change else "")


class Words:
    """Of one store and one language."""

    def __init__(self, t: Texts, currency: str, zone: ZoneInfo) -> None:
        self.t, self.currency, self.zone = t, currency, zone

    def money(self, units: int) -> str:
        return format_money(units, self.currency)

    def number(self, value: int) -> str:
        return group_digits(value)

    def percent(self, value: int | None) -> str:
        return NONE if value is None else f"{value}{NARROW}%"

    def took(self, ms: int | None) -> str:
        """``58 s``, ``1 min 23 s``, ``2 h 05``, ``3 j 4 h``: how long, no finer than it matters."""
        if ms is None:
            return NONE
        seconds = max(0, ms) // 1000
        if seconds < 60:
            return f"{seconds}\u00a0s"
        if seconds < 3600:
            return f"{seconds // 60}\u00a0min\u00a0{seconds % 60:02d}"
        hours, minutes = seconds // 3600, seconds % 3600 // 60
        if hours < 48:
            return f"{hours}\u00a0h\u00a0{minutes:02d}"
        return self.t("{days}\u00a0d\u00a0{hours}\u00a0h", days=hours // 24, hours=hours % 24)

    # -- times

    def periods(self) -> tuple[tuple[Name, str], ...]:
        """The chips, in their order."""
        t = self.t
        return (
            ("today", t("Today")),
            ("week", t("7 days")),
            ("days", t("30 days")),
            ("month", t("This month")),
            ("year", t("12 months")),
        )

    def time(self, period: Period) -> str:
        """``du 1 nov. 2026 au 26 nov. 2026``, ``26 nov. 2026``; a live with its hours."""
        language = self.t.language
        first = date_in_words(period.since, self.zone, language)
        if period.session_id is not None:
            end = date_in_words(period.until - 1, self.zone, language)
            until = self._hour(period.until)
            return f"{first}, {self._hour(period.since)} – {until if end == first else f'{end}, {until}'}"
        last = date_in_words(period.until - 1, self.zone, language)
        return first if first == last else self.t("{first} to {last}", first=first, last=last)

    def against(self, period: Period, before: Period | None, now: int) -> str:
        """What a time is compared with, and whether only in part."""
        if before is None:
            return self.t("Nothing to compare with")
        words = self.t("Compared with {time}", time=self.time(before))
        if period.session_id is None and period.is_running(now) and before.session_id is None:
            words += " · " + self.t("as far as {hour}, because this time still runs", hour=self._hour(before.until))
        return words

    def piece(self, at: int, unit: Unit) -> str:
        """A column's name under the axis."""
        language = self.t.language
        if unit == "month":
            return month_in_words(at, self.zone, language).rsplit("\u00a0", 1)[0]
        if unit == "day":
            return f"{to_datetime(at, self.zone):%d/%m}"
        return f"{to_datetime(at, self.zone):%H:%M}"

    def piece_in_full(self, at: int, unit: Unit) -> str:
        language = self.t.language
        if unit == "month":
            return month_in_words(at, self.zone, language)
        day = day_in_words(at, self.zone, language)
        return day if unit == "day" else f"{day} · {self._hour(at)}"

    def moment(self, at: int) -> str:
        """``26/11/2026 21:56``, in tables."""
        return f"{to_datetime(at, self.zone):%d/%m/%Y %H:%M}"

    def day_of(self, at: int) -> str:
        """``26 nov. 2026``"""
        return date_in_words(at, self.zone, self.t.language)

    def _hour(self, at: int) -> str:
        return time_in_words(at, self.zone, self.t.language)

    # -- changes

    def change(self, now: int | None, then: int | None, *, less_is_better: bool = False) -> tuple[str, str, Role]:
        """In words, with an icon and whether it is welcome. Nothing is said of what was not measured."""
        t = self.t
        if now is None or then is None:
            return "", "", "muted"
        if now == then:
            return t("as before"), "minus", "muted"
        more = now > then
        welcome: Role = "paid" if more is not less_is_better else "danger"
        percent = Change(now, then).percent
        icon = "arrow-up" if more else "arrow-down"
        if percent is None:
            return t("nothing before"), "minus", "muted"
        if percent == 0:
            return t("nearly as before"), "minus", "muted"
        said = f"{group_digits(abs(percent))}{NARROW}%"
        return (t("{percent} more", percent=said) if more else t("{percent} less", percent=said)), icon, welcome

    def points(self, now: int | None, then: int | None) -> tuple[str, str, Role]:
        """The change of a percentage: in points of it."""
        t = self.t
        if now is None or then is None:
            return "", "", "muted"
        if now == then:
            return t("as before"), "minus", "muted"
        size = abs(now - then)
        if now > then:
            return t.plural("{n} point more", "{n} points more", size), "arrow-up", "paid"
        return t.plural("{n} point less", "{n} points less", size), "arrow-down", "danger"
