"""A claim happens whole or not at all, also when its caller goes on after a refusal."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Refused
from core.orders.events import OrderChanged
from core.orders.service import Wanted, load
from core.storage.engine import Tx
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
        assert [e.order_id for e in heard] == [order]
        engine.call(lambda tx: ORDERS.claim(tx, buyer, [Wanted(robe, 1), Wanted(sac, 2)], "whatsapp"))
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
