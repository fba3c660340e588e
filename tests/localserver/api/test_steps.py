"""Segments, times, calls, cash and payment after a time over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from core.kernel.clock import DAY, HOUR, rfc3339
from tests.support.apishop import ApiShop


def at(api: ApiShop, hours: int) -> str:
    return rfc3339(api.clock.now() + hours * HOUR)


async def offered(api: ApiShop, *hours: int) -> int:
    product = api.product("TRESSE", 20_000, stock=0)
    made = await api.post(f"/products/{product}/slots", {"slots": [{"starts_at": at(api, hour)} for hour in hours]})
    assert (made.status, made.json) == (201, {"added": len(hours), "left_out": 0})
    return product


async def test_how_the_store_sells_is_shown_and_changed(api: ApiShop) -> None:
    shown = await api.get("/segment")
    assert (shown.json["name"], shown.json["default_reservation_minutes"]) == ("live_seller", 10)
    changed = await api.ask("PATCH", "/segment", {"name": "events", "deposit_percentage": 30})
    assert changed.json | {"name": "events", "require_deposit": True, "deposit_percentage": 30} == changed.json
    assert api.shop.orders.segment().deposit_of(10_000) == 3_000
    assert api.value("SELECT actor FROM journal WHERE kind = 'SettingChanged' ORDER BY seq DESC LIMIT 1") == "account:1"
    assert (await api.ask("PATCH", "/segment", {"name": "moon"})).status == 422
    assert (await api.ask("PATCH", "/segment", {"deposit_percentage": 100})).status == 422
    assert (await api.ask("PATCH", "/segment", {"name": "shop"}, role="cashier")).status == 403
    assert (await api.get("/segment")).json["name"] == "events"


async def test_an_event_has_its_day_and_place(api: ApiShop) -> None:
    body = {
        "sku": "GALA",
        "title": "Gala",
        "price": {"amount": 25_000, "currency": "XOF"},
        "on_hand": 40,
        "event_at": at(api, 240),
        "place": "Sorano",
    }
    made = await api.post("/products", body)
    assert (made.status, made.json["event_at"], made.json["place"]) == (201, at(api, 240), "Sorano")
    number = made.json["id"]
    moved = await api.ask("PATCH", f"/products/{number}", {"event_at": at(api, 480), "place": "Grand Théâtre"})
    assert (moved.json["event_at"], moved.json["place"]) == (at(api, 480), "Grand Théâtre")
    assert (await api.ask("PATCH", f"/products/{number}", {"event_at": None})).json["event_at"] is None
    assert (await api.ask("PATCH", f"/products/{number}", {"event_at": "tomorrow"})).status == 422


async def test_times_are_offered_listed_and_taken_back(api: ApiShop) -> None:
    product = await offered(api, 24, 25, 26)
    first = (await api.get(f"/products/{product}/slots?limit=2")).json
    assert [slot["starts_at"] for slot in first["items"]] == [at(api, 24), at(api, 25)]
    rest = (await api.get(f"/products/{product}/slots?cursor={first['next']}")).json
    assert [slot["starts_at"] for slot in rest["items"]] == [at(api, 26)]
    assert (await api.ask("DELETE", f"/slots/{first['items'][0]['id']}")).status == 204
    assert (await api.ask("DELETE", "/slots/99")).status == 404
    again = await api.post(f"/products/{product}/slots", {"slots": [{"starts_at": at(api, 25)}]})
    assert again.status == 409
    assert (await api.post("/products/99/slots", {"slots": [{"starts_at": at(api, 25)}]})).status == 404
    assert (await api.post(f"/products/{product}/slots", {"slots": [{"starts_at": at(api, -1)}]})).status == 409


async def test_a_week_of_times(api: ApiShop) -> None:
    product = api.product("COUPE", 5_000, stock=0)
    week = {"days": ["mon", "tue"], "opens": "09:00", "closes": "12:00", "weeks": 1, "first": "2026-11-23"}
    made = await api.post(f"/products/{product}/slots/weekly", week)
    assert (made.status, made.json) == (201, {"added": 6, "left_out": 0})
    more = await api.post(f"/products/{product}/slots/weekly", week | {"weeks": 2})
    assert more.json == {"added": 6, "left_out": 6}
    wrong = await api.post(f"/products/{product}/slots/weekly", week | {"opens": "12:00", "closes": "09:00"})
    assert wrong.status == 409
    assert (await api.post(f"/products/{product}/slots/weekly", week | {"opens": "9h"})).status == 422


async def test_an_order_takes_a_time_is_paid_in_cash_and_confirmed(api: ApiShop) -> None:
    await api.ask("PATCH", "/segment", {"name": "services", "require_delivery_address": True})
    product = await offered(api, 24, 25)
    one, other = api.order(product, number=1), api.order(product, number=2)
    assert (await api.get(f"/orders/{one}/steps")).json["next"] == "slot"
    took = await api.post(f"/orders/{one}/slot", {"slot_id": 1})
    assert (took.status, took.json["next"], took.json["times"][0]["starts_at"]) == (200, "pay", at(api, 24))
    assert (await api.post(f"/orders/{other}/slot", {"slot_id": 1})).status == 409
    assert (await api.post(f"/orders/{one}/call")).status == 409, "not paid yet"
    assert (await api.get("/calls")).json["items"] == []
    assert (await api.post(f"/orders/{one}/cash", {"amount": 99_999_999})).status == 409
    paid = await api.post(f"/orders/{one}/cash", {})
    assert (paid.status, paid.json["state"]) == (200, "paid")
    (call,) = (await api.get("/calls")).json["items"]
    assert (call["order_id"], call["customer"]["phone"]) == (one, "+221770000001")
    confirmed = await api.post(f"/orders/{one}/call")
    assert confirmed.json["times"][0]["confirmed_at"] is not None
    assert confirmed.json["next"] == "address"
    assert (await api.get("/calls")).json["items"] == []
    assert (await api.post(f"/orders/{one}/cash", {})).status == 409, "nothing is due any more"


async def test_a_business_pays_later_when_it_may(api: ApiShop) -> None:
    await api.ask("PATCH", "/segment", {"name": "b2b"})
    rice = api.product("RIZ50", 22_000, stock=100)
    order = api.order(rice, 20)
    assert (await api.post(f"/orders/{order}/later")).status == 409
    customer = api.value("SELECT customer_id FROM orders WHERE id = ?", order)
    assert (await api.post(f"/customers/{customer}/terms", {"days": 30}, role="cashier")).status == 403
    assert (await api.post(f"/customers/{customer}/terms", {"days": 30})).json == {"customer_id": customer, "days": 30}
    later = await api.post(f"/orders/{order}/later")
    assert (later.status, later.json["terms_days"], later.json["balance"]["amount"]) == (200, 30, 440_000)
    assert (await api.get("/owed?overdue=true")).json["items"] == []
    api.clock.advance(31 * DAY)
    api.tokens.clear()  # a session does not last so long
    (owed,) = (await api.get("/owed?overdue=true")).json["items"]
    assert (owed["order_id"], owed["due"]["amount"]) == (order, 440_000)
    assert (await api.post("/customers/99/terms", {"days": 30})).status == 404


@pytest.mark.parametrize("path", ["/orders/99/steps", "/products/99/slots"])
async def test_what_is_not_there_is_said(api: ApiShop, path: str) -> None:
    assert (await api.get(path)).status == 404


async def test_an_address_is_only_for_who_may_see_buyers(api: ApiShop) -> None:
    from core.orders import delivery

    order = api.order(api.product("ROBE1"))
    api.run(lambda tx: delivery.keep(tx, order, "Sacré-Cœur 3", (14.7, -17.4)))
    told: Any = (await api.get(f"/orders/{order}/steps")).json["delivery"]
    assert told == {"address": "Sacré-Cœur 3", "latitude": 14.7, "longitude": -17.4}
