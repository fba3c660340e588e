"""Steering over a real shop: its line, who pays first, and a live that is over."""

from __future__ import annotations

from pathlib import Path

from core.kernel.clock import MINUTE, ManualClock
from core.orders.service import Wanted
from desktop.pages.live.presenter import NewLive
from desktop.sources.live import ShopLive
from tests.desktop.realshop import make_shop, stock_up
from tests.desktop.sample import NOW
from tests.support.stores import add_customer


def test_a_live_is_steered_and_summed_up(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    shop = make_shop(tmp_path / "home", clock)
    try:
        source = ShopLive(shop)
        (watch,) = stock_up(shop, (("MONTRE9", "Montre dorée", "Bijoux", 17_500, 1, 0),))
        assert source.over(None) is None
        source.start_live(NewLive("Vendredi", "tiktok"))
        buyers = [add_customer(shop.engine, number) for number in (1, 2, 3)]
        for buyer in buyers:
            shop.engine.call(lambda tx, b=buyer: shop.orders.claim(tx, b, [Wanted(watch)], "whatsapp"))  # type: ignore[misc]
        assert [bar.waiting for bar in source.stock()] == [2]
        first, second = source.waiters(watch)
        source.skip(first.waiting_id)
        assert [one.customer_id for one in source.waiters(watch)] == [second.customer_id, first.customer_id]
        source.drop(second.waiting_id)
        source.take_back(second.waiting_id)
        source.restrict(buyers[0], True)
        (order,) = source.board()
        assert order.restricted
        assert source.paper(order.order_id) is None
        clock.advance(47 * MINUTE)
        source.end_live()
        over = source.over(None)
        assert over is not None
        assert (over.session.title, over.told.duration, over.told.orders) == ("Vendredi", 47 * MINUTE, 1)
        assert [number for number, _, _ in over.lives] == [over.session.session_id]
    finally:
        shop.close()
