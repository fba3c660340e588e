"""Customers, conversations, quotes and invoices over HTTP."""

from __future__ import annotations

from core.kernel.clock import HOUR
from tests.support.apishop import ApiShop


async def test_a_customer_with_their_score(api: ApiShop) -> None:
    order = api.order(api.product("ROBE1"))
    api.clock.advance(60_000)
    api.pay(order, 15_000)
    shown = await api.get("/customers/1")
    assert shown.json == {
        "id": 1,
        "name": "Aminata Diallo",
        "phone": "+221770000001",
        "language": "fr",
        "orders": 1,
        "paid": 1,
        "expired": 0,
        "spent": {"amount": 15_000, "currency": "XOF"},
        "score": 65,
        "tier": "bronze",
        "average_pay_seconds": 60,
        "created_at": "2026-11-20T21:46:00.000Z",
        "last_order_at": "2026-11-20T21:46:00.000Z",
        "notes": "",
    }
    assert (await api.get("/customers")).json["items"] == [shown.json]
    assert (await api.get("/customers/2")).status == 404


async def test_a_conversation_and_its_messages(api: ApiShop) -> None:
    thread = api.conversation(api.customer(1), "Bonjour", "Je prends ROBE1")
    shown = (await api.get("/conversations")).json["items"]
    assert shown == [
        {
            "id": thread,
            "customer": {"id": 1, "name": "Aminata Diallo", "phone": "+221770000001"},
            "language": "fr",
            "need": "bot",
            "reason": None,
            "unread": 2,
            "last_text": "Je prends ROBE1",
            "last_author": "customer",
            "last_at": "2026-11-20T21:46:00.000Z",
            "window_until": "2026-11-21T21:46:00.000Z",
            "open_order_id": None,
            "waiting_since": None,
            "resume_at": None,
            "closed_at": None,
        }
    ]
    said = (await api.get(f"/conversations/{thread}/messages")).json["items"]
    assert [(m["author"], m["text"]) for m in said] == [("customer", "Je prends ROBE1"), ("customer", "Bonjour")]
    assert (await api.get("/conversations/77/messages")).status == 404
    assert (await api.get("/conversations?need=seller")).json["items"] == []


async def test_a_message_is_queued_and_silences_the_bot(api: ApiShop) -> None:
    customer = api.customer(1)
    thread = api.conversation(customer, "Bonjour")
    for address in ({"conversation_id": thread}, {"customer_id": customer}, {"phone": "77 000 00 01"}):
        sent = await api.post("/wa/send", {**address, "text": "Votre robe est prête."})
        assert sent.status == 202
        assert (sent.json["author"], sent.json["status"], sent.json["conversation_id"]) == ("seller", "queued", thread)
    assert (await api.get("/conversations")).json["items"][0]["need"] == "seller"
    assert api.value("SELECT count(*) FROM outbox WHERE state = 'queued'") == 3
    assert api.value("SELECT count(*) FROM journal WHERE kind = 'TakenOver' AND actor LIKE 'account:%'") == 1


async def test_after_24_hours_nothing_is_sent_and_the_bot_keeps_talking(api: ApiShop) -> None:
    thread = api.conversation(api.customer(1), "Bonjour")
    api.clock.advance(24 * HOUR)
    refused = await api.post("/wa/send", {"conversation_id": thread, "text": "Bonsoir"}, role="cashier")
    assert refused.status == 409
    assert "24" in refused.json["detail"]
    assert api.value("SELECT count(*) FROM outbox") == 0
    assert api.value("SELECT mode FROM conversation") == "bot"


async def test_a_stranger_cannot_be_written_to(api: ApiShop) -> None:
    api.customer(1)  # known by an order, but never wrote
    assert (await api.post("/wa/send", {"phone": "770000001", "text": "Bonjour"})).status == 409
    assert (await api.post("/wa/send", {"phone": "770000002", "text": "Bonjour"})).status == 404
    assert (await api.post("/wa/send", {"phone": "chez moi", "text": "Bonjour"})).status == 409
    assert (await api.post("/wa/send", {"text": "Bonjour"})).status == 422
    assert (await api.post("/wa/send", {"customer_id": 1, "text": ""})).status == 422
    assert (await api.post("/wa/send", {"customer_id": 1, "text": "a" * 4097})).status == 422


