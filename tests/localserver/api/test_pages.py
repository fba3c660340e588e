"""Lists come in pages that neither lose nor repeat a row while rows are added."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.apishop import ApiShop


def _orders(api: ApiShop, number: int) -> None:
    product = api.product("ROBE1", stock=100) if number == 1 else 1
    api.order(product, number=number)


def _invoices(api: ApiShop, number: int) -> None:
    _orders(api, number)
    api.pay(number, 15_000)


ADDERS: dict[str, Callable[[ApiShop, int], object]] = {
    "/products": lambda api, number: api.product(f"ROBE{number}"),
    "/orders": _orders,
    "/customers": lambda api, number: api.customer(number),
    "/conversations": lambda api, number: api.conversation(api.customer(number), "Bonjour"),
    "/conversations/1/messages": lambda api, number: api.conversation(api.customer(1), f"Message {number}"),
    "/invoices": _invoices,
}


@pytest.mark.parametrize("path", ADDERS)
async def test_pages_are_whole_while_rows_are_added(api: ApiShop, path: str) -> None:
    add = ADDERS[path]
    for number in range(1, 8):
        add(api, number)
    seen: list[int] = []
    cursor, number = "", 8
    while True:
        page = (await api.get(f"{path}?limit=2{cursor}")).json
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
        if number < 11:
            add(api, number)
            number += 1
    growing = path == "/products"
    assert seen == sorted(set(seen), reverse=not growing)
    assert set(range(1, 8)) <= set(seen)
    assert growing or set(seen) == set(range(1, 8))  # what came later stands above the first page


async def test_the_last_page_says_so(api: ApiShop) -> None:
    for number in range(4):
        api.product(f"ROBE{number}")
    first = (await api.get("/products?limit=2")).json
    last = (await api.get(f"/products?limit=2&cursor={first['next']}")).json
    assert (len(last["items"]), last["next"]) == (2, None)


async def test_fifty_at_a_time_unless_asked_otherwise(api: ApiShop) -> None:
    for number in range(60):
        api.product(f"ROBE{number}")
    assert len((await api.get("/products")).json["items"]) == 50
    assert len((await api.get("/products?limit=200")).json["items"]) == 60


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=201", "limit=-1", "limit=ten", "limit=", "limit=1&limit=2", "limit=1e9999", "limit=٣",
        "cursor=", "cursor=1", "cursor=zzzzzzzzzzzzzzzz", "cursor=%00", "cursor=' OR 1=1--", "page=2",
    ],
)  # fmt: skip
async def test_a_page_that_cannot_be_is_refused_naming_the_parameter(api: ApiShop, query: str) -> None:
    refused = await api.get(f"/products?{query}")
    assert refused.status == 422
    assert refused.json["errors"][0]["field"] == query.partition("=")[0]


async def test_any_well_formed_cursor_is_only_a_place_in_the_list(api: ApiShop) -> None:
    api.product("ROBE1")
    for cursor, found in (("0" * 16, 1), ("f" * 16, 0)):
        assert len((await api.get(f"/products?cursor={cursor}")).json["items"]) == found
