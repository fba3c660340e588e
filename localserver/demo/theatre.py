"""The demo: a throw-away store and its furnishing, the live's buyers, and the conversations after it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from core.bootstrap import Shop, create_store
from core.catalogue import service as catalogue
from core.kernel.clock import SECOND
from core.kernel.events import Event
from core.kernel.i18n import catalogue as texts
from core.kernel.paths import resource
from core.live import service as live
from core.storage.folder import Home, StoreCard
from localserver.demo import script
from localserver.demo.beside import RelayBeside
from localserver.demo.buyers import Stage
from localserver.demo.playhouse import Playhouse
from localserver.demo.report import Check, Report, board_line, draw_up, event_line
from localserver.demo.scenes import PLAYS
from localserver.demo.talks import Talks
from localserver.runner import ServerThread

_ = texts("console", "fr").gettext

LIVE_SECONDS: Final = 520.0  # of the live's own time: holds of five minutes end and the next in line pays
HOLD_MINUTES: Final = "5"
ON_SCREEN_SECONDS: Final = 55
LOOK_EVERY: Final = 0.04  # s
CUT_AT: Final = 90.0
CUT_FOR: Final = 70.0
"""Seconds of the live until the store loses its network, and for how long."""


class Theatre(Playhouse):
    """``say(line)`` prints. The live's clock runs so fast that its nine minutes fit into ``seconds``. ``relayed``: all
    that comes from outside comes through a relay beside, and the store is cut off from it in the middle."""

    def __init__(self, seconds: int, count: int, say: Callable[[str], None], *, relayed: bool = False) -> None:
        super().__init__(max(1.0, LIVE_SECONDS / seconds), "livepay-demo-")
        self._count = count
        self._say = say
        self._said = ""
        self._unsubscribe: Callable[[], None] | None = None
        self._talked: list[Check] = []
        self._paid_so: list[str] = []
        self._relayed = relayed
        self._beside: RelayBeside | None = None

    def store_in(self, home: Home) -> StoreCard:
        return create_store(home, script.SHOP, "SN")

    def furnish(self, shop: Shop) -> None:
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

    def open(self) -> tuple[Shop, ServerThread]:
        opened = super().open()
        self._unsubscribe = self.shop.engine.subscribe(self._tell)
        return opened

    def public(self, url: str) -> str:
        """Through the relay, once it has been told what the store recognises as WhatsApp's question."""
        if not self._relayed:
            return url
        assert self.stage.loop is not None
        self._beside = RelayBeside(self._room, self.stage.loop)
        address = self._beside.start(self.shop).address
        self._say(_("Through the relay at {address}").format(address=address))
        self._beside.wait_until_known(self.shop)
        return address

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
        self.shop.engine.call(lambda tx: live.start(tx, "Live du vendredi", "tiktok"), actor="demo")
        troubles = self.act(self._play())
        if troubles == ["stopped"]:
            return troubles
        self._say("")
        self._say(_("Conversations, in shops of five kinds"))
        self._talked, more = Talks(PLAYS, self._say).play()
        return [*troubles, *more]

    async def _play(self) -> list[str]:
        async with self.crowd(LOOK_EVERY, ON_SCREEN_SECONDS) as stage:
            away = asyncio.create_task(self._cut_off(stage, self._beside)) if self._beside else None
            try:
                return await script.play(stage, self._count, relayed=self._relayed)
            finally:
                self._paid_so = stage.paid_so
                if away is not None:
                    await away

    async def _cut_off(self, stage: Stage, beside: RelayBeside) -> None:
        """The computer loses its network in the middle of the live, and finds it again."""
        await stage.until(self.clock.now() + int(CUT_AT * SECOND))
        await beside.cut()
        self._say("  ✕ " + _("The computer is cut off; buyers go on writing and paying"))
        await stage.until(self.clock.now() + int(CUT_FOR * SECOND))
        came = await beside.mend()
        self._say(
            "  ✓ " + _("The network is back: {count} messages and payments waited at the relay").format(count=came)
        )

    def report(self, window: dict[str, int] | None) -> Report:
        """Numbers of the database, the simulators and the window, compared."""
        found = draw_up(self.shop, self.stage, window)
        through = self._beside.checks(self.shop, self._paid_so) if self._beside else ()
        return replace(found, checks=(*found.checks, *through, *self._talked))

    def close(self) -> None:
        if self._beside is not None:
            self._beside.stop()
        if self._unsubscribe is not None:
            self._unsubscribe()
        super().close()
