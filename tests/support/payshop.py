"""A whole shop behind its server, with simulated payment providers on their own ports: everything over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from aiohttp import web

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue.rules import ProductFields
from core.catalogue.service import add
from core.customers.service import Identity, recognise
from core.kernel.clock import MINUTE, ManualClock, parse_rfc3339
from core.kernel.events import Event
from core.orders.service import Wanted
from core.storage.folder import Home
from localserver.app import create_app
from localserver.hooks import psp
from localserver.middleware import boundary, harden
from localserver.pay import routes as pay
from localserver.sandbox.psp_base import PspSimulator
from localserver.sandbox.psp_simulators import SIMULATOR, create_psp_simulator, simulator_account
from localserver.site import SITE, Site

EVENING = parse_rfc3339("2026-11-20T21:46:00Z")  # 21:46 in Dakar; a hold of ten minutes ends at 21:56
SETTINGS = {"store.city": "Dakar", "store.phone": "77 123 45 67"}


@dataclass(slots=True)
class PayShop:
    """``client`` neither follows redirects nor sends what browsers send; ``orders`` counts the buyers made so far."""

    home: Home
    shop: Shop
    clock: ManualClock
    url: str
    client: aiohttp.ClientSession
    simulators: Mapping[str, PspSimulator]
    buyers: int = 0
    products: dict[str, int] = field(default_factory=dict)

    def product(self, sku: str, title: str = "", price: int = 22_000, photo: str | None = None, stock: int = 50) -> int:
        if sku not in self.products:
            fields = ProductFields(sku, sku, title or f"Article {sku}", "", "", price, stock, photo)
            self.products[sku] = self.shop.engine.call(lambda tx: add(tx, fields))
        return self.products[sku]

    def order(
        self, *wanted: tuple[int, int], language: str = "fr", minutes: int = 10, name: str = "Aïcha", number: str = ""
    ) -> int:
        """A new buyer (with this phone number) holds these (product, quantity). → order id."""
        self.buyers += 1
        phone = Identity("phone", number or f"+2217700{self.buyers:05d}")
        items = [Wanted(product, quantity) for product, quantity in wanted]

        def claim(tx: Any) -> int:
            customer = recognise(tx, [phone], name, language)
            order_id = self.shop.orders.claim(tx, customer, items, "shop", hold_ms=minutes * MINUTE).order_id
            assert order_id is not None
            return order_id

        return self.shop.engine.call(claim)

    def bag(self, **how: Any) -> int:
        """An order of one bag."""
        return self.order((self.product("SAC2", "Sac cuir marron"), 1), **how)

    def token(self, order_id: int) -> str:
        return self.shop.links.token(self.value("SELECT link FROM orders WHERE id = ?", order_id))

    def link(self, order_id: int) -> str:
        return f"{self.url}/p/{self.token(order_id)}"

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.shop.engine.read(lambda reader: reader.value(sql, parameters))

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        return self.shop.engine.read(lambda reader: reader.all(sql, parameters))

    def state(self, order_id: int) -> str:
        return str(self.value("SELECT state FROM orders WHERE id = ?", order_id))

    @property
    def simulator(self) -> PspSimulator:
        return self.simulators["sandbox"]

    async def get(self, path: str, **how: Any) -> tuple[int, Mapping[str, str], str]:
        async with self.client.get(self.url + path, allow_redirects=False, **how) as answer:
            return answer.status, answer.headers, await answer.text()

    async def post(self, path: str, data: Any = None, **how: Any) -> tuple[int, Mapping[str, str], str]:
        async with self.client.post(self.url + path, data=data or {}, allow_redirects=False, **how) as answer:
            return answer.status, answer.headers, await answer.text()

    async def page(self, order_id: int, query: str = "") -> str:
        """The pay page's HTML."""
        status, _, body = await self.get(f"/p/{self.token(order_id)}{query}")
        assert status == 200
        return body

    async def act(self, order_id: int, what: str, data: Any = None, **how: Any) -> str:
        """Send one of the page's forms. → where the answer leads."""
        status, headers, body = await self.post(f"/p/{self.token(order_id)}/{what}", data, **how)
        assert status == 303, (status, body)
        return headers["Location"]

    async def choose(self, order_id: int, method: str = "sandbox.wave") -> str:
        """The buyer taps a means of payment. → the provider's page."""
        return await self.act(order_id, "pay", {"method": method})

    async def pay(self, order_id: int, method: str = "sandbox.wave", **how: Any) -> None:
        """Choose and pay at the provider; returns when the shop knows."""
        page = await self.choose(order_id, method)
        simulator = self.simulators[method.partition(".")[0]]
        simulator.pay(simulator.sessions[page.rsplit("/", 1)[-1]], **how)
        await self.news(simulator)

    async def news(self, simulator: PspSimulator | None = None) -> None:
        """Every notification has been delivered and applied."""
        await (simulator or self.simulator).courier.settle()
        await self.until("SELECT NOT EXISTS(SELECT 1 FROM inbox WHERE state = 'new')", 1)

    async def until(self, sql: str, wanted: Any) -> None:
        """Wait for the shop's own work to bring this about."""
        changed, loop = asyncio.Event(), asyncio.get_running_loop()

        def on_commit(_: Sequence[Event]) -> None:
            loop.call_soon_threadsafe(changed.set)

        unsubscribe = self.shop.engine.subscribe(on_commit)
        try:
            async with asyncio.timeout(60):
                while self.value(sql) != wanted:
                    with suppress(TimeoutError):  # not every commit is news
                        await asyncio.wait_for(changed.wait(), 0.02)
                    changed.clear()
        finally:
            unsubscribe()

    async def expire(self) -> None:
        """Let every hold run out, and the sweep come round."""
        self.clock.advance(31 * MINUTE)
        await self.until("SELECT count(*) FROM orders WHERE state = 'reserved'", 0)


