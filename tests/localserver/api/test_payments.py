"""Payments over HTTP: lists, one payment explained, money back, comparisons, and who may."""

from __future__ import annotations

import io
from typing import Any

import aiohttp
import pytest

from tests.support.apishop import ApiShop


@pytest.fixture
def paid(api: ApiShop) -> ApiShop:
    """Three sales of 15 000, the second one paid 500 too much."""
    robe = api.product("ROBE1")
    for number, amount in ((1, 15_000), (2, 15_500), (3, 15_000)):
        api.clock.advance(1_000)
        api.pay(api.order(robe, number=number), amount)
    return api


def units(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "XOF"}


async def test_the_list_by_the_page(paid: ApiShop) -> None:
    first = (await paid.get("/payments?limit=2")).json
    assert [p["id"] for p in first["items"]] == [3, 2]
    second = (await paid.get(f"/payments?limit=2&cursor={first['next']}")).json
    assert [p["id"] for p in second["items"]] == [1]
    assert second["next"] is None
    shown = first["items"][1]
    assert (shown["state"], shown["exception"], shown["amount"]) == ("to_decide", "overpaid", units(15_500))
    assert [p["id"] for p in (await paid.get("/payments?state=received")).json["items"]] == [3, 1]
    assert (await paid.get("/payments?provider=wave")).json["items"] == []
    assert (await paid.get("/payments?state=nonsense")).status == 422


async def test_one_payment_is_explained_to_the_unit(paid: ApiShop) -> None:
    found = (await paid.get("/payments/2")).json
    assert found["received"] == units(15_500)
    assert (found["earned"], found["held"], found["returned"]) == (units(15_000), units(500), units(0))
    assert [entry["kind"] for entry in found["entries"]] == ["payment", "sale"]
    assert (await paid.get("/payments/9")).status == 404


async def test_money_goes_back_by_hand_where_nobody_can_be_asked(paid: ApiShop) -> None:
    asked = await paid.post("/payments/1/refund", {"amount": units(4_000)}, key="r1")
    again = await paid.post("/payments/1/refund", {"amount": units(4_000)}, key="r1")
    assert (asked.status, again.json) == (201, asked.json), "sent twice, asked once"
    assert (asked.json["state"], asked.json["amount"]) == ("todo", units(4_000))
    assert (await paid.post("/payments/1/refund", {"amount": units(11_001)})).status == 409
    assert (await paid.post("/payments/1/refund", {"amount": {"amount": 1, "currency": "EUR"}})).status in (409, 422)
    done = await paid.post(f"/refunds/{asked.json['id']}", {"act": "done"})
    assert done.json["state"] == "done"
    assert (await paid.post(f"/refunds/{asked.json['id']}", {"act": "done"})).status == 409
    rest = await paid.post("/payments/1/refund", {})
    assert rest.json["amount"] == units(11_000)
    assert (await paid.post(f"/refunds/{rest.json['id']}", {"act": "withdraw"})).json["state"] == "withdrawn"
    assert (await paid.get("/orders/1")).json["state"] == "paid"
    totals = (await paid.get("/totals")).json
    assert totals["providers"] == [
        {
            "provider": "sandbox",
            "received": units(45_500),
            "fees": 0,
            "refunded": units(4_000),
            "adjusted": 0,
            "net": 41_500,
        }
    ]
    assert totals["to_do"] == 1


@pytest.mark.parametrize(("role", "status"), [("owner", 201), ("manager", 201), ("cashier", 403), ("support", 403)])
async def test_who_may_give_money_back(paid: ApiShop, role: str, status: int) -> None:
    assert (await paid.post("/payments/1/refund", {}, role=role)).status == status


async def test_a_statement_is_compared_once_under_one_key(paid: ApiShop) -> None:
    content = b"Transaction;Montant\nkey-1;15000\nX9;7000\n"

    async def send(**how: Any) -> Any:
        form = aiohttp.FormData({"provider": "sandbox"})
        form.add_field("file", io.BytesIO(content), filename="releve.csv", content_type="text/csv")
        return await paid.post("/reconciliations/statement", data=form, **how)

    made = await send(key="s1")
    assert made.status == 201
    assert [d["kind"] for d in made.json["differences"]] == ["payment_missing", "payment_missing"]
    assert all(d["next_step"] for d in made.json["differences"])
    assert (await send(key="s1")).json == made.json
    listed = (await paid.get("/reconciliations")).json["items"]
    assert [run["id"] for run in listed] == [made.json["id"]]
    difference = made.json["differences"][0]["id"]
    assert (await paid.post(f"/differences/{difference}", {"choice": "take"})).status == 409
    settled = await paid.post(f"/differences/{difference}", {"choice": "done"})
    assert settled.json["state"] == "done"
    shown = (await paid.get(f"/reconciliations/{made.json['id']}")).json
    assert [d["state"] for d in shown["differences"]] == ["done", "open"]
    assert (await paid.get("/reconciliations/9")).status == 404


async def test_providers_are_asked(paid: ApiShop) -> None:
    run = await paid.post("/reconciliations", {"days": 3})
    assert (run.status, run.json["source"], run.json["differences"]) == (201, "providers", [])
