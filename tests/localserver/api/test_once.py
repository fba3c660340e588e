"""Idempotency-Key: a repeated POST has one effect, also when all copies come at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from localserver.api import once
from tests.localserver.api.test_products import CSV, ROBE
from tests.support.apishop import ApiShop

COPIES = 20
ORDER = {"customer": {"phone": "77 123 45 67"}, "lines": [{"sku": "SAC2"}]}
LINE = {"description": "Livraison", "unit_price": {"amount": 2_000, "currency": "XOF"}}

POSTS: dict[str, tuple[dict[str, Any], str]] = {
    "/products": (ROBE, "SELECT count(*) - 1 FROM product"),
    "/live": ({"title": "Soirée"}, "SELECT count(*) FROM live_session"),
    "/orders": (ORDER, "SELECT count(*) - 1 FROM orders"),
    "/devis": ({"lines": [LINE]}, "SELECT count(*) FROM quote"),
    "/wa/send": ({"customer_id": 1, "text": "Bonjour"}, "SELECT count(*) FROM outbox"),
    "/orders/1/extend": ({"minutes": 1}, "SELECT count(*) FROM journal WHERE kind = 'OrderChanged'"),
    "/orders/1/cancel": ({}, "SELECT count(*) FROM journal WHERE kind = 'OrderCancelled'"),
}


def prepare(api: ApiShop) -> None:
    """A bag, somebody who holds one and who has just written."""
    api.order(api.product("SAC2", stock=50))
    api.conversation(1, "Bonjour")
    api.token()


@pytest.mark.parametrize("path", POSTS)
async def test_twenty_copies_at_once_have_one_effect_and_one_answer(api: ApiShop, path: str) -> None:
    prepare(api)
    body, count = POSTS[path]
    replies = await asyncio.gather(*(api.post(path, body, key="k-1") for _ in range(COPIES)))
    assert {reply.status for reply in replies} <= {200, 201, 202}
    assert len({(reply.status, reply.body) for reply in replies}) == 1
    assert api.value(count) == 1
    other = await api.post(path, body, key="k-2")  # another key: another act
    assert (other.status, other.body) != (replies[0].status, replies[0].body)


async def test_twenty_uploads_at_once_are_one(api: ApiShop) -> None:
    api.token()
    replies = await asyncio.gather(*(api.upload(CSV, key="k-1") for _ in range(COPIES)))
    assert {reply.body for reply in replies} == {replies[0].body}  # though each has its own multipart boundary
    assert replies[0].json["added"] == 2
    assert (await api.upload(CSV + b"X;Y;1;1\n", key="k-1")).status == 422
    assert (await api.upload(CSV, key="k-1", mode="all")).status == 422


async def test_the_key_of_another_request_is_refused(api: ApiShop) -> None:
    prepare(api)
    assert (await api.post("/products", ROBE, key="k-1")).status == 201
    for path, body in (("/products", ROBE | {"sku": "ROBE2"}), ("/devis", {"lines": [LINE]})):
        refused = await api.post(path, body, key="k-1")
        assert refused.status == 422
        assert "Idempotency-Key" in refused.json["detail"]
    assert api.value("SELECT count(*) FROM product") == 2


async def test_keys_belong_to_their_account(api: ApiShop) -> None:
    first = await api.post("/devis", {"lines": [LINE]}, key="k-1", role="owner")
    second = await api.post("/devis", {"lines": [LINE]}, key="k-1", role="manager")
    assert (first.json["reference"], second.json["reference"]) == ("DV-2026-0001", "DV-2026-0002")


async def test_what_was_refused_may_be_tried_again_with_its_key(api: ApiShop) -> None:
    """Nothing happened, so there is nothing to repeat."""
    assert (await api.post("/orders", ORDER, key="k-1")).status == 404
    api.product("SAC2")
    assert (await api.post("/orders", ORDER, key="k-1")).status == 201


async def test_a_place_in_line_is_an_effect_too(api: ApiShop) -> None:
    """Sold out is a problem with a consequence: the same key finds the same place, also when the item is back."""
    order = api.order(api.product("SAC2", stock=1))
    first = await api.post("/orders", ORDER, key="k-1")
    assert (first.status, first.json["waiting"][0]["place"]) == (409, 1)
    await api.post(f"/orders/{order}/cancel")
    again = await api.post("/orders", ORDER, key="k-1")
    assert (again.status, again.body, again.headers["Content-Type"]) == (409, first.body, first.headers["Content-Type"])


async def test_a_key_outlives_the_server_but_not_for_ever(api: ApiShop) -> None:
    first = await api.post("/devis", {"lines": [LINE]}, key="k-1")
    assert (await api.post("/devis", {"lines": [LINE]}, key="k-1")).body == first.body
    api.clock.advance(once.KEEP + 1)
    api.tokens.clear()
    api.run(once.forget_old)
    assert (await api.post("/devis", {"lines": [LINE]}, key="k-1")).json["reference"] == "DV-2026-0002"


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "clé", "a b", "tab\tkey"])
async def test_a_key_that_is_none_is_refused(api: ApiShop, key: str) -> None:
    refused = await api.post("/devis", {"lines": [LINE]}, key=key)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert api.value("SELECT count(*) FROM quote") == 0
