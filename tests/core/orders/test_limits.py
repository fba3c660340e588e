"""Limits for one customer, and five minutes that nothing makes longer."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from core.customers.allowing import allow
from core.kernel.clock import DAY, MINUTE, ManualClock
from core.live import service as live
from core.orders.holds import Holds
from core.orders.limits import Limited, Limits
from core.orders.service import Claimed, Orders, Wanted
from core.storage.engine import Engine
from tests.support.stores import add_customer, add_product, bare_engine


def _orders(most: int = 0, least: int = 0) -> Orders:
    return Orders(Holds(lambda: 10, lambda: True), UTC, limits=Limits(lambda: most, lambda: least))


def _claim(engine: Engine, orders: Orders, customer: int, product: int, source: str = "tiktok") -> Claimed:
    return engine.call(lambda tx: orders.claim(tx, customer, [Wanted(product)], source))


def _end(engine: Engine, order: int | None, state: str) -> None:
    engine.call(lambda tx: tx.run("UPDATE orders SET state = ? WHERE id = ?", (state, order)))


def test_so_many_orders_in_a_live(tmp_path: Path) -> None:
    clock, orders = ManualClock(), _orders(most=2)
    with bare_engine(tmp_path, clock) as engine:
        robe, sac = add_product(engine, "ROBE1"), add_product(engine, "SAC2")
        awa = add_customer(engine, 1)
        engine.call(lambda tx: live.start(tx, "Vendredi", "tiktok"))
        first = _claim(engine, orders, awa, robe)
        assert _claim(engine, orders, awa, sac).joined, "what joins an open order is no new one"
        _end(engine, first.order_id, "paid")
        second = _claim(engine, orders, awa, robe)
        _end(engine, second.order_id, "expired")
        third = _claim(engine, orders, awa, robe)
        _end(engine, third.order_id, "paid")
        with pytest.raises(Limited) as refused:
            _claim(engine, orders, awa, robe)
        assert refused.value.why == "orders"
        assert engine.read(lambda r: r.value("SELECT count(*) FROM orders")) == 3, "nothing half done"
        assert _claim(engine, orders, awa, robe, "shop").order_id, "the seller's own invoice is their own word"
        engine.call(live.end)
        engine.call(lambda tx: live.start(tx, "Samedi", "tiktok"))
        engine.call(lambda tx: tx.run("UPDATE orders SET state = 'paid' WHERE state = 'reserved'"))
        assert _claim(engine, orders, awa, robe).order_id, "another live counts anew"


def test_outside_a_live_a_day_counts_and_null_is_no_limit(tmp_path: Path) -> None:
    clock, orders = ManualClock(), _orders(most=1)
    with bare_engine(tmp_path, clock) as engine:
        robe, awa = add_product(engine, "ROBE1"), add_customer(engine, 1)
        _end(engine, _claim(engine, orders, awa, robe).order_id, "paid")
        with pytest.raises(Limited):
            _claim(engine, orders, awa, robe)
        for _ in range(3):
            _end(engine, _claim(engine, _orders(), awa, robe).order_id, "paid")
        clock.advance(DAY + 1)
        assert _claim(engine, orders, awa, robe).order_id


def test_a_score_to_begin_with_and_the_sellers_word(tmp_path: Path) -> None:
    clock, orders = ManualClock(), _orders(least=40)
    with bare_engine(tmp_path, clock) as engine:
        robe = add_product(engine, "ROBE1")
        new, late = add_customer(engine, 1), add_customer(engine, 2)
        engine.call(lambda tx: tx.run("UPDATE customer SET orders = 2, expired = 2 WHERE id = ?", (late,)))
        assert _claim(engine, orders, new, robe).order_id, "a newcomer has 50"
        with pytest.raises(Limited) as refused:
            _claim(engine, orders, late, robe)
        assert refused.value.why == "score"
        engine.call(lambda tx: allow(tx, late, 1))
        assert _claim(engine, orders, late, robe).order_id
        engine.call(lambda tx: tx.run("UPDATE orders SET state = 'expired'"))
        clock.advance(61 * MINUTE)
        with pytest.raises(Limited):
            _claim(engine, orders, late, robe)
        engine.call(lambda tx: allow(tx, late, 5))
        engine.call(lambda tx: allow(tx, late, 0))
        with pytest.raises(Limited):
            _claim(engine, orders, late, robe)


def test_what_the_line_was_promised_is_kept_beyond_the_limit(tmp_path: Path) -> None:
    orders = _orders(most=1)
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe, sac = add_product(engine, "ROBE1", stock=1), add_product(engine, "SAC2")
        holder, waiter = add_customer(engine, 1), add_customer(engine, 2)
        held = _claim(engine, orders, holder, robe).order_id or 0
        assert _claim(engine, orders, waiter, robe).order_id is None
        _end(engine, _claim(engine, orders, waiter, sac).order_id, "paid")
        engine.call(lambda tx: orders.cancel(tx, held, "customer"))
        offered = "SELECT state FROM waiting WHERE customer_id = ?"
        assert engine.read(lambda r: r.value(offered, (waiter,))) == "offered"


def test_nothing_a_faker_adds_makes_five_minutes_longer(tmp_path: Path) -> None:
    clock, orders = ManualClock(), _orders()
    with bare_engine(tmp_path, clock) as engine:
        products = [add_product(engine, f"P{number}") for number in range(5)]
        faker, plain = add_customer(engine, 1), add_customer(engine, 2)
        engine.call(lambda tx: tx.run("UPDATE customer SET orders = 5, paid = 1, expired = 4 WHERE id = ?", (faker,)))
        ends = {}
        for customer in (faker, plain):
            began = clock.now()
            for product in products:
                order = _claim(engine, orders, customer, product).order_id
                clock.advance(MINUTE)
            ends[customer] = engine.read(lambda r, o=order: r.value("SELECT expires_at FROM orders WHERE id = ?", (o,)))  # type: ignore[misc]
            ends[customer] -= began
        assert ends == {faker: 5 * MINUTE, plain: 14 * MINUTE}
