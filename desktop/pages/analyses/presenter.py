"""The analyses without Qt: what the page reads and does, its tiles and charts, and which rows each figure is of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from core.analytics.charts import Chart, Tone
from core.analytics.rules import Name
from core.analytics.views import Report
from core.kernel.clock import to_datetime
from core.kernel.look import Role
from core.orders.behind import BuyersWanted, OrdersWanted
from desktop.pages.analyses.people import People
from desktop.pages.analyses.words import NONE, Tile

if TYPE_CHECKING:
    from core.adapters.pdf_report import Cover
    from desktop.bridge import Control


class Question(Struct, frozen=True):
    """Which time: by its ``name``; between two days; or a live. ``against``: a live to compare with, None: before."""

    name: Name = "days"
    first: date | None = None
    last: date | None = None
    live: int | None = None
    against: int | None = None


class Reading(Struct, frozen=True):
    """A report, the names of the providers in it, and the lives that can be chosen: (id, title, start)."""

    report: Report
    labels: Mapping[str, str]
    lives: tuple[tuple[int, str, int], ...]


class AnalysesSource(Protocol):
    """What the page reads and writes out. All may block: called off the window's thread."""

    def read(self, question: Question, language: str) -> Reading:
        """Raises NotFound for a live that is not there. Words of the trade itself (cash) are in ``language``."""
        ...

    def table(self, path: Path, chart: Chart) -> None:
        """A .csv or .xlsx file. Raises Refused, EnvironmentProblem."""
        ...

    def paper(self, path: Path, cover: Cover, charts: tuple[Chart, ...], control: Control) -> int | None:
        """The PDF. → its pages; None when it was stopped. Raises EnvironmentProblem."""
        ...


class AnalysesPresenter(People):
    def charts(self, reading: Reading) -> dict[str, Chart]:
        """Every chart by its name, in the order in which they are shown. Some 10 ms: off the window's thread."""
        self.labels = reading.labels
        report = reading.report
        made = (
            self.revenue(report), self.funnel(report), self.hours(report), self.products(report),
            self.customers(report), self.cohorts(report), self.answers(report), self.prospects(report),
            self.lives(report),
        )  # fmt: skip
        return {chart.name: chart for chart in made}

    def subject(self, reading: Reading) -> str:
        """Which time it is; of a live its name before."""
        period = reading.report.period
        title = next((title for number, title, _ in reading.lives if number == period.session_id), "")
        time = self.time(period)
        return f"{title} · {time}" if title else time

    def tiles(self, report: Report) -> tuple[Tile, ...]:
        t, now, then = self.t, report.sums, report.sums_before
        all_, paid = self.wanted(report), self.wanted(report, basis="paid", states=("paid",))
        earned = self.wanted(report, basis="earned")
        amount, _, sign = self.money(now.revenue).rpartition("\u00a0")
        basket, _, _ = (self.money(now.basket) if now.basket is not None else f"{NONE}\u00a0").rpartition("\u00a0")
        new = self.wanted(report, basis="paid", states=("paid",), first_since=report.period.since)

        def tile(
            title: str,
            value: str,
            unit: str,
            change: tuple[str, str, Role],
            about: str,
            rows: OrdersWanted | BuyersWanted,
        ) -> Tile:
            return Tile(title, value, unit, *change, about, rows)

        def than(name: str) -> int | None:
            return None if then is None else getattr(then, name)

        return (
            tile(t("Revenue"), amount, sign, self.change(now.revenue, than("revenue")),
                 t("What the books earned, less what was given back"), earned),
            tile(t("Orders"), self.number(now.orders), "", self.change(now.orders, than("orders")),
                 t("Claimed in this time"), all_),
            tile(t("Conversion"), self.percent(now.conversion), "", self.points(now.conversion, than("conversion")),
                 t("Of the orders claimed in this time, those that are paid"), replace(all_, states=("paid",))),
            tile(t("Average basket"), basket, sign if now.basket is not None else "",
                 self.change(now.basket, than("basket")), t("Revenue for each order paid"), paid),
            tile(t("New customers"), self.number(now.new), "", self.change(now.new, than("new")),
                 t("Paid here for the first time"), BuyersWanted(new)),
            tile(t("Order time"), self.took(now.order_time), "",
                 self.change(now.order_time, than("order_time"), less_is_better=True),
                 t("From claim to payment; half are quicker"), paid),
        )  # fmt: skip

    def cover(self, reading: Reading, seller: str) -> Cover:
        """The head of the paper; the source adds the logo and the address. Imports fpdf2: off the window's thread."""
        from core.adapters.pdf_report import Cover, Figure

        t, report = self.t, reading.report
        tones: dict[Role, Tone] = {"paid": "paid", "danger": "danger"}
        figures = tuple(
            Figure(tile.title, f"{tile.value} {tile.unit}".strip(), tile.change, tones.get(tile.role, "muted"))
            for tile in self.tiles(report)
        )
        now = to_datetime(report.now, self.zone)
        made = t("{store} · made with LivePay on {day} at {hour}", store=seller, day=self.day_of(report.now),
                 hour=f"{now:%H:%M}")  # fmt: skip
        return Cover(
            t.language, seller, (), None, t("Analyses"), self.subject(reading),
            self.against(report.period, report.before, report.now), figures, t("Page {page} / {pages}"), now, made,
        )  # fmt: skip
