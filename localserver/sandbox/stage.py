"""The stage of the sandbox: a simulated WhatsApp and payment providers on their own ports, a store connected to them.

The store reaches them by base URL only; they reach the store by signed webhooks.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from core.bootstrap import Shop
from localserver.runner import new_loop
from localserver.sandbox.graph import GRAPH, Account, Graph, create_graph_simulator
from localserver.sandbox.psp_base import PspSimulator
from localserver.sandbox.psp_simulators import SIMULATOR, create_psp_simulator, simulator_account

PROVIDERS: Final = ("sandbox",)
VERIFY_TOKEN: Final = "sandbox-verify"
NUMBER: Final = "106540352242922"


class Stage:
    """The simulators of one store, on a thread and loop of their own."""

    def __init__(self, shop: Shop, providers: Sequence[str] = PROVIDERS, host: str = "127.0.0.1") -> None:
        self._shop = shop
        self._names = tuple(providers)
        self._host = host
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._stop: asyncio.Event | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.graph_url = ""
        self.provider_urls: dict[str, str] = {}
        self._graph_app: web.Application | None = None
        self._psp_apps: dict[str, web.Application] = {}

    @property
    def graph(self) -> Graph:
        """The simulated WhatsApp's inside; touch it on ``loop`` only."""
        assert self._graph_app is not None
        return self._graph_app[GRAPH]

    def simulator(self, name: str) -> PspSimulator:
        return self._psp_apps[name][SIMULATOR]

    def start(self) -> str:
        """Start the simulators and point the store at them for this run. → the buyer's phone page."""
        self._thread.start()
        self._ready.result(30)
        self._configure()
        return f"{self.graph_url}/phone"

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            self.loop = runner.get_loop()
            try:
                runner.run(self._serve())
            except BaseException as error:  # boundary: thread
                if not self._ready.done():
                    self._ready.set_exception(error)
                raise

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        account = Account(
            phone_number_id=NUMBER,
            waba_id="102290129340398",
            display_phone="+221 33 800 00 00",
            name=self._shop.name,
            access_token="EAAsandboxTOKEN0000000000000000",
            app_secret="5ebe2294ecd0e0f08eab7690d2a6ee69",
        )
        self._account = account
        self._graph_app = create_graph_simulator(self._shop.clock, [account])
        self._psp_apps = {n: create_psp_simulator(n, clock=self._shop.clock, https_only=False) for n in self._names}
        runners = [await self._site(self._graph_app)]
        self.graph_url = _url(runners[0])
        for name, app in self._psp_apps.items():
            runner = await self._site(app)
            runners.append(runner)
            self.provider_urls[name] = _url(runner)
        self._ready.set_result(None)
        try:
            await self._stop.wait()
        finally:
            for runner in runners:
                await runner.cleanup()

    async def _site(self, app: web.Application) -> web.AppRunner:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        await web.TCPSite(runner, self._host, 0).start()
        return runner

    def _configure(self) -> None:
        """What a seller would type into the connection pages; lent, so that a shop keeps its real connections."""
        account = self._account
        values = {
            "whatsapp.base_url": self.graph_url,
            "whatsapp.phone_number_id": account.phone_number_id,
            "whatsapp.waba_id": account.waba_id,
            "whatsapp.number": account.display_phone,
            "whatsapp.access_token": account.access_token,
            "whatsapp.app_secret": account.app_secret,
            "whatsapp.verify_token": VERIFY_TOKEN,
        }
        for name, url in self.provider_urls.items():
            values |= {f"psp.{name}.{field}": value for field, value in simulator_account(name).items()}
            values |= {f"psp.{name}.base_url": url, f"psp.{name}.enabled": "true"}
        declared = self._shop.settings.declared
        self._shop.settings.lend({key: value for key, value in values.items() if key in declared})

    def connect(self, url: str) -> None:
        """The store answers at ``url``: save it in the simulators' dashboards. Never waits: the store's loop calls."""
        self._soon(self._connect, url)

    async def _connect(self, url: str) -> None:
        for name in self._names:
            self.simulator(name).webhook_url = f"{url}/webhooks/psp/{name}/{self._shop.slug}"
        await self.graph.connect(f"{url}/webhooks/whatsapp", VERIFY_TOKEN, None)

    def _soon(self, act: Callable[..., Coroutine[Any, Any, None]], *args: Any) -> Future[None]:
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(act(*args), self.loop)

    def connect_and_wait(self, url: str) -> None:
        """As :meth:`connect`, and wait until the simulated WhatsApp has verified the address."""
        self._soon(self._connect, url).result(20)

    def stop(self) -> None:
        """Stop and wait. Idempotent."""
        loop, stop = self.loop, self._stop
        if loop is not None and stop is not None and self._thread.is_alive():
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(stop.set)
            self._thread.join(15)


def _url(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"