async def test_a_quote_mixes_products_and_free_lines(api: ApiShop) -> None:
    api.product("ROBE1")
    body = {
        "customer": {"name": "Hôtel Le Lagon", "phone": "33 821 00 00"},
        "lines": [
            {"sku": "robe1", "quantity": 40},
            {"description": "Livraison  à Saly", "unit_price": {"amount": 50_000, "currency": "XOF"}},
        ],
        "valid_days": 10,
        "note": "Acompte de 50 %.",
    }
    made = await api.post("/devis", body)
    assert made.status == 201
    quote = made.json
    assert quote["reference"] == "DV-2026-0001"
    assert quote["total"] == {"amount": 650_000, "currency": "XOF"}
    assert [(line["description"], line["sku"], line["amount"]["amount"]) for line in quote["lines"]] == [
        ("Article ROBE1", "ROBE1", 600_000),
        ("Livraison à Saly", None, 50_000),
    ]
    assert (quote["customer"]["phone"], quote["state"]) == ("+221338210000", "draft")
    assert quote["valid_until"] == "2026-11-30T23:59:59.999Z", "the whole of its last day"
    assert quote["pdf_url"] == "https://pay.teranga.sn/api/v1/devis/1/pdf"
    assert (await api.get("/devis/1")).json == quote
    paper = await api.get("/devis/1/pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.headers["Content-Disposition"] == 'inline; filename="DV-2026-0001.pdf"'
    assert paper.body.startswith(b"%PDF-")


async def test_quotes_are_numbered_without_gaps_even_where_one_is_refused(api: ApiShop) -> None:
    line = {"description": "Livraison", "unit_price": {"amount": 1, "currency": "XOF"}}
    foreign = {"description": "Livraison", "unit_price": {"amount": 1, "currency": "EUR"}}
    assert (await api.post("/devis", {"lines": [line]})).json["reference"] == "DV-2026-0001"
    assert (await api.post("/devis", {"lines": [foreign]})).status == 409
    assert (await api.post("/devis", {"lines": [{"sku": "NOPE"}]})).status == 404
    assert (await api.post("/devis", {"lines": [line], "customer_id": 9})).status == 404
    assert (await api.post("/devis", {"lines": [{"description": "Sans prix"}]})).status == 422
    second = (await api.post("/devis", {"lines": [line]})).json
    assert (second["reference"], second["customer"]) == ("DV-2026-0002", None)
    assert (await api.get("/devis/3")).status == 404
    assert (await api.get("/devis/3/pdf")).status == 404


async def test_a_paid_order_has_an_invoice_to_print(api: ApiShop) -> None:
    product = api.product("ROBE1")
    first, second = api.order(product, number=1), api.order(product, number=2)
    api.pay(second, 15_000)
    shown = (await api.get(f"/invoices?order_id={second}")).json
    assert shown == {
        "items": [
            {
                "id": 1,
                "number": "FA-2026-00001",
                "order_id": second,
                "issued_at": "2026-11-20T21:46:00.000Z",
                "total": {"amount": 15_000, "currency": "XOF"},
                "pdf_url": "https://pay.teranga.sn/api/v1/invoices/1/pdf",
            }
        ],
        "next": None,
    }
    assert (await api.get(f"/invoices?order_id={first}")).json["items"] == []
    assert (await api.get("/invoices")).json == shown
    assert (await api.get("/invoices/1")).json == shown["items"][0]
    paper = await api.get("/invoices/1/pdf")
    assert paper.body.startswith(b"%PDF-")
    assert paper.body == (await api.get("/invoices/1/pdf")).body
    assert (await api.get("/invoices/2/pdf")).status == 404
