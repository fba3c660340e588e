"""A claim happens whole or not at all, also when its caller goes on after a refusal."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Refused
from core.orders import settling
from core.orders.events import OrderChanged
from core.orders.service import Wanted, load
from core.storage.engine import Tx
from tests.core.told import everybody_told
from tests.support.stores import add_customer, add_product, bare_engine, orders_of

ORDERS = orders_of()


def test_a_refused_claim_leaves_nothing_behind_for_a_caller_that_goes_on(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        robe, gone = add_product(engine, "ROBE1"), add_product(engine, "VIEUX")
        engine.call(lambda tx: tx.run("UPDATE product SET active = 0 WHERE id = ?", (gone,)))
        buyer = add_customer(engine, 1)

        def claim_and_answer(tx: Tx) -> None:  # as the talk does: the refusal becomes an answer, the transaction stands
            with suppress(Refused):
                ORDERS.claim(tx, buyer, [Wanted(robe), Wanted(gone)], "whatsapp")

        engine.call(claim_and_answer)
        assert engine.read(lambda r: r.value("SELECT count(*) FROM orders")) == 0
        assert engine.read(lambda r: r.value("SELECT held FROM product WHERE id = ?", (robe,))) == 0


def test_an_exchange_of_equal_price_is_told_to_the_board(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        robe, sac = add_product(engine, "ROBE1"), add_product(engine, "SAC2")
        buyer = add_customer(engine, 1)
        both = [Wanted(robe, 2), Wanted(sac, 1)]
        order = engine.call(lambda tx: ORDERS.claim(tx, buyer, both, "whatsapp")).order_id
        heard: list[OrderChanged] = []
        engine.subscribe(lambda events: heard.extend(e for e in events if isinstance(e, OrderChanged)))
        engine.call(lambda tx: ORDERS.claim(tx, buyer, [Wanted(robe, 1), Wanted(sac, 2)], "whatsapp"))
        everybody_told(engine)
        assert [e.order_id for e in heard] == [order]
        engine.call(lambda tx: ORDERS.claim(tx, buyer, [Wanted(robe, 1), Wanted(sac, 2)], "whatsapp"))
        everybody_told(engine)
        assert len(heard) == 1, "a repeated message changes nothing"


def test_an_offer_never_takes_from_somebody_what_they_hold(tmp_path: Path) -> None:
    """Two records of one person: one holds the item, the other waits for it; then they prove to be the same."""
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        robe = add_product(engine, "ROBE1", stock=3)
        holder, other, twin = (add_customer(engine, n) for n in (1, 2, 3))
        mine = engine.call(lambda tx: ORDERS.claim(tx, holder, [Wanted(robe, 2)], "whatsapp")).order_id or 0
        theirs = engine.call(lambda tx: ORDERS.claim(tx, other, [Wanted(robe, 1)], "whatsapp")).order_id or 0
        engine.call(lambda tx: ORDERS.claim(tx, twin, [Wanted(robe, 1)], "whatsapp"))
        engine.call(lambda tx: tx.run("UPDATE waiting SET customer_id = ? WHERE customer_id = ?", (holder, twin)))
        engine.call(lambda tx: ORDERS.cancel(tx, theirs, "seller"))
        held = engine.read(lambda r: r.value("SELECT held FROM order_line WHERE order_id = ?", (mine,)))
        assert held == 3
        assert engine.call(lambda tx: load(tx, mine)).expires_at <= clock.now() + 10 * MINUTE


def test_in_the_line_too_a_number_sets_the_quantity_and_the_word_alone_changes_nothing(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        robe = add_product(engine, "ROBE1", stock=3)
        holder, waits = add_customer(engine, 1), add_customer(engine, 2)
        first = engine.call(lambda tx: ORDERS.claim(tx, holder, [Wanted(robe, 3)], "whatsapp")).order_id or 0
        for quantity in (1, 2, None):
            wanted = [Wanted(robe, quantity)]
            claimed = engine.call(partial(ORDERS.claim, customer_id=waits, wanted=wanted, source="whatsapp"))
            assert claimed.outcomes[0].place == 1
        engine.call(lambda tx: ORDERS.cancel(tx, first, "seller"))
        sql = "SELECT l.held FROM order_line l JOIN orders o ON o.id = l.order_id WHERE o.customer_id = ?"
        assert engine.read(lambda r: r.value(sql, (waits,))) == 2


def test_leaving_the_line_is_noted_and_told(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        robe, first, second = add_product(engine, "ROBE1", stock=1), add_customer(engine, 1), add_customer(engine, 2)
        for buyer in (first, second):
            engine.call(lambda tx, b=buyer: ORDERS.claim(tx, b, [Wanted(robe)], "whatsapp"))  # type: ignore[misc]
        everybody_told(engine)
        heard: list[str] = []
        engine.subscribe(lambda events: heard.extend(type(e).__name__ for e in events if e.area == "orders"))
        assert engine.call(lambda tx: ORDERS.leave_line(tx, second)) == 1
        assert engine.call(lambda tx: ORDERS.leave_line(tx, second)) == 0
        everybody_told(engine)
        assert heard == ["WaitingLeft"]
        assert engine.read(lambda r: r.value("SELECT count(*) FROM journal WHERE kind = 'WaitingLeft'")) == 1


def test_late_money_finds_the_item_that_its_own_buyer_holds_again(tmp_path: Path) -> None:
    """The hold ended, the buyer claimed again, then the first payment came: a hold never blocks its own owner."""
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        robe, buyer = add_product(engine, "ROBE1", stock=1), add_customer(engine, 1)
        first = engine.call(lambda tx: ORDERS.claim(tx, buyer, [Wanted(robe)], "whatsapp")).order_id or 0
        clock.advance(11 * MINUTE)
        engine.call(lambda tx: ORDERS.expire(tx, first))
        again = engine.call(lambda tx: ORDERS.claim(tx, buyer, [Wanted(robe)], "whatsapp")).order_id or 0
        assert engine.call(lambda tx: settling.settle(tx, first, 15_000, "wave", 1)) == "paid_late"
        engine.call(lambda tx: settling.decide(tx, ORDERS, first, "honour"))
        assert engine.call(lambda tx: load(tx, again)).state == "cancelled", "it is bought, not still to be paid"
        assert engine.read(lambda r: r.one("SELECT on_hand, held FROM product WHERE id = ?", (robe,))) == (0, 0)
        assert engine.read(lambda r: r.value("SELECT count(*) FROM deadline WHERE kind = 'hold'")) == 0


def test_late_money_leaves_the_rest_of_the_second_order(tmp_path: Path) -> None:
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        robe, sac = add_product(engine, "ROBE1", stock=2), add_product(engine, "SAC2", 22_000)
        buyer = add_customer(engine, 1)
        first = engine.call(lambda tx: ORDERS.claim(tx, buyer, [Wanted(robe, 2)], "whatsapp")).order_id or 0
        clock.advance(11 * MINUTE)
        engine.call(lambda tx: ORDERS.expire(tx, first))
        both = [Wanted(robe, 1), Wanted(sac, 1)]
        again = engine.call(lambda tx: ORDERS.claim(tx, buyer, both, "whatsapp")).order_id or 0
        engine.call(lambda tx: settling.settle(tx, first, 30_000, "wave", 1))
        left = engine.call(lambda tx: load(tx, again))
        assert (left.state, left.total) == ("reserved", 22_000)
        assert engine.read(lambda r: r.one("SELECT on_hand, held FROM product WHERE id = ?", (robe,))) == (0, 0)
        taken = engine.read(lambda r: r.value("SELECT taken FROM order_line WHERE order_id = ?", (first,)))
        assert taken == 2