@asynccontextmanager
async def pay_shop(
    folder: Path,
    *,
    name: str = "Boutique Téranga",
    country: str = "SN",
    providers: Sequence[str] = ("sandbox",),
    settings: Mapping[str, str] = SETTINGS,
    app: Callable[[Shop], web.Application] = lambda shop: create_app([shop]),
    vfs: str | None = None,
    wrong: int = 0,
) -> AsyncIterator[PayShop]:
    """A running shop; ``providers`` are connected to simulators of theirs, ``app`` is its server.

    ``wrong``: ms by which the shop's clock is ahead of the providers' at the start.
    """
    clock = ManualClock(EVENING + wrong)
    outside = ManualClock(EVENING) if wrong else clock
    home = Home(folder)
    card = create_store(home, name, country)
    shop = open_shop(home, card.slug, clock, vfs=vfs)
    apps = {p: create_psp_simulator(p, clock=outside, https_only=False, retries=()) for p in providers}
    simulators = {p: a[SIMULATOR] for p, a in apps.items()}
    try:
        async with AsyncExitStack() as stack:
            for provider, simulator in apps.items():
                _connect(shop, provider, await stack.enter_async_context(served(simulator)))
            for key, value in settings.items():
                shop.settings.set(key, value)
            url = await stack.enter_async_context(served(app(shop)))
            shop.settings.set("public_url", url)
            await stack.enter_async_context(working(shop))
            client = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
            yield PayShop(home, shop, clock, url, client, simulators)
    finally:
        shop.close()


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """The application on a free port, as the runner serves it. → its URL."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def working(shop: Shop) -> AsyncIterator[None]:
    """The shop's own work goes on beside."""
    work = asyncio.create_task(shop.work())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await shop.close_network()


def pay_app(shop: Shop, **how: Any) -> web.Application:
    """The pay links and the webhooks alone, the pay links mounted with ``how``."""
    app = web.Application(middlewares=[boundary])
    app[SITE] = Site([shop])
    app.on_response_prepare.append(harden)
    app.router.add_routes(psp.routes)
    pay.mount(app, **how)
    return app


def _connect(shop: Shop, provider: str, base_url: str) -> None:
    section = f"psp.{provider}"
    shop.settings.set(f"{section}.base_url", base_url)
    for name, value in simulator_account(provider).items():
        key = f"{section}.{name}"
        if key in shop.settings.declared and shop.settings.declaration(key).kind == "secret":
            shop.settings.set_secret(key, value)
        elif key in shop.settings.declared:
            shop.settings.set(key, value)
    shop.settings.set(f"{section}.enabled", "true")


def code_of(where: str) -> str:
    """The code of the notice in an address the page leads to; empty without one."""
    return dict(parse_qsl(urlsplit(where).query)).get("n", "")
