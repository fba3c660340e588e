"""The charts of the people: new and returning, tiers, cohorts, answers, quotes."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from core.analytics.charts import Bar, Bars, Chart, Matrix, Point, Spot, Tone, share
from core.analytics.views import Report
from core.conversations.figures import Kind, Span, ThreadsWanted
from core.kernel.days import month_in_words
from core.orders.behind import BuyersWanted, OrdersWanted
from core.pipeline.figures import ProspectsWanted, Step
from desktop.pages.analyses.selling import Selling, round_percent

_TIER_TONES: Final[dict[str, Tone]] = {"diamond": "info", "gold": "gold", "silver": "muted", "bronze": "waiting"}


class People(Selling):
    def tier(self, name: str) -> str:
        t = self.t
        return {
            "diamond": t.of("tier", "Diamond"),
            "gold": t.of("tier", "Gold"),
            "silver": t.of("tier", "Silver"),
            "bronze": t.of("tier", "Bronze"),
        }[name]

    def customers(self, report: Report) -> Chart:
        t, sums = self.t, report.sums
        paid = self.wanted(report, basis="paid", states=("paid",))
        since = report.period.since
        returning = sums.buyers - sums.new
        lines: list[tuple[str, int, Tone, OrdersWanted]] = [
            (t("New customers"), sums.new, "paid", _first(paid, since, None)),
            (t("Returning customers"), returning, "structure", _first(paid, None, since)),
        ]
        lines += [
            (self.tier(name), count, _TIER_TONES[name], self.wanted(report, basis="paid", states=("paid",), tier=name))
            for name, count in report.tiers
        ]
        bars = []
        for label, count, tone, rows in lines:
            said = self.percent(round_percent(count, sums.buyers))
            tip = f"{label} : {t.plural('{n} customer', '{n} customers', count)} ({said})"
            point = Point(count, tip, BuyersWanted(rows) if count else None)
            bars.append(Bar(label, share(count, sums.buyers), self.number(count), said, point, tone))
        return Chart(
            "customers", t("Customers"), t("Who paid in this time; tiers as they stand now"),
            t.plural("{n} customer", "{n} customers", sums.buyers), Bars(tuple(bars)),
            (t("Customers"), t("Number")), tuple((label, count) for label, count, _, _ in lines),
            "" if sums.buyers else t("Nobody paid in this time."),
        )  # fmt: skip

    def cohorts(self, report: Report) -> Chart:
        """A triangle: those who first bought in a month, and how many of them bought in the months after it."""
        t, count = self.t, len(report.months)
        names = [month_in_words(since, self.zone, t.language) for since, _ in report.months]
        labels, cells, records = [], [], []
        for first, people in enumerate(report.cohorts):
            size = people[0]
            labels.append(f"{names[first]} · {self.number(size)}")
            row: list[Spot | None] = []
            for step in range(count):
                if step >= len(people):
                    row.append(None)
                    continue
                row.append(self._cohort(report, names, first, step))
                records.append((names[first], step, people[step]))
            cells.append(tuple(row))
        heads = (t("1st month"), *(f"+{step}" for step in range(1, count)))
        return Chart(
            "cohorts", t("Who comes back"), t("By the month of the first purchase, and in the months after it"),
            t("Customers by the month of their first purchase"),
            Matrix(tuple(labels), heads, tuple(cells), "info", wide=150),
            (t("First purchase"), t("Months later"), t("Customers")), tuple(records),
            "" if any(people[0] for people in report.cohorts) else t("Nobody bought for the first time these months."),
        )  # fmt: skip

    def _cohort(self, report: Report, names: list[str], first: int, step: int) -> Spot:
        t, people = self.t, report.cohorts[first]
        size, count = people[0], people[step]
        since, until = report.months[first + step]
        begun, done = report.months[first]
        tip = t(
            "First purchase in {month}: {part} in {later}", month=names[first], later=names[first + step],
            part=t.plural("{n} customer", "{n} customers", count),
        )  # fmt: skip
        orders = OrdersWanted("paid", since, until, ("paid",), first_since=begun, first_until=done)
        word = self.number(count) if step == 0 else self.percent(round_percent(count, size)) if count else ""
        return Spot(Point(count, tip, BuyersWanted(orders) if count else None), share(count, size), word)

    # -- answers

    def answers(self, report: Report) -> Chart:
        t, now, then = self.t, report.answers, report.answers_before
        spans: list[tuple[str, Span, Span | None, Tone, Kind]] = [
            (t("The bot answers"), now.bot_answers, then.bot_answers if then else None, "info", "bot"),
            (t("A person answers"), now.person_answers, then.person_answers if then else None, "structure", "person"),
            (
                t("First words after a call"), now.first_answers, then.first_answers if then else None, "waiting",
                "called",
            ),
            (t("Until it is settled"), now.resolutions, then.resolutions if then else None, "muted", "settled"),
        ]  # fmt: skip
        longest = max((span.median or 0 for _, span, *_ in spans), default=0)
        bars = []
        for label, span, before, tone, kind in spans:
            times = t.plural("{n} time", "{n} times", span.count)
            tip = f"{label} : {self.took(span.median)} · {t('mean {time}', time=self.took(span.mean))} · {times}"
            if before is not None and before.median is not None:
                tip += " · " + t("before: {n}", n=self.took(before.median))
            rows = ThreadsWanted(kind, report.period.since, report.period.until)
            point = Point(span.median or 0, tip, rows if span.count else None)
            bars.append(Bar(label, share(span.median or 0, longest), self.took(span.median), times, point, tone))
        automatic = self.percent(now.automatic)
        notes = [
            t("{percent} answered by the bot alone", percent=automatic),
            t("{percent} of the conversations called a person", percent=self.percent(now.escalation)),
        ]
        return Chart(
            "answers", t("Answer times"), t("Medians: half of the answers came sooner"), notes[0], Bars(tuple(bars)),
            (t("Answer"), t("Median (s)"), t("Mean (s)"), t("Number")),
            tuple((label, _seconds(span.median), _seconds(span.mean), span.count) for label, span, *_ in spans),
            "" if now.questions or now.taken else t("Nobody asked anything in this time."), notes,
        )  # fmt: skip

    def prospects(self, report: Report) -> Chart:
        t, found = self.t, report.prospects
        lines: tuple[tuple[str, tuple[int, ...], Tone, Step], ...] = (
            (t("Prospects"), found.leads, "muted", "leads"),
            (t("Were sent a quote"), found.quoted, "structure", "quoted"),
            (t("Bought after a quote"), found.quoted_won, "paid", "quoted_won"),
            (t("Bought"), found.won, "paid", "won"),
        )
        whole = len(found.leads)
        bars = []
        for label, ids, tone, step in lines:
            said = self.percent(round_percent(len(ids), whole))
            tip = f"{label} : {self.number(len(ids))} ({said})"
            rows = ProspectsWanted(step, ids, report.period.since, report.period.until)
            point = Point(len(ids), tip, rows if ids else None)
            bars.append(Bar(label, share(len(ids), whole), self.number(len(ids)), said, point, tone))
        return Chart(
            "prospects", t("From prospect to sale"), t("Of the prospects who came in this time"),
            t.plural("{n} prospect", "{n} prospects", whole), Bars(tuple(bars)), (t("Step"), t("Number")),
            tuple((label, len(ids)) for label, ids, *_ in lines),
            "" if whole else t("No prospect came in this time."),
        )  # fmt: skip


def _first(wanted: OrdersWanted, since: int | None, until: int | None) -> OrdersWanted:
    return replace(wanted, first_since=since, first_until=until)


def _seconds(ms: int | None) -> int | None:
    return None if ms is None else ms // 1000
