"""A market around a program that may die at any moment: simulators and buyers here, ``main.py serve`` out there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from core.bootstrap import open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.kernel.clock import SystemClock
from core.storage.connection import Reader, open_connection
from core.storage.folder import Home
from localserver.sandbox.graph import GRAPH, Graph, create_graph_simulator, default_account
from localserver.sandbox.graph_world import Entry
from localserver.sandbox.psp_base import PspSimulator
from localserver.sandbox.psp_simulators import SIMULATOR, create_psp_simulator
from tests.support.processes import Server, Tunnel, ask_json, tunnel
from tests.support.shops import VERIFY, configure

T = TypeVar("T")
Happened = Callable[[str], None]
"""Called with the name of a moment: ``webhook``, ``webhook answered``, ``send``, ``sent``, ``create``, ``created``,
``refund``, ``refunded``."""

GRACE: Final = 1.0
"""Seconds that a buyer gives a shop that has come back before writing again."""


@dataclass
class Market:
    """What exists outside the program, and the program."""

    home: Path
    slug: str
    server: Server
    tunnel: Tunnel
    url: str
    graph: Graph
    provider: PspSimulator
    http: ClientSession
    up: asyncio.Event = field(default_factory=asyncio.Event)

    def read(self, question: Callable[[Reader], T]) -> T:
        """Ask the database beside the running program (WAL: readers disturb nobody)."""
        home = Home(self.home)
        path = home.folder(self.slug) / "store.db"
        connection = open_connection(path, home.vault(self.slug).database_key(), write=False)
        try:
            return question(Reader(connection))
        finally:
            connection.close()

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.read(lambda r: r.value(sql, parameters))

    def rows(self, sql: str, *parameters: Any) -> list[Any]:
        return self.read(lambda r: r.all(sql, parameters))

    async def start(self) -> None:
        await self.server.start()
        self.up.set()

    async def until(self, true: Callable[[], Awaitable[Any] | Any], patience: float = 60.0) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(patience):
            while True:
                found = true()
                if isinstance(found, Awaitable):
                    found = await found
                if found:
                    return
                await asyncio.sleep(0.02)

    def page(self) -> str:
        """The pay page of the order reserved last, at the program's own address."""
        for buyer in reversed(list(self.graph.world.buyers.values())):
            for entry in reversed(buyer.thread(self.graph.world.account())):
                link = _link(entry) if entry.direction == "out" else None
                if link is not None:
                    return self.server.url + link.partition("?")[0].removeprefix(self.url)
        raise AssertionError("no link was sent yet")

    async def quiet(self) -> bool:
        """Nothing is on its way any more: not at the simulators, not in the store."""
        if self.graph.courier.queue:
            return False
        await self.graph.courier.settle()
        await self.provider.courier.settle()
        return not self.value(
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'new') + (SELECT count(*) FROM outbox WHERE state IN"
            " ('queued', 'sending'))"
        )


@asynccontextmanager
async def market(
    folder: Path, products: Sequence[tuple[str, int, int]], happened: Happened = lambda moment: None
) -> AsyncIterator[Market]:
    """A store with products (SKU, price, stock), connected to simulators; the program is not yet started."""
    home = folder / "home"
    slug: str = (await ask_json(home, "store", "create", "Boutique Téranga", "--country", "SN"))["store"]
    clock = SystemClock()
    graph_app = create_graph_simulator(clock, [default_account()], retries=(0.2,) * 500)
    psp_app = create_psp_simulator("sandbox", clock=clock, https_only=False, retries=(0.2,) * 500)
    graph_app.middlewares.append(_moments({("POST", "messages"): ("send", "sent")}, happened))
    acts = {("POST", "sessions"): ("create", "created"), ("POST", "refunds"): ("refund", "refunded")}
    psp_app.middlewares.append(_moments(acts, happened))
    server = Server(Home(home).path, slug, folder / "stderr.txt")
    runners: list[web.AppRunner] = []

    async def serve(app: web.Application) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async with tunnel(lambda: server.url) as (way, url), ClientSession(timeout=ClientTimeout(total=30)) as http:
        way.before = lambda request: happened("webhook") if "/webhooks/" in request.path else None
        way.after = lambda request, status: happened("webhook answered") if "/webhooks/" in request.path else None
        try:
            graph_url, psp_url = await serve(graph_app), await serve(psp_app)
            _furnish(Home(home), slug, graph_url, {"sandbox": psp_url}, url, products)
            graph = graph_app[GRAPH]
            made = Market(home, slug, server, way, url, graph, psp_app[SIMULATOR], http)
            yield made
        finally:
            await server.kill()
            for runner in reversed(runners):
                await runner.cleanup()


