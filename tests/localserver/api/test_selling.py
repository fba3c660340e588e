"""The live and its orders over HTTP."""

from __future__ import annotations

from typing import Any

from core.kernel.clock import MINUTE
from core.orders import settling
from core.payments import receipts
from core.payments import service as payments
from tests.support.apishop import ApiShop

AMINATA = {"name": "Aminata Diallo", "phone": "77 123 45 67"}


async def test_a_live_from_start_to_end(api: ApiShop) -> None:
    assert (await api.get("/live/current")).status == 404
    started = await api.post("/live", {"title": "Soirée wax", "source": "facebook"})
    assert started.status == 201
    live = started.json
    assert (live["id"], live["title"], live["source"], live["ended_at"]) == (1, "Soirée wax", "facebook", None)
    assert live["started_at"] == "2026-11-20T21:46:00.000Z"
    assert (await api.get("/live/current")).json == live
    assert (await api.post("/live", {})).status == 409
    ended = await api.post("/live/1/end")
    assert (ended.status, ended.json["ended_at"]) == (200, "2026-11-20T21:46:00.000Z")
    assert (await api.get("/live/1")).json == ended.json
    assert (await api.post("/live/1/end")).status == 404
    assert (await api.get("/live/2")).status == 404


async def test_the_lives_numbers_always_add_up(api: ApiShop) -> None:
    await api.post("/live", {})
    product = api.product("ROBE1", stock=3)
    for number in range(1, 5):
        await api.post("/orders", {"customer": {"phone": f"77000000{number}"}, "lines": [{"product_id": product}]})
    api.pay(1, 15_000)
    await api.post("/orders/2/cancel")
    live = (await api.get("/live/current")).json
    counts = {k: live[k] for k in ("orders", "paid", "pending", "expired", "cancelled", "waiting")}
    assert counts == {"orders": 4, "paid": 1, "pending": 2, "expired": 0, "cancelled": 1, "waiting": 0}
    assert live["revenue"] == {"amount": 15_000, "currency": "XOF"}
    assert live["unpaid"] == {"amount": 30_000, "currency": "XOF"}


async def test_an_order_from_outside_joins_the_running_live(api: ApiShop) -> None:
    """F13b, with the order exactly as promised."""
    await api.post("/live", {})
    product = api.product("ROBE1", stock=3)
    body = {"customer": AMINATA, "lines": [{"sku": "ROBE1", "quantity": 2}], "source": "tiktok", "hold_minutes": 15}
    placed = await api.post("/orders", body)
    assert placed.status == 201
    token = api.shop.links.token(api.value("SELECT link FROM orders"))
    assert placed.json == {
        "id": 1,
        "reference": api.value("SELECT reference FROM orders"),
        "state": "reserved",
        "exception": None,
        "source": "tiktok",
        "session_id": 1,
        "customer": {"id": 1, "name": "Aminata Diallo", "phone": "+221771234567"},
        "lines": [
            {
                "product_id": product,
                "sku": "ROBE1",
                "title": "Article ROBE1",
                "quantity": 2,
                "unit_price": {"amount": 15_000, "currency": "XOF"},
            }
        ],
        "total": {"amount": 30_000, "currency": "XOF"},
        "reserved_at": "2026-11-20T21:46:00.000Z",
        "expires_at": "2026-11-20T22:01:00.000Z",
        "paid_at": None,
        "pay_url": f"https://pay.teranga.sn/p/{token}",
    }
    assert (await api.get("/orders/1")).json == placed.json
    async with api.client.get(f"{api.url}/p/{token}") as page:
        assert page.status == 200


async def test_a_second_claim_joins_the_open_order(api: ApiShop) -> None:
    api.product("ROBE1")
    api.product("SAC2", price=22_500)
    first = await api.post("/orders", {"customer": AMINATA, "lines": [{"sku": "ROBE1"}]})
    second = await api.post("/orders", {"customer_id": 1, "lines": [{"sku": "SAC2"}]})
    assert (first.status, second.status) == (201, 200)
    assert second.json["id"] == first.json["id"]
    assert second.json["total"]["amount"] == 37_500


async def test_the_same_person_is_found_however_the_number_is_written(api: ApiShop) -> None:
    api.product("ROBE1")
    for phone in ("77 123 45 67", "+221771234567", "00221 77 123 45 67"):
        await api.post("/orders", {"customer": {"phone": phone}, "lines": [{"sku": "ROBE1"}]})
    assert api.value("SELECT count(*) FROM customer") == 1


