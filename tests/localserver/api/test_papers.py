"""Credit notes, receipts and certification over HTTP."""

from __future__ import annotations

from core.invoices import certification, service
from core.invoices.rules import Share
from tests.support.apishop import ApiShop


async def sold(api: ApiShop) -> None:
    """An order that is paid, with its invoice."""
    product = api.product("ROBE1", stock=3)
    await api.post("/orders", {"customer": {"phone": "770000001"}, "lines": [{"product_id": product}]})
    api.pay(1, 15_000)


async def test_an_invoice_is_taken_back_in_parts_and_then_whole(api: ApiShop) -> None:
    await sold(api)
    assert (await api.get("/invoices/1/credit-notes")).json == {"items": []}
    price = {"amount": 5_000, "currency": "XOF"}
    made = await api.post("/invoices/1/credit-notes", {"amount": price, "reason": "Défaut"})
    assert made.status == 201
    assert made.json == {
        "id": 1,
        "number": "AV-2026-00001",
        "invoice_id": 1,
        "issued_at": "2026-11-20T21:46:00.000Z",
        "total": price,
        "reason": "Défaut",
        "pdf_url": made.json["pdf_url"],
    }
    rest = await api.post("/invoices/1/credit-notes", {})
    assert rest.json["total"] == {"amount": 10_000, "currency": "XOF"}
    assert (await api.post("/invoices/1/credit-notes", {})).status == 409
    listed = await api.get("/invoices/1/credit-notes")
    assert [note["number"] for note in listed.json["items"]] == ["AV-2026-00001", "AV-2026-00002"]
    printed = await api.get("/credit-notes/2/pdf")
    assert printed.status == 200
    assert (await api.get("/credit-notes/3/pdf")).status == 404
    assert (await api.post("/invoices/9/credit-notes", {})).status == 404


async def test_pieces_and_part_of_a_price_are_taken_back_line_by_line(api: ApiShop) -> None:
    products = [api.product("ROBE1", stock=3), api.product("SAC2", stock=3)]
    lines = [{"product_id": product, "quantity": 2} for product in products]
    await api.post("/orders", {"customer": {"phone": "770000001"}, "lines": lines})
    api.pay(1, 60_000)

    def price(amount: int) -> dict[str, object]:
        return {"amount": amount, "currency": "XOF"}

    asked = {"lines": [{"line": 1, "quantity": 1}, {"line": 2, "amount": price(4_000)}], "reason": "Défaut"}
    made = await api.post("/invoices/1/credit-notes", asked)
    assert (made.status, made.json["total"]) == (201, price(19_000))
    for wrong, status in (
        ({"lines": [{"line": 1, "quantity": 2}]}, 409),
        ({"lines": [{"line": 3, "quantity": 1}]}, 409),
        ({"lines": [{"line": 2, "amount": price(26_001)}]}, 409),
        ({"lines": [{"line": 2}]}, 422),
        ({"lines": [{"line": 2, "quantity": 1, "amount": price(5)}]}, 422),
        ({"lines": [{"line": 1, "quantity": 1}], "amount": price(5)}, 422),
        ({"lines": []}, 422),
    ):
        assert (await api.post("/invoices/1/credit-notes", wrong)).status == status
    assert (await api.post("/invoices/1/credit-notes", {}, role="cashier")).status == 403
    rest = await api.post("/invoices/1/credit-notes", {})
    assert rest.json["total"] == price(41_000)


async def test_money_that_is_no_sale_yet_has_a_receipt_to_print(api: ApiShop) -> None:
    product = api.product("ROBE1", stock=3)
    await api.post("/orders", {"customer": {"phone": "770000001"}, "lines": [{"product_id": product}]})
    assert (await api.get("/orders/1/receipts")).json == {"items": []}
    api.pay(1, 5_000)
    (receipt,) = (await api.get("/orders/1/receipts")).json["items"]
    assert (receipt["number"], receipt["total"]["amount"]) == ("RE-2026-00001", 5_000)
    assert (await api.get("/receipts/1/pdf")).status == 200
    assert (await api.get("/orders/7/receipts")).status == 404


async def test_where_nothing_is_prepared_there_is_nothing_to_tell(api: ApiShop) -> None:
    await sold(api)
    assert (await api.get("/invoices/1/certification")).status == 404
    assert (await api.get("/invoices/2/certification")).status == 404


async def test_a_prepared_invoice_says_so_and_no_more(api: ApiShop) -> None:
    await sold(api)
    api.shop.engine.call(lambda tx: certification.prepare(tx, "invoice", 1, "emecef", {"type": "FV"}, None))
    found = (await api.get("/invoices/1/certification")).json
    assert (found["state"], found["regime"], found["payload"]) == ("prepared", "emecef", {"type": "FV"})
    assert (found["reference"], found["error"]) == (None, None)


async def test_a_product_may_have_a_rate_of_its_own(api: ApiShop) -> None:
    body = {"sku": "RIZ", "title": "Riz", "price": {"amount": 1_100, "currency": "XOF"}, "on_hand": 5}
    made = await api.post("/products", {**body, "vat_rate": 10})
    assert (made.status, made.json["vat_rate"]) == (201, 10)
    for rate, status in ((31, 422), (-1, 422), (0, 200), (None, 200), (10, 200)):
        changed = await api.ask("PATCH", f"/products/{made.json['id']}", {"vat_rate": rate})
        assert changed.status == status
        if status == 200:
            assert changed.json["vat_rate"] == rate
    api.shop.settings.set("store.vat_rate", "18")
    await api.post("/orders", {"customer": {"phone": "770000001"}, "lines": [{"sku": "RIZ"}]})
    api.pay(1, 1_100)
    kept = api.shop.engine.read(lambda r: service.load(r, 1))
    assert kept is not None
    assert kept.split.shares == (Share(10, 1_000, 100),)


async def test_a_list_of_products_gives_changes_and_takes_away_rates(api: ApiShop) -> None:
    for column, rates in ((";TVA", (";10 %", ";0")), (";TVA", (";", ";5")), ("", ("", ""))):
        lines = [f"Réf;Nom;Prix;Stock{column}", f"RIZ;Riz;1100;5{rates[0]}", f"LAIT;Lait;500;5{rates[1]}"]
        assert (await api.upload("\n".join(lines).encode())).status == 200
        found = [item["vat_rate"] for item in (await api.get("/products")).json["items"]]
        assert found == ([10, 0] if rates[0] == ";10 %" else [None, 5])
