"""The risk of an order over HTTP: a score, its reasons in words, and how the seller's look at it stands."""

from __future__ import annotations

from core.orders.service import Wanted
from tests.support.apishop import ApiShop


async def test_an_order_tells_what_speaks_against_it(api: ApiShop) -> None:
    api.shop.settings.set("orders.review_score", "30", "seller")
    quiet = api.order(api.product("ROBE1"))
    assert (await api.get(f"/orders/{quiet}/risk")).json == {"score": 0, "reasons": [], "review": None}
    assert (await api.get("/orders/77/risk")).status == 404
    bulk, customer = api.product("SAC2", stock=50), api.customer(2)
    order = api.run(lambda tx: api.shop.orders.claim(tx, customer, [Wanted(bulk, 30)], "api")).order_id
    assert (await api.get(f"/orders/{order}")).json["exception"] is None
    assert (await api.get(f"/orders/{order}/risk")).json == {
        "score": 30,
        "reasons": [{"code": "first", "points": 30, "text": "une première commande de 30 pièces"}],
        "review": "waiting",
    }
    assert (await api.ask("POST", f"/orders/{order}/decide", {"choice": "honour"})).status == 409
    assert (await api.ask("POST", f"/orders/{order}/decide", {"choice": "accept"})).status == 200
    assert (await api.get(f"/orders/{order}/risk")).json["review"] == "accept"
