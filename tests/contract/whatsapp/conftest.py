"""The adapter, the simulator and a small shop, all on real HTTP; time is a clock that only the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from core.adapters.http import Http
from core.adapters.whatsapp import WhatsApp
from core.conversations.incoming import Incoming, challenge, split, verify_signature
from core.conversations.reading import StatusChange, read_status
from core.kernel.clock import ManualClock
from localserver.sandbox.graph import GRAPH, Account, Graph, create_graph_simulator, default_account

VERIFY_TOKEN = "jeton é"


async def serve(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    return runner, f"http://127.0.0.1:{port}"


@dataclass
class Shop:
    """A shop's webhook: verifies, splits, keeps. ``answers`` are the next statuses, then 200."""

    app_secret: str
    clock: ManualClock
    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    items: list[Incoming] = field(default_factory=list)
    refused: int = 0
    answers: list[int] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.add_routes([web.get("/webhooks/whatsapp", self.asked), web.post("/webhooks/whatsapp", self.told)])
        return app

    async def asked(self, request: web.Request) -> web.Response:
        answer = challenge(request.query, VERIFY_TOKEN)
        return web.Response(text=answer) if answer is not None else web.Response(status=403)

    async def told(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if not verify_signature(self.app_secret, request.headers.get("X-Hub-Signature-256"), raw):
            self.refused += 1
            return web.Response(status=401)
        if self.answers and (status := self.answers.pop(0)) != 200:
            return web.Response(status=status)
        self.bodies.append(raw)
        self.items += split(raw, self.clock.now()).items
        return web.Response()

    def messages(self) -> list[Incoming]:
        return [item for item in self.items if item.kind == "message"]

    def statuses(self) -> list[StatusChange]:
        return [read_status(item) for item in self.items if item.kind == "status"]


@dataclass
class Wire:
    """Everything a test needs: the simulator (inside and by URL), the shop, the adapter, the clock."""

    clock: ManualClock
    graph: Graph
    base_url: str
    shop: Shop
    whatsapp: WhatsApp
    http: Http

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        reply = await self.http.request(method, f"{self.base_url}/_control/{path}", json=body)
        assert reply.ok, reply.body
        return reply.json()

    async def settled(self, hurry: bool = False) -> None:
        await self.control("POST", "settle", {"hurry": hurry})

    def adapter(self, **changes: str) -> WhatsApp:
        account = default_account()
        settings = {
            "base_url": self.base_url,
            "api_version": "v26.0",
            "phone_number_id": account.phone_number_id,
            "waba_id": account.waba_id,
            "access_token": account.access_token,
        }
        return WhatsApp(self.http, **{**settings, **changes})


MakeWire = Callable[..., Awaitable[Wire]]


@pytest.fixture
async def make_wire() -> AsyncIterator[MakeWire]:
    runners: list[web.AppRunner] = []
    clients: list[Http] = []

    async def make(total_timeout: float = 20.0, accounts: Sequence[Account] = (), connected: bool = True) -> Wire:
        clock = ManualClock()
        simulator = create_graph_simulator(clock, accounts, sleep=_no_sleep)
        shop = Shop((accounts[0] if accounts else default_account()).app_secret, clock)
        runner, shop_url = await serve(shop.app())
        runners.append(runner)
        shop.url = shop_url + "/webhooks/whatsapp"
        runner, base_url = await serve(simulator)
        runners.append(runner)
        http = Http(clock, total_timeout=total_timeout)
        clients.append(http)
        graph = simulator[GRAPH]
        wire = Wire(clock, graph, base_url, shop, None, http)  # type: ignore[arg-type]
        wire.whatsapp = wire.adapter()
        if connected:
            await graph.connect(shop.url, VERIFY_TOKEN)
        return wire

    yield make
    for http in clients:
        await http.close()
    for runner in reversed(runners):
        await runner.cleanup()


async def _no_sleep(_seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
async def wire(make_wire: MakeWire) -> Wire:
    return await make_wire()
