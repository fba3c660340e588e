"""A whole shop for tests: store on disk, server and simulators on real ports of this loop, buyers with phones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from core.adapters.psp import provider_class
from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.kernel.clock import Clock, ManualClock
from core.storage.folder import Home
from localserver.app import create_app
from localserver.sandbox.graph import GRAPH, Graph, create_graph_simulator, default_account
from localserver.sandbox.psp_base import PspSimulator
from localserver.sandbox.psp_simulators import SIMULATOR, create_psp_simulator, simulator_account
from localserver.site import SITE

VERIFY = "verify-me"
PATIENCE = 60.0


@dataclass
class World:
    """Everything reachable: the shop, the simulators' insides, and a browser."""

    shop: Shop
    url: str
    graph: Graph
    graph_url: str
    providers: dict[str, PspSimulator]
    http: ClientSession
    clock: Clock
    app: web.Application
    work: asyncio.Task[None] | None = None

    async def settled(self) -> None:
        """Wait until nothing comes in, goes out or is being asked any more."""
        await self.until(self._quiet)

    async def _quiet_once(self) -> bool:
        await self.graph.courier.settle()
        for provider in self.providers.values():
            await provider.courier.settle()
        return not self.value(
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'new' AND not_before <= ?) +"
            " (SELECT count(*) FROM outbox WHERE state = 'sending' OR (state = 'queued' AND not_before <= ?))",
            (self.clock.now(), self.clock.now()),
        )

    async def _quiet(self) -> bool:
        for _ in range(3):  # an answer may cause one more message
            if not await self._quiet_once():
                return False
            await asyncio.sleep(0.02)
        return True

    async def until(self, true: Callable[[], Any]) -> None:
        """Wait until something holds; fails after PATIENCE seconds."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = true()
                if asyncio.iscoroutine(found):
                    found = await found
                if found:
                    return
                await asyncio.sleep(0.01)

    def value(self, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
        return self.shop.engine.read(lambda r: r.value(sql, parameters))

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        return self.shop.engine.read(lambda r: r.all(sql, parameters))

    def product(self, sku: str, price: int = 15_000, stock: int = 10) -> int:
        fields = ProductFields(sku, sku, f"Article {sku}", "", "", price, stock, None)
        return self.shop.engine.call(lambda tx: catalogue.add(tx, fields))

    def buyer(self, name: str, phone: str = "", **how: Any) -> None:
        self.graph.world.add_buyer(name, phone or f"+22177{len(self.graph.world.buyers):07d}", **how)

    def thread(self, name: str) -> list[str]:
        """What the shop said to this buyer, in order."""
        buyer = self.graph.world.buyer(name)
        return [_said(e.part) for e in buyer.thread(self.graph.world.account()) if e.direction == "out"]

    def order(self, name: str) -> tuple[Any, ...]:
        """(id, state, exception, undecided, total, received) of the buyer's latest order."""
        found = self.rows(
            "SELECT o.id, o.state, o.exception, o.undecided, o.total, o.received FROM orders o JOIN customer c"
            " ON c.id = o.customer_id WHERE c.name = ? ORDER BY o.id DESC LIMIT 1",
            (name,),
        )
        return tuple(found[0]) if found else ()


def _said(part: Any) -> str:
    body = part.get("body", "") if isinstance(part, dict) else ""
    said = body.get("text", "") if isinstance(body, dict) else body
    return str(said or (part.get("caption", "") if isinstance(part, dict) else ""))


@asynccontextmanager
async def world(
    folder: Path,
    *,
    country: str | None = None,
    clock: Clock | None = None,
    providers: tuple[str, ...] = ("sandbox",),
    vfs: str | None = None,
    work: bool = True,
    outside: Clock | None = None,
) -> AsyncIterator[World]:
    """Open everything, connect it, close it in order. ``outside``: the simulators' clock, where it is another one."""
    clock = clock or ManualClock()
    outside = outside or clock
    home = Home(folder / "home")
    common = frozenset.intersection(*(provider_class(name).caps.countries for name in providers))
    card = create_store(home, "Boutique Téranga", country or ("SN" if "SN" in common else min(common)))
    shop = open_shop(home, card.slug, clock, vfs=vfs)
    account = default_account()
    graph_app = create_graph_simulator(outside, [account], retries=(0.0,) * 6)
    psp_apps = {n: create_psp_simulator(n, clock=outside, https_only=False, retries=(0.0, 0.0)) for n in providers}
    runners: list[web.AppRunner] = []

    async def serve(app: web.Application) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    tasks: list[asyncio.Task[None]] = []
    try:
        graph_url = await serve(graph_app)
        urls = {name: await serve(app) for name, app in psp_apps.items()}
        app = create_app([shop])
        url = await serve(app)
        configure(shop, graph_url, urls, url)
        if work:
            tasks.append(asyncio.create_task(shop.work()))
            await asyncio.sleep(0)
        app[SITE].ready = True
        for name, psp in psp_apps.items():
            psp[SIMULATOR].webhook_url = f"{url}/webhooks/psp/{name}/{shop.slug}"
        await graph_app[GRAPH].connect(f"{url}/webhooks/whatsapp", VERIFY, None)
        async with ClientSession() as http:
            insides = {name: psp[SIMULATOR] for name, psp in psp_apps.items()}
            working = tasks[0] if tasks else None
            yield World(shop, url, graph_app[GRAPH], graph_url, insides, http, clock, app, working)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for runner in reversed(runners):
            await runner.cleanup()
        await shop.close_network()
        shop.close()


def configure(shop: Shop, graph_url: str, urls: dict[str, str], url: str) -> None:
    """Type in what a seller would: the number, the providers (name → address) and the store's own public address."""
    account = default_account()
    for key, value in (
        ("whatsapp.base_url", graph_url),
        ("whatsapp.phone_number_id", account.phone_number_id),
        ("whatsapp.waba_id", account.waba_id),
        ("public_url", url),
        *((f"psp.{name}.base_url", base) for name, base in urls.items()),
        *((f"psp.{name}.enabled", "true") for name in urls),
    ):
        shop.settings.set(key, value)
    for key, value in (
        ("whatsapp.access_token", account.access_token),
        ("whatsapp.app_secret", account.app_secret),
        ("whatsapp.verify_token", VERIFY),
    ):
        shop.settings.set_secret(key, value)
    for name in urls:
        for field, value in simulator_account(name).items():
            key = f"psp.{name}.{field}"
            if key in shop.settings.declared:
                secret = shop.settings.declaration(key).kind == "secret"
                (shop.settings.set_secret if secret else shop.settings.set)(key, value)