async def test_sold_out_is_a_problem_that_names_the_place_in_line(api: ApiShop) -> None:
    product = api.product("ROBE1", stock=1)
    api.order(product)
    for place, phone in ((1, "770000002"), (2, "770000003")):
        refused = await api.post("/orders", {"customer": {"phone": phone}, "lines": [{"sku": "ROBE1"}]})
        assert refused.status == 409
        assert refused.json["waiting"] == [{"product_id": product, "quantity": 1, "place": place}]
        assert str(place) in refused.json["detail"]
    assert api.value("SELECT count(*) FROM orders") == 1
    assert api.value("SELECT count(*) FROM waiting WHERE state = 'waiting'") == 2


async def test_what_is_partly_sold_out_is_held_as_far_as_it_goes(api: ApiShop) -> None:
    gone = api.product("ROBE1", stock=1)
    api.product("SAC2", stock=1)
    api.order(gone, number=9)
    placed = await api.post("/orders", {"customer": AMINATA, "lines": [{"sku": "ROBE1"}, {"sku": "SAC2"}]})
    assert placed.status == 201
    assert [line["sku"] for line in placed.json["lines"]] == ["SAC2"]
    assert placed.json["waiting"] == [{"product_id": gone, "quantity": 1, "place": 1}]


async def test_what_cannot_be_ordered_is_said(api: ApiShop) -> None:
    api.product("ROBE1")
    line = [{"sku": "ROBE1"}]
    cases: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"customer": AMINATA, "lines": [{"sku": "NOPE"}]}, 404, "NOPE"),
        ({"customer": AMINATA, "lines": [{"product_id": 77}]}, 404, ""),
        ({"customer_id": 77, "lines": line}, 404, "77"),
        ({"customer": {"phone": "chez moi"}, "lines": line}, 409, "chez moi"),
        ({"customer": AMINATA, "lines": []}, 422, "lines"),
        ({"customer": AMINATA, "lines": [{"sku": "ROBE1", "quantity": 0}]}, 422, "lines[0].quantity"),
        ({"customer": AMINATA, "lines": [{"sku": "ROBE1", "product_id": 1}]}, 422, "lines[0]"),
        ({"customer": AMINATA, "customer_id": 1, "lines": line}, 422, "customer"),
        ({"lines": line}, 422, "customer"),
        ({"customer": AMINATA, "lines": line, "hold_minutes": 45}, 422, "hold_minutes"),
        ({"customer": AMINATA, "lines": line, "source": "radio"}, 422, "source"),
        ({"customer": AMINATA, "lines": line, "hold": 5}, 422, "hold"),
    )
    for body, status, named in cases:
        refused = await api.post("/orders", body)
        assert (refused.status, body) == (status, body)
        assert named in refused.body.decode()
    assert api.value("SELECT count(*) FROM orders") == 0


async def test_the_fields_at_fault_are_named_in_the_problem(api: ApiShop) -> None:
    refused = await api.post("/orders", {"customer": AMINATA, "lines": [{"sku": "A", "quantity": "deux"}]})
    assert refused.json["errors"] == [{"field": "lines[0].quantity", "message": "Expected `int`, got `str`"}]
    assert "lines[0].quantity" in refused.json["detail"]
    english = await api.post("/orders", {"lines": []}, headers={"Accept-Language": "en"})
    assert "is not valid" in english.json["detail"]


async def test_cancelling_gives_the_item_to_the_next_in_line(api: ApiShop) -> None:
    product = api.product("ROBE1", stock=1)
    order = api.order(product)
    await api.post("/orders", {"customer": AMINATA, "lines": [{"sku": "ROBE1"}]})
    cancelled = await api.post(f"/orders/{order}/cancel")
    assert (cancelled.status, cancelled.json["state"]) == (200, "cancelled")
    assert (await api.get("/orders/2")).json["customer"]["name"] == "Aminata Diallo"
    assert (await api.post(f"/orders/{order}/cancel")).status == 409
    assert (await api.post("/orders/99/cancel")).status == 404


async def test_more_time_within_half_an_hour(api: ApiShop) -> None:
    order = api.order(api.product("ROBE1"))
    extended = await api.post(f"/orders/{order}/extend", {"minutes": 10})
    assert extended.json["expires_at"] == "2026-11-20T22:06:00.000Z"
    assert (await api.post(f"/orders/{order}/extend", {"minutes": 25})).json["expires_at"] == "2026-11-20T22:16:00.000Z"
    assert (await api.post(f"/orders/{order}/extend", {"minutes": 5})).status == 409


