"""The demo: a throw-away store, its server, simulated WhatsApp and provider on the real wire, and the buyers."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path
from typing import Final

import aiohttp

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.kernel.clock import ScaledClock
from core.kernel.events import Event
from core.kernel.i18n import catalogue as texts
from core.kernel.paths import resource
from core.live import service as live
from core.storage.folder import Home
from localserver.demo import buyers, script
from localserver.demo.report import Check, Report, board_line, draw_up, event_line
from localserver.demo.scenes import PLAYS
from localserver.demo.talks import Talks
from localserver.runner import ServerThread
from localserver.sandbox.stage import Stage

_ = texts("console", "fr").gettext

LIVE_SECONDS: Final = 520.0  # of the live's own time: holds of five minutes end and the next in line pays
HOLD_MINUTES: Final = "5"
ON_SCREEN_SECONDS: Final = 55


class Theatre:
    """``say(line)`` prints. The live's clock runs so fast that its nine minutes fit into ``seconds``."""

    def __init__(self, seconds: int, count: int, say: Callable[[str], None]) -> None:
        self.speed = max(1.0, LIVE_SECONDS / seconds)
        self.clock = ScaledClock(self.speed)
        self._count = count
        self._say = say
        self._room = Path(tempfile.mkdtemp(prefix="livepay-demo-"))
        self._said = ""
        self._unsubscribe: Callable[[], None] | None = None
        self._playing: Future[list[str]] | None = None
        self._talked: list[Check] = []
        self.shop: Shop
        self.server: ServerThread
        self.stage: Stage

    def open(self) -> tuple[Shop, ServerThread]:
        """Make the store, start everything, connect it. Blocks a second or two."""
        home = Home(self._room)
        card = create_store(home, script.SHOP, "SN")
        self.shop = shop = open_shop(home, card.slug, self.clock)
        _furnish(shop)
        self.stage = Stage(shop)
        self.stage.start()
        self.server = ServerThread([shop])
        url = self.server.start()
        self.stage.connect_and_wait(url)
        self._unsubscribe = shop.engine.subscribe(self._tell)
        return shop, self.server

    def _tell(self, events: Sequence[Event]) -> None:
        """The board as it changes, one line when its numbers move."""
        for event in events:
            line = event_line(self.shop, event)
            if line:
                self._say(line)
        line = board_line(self.shop)
        if line and line != self._said:
            self._said = line
            self._say(line)

    def play(self) -> list[str]:
        """Run the whole live, then the conversations; blocks until it is over. → what went wrong for whom."""
        assert self.stage.loop is not None
        self.shop.engine.call(lambda tx: live.start(tx, "Live du vendredi", "tiktok"), actor="demo")
        self._playing = asyncio.run_coroutine_threadsafe(self._play(), self.stage.loop)
        try:
            troubles = self._playing.result()
        except CancelledError:
            return ["stopped"]
        self._say("")
        self._say(_("Conversations, in shops of five kinds"))
        self._talked, more = Talks(PLAYS, self._say).play()
        return [*troubles, *more]

    async def _play(self) -> list[str]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
            stage = buyers.Stage(
                self.stage.graph_url, self.stage.provider_urls["sandbox"], self.clock, http, self.speed
            )
            screen = asyncio.create_task(self._change_screen(stage))
            try:
                troubles = await script.play(stage, self._count)
            finally:
                screen.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await screen
        await self.stage.graph.courier.settle()
        await self.stage.simulator("sandbox").courier.settle()
        return troubles

    async def _change_screen(self, stage: buyers.Stage) -> None:
        """The seller shows one product after the other."""
        ids = self.shop.engine.read(lambda r: [row[0] for row in r.all("SELECT id FROM product ORDER BY id")])
        for product_id in ids * 10:
            await self.shop.engine.run(lambda tx, p=product_id: live.show(tx, p), actor="demo")  # type: ignore[misc]
            await stage.until(self.clock.now() + ON_SCREEN_SECONDS * 1000)

    def report(self, window: dict[str, int] | None) -> Report:
        """Numbers of the database, the simulators and the window, compared."""
        assert self.stage.loop is not None
        found = draw_up(self.shop, self.stage, window)
        return replace(found, checks=(*found.checks, *self._talked))

    def end_live(self) -> None:
        self.shop.engine.call(live.end, actor="demo")

    def close(self) -> None:
        """Stop everything and remove the store."""
        if self._playing is not None and not self._playing.done():
            self._playing.cancel()
        if self._unsubscribe is not None:
            self._unsubscribe()
        for part in ("server", "stage"):
            if hasattr(self, part):
                getattr(self, part).stop()
        if hasattr(self, "shop"):
            self.shop.close()
        shutil.rmtree(self._room, ignore_errors=True)


def _furnish(shop: Shop) -> None:
    """What a seller has before the first live: the shop's own particulars, products, and their pictures."""
    for name in (script.LOGO, *(fields.photo for fields in script.PRODUCTS if fields.photo)):
        shutil.copyfile(resource("samples", "photos", name), shop.media / name)
    for key, value in (
        ("store.name", script.SHOP),
        ("store.city", "Dakar"),
        ("store.phone", "+221338000000"),
        ("store.logo", script.LOGO),
        ("orders.hold_minutes", HOLD_MINUTES),
    ):
        shop.settings.set(key, value, "demo")
    for fields in script.PRODUCTS:
        shop.engine.call(lambda tx, f=fields: catalogue.add(tx, f), actor="demo")  # type: ignore[misc]
