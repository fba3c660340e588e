"""What goes together: the seller's pairs with a real discount, and what others bought."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import ManualClock
from core.kernel.errors import NotFound, Refused
from core.orders import pairs, settling, together
from core.orders.events import OrderFirm
from core.orders.service import Wanted
from core.orders.together import learn, may_propose, note, paired, related
from core.storage.engine import Engine
from tests.support.stores import add_customer, add_product, bare_engine, orders_of

ORDERS = orders_of()


def _claim(engine: Engine, customer: int, *wanted: tuple[int, int]) -> int:
    items = [Wanted(product, quantity) for product, quantity in wanted]
    return engine.call(lambda tx: ORDERS.claim(tx, customer, items, "whatsapp")).order_id or 0


def _settle(engine: Engine, order: int) -> None:
    amount = engine.read(lambda r: r.value("SELECT total FROM orders WHERE id = ?", (order,)))
    payment = "INSERT INTO payment(provider, key, order_id, amount, received_at) VALUES('sandbox',?,?,?,1)"

    def act(tx) -> None:  # type: ignore[no-untyped-def]
        settling.settle(tx, order, amount, "sandbox", tx.insert(payment, (f"k{order}", order, amount)))

    engine.call(act)


def _total(engine: Engine, order: int) -> int:
    return int(engine.read(lambda r: r.value("SELECT total FROM orders WHERE id = ?", (order,))))


@given(st.integers(0, 90), st.integers(0, 10**9), st.integers(0, 999))
def test_a_discount_is_never_more_than_said(percent: int, price: int, units: int) -> None:
    off = pairs.discount(percent, price, units)
    assert 0 <= off * 100 <= price * units * percent
    assert off * 100 > price * units * percent - 100 * max(1, units)


def test_the_second_costs_less_with_the_first_and_as_before_without_it(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe, sac = add_product(engine, "ROBE1", 15_000), add_product(engine, "SAC2", 9_999)
        awa = add_customer(engine, 1)
        engine.call(lambda tx: pairs.put(tx, robe, sac, 10))
        order = _claim(engine, awa, (sac, 2))
        assert _total(engine, order) == 19_998, "alone it costs what it costs"
        _claim(engine, awa, (robe, 1))
        assert _total(engine, order) == 15_000 + 19_998 - 999, "one of the two is with one ROBE1"
        _claim(engine, awa, (robe, 3))
        assert _total(engine, order) == 45_000 + 19_998 - 1_998
        engine.call(lambda tx: pairs.remove(tx, robe, sac))
        _claim(engine, awa, (robe, 2))
        assert _total(engine, order) == 30_000 + 19_998
        _settle(engine, order)
        assert engine.read(lambda r: r.value("SELECT state FROM orders WHERE id = ?", (order,))) == "paid"


def test_pairs_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        robe, sac = add_product(engine, "ROBE1"), add_product(engine, "SAC2")
        for wrong in ((robe, robe, 10), (robe, sac, 91), (robe, sac, -1)):
            with pytest.raises(Refused):
                engine.call(lambda tx, wrong=wrong: pairs.put(tx, *wrong))  # type: ignore[misc]
        with pytest.raises(NotFound):
            engine.call(lambda tx: pairs.put(tx, robe, 99, 10))
        with pytest.raises(NotFound):
            engine.call(lambda tx: pairs.remove(tx, robe, sac))
        engine.call(lambda tx: pairs.put(tx, robe, sac, 10))
        engine.call(lambda tx: pairs.put(tx, robe, sac, 20))
        assert [(p.sku, p.with_sku, p.percent) for p in engine.read(pairs.all_of)] == [("ROBE1", "SAC2", 20)]


def test_what_others_bought_together_is_learned_and_must_be_more_than_chance(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        engine.react(OrderFirm, learn)
        robe = add_product(engine, "ROBE1", 20_000, 500)
        foulard = add_product(engine, "FOULARD", 4_000, 500)
        common = add_product(engine, "SACHET", 1_000, 500)
        dear = add_product(engine, "COLLIER", 15_000, 500)
        for number in range(1, 5):
            _settle(
                engine, _claim(engine, add_customer(engine, number), (robe, 1), (foulard, 1), (common, 1), (dear, 1))
            )
        for number in range(20, 32):
            _settle(engine, _claim(engine, add_customer(engine, number), (common, 1)))
        order = _claim(engine, add_customer(engine, 50), (robe, 1))
        _settle(engine, order)
        found = engine.read(lambda r: related(r, order))
        assert found is not None
        assert (found.product_id, found.why) == (foulard, "bought"), "not the dear one, not what everybody takes"
        engine.call(lambda tx: pairs.put(tx, robe, common, 0))
        assert engine.read(lambda r: related(r, order)).why == "pair"  # type: ignore[union-attr]
        for product in (foulard, common):
            engine.call(lambda tx, p=product: tx.run("UPDATE product SET on_hand = held WHERE id = ?", (p,)))  # type: ignore[misc]
        assert engine.read(lambda r: related(r, order)) is None, "never what is sold out"


def test_two_orders_of_one_evening_count_as_one_basket(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        engine.react(OrderFirm, learn)
        robe, foulard = add_product(engine, "ROBE1", 20_000, 50), add_product(engine, "FOULARD", 4_000, 50)
        for number in range(1, 4):
            awa = add_customer(engine, number)
            _settle(engine, _claim(engine, awa, (robe, 1)))
            _settle(engine, _claim(engine, awa, (foulard, 1)))
        times = engine.read(lambda r: r.all("SELECT product_id, with_id, times FROM bought_together ORDER BY 1"))
        assert times == [(robe, foulard, 3), (foulard, robe, 3)]


def test_without_sales_what_stands_beside_it_in_the_catalogue(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe, foulard = add_product(engine, "ROBE1", 20_000), add_product(engine, "FOULARD", 4_000)
        engine.call(lambda tx: tx.run("UPDATE product SET category = 'Mode'"))
        order = _claim(engine, add_customer(engine, 1), (robe, 1))
        found = engine.read(lambda r: related(r, order))
        assert found is not None
        assert (found.product_id, found.why) == (foulard, "category")


def test_once_an_order_once_a_day_and_never_after_stop(tmp_path: Path) -> None:
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        robe, sac = add_product(engine, "ROBE1"), add_product(engine, "SAC2")
        awa = add_customer(engine, 1)
        engine.call(lambda tx: pairs.put(tx, robe, sac, 10))
        order = _claim(engine, awa, (robe, 1))
        found = engine.read(lambda r: paired(r, order))
        assert found is not None
        assert (found.product_id, found.percent) == (sac, 10)
        engine.call(lambda tx: note(tx, order, awa, found))

        def may(number: int) -> bool:
            return engine.read(lambda r: may_propose(r, number, awa, clock.now()))

        assert not may(order)
        assert not may(order + 1), "the same day"
        clock.advance(86_400_001)
        assert may(order + 1)
        engine.call(lambda tx: tx.run("UPDATE customer SET no_offers = 1"))
        assert not may(order + 1)


def test_a_proposal_reads_a_few_rows_however_many_orders_there_were(tmp_path: Path) -> None:
    """The counts are kept as sales become firm: no statement of a proposal walks through a table that grows."""
    with bare_engine(tmp_path, ManualClock()) as engine:
        for sql in (*(sql for _, sql in together.WAYS), together.PAIRED_NOW):
            values = (1, 2, 3, 4)[: max(number for number in (1, 3, 4) if f"?{number}" in sql)]
            with engine.reader() as reader:
                plan = reader.all(f"EXPLAIN QUERY PLAN {sql}", values)
            walked = [row[3] for row in plan if row[3].startswith("SCAN")]
            assert [step for step in walked if step.split()[1] not in ("product", "p")] == [], sql
