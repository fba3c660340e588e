"""A first sale for practice: a throw-away store with the seller's own products, simulators, and one buyer to play.

The store lives in a folder of its own and goes with it, so that nothing of it ever stands in the seller's books.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import aiohttp
from msgspec import Struct

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.kernel.clock import SystemClock
from core.kernel.errors import LivePayError, OutsideWorld
from core.live import service as live
from core.storage.folder import Home
from localserver.demo import buyers
from localserver.demo.buyers import Buyer, Gone
from localserver.runner import ServerThread
from localserver.sandbox.stage import Stage

T = TypeVar("T")
PATIENCE: Final = 30.0
"""Seconds that the practice buyer waits for anything."""
_NUMBERS: Final = {"MG": "+261341234567"}


class Line(Struct, frozen=True):
    """One bubble on the buyer's phone; ``mine``: the buyer wrote it."""

    mine: bool
    text: str
    buttons: tuple[str, ...] = ()


class Practice:
    """One buyer, Awa, and a store that is gone after :meth:`close`. Every method blocks."""

    def __init__(self, name: str, country: str, language: str, products: Sequence[ProductFields]) -> None:
        self._name, self._country, self._language, self._products = name, country, language, tuple(products)
        self._room = Path(tempfile.mkdtemp(prefix="livepay-practice-"))
        self._home = Home(self._room)
        self._http: aiohttp.ClientSession | None = None
        self._buyer: Buyer | None = None
        self._offer: dict[str, Any] = {}
        self._slug = ""
        self._stage: Stage | None = None
        self._server: ServerThread | None = None
        self._shop: Shop | None = None

    def open(self) -> tuple[Shop, ServerThread]:
        """Make the store, connect it, start its live. Raises LivePayError."""
        card = create_store(self._home, self._name, self._country, language=self._language)
        self._slug = card.slug
        shop = self._shop = open_shop(self._home, card.slug)
        for fields in self._products:
            shop.engine.call(lambda tx, f=fields: catalogue.add(tx, f), actor="demo")  # type: ignore[misc]
        stage = self._stage = Stage(shop)
        stage.start()
        server = self._server = ServerThread([shop])
        stage.connect_and_wait(server.start())
        shop.engine.call(lambda tx: live.start(tx, self._name, "tiktok"), actor="demo")
        self._run(self._arrive())
        return shop, server

    async def _arrive(self) -> None:
        assert self._stage is not None
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        set_up = buyers.Stage(self._stage.graph_url, self._stage.provider_urls["sandbox"], SystemClock(), self._http)
        self._buyer = Buyer(set_up, "Awa", _NUMBERS.get(self._country, "+221771234567"), self._language)
        await self._buyer.arrive()

    def say(self, text: str) -> None:
        """The buyer writes, and waits for the shop's answer. Raises OutsideWorld when none comes."""
        assert self._buyer is not None
        self._offer = self._run(self._buyer.say(text))

    def can_pay(self) -> bool:
        """Whether the last answer asks for money."""
        return bool(self._offer.get("buttons") or self._offer.get("link"))

    def pay(self) -> None:
        """The buyer presses the first button, opens the link and confirms. Raises OutsideWorld."""
        self._run(self._pay())

    async def _pay(self) -> None:
        assert self._buyer is not None
        if not self.can_pay():
            raise Gone("nothing to pay")
        link = self._offer.get("link") or await self._buyer.ask_link(self._offer, 0)
        await self._buyer.approve(await self._buyer.open_checkout(str(link)))
        self._offer = await self._buyer.hear(PATIENCE)

    def thread(self) -> tuple[Line, ...]:
        """What stands on the buyer's phone."""
        assert self._buyer is not None
        entries = self._run(self._buyer.entries())
        return tuple(Line(e["direction"] == "in", e["text"], tuple(e["buttons"])) for e in entries)

    def _run(self, what: Coroutine[Any, Any, T]) -> T:
        assert self._stage is not None
        assert self._stage.loop is not None

        async def patiently() -> T:
            async with asyncio.timeout(PATIENCE):
                return await what

        waited = asyncio.run_coroutine_threadsafe(patiently(), self._stage.loop)
        try:
            return waited.result()
        except (Gone, TimeoutError, aiohttp.ClientError) as error:
            raise OutsideWorld("The practice buyer had no answer. Leave the practice and begin it again.") from error

    def close(self) -> None:
        """Stop everything and remove the store, its key too. Idempotent."""
        if self._http is not None and self._stage is not None:
            http, self._http = self._http, None
            self._run(http.close())
        if self._server is not None:
            self._server.stop()
        if self._stage is not None:
            self._stage.stop()
        if self._shop is not None:
            self._shop.close()
            self._shop = None
            with suppress(LivePayError, OSError):  # the folder goes anyway
                self._home.delete(self._slug)
        shutil.rmtree(self._room, ignore_errors=True)
