"""Standing, merging, prospects, pairs and figures over HTTP."""

from __future__ import annotations

from functools import partial

from core.kernel.clock import DAY, HOUR, MINUTE, rfc3339
from core.live import service as live
from tests.support.apishop import EVENING, ApiShop


async def test_a_score_line_by_line_and_what_keeps_somebody_from_ordering(api: ApiShop) -> None:
    customer = api.customer(1)
    api.run(lambda tx: tx.run("UPDATE customer SET orders = 5, paid = 1, expired = 4, spent = 15000, pay_ms = 300000"))
    api.shop.settings.set("orders.min_score", "30")
    shown = (await api.get(f"/customers/{customer}/standing")).json
    assert (shown["score"], shown["tier"], shown["recommendation"], shown["hold_minutes"]) == (
        0,
        "bronze",
        "restrict",
        5,
    )
    assert (shown["stars"], shown["success"]) == (0, 20)
    assert sum(line["points"] for line in shown["lines"]) == 0
    assert shown["lines"][2]["said"] == "4 réservations expirées\u202f: −40"
    assert [tag["code"] for tag in shown["tags"]] == ["fake"]
    assert (shown["limited"], shown["allowed_until"]) == ("score", None)
    product = api.product("ROBE1")
    order = {"customer_id": customer, "lines": [{"product_id": product}], "source": "tiktok"}
    refused = await api.post("/orders", order)
    assert refused.status == 409
    assert "30" in refused.json["detail"]
    let = await api.post(f"/customers/{customer}/allow", {"hours": 2})
    assert (let.json["limited"], let.json["allowed_until"]) == (None, "2026-11-20T23:46:00.000Z")
    assert (await api.post("/orders", order)).status == 201
    assert (await api.post(f"/customers/{customer}/allow", {"hours": 9999})).status == 422
    first = await api.post(f"/customers/{customer}/restrict", {"pays_first": True})
    assert (first.status, first.json["pays_first"], first.json["hold_minutes"]) == (200, True, 5)
    assert not (await api.post(f"/customers/{customer}/restrict", {"pays_first": False})).json["pays_first"]
    assert (await api.post("/customers/99/restrict", {"pays_first": True})).status == 404
    assert (await api.post(f"/customers/{customer}/restrict", {})).status == 422
    assert (await api.get("/customers/99/standing")).status == 404


async def test_two_records_are_shown_together_before_they_become_one(api: ApiShop) -> None:
    one, two = api.customer(1), api.customer(2)
    api.order(api.product("ROBE1"), number=2)
    similar = await api.get(f"/customers/{one}/similar")
    assert [person["id"] for person in similar.json["items"]] == [two]
    shown = (await api.get(f"/customers/{one}/merge?absorb={two}")).json
    assert (shown["orders"], shown["open_orders"], shown["score"]) == (1, 1, 50)
    assert sorted(shown["phones"]) == ["+221770000001", "+221770000002"]
    assert (await api.get(f"/customers/{two}")).json["orders"] == 1, "only shown"
    assert (await api.post(f"/customers/{one}/merge", {"absorb": two}, role="cashier")).status == 403
    merged = await api.post(f"/customers/{one}/merge", {"absorb": two}, key="once")
    assert (merged.status, merged.json["orders"]) == (200, 1)
    again = await api.post(f"/customers/{one}/merge", {"absorb": two}, key="once")
    assert again.json == merged.json
    assert (await api.post(f"/customers/{one}/merge", {"absorb": two})).status == 409
    assert (await api.post(f"/customers/{one}/merge", {"absorb": one})).status == 409
    assert api.value("SELECT actor FROM journal WHERE kind = 'MergeAsked'").startswith("account:")


async def test_a_merge_is_taken_back_once(api: ApiShop) -> None:
    one, two = api.customer(1), api.customer(2)
    api.order(api.product("ROBE1"), number=2)
    await api.post(f"/customers/{one}/merge", {"absorb": two})
    (merge,) = (await api.get(f"/customers/{one}/merges")).json["items"]
    assert (merge["kept_id"], merge["absorbed_id"], merge["how"]) == (one, two, "hand")
    shown = (await api.get(f"/merges/{merge['id']}")).json
    assert (shown["orders"], shown["orders_since"], shown["phones"]) == (1, 0, ["+221770000002"])
    undo = f"/merges/{merge['id']}/undo"
    assert (await api.post(undo, role="cashier")).status == 403
    parted = await api.post(undo, key="twice")
    assert (parted.status, parted.json["kept"]["orders"], parted.json["other"]["orders"]) == (200, 0, 1)
    assert (await api.post(undo, key="twice")).json == parted.json
    assert (await api.post(undo)).status == 409
    assert (await api.get(f"/merges/{merge['id']}")).status == 409
    assert (await api.post("/merges/99/undo")).status == 404
    assert (await api.get(f"/customers/{one}/merges")).json["items"] == []


