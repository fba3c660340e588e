"""The event stream: one event for each change, with the changed object as the API shows it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from core.accounts import service as accounts
from core.accounts.rules import TOKEN_MS
from core.bootstrap import Shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.conversations import threads
from core.conversations.events import MessageProgressed
from core.kernel.clock import MINUTE
from core.orders.service import Wanted
from core.storage.engine import Tx
from localserver.api import v1
from localserver.api.later import BASE
from localserver.api.stream import Streams
from localserver.site import SITE, Site
from tests.localserver.api.test_products import CSV, ROBE
from tests.support.apishop import ApiShop, api_shop

PATIENCE = 60.0


class Client:
    """Reads events as they come."""

    def __init__(self, reply: aiohttp.ClientResponse) -> None:
        self.reply = reply

    async def line(self) -> str:
        return (await asyncio.wait_for(self.reply.content.readline(), PATIENCE)).decode().rstrip("\n")

    async def event(self) -> tuple[str, Any]:
        """The next event and its data."""
        name = ""
        while True:
            line = await self.line()
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))
            elif self.reply.content.at_eof():
                raise EOFError

    async def until(self, wanted: Callable[[str, Any], bool]) -> Any:
        """The data of the next event that fits."""
        while True:
            name, data = await self.event()
            if wanted(name, data):
                return data

    async def ended(self) -> bool:
        with suppress(aiohttp.ClientPayloadError, ConnectionResetError):
            await asyncio.wait_for(self.reply.content.read(), PATIENCE)
        return True


@asynccontextmanager
async def listen(api: ApiShop, role: str = "owner") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {api.token(role)}"}
    async with api.client.get(f"{api.url}/api/v1/events", headers=headers) as reply:
        assert (reply.status, reply.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
        client = Client(reply)
        assert await client.line() == ": open"
        yield client


def only_api(streams: Streams) -> Callable[[Shop], web.Application]:
    """An application of the API alone, with streams of other measures."""

    def make(shop: Shop) -> web.Application:
        app = web.Application()
        app[SITE] = Site([shop])
        app.add_subapp(BASE, v1.application(app[SITE], streams))
        return app

    return make


async def test_a_change_comes_with_the_object_as_it_is_read(api: ApiShop) -> None:
    async with listen(api) as client:
        await api.post("/products", ROBE)
        assert await client.until(lambda name, _: name == "product") == (await api.get("/products/1")).json
        await api.post("/live", {})
        assert await client.until(lambda name, _: name == "live") == (await api.get("/live/1")).json
        body = {"customer": {"phone": "771234567"}, "lines": [{"sku": "ROBE1"}]}
        placed = (await api.post("/orders", body)).json
        assert await client.until(lambda name, _: name == "order") == placed


async def test_one_placed_order_tells_customer_product_and_order_once_each(api: ApiShop) -> None:
    api.product("ROBE1")
    async with listen(api) as client:
        await api.post("/orders", {"customer": {"phone": "771234567"}, "lines": [{"sku": "ROBE1"}]})
        names = sorted([(await client.event())[0] for _ in range(3)])
        assert names == ["customer", "order", "product"]
        api.product("LAST")
        assert (await client.event())[1]["sku"] == "LAST"  # and nothing else came between


async def test_payment_brings_the_paid_order_and_its_invoice(api: ApiShop) -> None:
    order = api.order(api.product("ROBE1"))
    async with listen(api) as client:
        api.pay(order, 15_000)
        found = dict([await client.event() for _ in range(3)])
        assert (found["order"]["state"], found["order"]["paid_at"]) == ("paid", "2026-11-20T21:46:00.000Z")
        assert found["invoice"] == (await api.get("/invoices/1")).json
        assert found["product"]["on_hand"] == 9


async def test_credit_notes_and_receipts_are_told_with_their_objects(api: ApiShop) -> None:
    sold, short = api.order(api.product("ROBE1")), api.order(api.product("SAC2"), number=2)
    api.pay(sold, 15_000)
    async with listen(api) as client:
        made = (await api.post("/invoices/1/credit-notes", {"reason": "Défaut"})).json
        assert await client.until(lambda name, _: name == "credit_note") == made
        api.pay(short, 5_000)
        told = await client.until(lambda name, _: name == "receipt")
        assert [told] == (await api.get(f"/orders/{short}/receipts")).json["items"]


async def test_messages_come_and_move_on(api: ApiShop) -> None:
    customer = api.customer(1)
    async with listen(api) as client:
        thread = api.conversation(customer, "Bonjour")
        heard = await client.until(lambda name, _: name == "message")
        assert (heard["conversation_id"], heard["author"], heard["text"]) == (thread, "customer", "Bonjour")
        sent = (await api.post("/wa/send", {"conversation_id": thread, "text": "Bonsoir"})).json
        assert (await client.until(lambda name, _: name == "conversation"))["need"] == "seller"
        assert await client.until(lambda name, data: name == "message" and data["id"] == sent["id"]) == sent

        def progress(tx: Tx) -> None:
            tx.run("UPDATE outbox SET state = 'read'")
            tx.emit(MessageProgressed(thread, 1, "read"))

        api.run(progress)
        assert (await client.until(lambda name, data: data.get("status") == "read"))["id"] == sent["id"]
        api.run(lambda tx: threads.give_back(tx, thread))
        assert (await client.until(lambda name, _: name == "conversation"))["need"] == "bot"


async def test_quotes_and_whole_files_are_told_too(api: ApiShop) -> None:
    async with listen(api) as client:
        await api.upload(CSV)
        assert await client.event() == ("catalogue", {"added": 2, "updated": 0})
        quote = (await api.post("/devis", {"lines": [{"sku": "ROBE1"}]})).json
        assert await client.event() == ("quote", quote)


async def test_many_changes_of_one_object_at_once_come_as_its_last_state(api: ApiShop) -> None:
    product = api.product("ROBE1")
    async with listen(api) as client:

        def write(tx: Tx) -> None:
            for _ in range(6):
                customer = tx.insert("INSERT INTO customer(created_at) VALUES(?)", (tx.now,))
                api.shop.orders.claim(tx, customer, [Wanted(product)], "api")

        api.run(write)
        assert (await client.until(lambda name, _: name == "product"))["held"] == 6
        assert [(await client.event())[1]["id"] for _ in range(6)] == [1, 2, 3, 4, 5, 6]


async def test_time_passing_is_a_change(api: ApiShop) -> None:
    order = api.order(api.product("ROBE1"))
    async with listen(api) as client:
        api.clock.advance(11 * MINUTE)
        api.run(lambda tx: api.shop.orders.expire(tx, order))
        assert (await client.until(lambda name, _: name == "order"))["state"] == "expired"


async def test_several_listen_and_those_who_left_cost_nothing(tmp_path: Path) -> None:
    streams = Streams(most=2)
    async with api_shop(tmp_path, only_api(streams)) as api:
        listeners = api.shop.engine._subscribers
        async with listen(api) as first, listen(api, "cashier") as second:
            assert len(streams) == 2
            refused = await api.get("/events")
            assert (refused.status, refused.headers["Retry-After"]) == (429, "30")
            api.product("ROBE1")
            assert (await first.event())[0] == (await second.event())[0] == "product"
        async with asyncio.timeout(PATIENCE):
            while len(streams):
                await api.get("/products")
        assert api.shop.engine._subscribers == listeners


async def test_silence_is_filled_and_ends_with_the_token(tmp_path: Path) -> None:
    async with api_shop(tmp_path, only_api(Streams(heartbeat=0.01))) as api:
        api.account()
        async with listen(api) as client:
            await client.line()  # retry
            await client.line()
            assert [await client.line() for _ in range(4)] == [": ", "", ": ", ""]
            api.clock.advance(TOKEN_MS)
            assert await client.ended()
        api.tokens.clear()
        async with listen(api) as client:
            accounts.save(api.shop.engine, "owner@teranga.sn", "another horse", "owner")
            assert await client.ended()


async def test_a_reader_that_does_not_keep_up_is_cut_off(tmp_path: Path) -> None:
    """Its memory is bounded by the number of changed objects; it shall come back and read the lists again."""
    streams = Streams(backlog=5)
    async with api_shop(tmp_path, only_api(streams)) as api:
        async with listen(api) as client, listen(api) as other:

            def flood(tx: Tx) -> None:
                for number in range(6):
                    add(tx, ProductFields(f"F{number}", f"F{number}", "Flot", "", "", 1, 1, None))

            api.run(flood)
            assert await client.ended()
            assert await other.ended()
        async with listen(api) as client:  # and the next one is welcome
            api.product("ROBE1")
            assert (await client.event())[1]["sku"] == "ROBE1"


async def test_the_server_stops_at_once_with_streams_open(tmp_path: Path) -> None:
    ended: list[asyncio.Task[bool]] = []
    loop = asyncio.get_running_loop()
    async with api_shop(tmp_path, grace=600.0) as api, listen(api) as client:
        ended.append(loop.create_task(client.ended()))
        await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):  # a stream that had to be cancelled would take the whole grace
            await api.stop()
            assert await ended[0]


@pytest.mark.parametrize("role", ["support"])
async def test_who_may_not_listen_is_told_so(api: ApiShop, role: str) -> None:
    assert (await api.get("/events", role=role)).status == 403
