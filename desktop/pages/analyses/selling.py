"""The charts of what was sold: revenue, funnel, hours, products, lives."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from core.analytics.charts import (
    Bar,
    Bars,
    Chart,
    Columns,
    Entry,
    Matrix,
    Point,
    Series,
    Spot,
    Table,
    Tone,
    scale,
    share,
)
from core.analytics.queries import LIVES
from core.analytics.views import LiveLine, ProductFigures, Report
from core.kernel.clock import to_datetime
from core.kernel.days import weekday_in_words
from core.kernel.money import EXPONENT, format_amount
from core.kernel.text import in_minutes
from core.orders.behind import OrdersWanted
from desktop.pages.analyses.words import NONE, UNKNOWN_PROVIDER, Words

# Told apart by their lightness too; the fifth is everything else together.
TONES: Final[tuple[Tone, ...]] = ("info", "gold", "structure", "paid", "muted")
OTHERS: Final = 550
"""How much of its colour the last has: beside slate a plain grey would be taken for it."""


class Selling(Words):
    labels: Mapping[str, str] = {}
    """Provider → its name for people."""

    def wanted(self, report: Report, **more: object) -> OrdersWanted:
        """Orders of the time that is looked at."""
        period = report.period
        base = OrdersWanted(since=period.since, until=period.until, session_id=period.session_id)
        return replace(base, **more)

    def units(self, amount: int) -> int | Decimal:
        """An amount as a spreadsheet's number."""
        exponent = EXPONENT[self.currency]
        return Decimal(amount).scaleb(-exponent) if exponent else amount

    # -- revenue

    def revenue(self, report: Report) -> Chart:
        t = self.t
        ends = (*report.pieces[1:], report.period.until)
        names = [self.piece_in_full(at, report.unit) for at in report.pieces]
        series = []
        for (providers, word, values), tone in zip(self._providers(report), TONES, strict=False):
            points = tuple(
                Point(
                    value,
                    self.t("{what}: {value}", what=f"{name} · {word}", value=self.money(value)),
                    self.wanted(report, basis="earned", since=at, until=end, providers=providers),
                )
                for at, end, name, value in zip(report.pieces, ends, names, values, strict=True)
            )
            series.append(Series(word, tone, points, 1000 if tone != "muted" else OTHERS))
        sums = [sum(s.points[n].value for s in series) for n in range(len(report.pieces))]
        then = report.then if any(report.then) else ()
        return Chart(
            "revenue",
            t("Revenue"),
            t("What the books earned, less what was given back"),
            t("{amount} in this time", amount=self.money(sum(sums))),
            Columns(
                tuple(self.piece(at, report.unit) for at in report.pieces), tuple(series), then, t("Time before"),
                self._ticks(series, then),
            ),
            (t.of("analyses", "Time"), *(s.name for s in series), t("Total"), t("Time before")),
            tuple(
                (
                    name, *(self.units(s.points[n].value) for s in series), self.units(sums[n]),
                    self.units(report.then[n]) if n < len(report.then) else None,
                )
                for n, name in enumerate(names)
            ),
            "" if any(sums) or then else t("Nothing was earned in this time."),
        )  # fmt: skip

    def _providers(self, report: Report) -> list[tuple[tuple[str, ...], str, tuple[int, ...]]]:
        """The four that brought most, and the others together."""
        known: list[tuple[tuple[str, ...], str, tuple[int, ...]]] = [
            ((name,), self.provider(name), values) for name, values in report.earned
        ]
        if len(known) <= len(TONES):
            return known
        cut = len(TONES) - 1
        others = known[cut:]
        names = tuple(name for names, _, _ in others for name in names)
        values = tuple(map(sum, zip(*(values for _, _, values in others), strict=True)))
        return [*known[:cut], (names, self.t("Others ({n})", n=len(others)), values)]

    def provider(self, name: str) -> str:
        return self.labels.get(name, name) if name else self.t(UNKNOWN_PROVIDER)

    def _ticks(self, series: list[Series], then: tuple[int, ...]) -> tuple[tuple[int, str], ...]:
        columns = list(zip(*(s.points for s in series), strict=True))
        highest = max([sum(p.value for p in c if p.value > 0) for c in columns] + list(then), default=0)
        lowest = min([sum(p.value for p in c if p.value < 0) for c in columns] + list(then), default=0)
        steps = scale(max(highest, -lowest))
        below = [-value for value in reversed(steps[1:]) if value - steps[1] < -lowest]
        above = [value for value in steps if value - steps[1] < max(highest, 1)]
        return tuple((value, self.short(value)) for value in (*below, *above))

    def short(self, units: int) -> str:
        """An amount on an axis."""
        whole = format_amount(units, self.currency)
        exponent = 10 ** EXPONENT[self.currency]
        for size, sign in ((1_000_000, "M"), (1_000, "k")):
            if abs(units) >= size * exponent * (10 if sign == "k" else 1) and units % (size * exponent // 100) == 0:
                value = Decimal(units) / (size * exponent)
                return f"{value.normalize():f}".replace(".", ",").replace("-", "\u2212") + f"\u00a0{sign}"
        return whole

    # -- funnel

    def funnel(self, report: Report) -> Chart:
        t, steps, then = self.t, report.funnel, report.funnel_before
        wanted, word = self.wanted(report), t.of("analyses", "Paid")
        claims = replace(wanted, besides=steps.unserved)
        lines: list[tuple[str, int, int | None, Tone, OrdersWanted]] = [
            (t("Claims"), steps.claims, then.claims if then else None, "muted", claims),
            (t("Reserved"), steps.reserved, then.reserved if then else None, "structure", wanted),
            (t("Link seen"), steps.seen, then.seen if then else None, "info", replace(wanted, seen=True)),
            (word, steps.paid, then.paid if then else None, "paid", replace(wanted, states=("paid",))),
        ]
        bars = []
        for label, count, before, tone, rows in lines:
            of_all = self.percent(round_percent(count, steps.claims))
            tip = t("{what}: {value}", what=label, value=f"{self.number(count)} ({of_all})")
            if before is not None:
                tip += " · " + t("before: {n}", n=self.number(before))
            bars.append(
                Bar(label, share(count, steps.claims), self.number(count), of_all, Point(count, tip, rows), tone)
            )
        notes = []
        if steps.unserved:
            notes.append(t.plural("{n} claim found nothing left", "{n} claims found nothing left", steps.unserved))
        return Chart(
            "funnel", t("From claim to payment"), t("How far the claims of this time have come until now"),
            t("{paid} paid of {claims} claims", paid=self.number(steps.paid), claims=self.number(steps.claims)),
            Bars(tuple(bars)), (t("Step"), t("Number"), t("Time before")),
            tuple((label, count, before) for label, count, before, _, _ in lines),
            "" if steps.claims else t("Nobody claimed anything in this time."), notes,
        )  # fmt: skip

    # -- hours

    def hours(self, report: Report) -> Chart:
        t = self.t
        days = [weekday_in_words(day, t.language) for day in range(7)]
        highest = max(map(max, report.hours))
        cells, records = [], []
        for day, counts in enumerate(report.hours):
            row = []
            for hour, count in enumerate(counts):
                said = t.plural("{n} order", "{n} orders", count)
                tip = t("{what}: {value}", what=f"{days[day]} {hour:02d} h – {(hour + 1) % 24:02d} h", value=said)
                rows = self.wanted(report, hour=(day, hour), zone=self.zone) if count else None
                row.append(Spot(Point(count, tip, rows), share(count, highest)))
                records.append((days[day], hour, count))
            cells.append(tuple(row))
        best = max(records, key=lambda record: record[2])
        return Chart(
            "hours", t("When people order"), t("Orders by day and hour"),
            t("Most on {day} at {hour}", day=best[0], hour=f"{best[1]}\u00a0h") if highest else "",
            Matrix(
                tuple(days), tuple(f"{hour:02d}" for hour in range(24)), tuple(cells), "info",
                ("0", t.plural("{n} order", "{n} orders", highest)),
            ),
            (t("Day"), t("Hour"), t("Orders")), tuple(records),
            "" if highest else t("Nobody ordered in this time."),
        )  # fmt: skip

    # -- products

    def products(self, report: Report) -> Chart:
        t = self.t
        most = max((p.value for p in report.products), default=0)
        heads = (t("Product"), t("Price of the lines"), t("Sold"), t("Sell-through"), t("Left"), t("In vain"))
        return Chart(
            "products", t("Best products"), t("By what the paid orders of this time hold of them"),
            t("The best: {title}", title=report.products[0].title) if report.products else "",
            Table(
                heads, (30, 22, 9, 14, 15, 10), tuple(self._product(report, p, most) for p in report.products),
                frozenset((1, 2, 3, 4, 5)),
            ),
            (t("Code"), *heads),
            tuple(
                (p.sku, p.title, self.units(p.value), p.sold, p.sell_through, p.left, p.wanted)
                for p in report.products
            ),
            "" if report.products else t("Nothing was paid in this time."),
        )  # fmt: skip

    def _product(self, report: Report, p: ProductFigures, most: int) -> tuple[tuple[Entry, ...], Point]:
        t = self.t
        left = Entry(self.number(p.left))
        if p.left <= 0:
            since = "" if p.out_at is None else f"{to_datetime(p.out_at, self.zone):%d/%m %H:%M}"
            left = Entry(t.of("analyses", "Sold out"), detail=since)
        sold = t.plural("{n} sold", "{n} sold", p.sold)
        tip = t("{what}: {value}", what=p.title, value=self.money(p.value))
        tip += f" · {sold} · {t('{n} left', n=self.number(max(0, p.left)))}"
        entries = (
            Entry(p.title, detail=p.sku),
            Entry(self.money(p.value), share(p.value, most)),
            Entry(self.number(p.sold)),
            Entry(self.percent(p.sell_through), share(p.sell_through or 0, 100), "info"),
            left,
            Entry(self.number(p.wanted) if p.wanted else NONE),
        )
        rows = self.wanted(report, basis="paid", states=("paid",), product_id=p.product_id, called=p.title)
        return entries, Point(p.value, tip, rows)

    # -- lives

    def lives(self, report: Report) -> Chart:
        t, lives = self.t, report.lives
        heads = (
            t("Live"), t("Duration"), t("Orders"), t.of("analyses", "Paid"), t("Conversion"), t("Revenue"),
            t.of("column", "Order time"), t("Suspect"),
        )  # fmt: skip
        most = (max((live.revenue for live in lives), default=0), max((live.orders for live in lives), default=0))
        return Chart(
            "lives", t("Lives compared"), t("Each live whole, until now; the latest first"),
            t.plural("{n} live", "{n} lives", len(lives)),
            Table(
                heads, (22, 10, 13, 10, 13, 17, 11, 12), tuple(self._live(live, *most) for live in lives),
                frozenset(range(1, 8)),
            ),
            (t.of("analyses", "Start"), *heads),
            tuple(
                (
                    self.moment(live.started_at), live.title,
                    "" if live.duration is None else in_minutes(live.duration), live.orders, live.paid,
                    live.conversion, self.units(live.revenue),
                    None if live.order_time is None else live.order_time // 1000, live.fraud,
                )
                for live in lives
            ),
            "" if lives else t("No live began in this time."),
            [t("The latest {n} are shown.", n=LIVES)] if len(lives) == LIVES else [],
        )  # fmt: skip

    def _live(self, live: LiveLine, revenue: int, orders: int) -> tuple[tuple[Entry, ...], Point]:
        t = self.t
        duration = t("running") if live.duration is None else in_minutes(live.duration)
        entries = (
            Entry(live.title, detail=self.piece_in_full(live.started_at, "hour")),
            Entry(duration),
            Entry(self.number(live.orders), share(live.orders, orders)),
            Entry(self.number(live.paid)),
            Entry(self.percent(live.conversion), share(live.conversion or 0, 100), "paid"),
            Entry(self.money(live.revenue), share(live.revenue, revenue), "gold"),
            Entry(self.took(live.order_time)),
            Entry(self.percent(live.fraud)),
        )
        paid = t.plural("{n} paid", "{n} paid", live.paid)
        tip = t("{what}: {value}", what=live.title, value=self.money(live.revenue))
        tip += f" · {t.plural('{n} order', '{n} orders', live.orders)} · {paid}"
        return entries, Point(live.revenue, tip, OrdersWanted(session_id=live.session_id, called=live.title))


def round_percent(part: int, whole: int) -> int | None:
    """To the nearest; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None