async def test_the_seller_decides_over_late_money(api: ApiShop) -> None:
    order = api.order(api.product("ROBE1"))
    api.clock.advance(11 * MINUTE)
    api.run(lambda tx: api.shop.orders.expire(tx, order))
    api.pay(order, 15_000)
    late = (await api.get(f"/orders/{order}")).json
    assert (late["state"], late["exception"]) == ("paid", "paid_late")
    assert (await api.post(f"/orders/{order}/decide", {"choice": "keep"})).status == 409
    assert (await api.post(f"/orders/{order}/decide", {"choice": "honour"})).status == 200
    assert api.value("SELECT undecided FROM orders") == 0
    assert (await api.post(f"/orders/{order}/decide", {"choice": "honour"})).status == 404


async def test_two_doors_decide_and_only_what_was_shown_is_answered(api: ApiShop) -> None:
    """One looks at late money; another honours it, and it comes again: « give back » was not meant for that."""
    order = api.order(api.product("ROBE1"))
    assert "question" not in (await api.get(f"/orders/{order}")).json
    api.clock.advance(11 * MINUTE)
    api.run(lambda tx: api.shop.orders.expire(tx, order))
    api.pay(order, 15_000)
    seen = (await api.get(f"/orders/{order}")).json["question"]
    api.run(lambda tx: settling.decide(tx, api.shop.orders, order, "honour"))
    api.pay(order, 15_000)
    answer = {"choice": "refund", "question": seen}
    assert (await api.post(f"/orders/{order}/decide", answer)).status == 409
    now = (await api.get(f"/orders/{order}")).json
    assert (now["exception"], now["question"]) == ("paid_twice", seen + 1)
    assert (await api.post(f"/orders/{order}/decide", {**answer, "question": now["question"]})).status == 200


async def test_a_substitute_may_be_several_pieces(api: ApiShop) -> None:
    order, sac = api.order(api.product("ROBE1")), api.product("SAC2", price=7_000, stock=5)
    api.clock.advance(11 * MINUTE)
    api.run(lambda tx: api.shop.orders.expire(tx, order))
    api.pay(order, 15_000)
    path, asked = f"/orders/{order}/decide", {"choice": "substitute", "product_id": sac}
    assert (await api.post(path, {**asked, "quantity": 3})).status == 409
    assert (await api.post(path, {**asked, "quantity": 0})).status == 422
    placed = (await api.post(path, {**asked, "quantity": 2})).json
    assert [(line["sku"], line["quantity"]) for line in placed["lines"]] == [("SAC2", 2)]
    assert placed["exception"] == "overpaid"


async def test_orders_are_filtered(api: ApiShop) -> None:
    product = api.product("ROBE1", stock=20)
    before = api.order(product, number=1)
    await api.post("/live", {})
    during = [api.order(product, number=n) for n in (2, 3)]
    api.pay(during[0], 15_000)

    async def found(query: str) -> list[int]:
        return [o["id"] for o in (await api.get(f"/orders?{query}")).json["items"]]

    assert await found("") == [during[1], during[0], before]
    assert await found("state=paid") == [during[0]]
    assert await found("session_id=1") == [during[1], during[0]]
    assert await found("session_id=1&state=reserved") == [during[1]]
    assert await found("customer_id=1") == [before]
    assert (await api.get("/orders?state=lost")).status == 422


async def test_the_seller_confirms_money_that_no_provider_tells_of(api: ApiShop) -> None:
    api.product("ROBE1", stock=3)
    order = (await api.post("/orders", {"customer": AMINATA, "lines": [{"sku": "ROBE1"}]})).json["id"]
    assert (await api.post(f"/orders/{order}/receipt", {})).status == 409, "nothing waits for a word"
    assert (await api.post("/orders/99/receipt", {})).status == 404
    engine = api.shop.engine
    engine.call(lambda tx: payments.open_attempt(tx, order, "pi_spi", "pi_spi", "XOF", by_seller=True))
    assert (await api.post(f"/orders/{order}/receipt", {"amount": 0})).status == 422
    engine.call(lambda tx: receipts.says_paid(tx, order), actor="buyer")
    denied = await api.post(f"/orders/{order}/receipt", {"received": False})
    assert (denied.status, denied.json["state"]) == (200, "reserved")
    confirmed = await api.post(f"/orders/{order}/receipt", {"amount": 15_000})
    assert (confirmed.status, confirmed.json["state"]) == (200, "paid")
    assert (await api.post(f"/orders/{order}/receipt", {})).status == 409
    assert api.value("SELECT sum(amount) FROM payment") == 15_000
