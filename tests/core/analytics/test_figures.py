"""What is counted, against a plain reading of everything that a random shop has lived through."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from core.analytics import queries, revenue, rules
from core.analytics.rules import Period
from core.bootstrap import Shop
from core.customers import listing as customers
from core.ledger import book
from core.orders import listing
from core.orders.behind import Added, BuyersWanted, OrdersWanted, buyers
from core.orders.listing import Filter, OrderRow
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
    """Asked of what the pages themselves list, count and add up."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as shop:
        play(shop, steps)
        zone, now, period = shop.country.zone, shop.clock.now(), month(shop)
        span = (period.since, period.until)
        with shop.engine.reader() as reader:
            found = queries.report(reader, period, None, now, zone)

            def rows(wanted: OrdersWanted) -> list[OrderRow]:
                listed = list(listing.every(reader, Filter(behind=wanted)))
                totals = listing.totals(reader, Filter(behind=wanted))
                assert (totals.count, totals.worth) == (len(listed), sum(row.total for row in listed))
                assert totals.added is not None
                if wanted.basis == "earned":
                    assert totals.added.earned == sum(row.earned or 0 for row in listed)
                return listed

            def added(wanted: OrdersWanted) -> Added:
                assert rows(wanted) or not listing.totals(reader, Filter(behind=wanted)).count
                totals = listing.totals(reader, Filter(behind=wanted)).added
                assert totals is not None
                return totals

            def people(wanted: OrdersWanted) -> int:
                asked = customers.Wanted(among=buyers(BuyersWanted(wanted)))
                listed = [row.view.id for row in customers.every(reader, asked)]
                assert len(set(listed)) == len(listed) == customers.count(reader, asked)
                assert set(listed) == {row.customer_id for row in rows(wanted)}
                return len(listed)

            assert len(rows(OrdersWanted("claimed", *span))) == found.funnel.reserved
            assert len(rows(OrdersWanted("claimed", *span, seen=True))) == found.funnel.seen
            assert len(rows(OrdersWanted("claimed", *span, states=("paid",)))) == found.funnel.paid
            assert added(OrdersWanted("earned", *span)).earned == found.sums.revenue
            ends = (*found.pieces[1:], period.until)
            for provider, values in found.earned:
                assert added(OrdersWanted("earned", *span, providers=(provider,))).earned == sum(values)
                for since, until, value in zip(found.pieces, ends, values, strict=True):
                    assert added(OrdersWanted("earned", since, until, providers=(provider,))).earned == value
            for day, hours in enumerate(found.hours):
                for hour, orders in enumerate(hours):
                    if orders:
                        assert len(rows(OrdersWanted("claimed", *span, hour=(day, hour), zone=zone))) == orders
            for name, count in found.tiers:
                assert people(OrdersWanted("paid", *span, ("paid",), tier=name)) == count
            assert people(OrdersWanted("paid", *span, ("paid",), first_since=period.since)) == found.sums.new
            old = OrdersWanted("paid", *span, ("paid",), first_until=period.since)
            assert people(old) == found.sums.buyers - found.sums.new
            for begun, (since, until) in enumerate(found.months):
                for step, count in enumerate(found.cohorts[begun]):
                    later = found.months[begun + step]
                    asked = OrdersWanted("paid", *later, ("paid",), first_since=since, first_until=until)
                    assert people(asked) == count
            for product in found.products:
                sold = added(OrdersWanted("paid", *span, ("paid",), product.product_id))
                assert (sold.units, sold.worth) == (product.sold, product.value)
            for live in found.lives:
                assert len(rows(OrdersWanted(session_id=live.session_id))) == live.orders
                assert added(OrdersWanted(session_id=live.session_id)).earned == live.revenue


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