async def test_prospects_are_listed_moved_and_planned(api: ApiShop) -> None:
    customer = api.customer(1)
    thread = api.conversation(customer, "Bonjour")
    (lead,) = (await api.get("/leads")).json["items"]
    assert (lead["stage"], lead["customer"]["id"], lead["conversation_id"]) == ("new", customer, thread)
    assert (lead["last_text"], lead["amount"], lead["next"]) == ("Bonjour", None, None)
    api.order(api.product("ROBE1"))
    assert (await api.get(f"/leads/{lead['id']}")).json["amount"] == {"amount": 15_000, "currency": "XOF"}
    next_one = {"at": "2026-11-21T01:00:00Z", "what": "Rappeler pour la taille"}
    moved = await api.ask("PATCH", f"/leads/{lead['id']}", {"stage": "quote", "next": next_one})
    assert (moved.json["stage"], moved.json["next"]["what"]) == ("quote", "Rappeler pour la taille")
    assert (await api.get("/leads?due=true")).json["items"] == []
    api.clock.advance(4 * HOUR)
    assert [one["id"] for one in (await api.get("/leads?due=true&stage=quote")).json["items"]] == [lead["id"]]
    gone = await api.ask("PATCH", f"/leads/{lead['id']}", {"next": None})
    assert gone.json["next"] is None
    for wrong, status in (({"stage": "nowhere"}, 422), ({"next": {"at": "2026-99-21T09:00:00Z", "what": "x"}}, 409)):
        assert (await api.ask("PATCH", f"/leads/{lead['id']}", wrong)).status == status
    assert (await api.ask("PATCH", "/leads/99", {"stage": "won"})).status == 404
    stages = {one["stage"]: one["count"] for one in (await api.get("/pipeline")).json["stages"]}
    assert stages == {"new": 0, "interested": 0, "quote": 1, "order": 0, "won": 0, "lost": 0}


async def test_products_that_go_together(api: ApiShop) -> None:
    robe, sac = api.product("ROBE1"), api.product("SAC2", 10_000)
    made = await api.post("/pairs", {"product_id": robe, "with_id": sac, "percent": 10})
    assert made.json["items"] == [
        {"product_id": robe, "sku": "ROBE1", "with_id": sac, "with_sku": "SAC2", "percent": 10}
    ]
    assert (await api.get("/pairs")).json == made.json
    api.order(sac)
    order = api.order(robe)
    assert (await api.get(f"/orders/{order}")).json["total"]["amount"] == 24_000
    assert (await api.post("/pairs", {"product_id": robe, "with_id": robe})).status == 409
    assert (await api.post("/pairs", {"product_id": robe, "with_id": 99})).status == 404
    assert (await api.post("/pairs/remove", {"product_id": robe, "with_id": sac})).json["items"] == []
    assert (await api.post("/pairs/remove", {"product_id": robe, "with_id": sac})).status == 404


async def test_figures_of_a_live_with_the_orders_behind_them(api: ApiShop) -> None:
    session = api.run(live.start)
    robe = api.product("ROBE1", stock=50)
    orders = [api.order(robe, number=number) for number in range(1, 7)]
    for order, seconds in zip(orders[:3], (10, 40, 100), strict=True):
        api.clock.advance(EVENING + seconds * 1000 - api.clock.now())
        api.pay(order, 15_000)
    api.run(lambda tx: tx.run("UPDATE customer SET expired = 3, orders = 4 WHERE id = 4"))
    api.run(lambda tx: tx.run("INSERT INTO risk(order_id, talk) VALUES(?, 1)", (orders[4],)))
    api.clock.advance(11 * MINUTE)
    for order in orders[3:5]:
        api.run(partial(api.shop.orders.expire, order_id=order))
    shown = (await api.get(f"/figures/live/{session}")).json
    assert shown["orders"] == orders
    assert (shown["paid"], shown["conversion"]) == (orders[:3], 50)
    assert (shown["order_time_median_ms"], [t["ms"] for t in shown["order_times"]]) == (
        40_000,
        [10_000, 40_000, 100_000],
    )
    assert [c["orders"] for c in shown["order_time_classes"]] == [1, 0, 1, 1, 0, 0]
    assert (shown["fraudulent"], shown["fraud"]) == (orders[3:5], 33), "a faker, and « j'ai payé » without money"
    assert (await api.get("/figures/live/99")).status == 404


async def test_how_prospects_became_sales(api: ApiShop) -> None:
    robe = api.product("ROBE1", stock=9)
    for number in (1, 2, 3):
        api.conversation(api.customer(number), "Bonjour")
    api.pay(api.order(robe, number=1), 15_000)
    api.clock.advance(1000)
    found = (await api.get("/figures/pipeline")).json
    assert (len(found["leads"]), found["quoted"], len(found["won"])) == (3, [], 1)
    assert (found["lead_to_quote"], found["quote_to_sale"], found["lead_to_sale"]) == (0, None, 33)
    later = rfc3339(EVENING + DAY).replace("+", "%2B")
    assert (await api.get(f"/figures/pipeline?since={later}")).json["leads"] == []
    assert (await api.get("/figures/pipeline?since=2026-99-01T00:00:00Z")).status == 409
