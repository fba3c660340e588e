"""A person's data over HTTP: who may have it, what is in it, and that erasing is said with what stays."""

from __future__ import annotations

import io
import json
import zipfile

from core.storage import journal
from tests.support.apishop import ApiShop


async def test_the_dossier_is_a_zip(api: ApiShop) -> None:
    customer = api.customer(1)
    api.conversation(customer, "Bonjour", "Je prends ROBE1")
    reply = await api.get(f"/customers/{customer}/export")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/zip"
    assert reply.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(reply.body)) as zipped:
        told = json.loads(zipped.read("customer.json"))
    assert told["customer"]["name"] == "Aminata Diallo"
    assert [message["text"] for message in told["messages"]] == ["Bonjour", "Je prends ROBE1"]
    kind, actor = api.shop.engine.read(
        lambda r: r.one("SELECT kind, actor FROM journal ORDER BY seq DESC LIMIT 1") or ("", "")
    )
    assert (kind, actor.partition(":")[0]) == ("CustomerExported", "account")
    assert (await api.get("/customers/77/export")).status == 404


async def test_an_erased_person_is_an_alias_and_the_answer_says_what_stays(api: ApiShop) -> None:
    order = api.order(api.product("ROBE1"))
    refused = await api.ask("POST", "/customers/1/erase", {})
    assert refused.status == 409
    assert "réservée" in refused.json["detail"] or "reserved" in refused.json["detail"]
    api.pay(order, 15_000)
    await api.get("/customers/1")
    reply = await api.ask("POST", "/customers/1/erase", {})
    assert reply.status == 200, reply.body
    assert reply.json["alias"].startswith("ANON-")
    assert {line["count"] for line in reply.json["erased"]}
    assert all(line["why"] for line in reply.json["kept"])
    shown = (await api.get("/customers/1")).json
    assert (shown["name"], shown["phone"], shown["notes"]) == (reply.json["alias"], None, "")
    assert (shown["paid"], shown["spent"]["amount"]) == (1, 15_000)
    assert (await api.get(f"/orders/{order}")).json["customer"]["name"] == reply.json["alias"]
    assert (await api.get("/customers")).json["items"] == []
    assert (await api.get("/conversations")).json["items"] == []
    assert (await api.ask("POST", "/customers/1/erase", {})).status == 409
    assert api.shop.engine.read(journal.verify).intact


async def test_only_the_owner_erases_and_a_cashier_does_not_even_export(api: ApiShop) -> None:
    customer = api.customer(1)
    for role, export, erase in (("support", 403, 403), ("cashier", 403, 403), ("manager", 200, 403)):
        assert (await api.get(f"/customers/{customer}/export", role=role)).status == export
        assert (await api.ask("POST", f"/customers/{customer}/erase", {}, role=role)).status == erase
    assert (await api.get(f"/customers/{customer}")).json["name"] == "Aminata Diallo"
