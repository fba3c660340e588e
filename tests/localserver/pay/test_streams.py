"""The page that follows its order: server-sent events over a real connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from localserver.pay.streams import Streams
from tests.support.payshop import PayShop, pay_app, pay_shop


class Follower:
    """A page's event stream, read line by line."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def line(self) -> str:
        """The next line that says something; empty at the end of the stream."""
        async with asyncio.timeout(60):
            while raw := await self.answer.content.readline():
                if raw.strip():
                    return raw.decode().rstrip()
        return ""

    async def news(self) -> dict[str, Any]:
        while (line := await self.line()).startswith((":", "retry")):
            pass
        assert line.startswith("data: "), line
        told: dict[str, Any] = json.loads(line[6:])
        return told

    async def ended(self) -> bool:
        """The server said that the page shall not come back, and closed."""
        while (line := await self.line()).startswith(":"):
            pass
        return [line, await self.line(), await self.line()] == ["event: end", "data: {}", ""]


@asynccontextmanager
async def follow(shop: PayShop, order: int) -> AsyncIterator[Follower]:
    async with shop.client.get(f"{shop.link(order)}/events", timeout=aiohttp.ClientTimeout(sock_read=60)) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        yield Follower(answer)


@asynccontextmanager
async def small(folder: Path, **how: Any) -> AsyncIterator[tuple[PayShop, Streams]]:
    """A shop whose server takes few streams and has a fast heartbeat."""
    streams = Streams(**{"heartbeat": 0.05, "per_order": 2, "in_all": 4, **how})
    async with pay_shop(folder, app=lambda shop: pay_app(shop, streams=streams)) as shop:
        yield shop, streams


async def none_left(streams: Streams) -> None:
    async with asyncio.timeout(60):
        while len(streams):  # noqa: ASYNC110 - the server tells nobody that a stream is gone
            await asyncio.sleep(0.01)
    assert streams.subscriptions == 0


async def test_a_page_hears_of_its_payment_at_once_and_the_stream_ends(open_shop: PayShop) -> None:
    order, other = open_shop.bag(), open_shop.bag()
    async with follow(open_shop, order) as page:
        first = await page.news()
        assert (first["state"], first["left"], first["final"]) == ("reserved", 600_000, False)
        await open_shop.pay(other)
        await open_shop.pay(order)
        states = []
        while not (told := await page.news())["final"]:
            states.append(told["state"])
        assert told["state"] == "paid"
        assert told["version"] != first["version"]
        assert set(states) <= {"checking", "reserved"}
        assert await page.ended()


async def test_a_stream_is_the_sign_that_a_buyer_opened_the_page(open_shop: PayShop) -> None:
    order = open_shop.bag()
    open_shop.clock.advance(5000)
    async with follow(open_shop, order) as page:
        await page.news()
    seen = "SELECT link_opened_at FROM orders WHERE id = ?"
    first = open_shop.value(seen, order)
    assert first == open_shop.clock.now()
    open_shop.clock.advance(5000)
    async with follow(open_shop, order) as page:
        await page.news()
    assert open_shop.value(seen, order) == first


async def test_the_end_of_the_hold_and_a_late_payment_reach_an_open_page(open_shop: PayShop) -> None:
    order = open_shop.bag()
    where = await open_shop.choose(order)
    async with follow(open_shop, order) as page:
        assert (await page.news())["state"] == "checking"
        await open_shop.expire()
        # The session is being closed; nothing can come once the provider has said so, and the page may stop. How many
        # words tell it depends on how fast the provider answers.
        while not (last := await page.news())["final"]:
            assert last["state"] in ("checking", "expired")
        assert last["state"] == "expired"
        assert await page.ended()
    session = open_shop.simulator.sessions[where.rsplit("/", 1)[-1]]
    assert session.state == "expired"


async def test_coming_back_from_the_provider_asks_it_again(open_shop: PayShop) -> None:
    order = open_shop.bag()
    where = await open_shop.choose(order)
    session = open_shop.simulator.sessions[where.rsplit("/", 1)[-1]]
    open_shop.simulator._take_money(session, None, None, False, False)  # paid; the webhook never comes
    async with follow(open_shop, order) as page:
        while (await page.news())["state"] != "paid":
            pass
    assert open_shop.state(order) == "paid"


async def test_a_settled_order_ends_its_stream_with_the_first_word(open_shop: PayShop) -> None:
    order = open_shop.bag()
    await open_shop.pay(order)
    async with follow(open_shop, order) as page:
        assert (await page.news())["final"] is True
        assert await page.ended()


async def test_silence_is_filled_and_a_lost_phone_is_noticed(tmp_path: Path) -> None:
    async with small(tmp_path) as (shop, streams):
        order = shop.bag()
        async with follow(shop, order) as page:
            await page.news()
            assert await page.line() == ":"
            assert (len(streams), streams.subscriptions) == (1, 1)
        await none_left(streams)


async def test_changes_without_an_event_are_found_at_the_next_heartbeat(tmp_path: Path) -> None:
    async with small(tmp_path) as (shop, _):
        order = shop.bag()
        async with follow(shop, order) as page:
            assert (await page.news())["state"] == "reserved"
            shop.shop.engine.call(lambda tx: tx.run("UPDATE orders SET total = 1 WHERE id = ?", (order,)))
            assert (await page.news())["total"]["amount"] == 1


async def test_a_further_page_of_an_order_takes_the_oldest_one_s_place(tmp_path: Path) -> None:
    async with small(tmp_path) as (shop, streams):
        order = shop.bag()
        async with follow(shop, order) as first, follow(shop, order) as second, follow(shop, order) as third:
            for page in (first, second, third):
                await page.news()
            assert await first.ended()
            assert len(streams) == 2
            await shop.pay(order)
            for page in (second, third):
                while not (await page.news())["final"]:
                    pass
        await none_left(streams)


async def test_streams_are_bounded_in_all(tmp_path: Path) -> None:
    async with small(tmp_path, in_all=2) as (shop, streams):
        orders = [shop.bag() for _ in range(3)]
        async with follow(shop, orders[0]) as one, follow(shop, orders[1]) as two:
            await one.news()
            await two.news()
            status, headers, _ = await shop.get(f"/p/{shop.token(orders[2])}/events")
            assert (status, headers["Retry-After"]) == (503, "30")
        await none_left(streams)
        async with follow(shop, orders[2]) as page:
            await page.news()


@pytest.mark.parametrize("count", [1, 4])
async def test_a_stopping_server_lets_its_pages_go(tmp_path: Path, count: int) -> None:
    streams = Streams(heartbeat=600, in_all=10)
    open_pages: list[aiohttp.ClientResponse] = []
    async with pay_shop(tmp_path, app=lambda shop: pay_app(shop, streams=streams)) as shop:
        order, client = shop.bag(), aiohttp.ClientSession()
        for _ in range(count):
            answer = await client.get(f"{shop.link(order)}/events")
            await Follower(answer).news()
            open_pages.append(answer)
    for answer in open_pages:
        while (line := await Follower(answer).line()).startswith(":"):
            pass
        assert line == ""
    await client.close()
    assert (len(streams), streams.subscriptions) == (0, 0)
