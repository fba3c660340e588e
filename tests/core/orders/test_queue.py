"""The seller steers a line, and says who pays first."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.customers.restricting import restrict
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import NotFound, Refused
from core.live.queries import stock
from core.orders import line, queue, terms
from core.orders.events import LineChanged
from core.orders.service import Wanted
from core.storage.engine import Engine
from tests.core.told import everybody_told
from tests.support.stores import add_customer, add_product, bare_engine, orders_of

ORDERS = orders_of()


def _claim(engine: Engine, customer: int, product: int) -> int | None:
    return engine.call(lambda tx: ORDERS.claim(tx, customer, [Wanted(product)], "whatsapp")).order_id


def _names(engine: Engine, product: int) -> list[str]:
    return [one.name for one in engine.read(lambda r: line.waiters(r, product))]


def _queue(engine: Engine) -> tuple[int, list[int], int | None]:
    """A product whose only unit is held, and three who wait for it; the third is gold."""
    robe = add_product(engine, "ROBE1", stock=1)
    order = _claim(engine, add_customer(engine, 1), robe)
    people = [add_customer(engine, number) for number in (2, 3, 4)]
    engine.call(lambda tx: tx.run("UPDATE customer SET orders = 8, paid = 8 WHERE id = ?", (people[2],)))
    for one in people:
        assert _claim(engine, one, robe) is None
    return robe, people, order


def test_the_line_stands_as_it_will_be_served(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe, _, order = _queue(engine)
        assert _names(engine, robe) == ["Cliente 4", "Cliente 2", "Cliente 3"]
        assert engine.read(lambda r: [bar.waiting for bar in stock(r, None)]) == [3]
        ids = [one.waiting_id for one in engine.read(lambda r: line.waiters(r, robe))]
        for number in ids[:2]:
            engine.call(lambda tx, n=number: queue.skip(tx, n))  # type: ignore[misc]
        assert _names(engine, robe) == ["Cliente 3", "Cliente 4", "Cliente 2"], "gold too, once let pass"
        engine.call(lambda tx: ORDERS.cancel(tx, order or 0, "seller"))
        name = "SELECT c.name FROM orders o JOIN customer c ON c.id = o.customer_id WHERE o.state = 'reserved'"
        assert engine.read(lambda r: r.value(name)) == "Cliente 3"


def test_offered_out_of_turn_only_while_something_is_free(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe, people, _ = _queue(engine)
        last = engine.read(lambda r: line.waiters(r, robe))[-1].waiting_id
        with pytest.raises(Refused):
            engine.call(lambda tx: queue.offer(tx, ORDERS, last))
        engine.call(lambda tx: tx.run("UPDATE product SET on_hand = on_hand + 1 WHERE id = ?", (robe,)))
        heard: list[str] = []
        engine.subscribe(lambda events: heard.extend(e.what for e in events if isinstance(e, LineChanged)))
        engine.call(lambda tx: queue.offer(tx, ORDERS, last))
        held = "SELECT held FROM order_line l JOIN orders o ON o.id = l.order_id WHERE o.customer_id = ?"
        assert engine.read(lambda r: r.value(held, (people[1],))) == 1
        assert _names(engine, robe) == ["Cliente 4", "Cliente 2"]
        everybody_told(engine)
        assert heard == ["offered"]


def test_who_is_taken_out_may_claim_again(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe, people, _ = _queue(engine)
        first = engine.read(lambda r: line.waiters(r, robe))[0].waiting_id
        engine.call(lambda tx: queue.drop(tx, first))
        assert _names(engine, robe) == ["Cliente 2", "Cliente 3"]
        with pytest.raises(NotFound):
            engine.call(lambda tx: queue.drop(tx, first))
        engine.call(lambda tx: queue.take_back(tx, first))
        assert _names(engine, robe) == ["Cliente 4", "Cliente 2", "Cliente 3"], "where they stood"
        engine.call(lambda tx: queue.drop(tx, first))
        _claim(engine, people[2], robe)
        with pytest.raises(NotFound):
            engine.call(lambda tx: queue.take_back(tx, first))
        assert len(_names(engine, robe)) == 3


def test_who_is_restricted_pays_first_until_they_are_not(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe, buyer = add_product(engine, "ROBE1"), add_customer(engine, 1)
        engine.call(lambda tx: terms.allow(tx, buyer, 30))
        assert engine.call(lambda tx: restrict(tx, buyer))
        assert not engine.call(lambda tx: restrict(tx, buyer)), "no news"
        assert engine.read(lambda r: terms.allowed(r, buyer)) == 0
        assert engine.call(lambda tx: ORDERS.holds.pays_first(tx, buyer))
        order = _claim(engine, buyer, robe)
        hold = "SELECT expires_at - reserved_at FROM orders WHERE id = ?"
        assert engine.read(lambda r: r.value(hold, (order,))) == 5 * MINUTE
        engine.call(lambda tx: restrict(tx, buyer, wanted=False))
        assert engine.read(lambda r: terms.allowed(r, buyer)) == 30
        with pytest.raises(NotFound):
            engine.call(lambda tx: restrict(tx, 999))


def test_a_vip_is_served_first_from_the_fourth_purchase_on(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe, people, order = _queue(engine)
        paid = "UPDATE customer SET orders = ?1, paid = ?1, spent = 120000, pay_ms = ?1 WHERE id = ?2"
        for count, one in ((3, people[1]), (0, people[2])):
            engine.call(lambda tx, c=count, o=one: tx.run(paid, (c, o)))  # type: ignore[misc]
        assert _names(engine, robe) == ["Cliente 2", "Cliente 3", "Cliente 4"], "three: loyal, not yet a VIP"
        engine.call(lambda tx: tx.run(paid, (4, people[1])))
        assert _names(engine, robe) == ["Cliente 3", "Cliente 2", "Cliente 4"]
        engine.call(lambda tx: ORDERS.cancel(tx, order or 0, "seller"))
        name = "SELECT c.name FROM orders o JOIN customer c ON c.id = o.customer_id WHERE o.state = 'reserved'"
        assert engine.read(lambda r: r.value(name)) == "Cliente 3"
