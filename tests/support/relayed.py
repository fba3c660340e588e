"""A shop with a simulated provider, reached through a relay on the same loop, whose line can be cut and mended."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.kernel.clock import SECOND
from core.payments import ahead
from core.relay.keys import open_page, page_id
from core.relay.pages import AwayPage, decode_page
from localserver.sandbox.psp_base import Session
from localserver.tunnels.supervisor import Rhythm, Supervisor
from tests.support.payshop import PayShop, pay_shop
from tests.support.relays import Relay, relay, until

QUICK = Rhythm(start=10.0, proved=0.05, unproved=0.02)


@dataclass
class Relayed:
    """``shop`` behind ``host``. Its public pages are the relay's."""

    shop: PayShop
    host: Relay
    _line: asyncio.Task[None] | None = field(default=None)

    @property
    def handle(self) -> str:
        return str(self.shop.shop.slug)

    async def connect(self) -> None:
        """The line is up and what the store has to show is at the relay."""
        shop = self.shop.shop
        port = urlsplit(self.shop.url).port or 0
        # This computer's own networks may come and go meanwhile.
        supervisor = Supervisor(
            shop, port, rhythm=QUICK, leads=False, chance=lambda: 0.0, network=lambda: frozenset({"here"})
        )
        self._line = asyncio.create_task(supervisor.run(), name="line")
        await until(lambda: shop.line.published)

    async def leave(self) -> None:
        """The computer is cut off: nothing reaches the store, whose own work goes on."""
        if self._line is not None:
            self._line.cancel()
            await asyncio.gather(self._line, return_exceptions=True)
            self._line = None

    async def due(self, seconds: int = ahead.SETTLE // SECOND) -> None:
        """Time passes, and what falls due is settled."""
        self.shop.clock.advance(seconds * SECOND)
        await self.shop.shop.scheduler.settle_due()

    async def prepared(self, order: int, count: int = 1) -> Session:
        """Wait for the session opened ahead. → it, at the provider."""
        sql = f"SELECT count(*) FROM attempt WHERE order_id = {order} AND ahead AND state = 'open' AND NOT closing"
        await self.shop.until(sql, 1)
        assert len(self.shop.simulator.sessions) == count
        return list(self.shop.simulator.sessions.values())[-1]

    async def page(self, order: int, **how: Any) -> str:
        """The page at the relay, whoever answers."""
        status, body, _ = await self.host.ask(self.handle, "GET", f"/p/{self.shop.token(order)}", **how)
        assert status == 200, body
        return body.decode()

    async def kept(self, order: int) -> AwayPage:
        """What the relay keeps of an order's page."""
        path = f"/p/{self.shop.token(order)}"
        found = await self.host.engine.page(self.handle, page_id(path))
        return decode_page(open_page(path, found.sealed)) if found else AwayPage("", "", "")

    async def published(self, order: int, words: str, *, said: bool = True) -> None:
        """Wait until the page that the relay keeps says this (``said`` False: no longer)."""

        async def so() -> bool:
            return (words in (await self.kept(order)).html) == said

        await until(so)


def way(html: str) -> str | None:
    """Where the published page's button leads."""
    found = re.search(r'<a class="button gold" href="([^"]+)"', html)
    return found[1] if found else None


@asynccontextmanager
async def relayed(folder: Path, **how: Any) -> AsyncIterator[Relayed]:
    """``how`` as in :func:`pay_shop`."""
    async with pay_shop(folder / "home", **how) as shop, relay(folder, clock=shop.clock) as host:
        shop.shop.settings.set("tunnel.relay_url", host.url)
        shop.shop.settings.set_secret("tunnel.relay_invite", await host.invite())
        shop.shop.settings.set("tunnel.kind", "relay")
        made = Relayed(shop, host)
        await made.connect()
        try:
            yield made
        finally:
            await made.leave()
