"""What the board reads: tiles that always add up, bars, alerts, the curve."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import NotFound, Refused
from core.live import queries, service
from core.orders.rules import invariant_holds
from core.orders.service import Wanted
from core.storage.engine import Engine
from tests.core.orders.test_life import ORDERS, pay
from tests.support.stores import add_customer, add_product, bare_engine


def _claim(engine: Engine, customer: int, product: int, quantity: int = 1) -> int:
    claimed = engine.call(lambda tx: ORDERS.claim(tx, customer, [Wanted(product, quantity)], "tiktok"))
    return claimed.order_id or 0


def test_one_live_at_a_time(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        engine.call(lambda tx: service.start(tx, "Soirée wax", "tiktok"))
        with pytest.raises(Refused):
            engine.call(service.start)
        engine.call(service.end)
        with pytest.raises(NotFound):
            engine.call(service.end)


def test_the_tiles_add_up_and_the_waiting_list_stands_apart(tmp_path: Path) -> None:
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        robe = add_product(engine, "ROBE1", stock=4)
        people = [add_customer(engine, n) for n in range(6)]
        session = engine.call(service.start)
        orders = [_claim(engine, p, robe) for p in people[:4]]
        _claim(engine, people[4], robe)
        pay(engine, orders[0], 15_000)
        engine.call(lambda tx: ORDERS.cancel(tx, orders[1], "seller"))
        clock.advance(11 * MINUTE)
        engine.call(lambda tx: ORDERS.expire(tx, orders[2]))
        t = engine.read(lambda r: queries.tiles(r, session, clock.now()))
        assert invariant_holds(t.orders, t.paid, t.pending, t.expired, t.cancelled)
        assert (t.orders, t.paid, t.pending, t.expired, t.cancelled, t.waiting) == (5, 1, 2, 1, 1, 0)
        assert (t.revenue, t.unpaid, t.revenue_last_10_min) == (15_000, 30_000, 0)


def test_the_bar_is_measured_against_what_the_live_began_with(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        robe = add_product(engine, "ROBE1", stock=10)
        people = [add_customer(engine, n) for n in range(8)]
        session = engine.call(service.start)
        orders = [_claim(engine, p, robe) for p in people]
        for n, order in enumerate(orders[:6]):
            pay(engine, order, 15_000, str(n))
        (bar,) = engine.read(lambda r: queries.stock(r, session))
        assert (bar.available, bar.held, bar.total, bar.critical) == (2, 2, 10, True)
        kinds = [a.kind for a in engine.read(lambda r: queries.alerts(r, session))]
        assert kinds == ["low_stock"]


def test_the_curve_counts_claims_per_minute_and_knows_what_was_on_screen(tmp_path: Path) -> None:
    clock = ManualClock(1_790_000_040_000 // 60_000 * 60_000)
    with bare_engine(tmp_path, clock) as engine:
        robe, sac = add_product(engine, "ROBE1"), add_product(engine, "SAC2")
        session = engine.call(service.start)
        engine.call(lambda tx: service.show(tx, robe))
        _claim(engine, add_customer(engine, 1), robe)
        _claim(engine, add_customer(engine, 2), robe)
        clock.advance(2 * MINUTE)
        engine.call(lambda tx: service.show(tx, sac))
        _claim(engine, add_customer(engine, 3), sac)
        bars = engine.read(lambda r: queries.minutes(r, session))
        assert [(b.orders, b.on_screen) for b in bars] == [(2, "ROBE1"), (1, "SAC2")]


def test_an_open_question_is_the_first_alert_and_leaves_with_its_answer(tmp_path: Path) -> None:
    from core.orders import settling

    with bare_engine(tmp_path) as engine:
        robe, buyer = add_product(engine, "ROBE1", stock=50), add_customer(engine, 1)
        session = engine.call(service.start)
        order = _claim(engine, buyer, robe)
        pay(engine, order, 15_000)
        pay(engine, order, 15_000, "again")
        alerts = engine.read(lambda r: queries.alerts(r, session))
        assert [(a.kind, a.subject_id) for a in alerts] == [("decide", order)]
        decision = engine.call(lambda tx: settling.decide(tx, ORDERS, order, "refund"))
        assert [a.kind for a in engine.read(lambda r: queries.alerts(r, session))] == ["refund"]
        engine.call(lambda tx: settling.refund_done(tx, decision.id))
        assert engine.read(lambda r: queries.alerts(r, session)) == []