def _furnish(
    home: Home, slug: str, graph_url: str, urls: dict[str, str], url: str, products: Sequence[tuple[str, int, int]]
) -> None:
    shop = open_shop(home, slug)
    try:
        configure(shop, graph_url, urls, url)
        for sku, price, stock in products:
            fields = ProductFields(sku, sku, f"Article {sku}", "", "", price, stock, None)
            shop.engine.call(lambda tx, f=fields: catalogue.add(tx, f))  # type: ignore[misc]
    finally:
        shop.close()


async def connect(market: Market) -> None:
    """The dashboards' « verify and save »; the program must be running."""
    await market.graph.connect(f"{market.url}/webhooks/whatsapp", VERIFY)


def _moments(names: dict[tuple[str, str], tuple[str, str]], happened: Happened) -> Any:
    @web.middleware
    async def tell(request: web.Request, handler: Any) -> web.StreamResponse:
        before, after = names.get((request.method, request.path.rpartition("/")[2]), ("", ""))
        if before:
            happened(before)
        response: web.StreamResponse = await handler(request)
        if after:
            happened(after)
        return response

    return tell


class Shopper:
    """A buyer who wants one thing, and asks again when the shop has been away."""

    def __init__(self, market: Market, name: str) -> None:
        self.market = market
        self.name = name
        self.acts = market.graph.acts(name)
        self.session = ""
        self._news = asyncio.Event()
        self.acts.buyer.listeners.add(self._news.set)

    def heard(self) -> list[Entry]:
        return [e for e in self.acts.buyer.thread(self.market.graph.world.account()) if e.direction == "out"]

    async def exchange(self, act: Callable[[], object], answer: Callable[[Entry], T | None]) -> T:
        """Do something and wait for what answers it; do it again when the shop was away meanwhile."""
        while True:
            start, lives = len(self.heard()), self.market.server.lives
            act()
            while True:
                for entry in self.heard()[start:]:
                    found = answer(entry)
                    if found is not None:
                        return found
                self._news.clear()
                if self.market.server.lives == lives:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), GRACE)
                    continue
                try:
                    await asyncio.wait_for(self._news.wait(), GRACE)
                except TimeoutError:
                    break

    async def buy(self, sku: str) -> bool:
        """« je prends », PAYER, Wave, the form, the money. → False when they only got a place in the line."""
        reserved = await self.exchange(lambda: self.acts.say(f"je prends {sku}"), _reserved_or_waiting)
        if not reserved:
            return False
        await self.exchange(lambda: self.acts.press("PAYER"), lambda e: _button(e, "Wave"))
        link = await self.exchange(lambda: self.acts.press("Wave"), _link)
        self.session = await self._checkout(link)
        return True

    async def _checkout(self, link: str) -> str:
        """Send the page's form until it leads to the provider. → the session's id."""
        page, _, means = link.partition("?m=")
        while True:
            await self.market.up.wait()
            with suppress(ClientError, TimeoutError):
                async with self.market.http.post(
                    f"{page}/pay", data={"method": means}, headers={"Origin": self.market.url}, allow_redirects=False
                ) as reply:
                    target = reply.headers.get("Location", "")
                    assert reply.status in (303, 429, 502, 503), await reply.text()
                    if reply.status == 303 and "/checkout/" in target:
                        return target.rstrip("/").rsplit("/", 1)[-1]
            await asyncio.sleep(0.1)


def _reserved_or_waiting(entry: Entry) -> bool | None:
    if _button(entry, "PAYER"):
        return True
    return False if "n°" in str(entry.part) else None


def _button(entry: Entry, title: str) -> bool | None:
    if entry.type != "interactive":
        return None
    titles = [b["reply"]["title"] for b in entry.part.get("action", {}).get("buttons", [])]
    return True if title in titles else None


def _link(entry: Entry) -> str | None:
    if entry.type == "interactive" and entry.part["type"] == "cta_url":
        return str(entry.part["action"]["parameters"]["url"])
    return None
