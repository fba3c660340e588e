"""What is counted, against a plain reading of everything that a random shop has lived through."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from core.analytics import queries, revenue, rows, rules
from core.analytics.rules import Period
from core.analytics.views import OrdersWanted
from core.bootstrap import Shop
from core.ledger import book
from tests.core.analytics.store import STEPS, Step, play
from tests.support.books import opened

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
EVER = Period("between", 0, 2**53)


def month(shop: Shop) -> Period:
    return rules.period("days", shop.clock.now(), shop.country.zone)


@FEW
@given(STEPS)
def test_revenue_is_what_the_ledger_earned(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as shop:
        play(shop, steps)
        zone, now = shop.country.zone, shop.clock.now()
        with shop.engine.reader() as reader:
            assert revenue.total(reader, EVER) == -book.balances(reader).get(book.SALES, 0)
            for name in ("today", "week", "days", "month", "year"):
                period = rules.period(name, now, zone)
                cut = rules.pieces(period, rules.unit_of(period, zone), zone)
                bars = revenue.by_provider(reader, period, cut)
                expected: Counter[tuple[str, int]] = Counter()
                for at, debit, credit, amount, provider in reader.all(
                    "SELECT e.at, e.debit, e.credit, e.amount, p.provider FROM ledger_entry e"
                    " JOIN payment p ON p.id = e.payment_id"
                ):
                    if period.since <= at < period.until:
                        earned = ((credit == book.SALES) - (debit == book.SALES)) * amount
                        expected[provider, max(n for n, start in enumerate(cut) if start <= at)] += earned
                shown = {(p, n): v for p, values in bars.items() for n, v in enumerate(values) if v}
                assert shown == {key: value for key, value in expected.items() if value}
                assert sum(map(sum, bars.values())) == revenue.total(reader, period)


@FEW
@given(STEPS)
def test_figures_are_those_of_a_plain_reading(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as shop:
        play(shop, steps)
        zone, now, period = shop.country.zone, shop.clock.now(), month(shop)
        with shop.engine.reader() as reader:
            found = queries.report(reader, period, queries.compared(reader, period, None, now, zone), now, zone)
            orders = reader.all("SELECT id, customer_id, state, reserved_at, paid_at, link_opened_at FROM orders")
        claimed = [o for o in orders if period.since <= o[3] < period.until]
        paid = [o for o in orders if o[4] is not None and period.since <= o[4] < period.until and o[2] == "paid"]
        assert found.funnel.reserved == len(claimed) == found.sums.orders == sum(map(sum, found.hours))
        assert found.funnel.paid == sum(o[2] == "paid" for o in claimed) <= found.funnel.seen
        assert found.funnel.seen == sum(o[2] == "paid" or o[5] is not None for o in claimed)
        assert found.sums.paid == len(paid)
        buyers = {o[1] for o in paid}
        old = {o[1] for o in orders if o[4] is not None and o[4] < period.since}
        assert (found.sums.buyers, found.sums.new) == (len(buyers), len(buyers - old))
        assert sum(count for _, count in found.tiers) == len(buyers)
        times = sorted(o[4] - o[3] for o in paid)
        assert found.sums.order_time == (times[len(times) // 2] if times else None)
        first: dict[int, int] = {}
        for _, buyer, _, _, at, _ in orders:
            if at is not None:
                first[buyer] = min(at, first.get(buyer, at))
        for begun, (since, until) in enumerate(found.months):
            own = {buyer for buyer, at in first.items() if since <= at < until}
            for step, count in enumerate(found.cohorts[begun]):
                start, end = found.months[begun + step]
                again = {o[1] for o in orders if o[2] == "paid" and o[4] is not None and start <= o[4] < end}
                assert count == len(own & again)
        assert found.is_empty == (not orders)


@FEW
@given(STEPS)
def test_every_figure_leads_to_exactly_its_rows(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as shop:
        play(shop, steps)
        zone, now, period = shop.country.zone, shop.clock.now(), month(shop)
        span = (period.since, period.until)
        with shop.engine.reader() as reader:
            found = queries.report(reader, period, None, now, zone)

            def count(wanted: OrdersWanted) -> int:
                return len(rows.orders(reader, wanted, zone))

            assert count(OrdersWanted("claimed", *span)) == found.funnel.reserved
            assert count(OrdersWanted("claimed", *span, seen=True)) == found.funnel.seen
            assert count(OrdersWanted("claimed", *span, states=("paid",))) == found.funnel.paid
            for provider, values in found.earned:
                lines = rows.orders(reader, OrdersWanted("earned", *span, providers=(provider,)), zone)
                assert sum(line.amount for line in lines) == sum(values)
            for day, hours in enumerate(found.hours):
                for hour, orders in enumerate(hours):
                    if orders:
                        assert count(OrdersWanted("claimed", *span, hour=(day, hour))) == orders
            for name, people in found.tiers:
                paid = rows.orders(reader, OrdersWanted("paid", *span, ("paid",), tier=name), zone)
                assert len({line.customer_id for line in paid}) == people
            new = rows.orders(reader, OrdersWanted("paid", *span, ("paid",), first_since=period.since), zone)
            assert len({line.customer_id for line in new}) == found.sums.new
            old = rows.orders(reader, OrdersWanted("paid", *span, ("paid",), first_until=period.since), zone)
            assert len({line.customer_id for line in old}) == found.sums.buyers - found.sums.new
            for product in found.products:
                lines = rows.orders(reader, OrdersWanted("paid", *span, ("paid",), product.product_id), zone)
                assert lines
            for live in found.lives:
                assert count(OrdersWanted(session_id=live.session_id)) == live.orders


def test_a_claim_that_found_nothing_is_one_and_no_order(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        play(shop, [Step("paid", 1, buyer, 1, 0) for buyer in (1, 2, 3, 4)], stock=1)
        with shop.engine.reader() as reader:
            found = queries.funnel(reader, month(shop))
        assert (found.claims, found.reserved, found.paid, found.unserved) == (4, 2, 2, 2)
        assert found.conversion == 100


def test_a_live_is_compared_with_the_one_before_and_counts_its_own_orders(tmp_path: Path) -> None:
    steps = [Step(fate, 10, n % 5 + 1, 1, 0) for n, fate in enumerate(("live", "paid", "end", "paid", "live", "paid"))]
    with opened(tmp_path) as shop:
        play(shop, steps)
        zone, now = shop.country.zone, shop.clock.now() + 1
        with shop.engine.reader() as reader:
            second = queries.live_period(reader, 2, now)
            assert second is not None
            first = queries.compared(reader, second, None, now, zone)
            assert first is not None
            assert first.session_id == 1
            found = queries.report(reader, second, first, now, zone)
            assert queries.compared(reader, first, None, now, zone) is None
            assert queries.live_period(reader, 9, now) is None
        assert found.sums.orders == 1
        assert found.sums_before is not None
        assert found.sums_before.orders == 1
        assert [live.session_id for live in found.lives] == [2, 1]
        assert sum(map(sum, (values for _, values in found.earned))) == found.sums.revenue == 7_500
        assert [live.revenue for live in found.lives] == [7_500, 7_500]
