"""Holds as long as a person is worth, one reminder, and a line with the best customers first."""

from __future__ import annotations

from pathlib import Path

from core.durable.deadlines import settle
from core.kernel.clock import MINUTE, ManualClock
from core.orders import line
from core.orders.events import OrderReminded
from core.orders.holds import HOLD, REMIND
from core.orders.service import Wanted
from core.storage.connection import Reader
from core.storage.engine import Engine
from tests.core.told import everybody_told
from tests.support.stores import add_customer, add_product, bare_engine, orders_of

ORDERS = orders_of()
HANDLERS = {HOLD: ORDERS.expire, REMIND: ORDERS.holds.remind}


def _known(engine: Engine, number: int, paid: int, expired: int, spent: int = 0, pay_ms: int = 0) -> int:
    customer = add_customer(engine, number)
    sql = "UPDATE customer SET orders = ?, paid = ?, expired = ?, spent = ?, pay_ms = ? WHERE id = ?"
    engine.call(lambda tx: tx.run(sql, (paid + expired, paid, expired, spent, pay_ms, customer)))
    return customer


def _claim(engine: Engine, customer: int, product: int) -> int | None:
    return engine.call(lambda tx: ORDERS.claim(tx, customer, [Wanted(product)], "whatsapp")).order_id


def _reserved(reader: Reader) -> tuple[int, int]:
    """(order, customer) of the only open order."""
    order, customer = reader.one("SELECT id, customer_id FROM orders WHERE state = 'reserved'") or (0, 0)
    return order, customer


def _times(engine: Engine, order: int | None) -> tuple[float, float]:
    """(minutes of hold, minutes until the reminder)."""
    sql = (
        "SELECT o.expires_at - o.reserved_at, d.due_at - o.reserved_at FROM orders o JOIN deadline d"
        " ON d.kind = 'remind' AND d.subject = o.id WHERE o.id = ?"
    )
    hold, reminder = engine.read(lambda r: r.one(sql, (order,))) or (0, 0)
    return hold / MINUTE, reminder / MINUTE


def test_each_is_held_and_reminded_as_the_rules_say(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe = add_product(engine, "ROBE1")
        buyers = (
            add_customer(engine, 1),
            _known(engine, 2, 12, 0, 300_000, 12 * MINUTE),
            _known(engine, 3, 1, 4, 15_000, 5 * MINUTE),
        )
        found = [_times(engine, _claim(engine, buyer, robe)) for buyer in buyers]
    assert found == [(10, 7), (15, 12), (5, 2.5)]


def test_one_reminder_is_due_and_none_for_who_paid_cancelled_or_was_reminded(tmp_path: Path) -> None:
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        robe = add_product(engine, "ROBE1")
        slow, gone = (_claim(engine, add_customer(engine, n), robe) or 0 for n in (1, 2))
        engine.call(lambda tx: ORDERS.cancel(tx, gone, "customer"))
        assert engine.read(lambda r: r.all("SELECT kind FROM deadline WHERE subject = ?", (gone,))) == []
        heard: list[int] = []
        engine.subscribe(lambda events: heard.extend(e.order_id for e in events if isinstance(e, OrderReminded)))
        clock.advance(7 * MINUTE)
        assert engine.call(lambda tx: settle(tx, HANDLERS, REMIND, slow))
        engine.call(lambda tx: ORDERS.extend(tx, slow, 5))
        assert not engine.call(lambda tx: settle(tx, HANDLERS, REMIND, slow)), "an extension reminds nobody again"
        engine.call(lambda tx: ORDERS.holds.remind(tx, slow))
        everybody_told(engine)
        assert heard == [slow]


def test_a_reminder_missed_while_the_program_was_off_is_not_sent_after_the_hold(tmp_path: Path) -> None:
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        order = _claim(engine, add_customer(engine, 1), add_product(engine, "ROBE1")) or 0
        clock.advance(11 * MINUTE)
        engine.call(lambda tx: settle(tx, HANDLERS, REMIND, order))
        assert engine.read(lambda r: r.value("SELECT reminded_at FROM orders WHERE id = ?", (order,))) is None


def test_gold_and_diamond_pass_those_who_wait_before_them(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe = add_product(engine, "ROBE1", stock=1)
        holder = _claim(engine, add_customer(engine, 1), robe) or 0
        plain, other = add_customer(engine, 2), add_customer(engine, 3)
        gold = _known(engine, 4, 7, 0, 60_000, 35 * MINUTE)
        for customer in (plain, gold, other):
            assert _claim(engine, customer, robe) is None
        places = [engine.read(lambda r, c=c: line.place(r, robe, c)) for c in (plain, gold, other)]  # type: ignore[misc]
        assert places == [2, 1, 3]
        order = holder
        for expected in (gold, plain, other):
            engine.call(lambda tx, o=order: ORDERS.cancel(tx, o, "customer"))  # type: ignore[misc]
            order, customer = engine.read(_reserved)
            assert customer == expected
