"""The overlay follows its live over a real connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from core.bootstrap import Shop
from core.live import service as live
from localserver.middleware import boundary, harden
from localserver.overlay import routes as overlay
from localserver.overlay.streams import Scenes
from localserver.site import SITE, Site
from tests.localserver.overlay.conftest import picture, show, start
from tests.support.payshop import PayShop, pay_shop


class Viewer:
    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def line(self) -> str:
        """The next line that says something; empty at the end of the stream."""
        async with asyncio.timeout(60):
            while raw := await self._answer.content.readline():
                if raw.strip():
                    return raw.decode().rstrip()
        return ""

    async def scene(self) -> dict[str, Any]:
        while not (line := await self.line()).startswith("data: {"):
            assert line.startswith(("retry", "event: beat", "data: 1")), line
        told: dict[str, Any] = json.loads(line[6:])
        return told

    async def keyword(self) -> str:
        product = (await self.scene())["product"]
        return product["keyword"] if product else ""


@asynccontextmanager
async def watch(shop: PayShop, query: str = "", **headers: str) -> AsyncIterator[Viewer]:
    url = f"{shop.url}/overlay/{shop.shop.slug}/events{query}"
    timeout = aiohttp.ClientTimeout(sock_read=60)
    async with shop.client.get(url, timeout=timeout, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        yield Viewer(answer)


def small_app(shop: Shop, scenes: Scenes) -> web.Application:
    app = web.Application(middlewares=[boundary])
    app[SITE] = Site([shop])
    app.on_response_prepare.append(harden)
    overlay.mount(app, scenes)
    return app


async def none_left(scenes: Scenes) -> None:
    async with asyncio.timeout(60):
        while len(scenes):  # noqa: ASYNC110 - the server tells nobody that a stream is gone
            await asyncio.sleep(0.01)
    assert scenes._unsubscribe == {}


async def test_another_product_is_told_at_once_with_its_own_code(on_air: PayShop) -> None:
    async with watch(on_air) as viewer:
        first = (await viewer.scene())["product"]
        show(on_air, on_air.products["SAC2"])
        second = (await viewer.scene())["product"]
        assert (first["keyword"], second["keyword"]) == ("ROBE1", "SAC2")
        assert first["qr"] != second["qr"]


async def test_claims_move_the_stock_and_many_come_as_few(on_air: PayShop) -> None:
    robe = on_air.products["ROBE1"]
    async with watch(on_air) as viewer:
        await viewer.scene()
        for _ in range(10):
            on_air.order((robe, 1))
        scenes = 0
        while (told := (await viewer.scene())["product"])["tone"] != "out":
            scenes += 1
        assert told["held"] == "10 réservés"
        assert scenes < 10


async def test_from_before_the_live_to_after_it(tmp_path: Path) -> None:
    async with pay_shop(tmp_path) as shop:
        robe = shop.product("ROBE1", stock=3)
        async with watch(shop) as viewer:
            assert (await viewer.scene())["live"] is False
            start(shop)
            assert (await viewer.scene())["live"] is True
            show(shop, robe)
            assert await viewer.keyword() == "ROBE1"
            show(shop, None)
            assert await viewer.keyword() == ""
            shop.shop.engine.call(live.end)
            assert (await viewer.scene())["live"] is False


async def test_a_changed_setting_reaches_the_open_page(on_air: PayShop) -> None:
    async with watch(on_air) as viewer:
        assert (await viewer.scene())["product"]["qr"]
        await asyncio.to_thread(on_air.shop.settings.set, "whatsapp.number", "")
        assert (await viewer.scene())["product"]["qr"] == ""


async def test_pictures_outside_are_asked_for_with_the_key(on_air: PayShop) -> None:
    query, outside = f"?key={on_air.shop.overlay_key}", {"X-Forwarded-For": "41.82.0.1"}
    async with watch(on_air, query, **outside) as viewer:
        photo = (await viewer.scene())["product"]["photo"]
    assert await picture(on_air, f"/overlay/{photo}", **outside) == (200, "image/jpeg")


async def test_silence_is_filled_and_a_lost_page_is_noticed(tmp_path: Path) -> None:
    scenes = Scenes(heartbeat=0.05)
    async with pay_shop(tmp_path, app=lambda shop: small_app(shop, scenes)) as shop:
        async with watch(shop) as viewer:
            await viewer.scene()
            assert [await viewer.line(), await viewer.line()] == ["event: beat", "data: 1"]
            assert len(scenes) == 1
        await none_left(scenes)


async def test_streams_are_bounded_and_outside_takes_none_from_obs(tmp_path: Path) -> None:
    scenes = Scenes(most=1)
    async with pay_shop(tmp_path, app=lambda shop: small_app(shop, scenes)) as shop:
        query, outside = f"?key={shop.shop.overlay_key}", {"X-Forwarded-For": "41.82.0.1"}
        async with watch(shop, query, **outside) as far:
            await far.scene()
            path = f"/overlay/{shop.shop.slug}/events{query}"
            status, headers, _ = await shop.get(path, headers=outside)
            assert (status, headers["Retry-After"]) == (503, "5")
            async with watch(shop) as near:
                await near.scene()
        await none_left(scenes)


async def test_a_stopping_server_lets_its_pages_go(tmp_path: Path) -> None:
    scenes = Scenes(heartbeat=600)
    async with aiohttp.ClientSession() as client:
        async with pay_shop(tmp_path, app=lambda shop: small_app(shop, scenes)) as shop:
            answer = await client.get(f"{shop.url}/overlay/{shop.shop.slug}/events")
            await Viewer(answer).scene()
        while (line := await Viewer(answer).line()).startswith(("event", "data")):
            pass
        assert line == ""
    assert len(scenes) == 0
