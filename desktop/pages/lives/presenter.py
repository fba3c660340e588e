"""The lives that are over, without Qt: what the page reads, and what its filters, rows and sums say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct, field

from core.analytics import rules
from core.kernel.clock import to_datetime
from core.kernel.money import format_money, group_digits
from core.kernel.paging import Sort
from core.kernel.text import NARROW, in_minutes
from core.orders.figures import percent
from core.orders.lives import NEWEST, LiveRow, Totals, Wanted
from desktop.pages.live.presenter import SOURCES
from desktop.texts import Texts, mark

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from desktop.bridge import Control

PAGE: Final = 100
Cursor = tuple[int, int]
PERIODS: Final[tuple[tuple[str, str], ...]] = (
    ("all", mark("Since the beginning")),
    ("week", mark("The last 7 days")),
    ("days", mark("The last 30 days")),
    ("year", mark("The last 12 months")),
)


class Question(Struct, frozen=True):
    """Which lives, and in which order. None: all of them."""

    period: str = "all"
    source: str | None = None
    text: str = ""
    sort: Sort = NEWEST


class Overview(Struct, frozen=True):
    """What stands around the list. ``any``: whether a live has ever ended here."""

    totals: Totals = field(default_factory=Totals)
    sources: tuple[str, ...] = ()
    any: bool = False


class LivesSource(Protocol):
    """All may block: called off the window's thread."""

    def overview(self, wanted: Wanted) -> Overview: ...

    def page(self, wanted: Wanted, after: Cursor | None, limit: int) -> list[LiveRow]: ...

    def export(
        self, path: Path, wanted: Wanted, titles: Sequence[str], sources: Mapping[str, str], control: Control
    ) -> int | None:
        """Write what is looked for to a .csv or .xlsx file. → lives; None when it was stopped and no file is left.

        Raises Refused, EnvironmentProblem.
        """
        ...


class RowText(Struct, frozen=True):
    """One live in a row."""

    live: LiveRow
    day: str
    hour: str
    title: str
    source: str
    duration: str
    takings: str
    orders: str
    share: str
    best: str
    sold: str

    @property
    def key(self) -> int:
        return self.live.id

    def plain(self, column: int) -> str:
        """What a screen reader says of a cell."""
        best = f"{self.best}, {self.sold}" if self.sold else self.best
        when, what = f"{self.day}, {self.hour}", f"{self.title}, {self.source}"
        return (when, what, self.duration, self.takings, self.orders, self.share, best)[column]


class LivesPresenter:
    def __init__(self, t: Texts, currency: str, zone: ZoneInfo) -> None:
        self.t = t
        self._currency, self._zone = currency, zone

    def headings(self) -> tuple[str, ...]:
        t = self.t
        return (
            t.of("lives", "Date"), t("Live"), t("Duration"), t.of("tile", "Collected"), t("Orders"),
            t.of("lives", "Paid share"), t.of("over", "Best-seller"),
        )  # fmt: skip

    def titles(self) -> list[str]:
        """The columns of the file."""
        t = self.t
        return [
            t.of("lives", "Date"), t("Live"), t.of("lives", "Source"), t.of("lives", "Minutes"),
            t.of("tile", "Collected"), t.of("lives", "Currency"), t("Orders"), t.of("analyses", "Paid"),
            t.of("lives", "Paid share (%)"), t.of("over", "Best-seller"), t("Sold"),
        ]  # fmt: skip

    def periods(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, self.t(title)) for name, title in PERIODS)

    def sources(self, overview: Overview) -> tuple[tuple[str | None, str], ...]:
        return ((None, self.t("All sources")), *((each, self.source(each)) for each in overview.sources))

    def source(self, source: str) -> str:
        return self.t("Made by hand") if source == "shop" else dict(SOURCES).get(source, source)

    def wanted(self, asked: Question, now: int) -> Wanted:
        """The question as the database is asked."""
        since = None
        if asked.period != "all":
            since = rules.period(asked.period, now, self._zone).since  # type: ignore[arg-type]
        return Wanted(asked.source, since, asked.text, asked.sort)

    def row(self, live: LiveRow) -> RowText:
        t, at = self.t, to_datetime(live.started_at, self._zone)
        title, sold = live.best or ("–", 0)
        paid = t.plural("{n} paid", "{n} paid", live.paid)
        return RowText(
            live, f"{at:%d/%m/%Y}", f"{at:%H:%M}", live.title or t("Live"), self.source(live.source),
            in_minutes(live.duration), format_money(live.takings, self._currency), group_digits(live.orders),
            "–" if live.share is None else f"{live.share}{NARROW}% · {paid}", title,
            t.plural("{n} sold", "{n} sold", sold) if sold else "",
        )  # fmt: skip

    def totals(self, totals: Totals) -> str:
        """« 12 lives · encaissé 480 000 F CFA · 96 commandes · 71 % payées »"""
        t = self.t
        parts = [
            t.plural("{n} live", "{n} lives", totals.count),
            t("collected {amount}", amount=format_money(totals.takings, self._currency)),
            t.plural("{n} order", "{n} orders", totals.orders),
        ]
        share = percent(totals.paid, totals.orders)
        if share is not None:
            parts.append(t("{percent} paid", percent=f"{share}{NARROW}%"))
        return " · ".join(parts)
