"""The simulated WhatsApp beside a window: a server of its own thread, reached by address alone."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

from aiohttp import web

from core.bootstrap import Shop
from core.kernel.clock import Clock
from localserver.sandbox.graph import create_graph_simulator, default_account


class Phone:
    """``address`` of the Graph API; ``review`` is a reviewer's word."""

    def __init__(self, clock: Clock) -> None:
        self.address = ""
        self._clock = clock
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="graph")
        self._thread.start()
        assert self._ready.wait(60)

    async def _serve(self) -> None:
        runner = web.AppRunner(create_graph_simulator(self._clock), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._stop, self._loop = asyncio.Event(), asyncio.get_running_loop()
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        asked = Request(f"{self.address}/_control/{path}", data=data)
        with urlopen(asked, timeout=60) as answer:
            return json.loads(answer.read())

    def review(self, name: str, event: str, reason: str = "") -> None:
        self.control(f"templates/{name}", {"event": event, "reason": reason})

    def close(self) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)


@contextmanager
def whatsapp_of(shop: Shop) -> Iterator[Phone]:
    """The shop's number, connected."""
    phone, account = Phone(shop.clock), default_account()
    try:
        for key, value in (
            ("whatsapp.base_url", phone.address),
            ("whatsapp.phone_number_id", account.phone_number_id),
            ("whatsapp.waba_id", account.waba_id),
        ):
            shop.settings.set(key, value, "seller")
        shop.settings.set_secret("whatsapp.access_token", account.access_token, "seller")
        yield phone
    finally:
        phone.close()
