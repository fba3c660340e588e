"""A store that is played: in a folder that is thrown away, on a clock of its own, with a simulated WhatsApp and
provider on the real wire."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import aiohttp

from core.adapters.names import connector
from core.bootstrap import Shop, open_shop
from core.kernel.clock import Clock, ScaledClock
from core.live import service as live
from core.storage.folder import Home, StoreCard
from localserver.demo import buyers
from localserver.runner import ServerThread
from localserver.sandbox.stage import Stage


class Playhouse(ABC):
    """``speed``: how many seconds of the live pass in one. ``prefix`` names the folder."""

    def __init__(self, speed: float, prefix: str) -> None:
        self.speed = speed
        self.clock: Clock = ScaledClock(speed)
        self._room = Path(tempfile.mkdtemp(prefix=prefix))
        self._playing: Future[list[str]] | None = None
        self.home: Home
        self.shop: Shop
        self.server: ServerThread
        self.stage: Stage

    @abstractmethod
    def store_in(self, home: Home) -> StoreCard:
        """Make the store that is played. Raises Refused or EnvironmentProblem."""

    @abstractmethod
    def furnish(self, shop: Shop) -> None:
        """Make it ready before anybody comes."""

    def open(self) -> tuple[Shop, ServerThread]:
        """Make the store, start everything, connect it. Blocks a second or two."""
        self.home = Home(self._room, passing=True)
        card = self.store_in(self.home)
        self.shop = open_shop(self.home, card.slug, self.clock)
        self.furnish(self.shop)
        self.stage = Stage(self.shop)
        self.stage.start()
        self.server = ServerThread([self.shop])
        url = self.server.start()
        self.stage.connect_and_wait(self.public(url))
        return self.shop, self.server

    def public(self, url: str) -> str:
        """Where the world reaches what is served at ``url``."""
        return url

    def act(self, play: Coroutine[Any, Any, list[str]]) -> list[str]:
        """Run a play on the stage's loop to its end. → what went wrong for whom."""
        assert self.stage.loop is not None
        self._playing = asyncio.run_coroutine_threadsafe(play, self.stage.loop)
        try:
            return self._playing.result()
        except CancelledError:
            return ["stopped"]

    @contextlib.asynccontextmanager
    async def crowd(self, look_every: float, on_screen: float) -> AsyncIterator[buyers.Stage]:
        """Where the buyers act; the seller shows one product after the other, each so many seconds of the live."""
        patience = aiohttp.ClientTimeout(total=20)
        async with aiohttp.ClientSession(timeout=patience, connector=connector()) as http:
            stage = buyers.Stage(
                self.stage.graph_url, self.stage.provider_urls["sandbox"], self.clock, http, self.speed, look_every
            )
            screen = asyncio.create_task(self._change_screen(stage, on_screen))
            try:
                yield stage
            finally:
                screen.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await screen
        await self.stage.graph.courier.settle()
        await self.stage.simulator("sandbox").courier.settle()

    async def _change_screen(self, stage: buyers.Stage, seconds: float) -> None:
        ids = self.shop.engine.read(
            lambda r: [row[0] for row in r.all("SELECT id FROM product WHERE active ORDER BY id LIMIT 50")]
        )
        for product_id in ids * 10:
            await self.shop.engine.run(lambda tx, p=product_id: live.show(tx, p), actor="demo")  # type: ignore[misc]
            await stage.until(self.clock.now() + int(seconds * 1000))

    def end_live(self) -> None:
        self.shop.engine.call(live.end, actor="demo")

    def close(self) -> None:
        """Stop everything and remove the store."""
        if self._playing is not None and not self._playing.done():
            self._playing.cancel()
        for part in ("server", "stage"):
            if hasattr(self, part):
                getattr(self, part).stop()
        if hasattr(self, "shop"):
            self.shop.close()
        shutil.rmtree(self._room, ignore_errors=True)
