"""What is listed as going together: set by the seller first, learned only where it is more than chance."""

from __future__ import annotations

from pathlib import Path

from core.kernel.clock import ManualClock
from core.orders import affinity, pairs
from core.storage.engine import Tx
from tests.support.stores import add_product, bare_engine


def test_set_first_then_learned_and_chance_left_out(tmp_path: Path) -> None:
    with bare_engine(tmp_path, ManualClock()) as engine:
        robe, bag, pearls = (add_product(engine, sku, stock=5) for sku in ("ROBE1", "SAC2", "COLLIER8"))

        def sales(tx: Tx) -> None:
            tx.run("UPDATE bought_total SET orders = 40")
            for number, times in ((robe, 10), (bag, 8), (pearls, 40)):
                tx.run("INSERT INTO bought(product_id, times) VALUES(?,?)", (number, times))
            for one, other, times in ((robe, bag, 6), (bag, robe, 6), (robe, pearls, 9), (bag, pearls, 2)):
                tx.run("INSERT INTO bought_together(product_id, with_id, times) VALUES(?,?,?)", (one, other, times))

        engine.call(sales)
        found = engine.read(affinity.known)
        assert [(one.sku, one.with_sku, one.percent) for one in found] == [
            ("ROBE1", "SAC2", None),
            ("SAC2", "ROBE1", None),
        ]  # necklaces are bought with everything: 9 of 10 is no more than chance
        assert (found[0].times, found[0].bought, found[0].sold) == (6, 10, True)
        engine.call(lambda tx: pairs.put(tx, robe, bag, 15))
        engine.call(lambda tx: tx.run("UPDATE product SET active = 0 WHERE id = ?", (bag,)))
        found = engine.read(affinity.known)
        assert [(one.sku, one.with_sku, one.percent, one.sold) for one in found] == [
            ("ROBE1", "SAC2", 15, False),
            ("SAC2", "ROBE1", None, True),
        ]
