"""Quotes over HTTP: written anew while a draft, sent, answered for the customer, turned into orders."""

from __future__ import annotations

from tests.support.apishop import ApiShop

FREE = {"description": "Pose", "unit_price": {"amount": 20_000, "currency": "XOF"}}


def percent(number: int) -> dict[str, int]:
    return {"percent": number}


async def drafted(api: ApiShop, **more: object) -> dict[str, object]:
    api.product("ROBE1")
    body = {"customer": {"name": "Hôtel Baobab", "phone": "+221338210000"}, "lines": [{"sku": "ROBE1", "quantity": 4}]}
    made = await api.post("/devis", body | more)
    assert made.status == 201, made.body
    return dict(made.json)


async def test_discounts_and_deposit_are_shown_with_their_sums(api: ApiShop) -> None:
    line = {"sku": "ROBE1", "quantity": 4, "discount": percent(10)}
    off = {"amount": {"amount": 1_000, "currency": "XOF"}}
    quote = await drafted(api, lines=[line, FREE], discount=off, deposit=30, valid_days=15)
    amounts = {name: quote[name]["amount"] for name in ("subtotal", "discount", "total", "deposit")}  # type: ignore[index]
    assert amounts == {"subtotal": 74_000, "discount": 1_000, "total": 73_000, "deposit": 21_900}
    assert (quote["url"], quote["sent_at"], quote["order_id"]) == (None, None, None)
    too_much = await api.post("/devis", {"lines": [FREE], "discount": {"amount": {"amount": 1, "currency": "EUR"}}})
    assert too_much.status == 409
    both = {"lines": [FREE], "discount": {"percent": 1, "amount": {"amount": 1, "currency": "XOF"}}}
    assert (await api.post("/devis", both)).status == 422


async def test_a_draft_is_written_anew_in_part(api: ApiShop) -> None:
    await drafted(api, discount=percent(10), note="n")
    changed = await api.ask("PATCH", "/devis/1", {"lines": [FREE], "deposit": 50})
    assert (changed.status, changed.json["total"]["amount"], changed.json["note"]) == (200, 18_000, "n")
    plain = await api.ask("PATCH", "/devis/1", {"discount": None})
    assert (plain.json["total"]["amount"], plain.json["deposit"]["amount"]) == (20_000, 10_000)
    assert (await api.ask("PATCH", "/devis/2", {"note": ""})).status == 404


async def test_a_deposit_is_a_share_or_an_amount_and_one_replaces_the_other(api: ApiShop) -> None:
    amount = {"amount": 5_000, "currency": "XOF"}
    await drafted(api, deposit_amount=amount)
    assert (await api.get("/devis/1")).json["deposit"]["amount"] == 5_000
    for change, deposit in (({"deposit": 50}, 30_000), ({"deposit_amount": amount}, 5_000), ({"deposit": 0}, 0)):
        changed = await api.ask("PATCH", "/devis/1", change)
        assert (changed.status, changed.json["deposit"]["amount"]) == (200, deposit)
    whole = {"deposit_amount": {"amount": 60_000, "currency": "XOF"}}
    assert (await api.ask("PATCH", "/devis/1", whole)).status == 409
    assert (await api.post("/devis", {"lines": [FREE], "deposit": 10, "deposit_amount": amount})).status == 422


async def test_a_sent_quote_stays_and_a_new_version_replaces_it(api: ApiShop) -> None:
    await drafted(api)
    sent = await api.post("/devis/1/send")
    assert (sent.status, sent.json["quote"]["state"], sent.json["queued"]) == (200, "sent", False)
    assert sent.json["quote"]["url"].startswith("https://pay.teranga.sn/q/")
    assert (await api.ask("PATCH", "/devis/1", {"note": "x"})).status == 409
    assert (await api.post("/devis/1/send")).status == 409
    made = await api.post("/devis/1/revise")
    assert (made.status, made.json["reference"], made.json["replaces"]) == (201, "DV-2026-0002", 1)
    assert (await api.post("/devis/2/send")).status == 200
    assert (await api.get("/devis/1")).json["state"] == "replaced"
    assert (await api.post("/devis/1/accept")).status == 409


async def test_the_seller_accepts_for_the_customer_and_gets_the_pay_link(api: ApiShop) -> None:
    await drafted(api, lines=[{"sku": "ROBE1", "quantity": 4}, FREE], deposit=50)
    assert (await api.post("/devis/1/accept")).status == 409  # not sent yet
    await api.post("/devis/1/send")
    taken = await api.post("/devis/1/accept")
    assert (taken.status, taken.json["quote"]["state"], taken.json["short"]) == (200, "converted", [])
    again = await api.post("/devis/1/accept")
    assert again.json == taken.json
    order = (await api.get(f"/orders/{taken.json['quote']['order_id']}")).json
    assert (order["source"], order["total"]["amount"], order["deposit"]["amount"]) == ("quote", 80_000, 40_000)
    assert order["pay_url"] == taken.json["pay_url"]
    assert [(line["product_id"], line["sku"], line["title"]) for line in order["lines"]] == [
        (1, "ROBE1", "Article ROBE1"),
        (None, "", "Pose"),
    ]
    assert (await api.post("/devis/1/refuse", {})).status == 409


async def test_what_is_short_is_named_until_there_is_stock(api: ApiShop) -> None:
    await drafted(api, lines=[{"sku": "ROBE1", "quantity": 12}])
    await api.post("/devis/1/send")
    taken = (await api.post("/devis/1/accept")).json
    assert (taken["quote"]["state"], taken["pay_url"]) == ("accepted", None)
    assert taken["short"] == [{"product_id": 1, "title": "Article ROBE1", "wanted": 12, "available": 10}]
    assert (await api.post("/devis/1/convert")).status == 409
    await api.ask("PATCH", "/products/1", {"on_hand": 12})
    assert (await api.post("/devis/1/convert")).json["quote"]["state"] == "converted"


async def test_the_list_is_by_state_and_customer(api: ApiShop) -> None:
    await drafted(api)
    for _ in range(2):
        await api.post("/devis", {"lines": [FREE]})
    await api.post("/devis/1/send")
    await api.post("/devis/1/refuse", {"reason": "Trop cher"})
    refused = (await api.get("/devis?state=refused")).json["items"]
    assert [(quote["id"], quote["reason"]) for quote in refused] == [(1, "Trop cher")]
    assert [quote["id"] for quote in (await api.get("/devis?customer_id=1")).json["items"]] == [1]
    page = (await api.get("/devis?limit=2")).json
    assert [quote["id"] for quote in page["items"]] == [3, 2]
    assert [quote["id"] for quote in (await api.get(f"/devis?limit=2&cursor={page['next']}")).json["items"]] == [1]
    assert (await api.post("/devis/2/send")).status == 409  # for nobody in particular
    assert (await api.get("/devis", role="support")).status == 403
