"""The demo's conversations: five small shops, one of each kind; people write to them in French, Malagasy and both.

Everything goes over the wire of the simulated WhatsApp and provider; the seller's own acts are the verbs of the window.
What was said is printed as it was read on the phone, and what came of it is compared with what should.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
from msgspec import Struct

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.kernel.clock import ScaledClock
from core.kernel.i18n import catalogue as texts
from core.storage.folder import Home
from localserver.demo import buyers
from localserver.demo.report import Check, settle
from localserver.runner import ServerThread
from localserver.sandbox.stage import Stage

_ = texts("console", "fr").gettext

SPEED: Final = 15.0
LONGEST: Final = 76  # characters of a line that is printed


@dataclass(slots=True)
class Counter:
    """One shop at its counter: what a scene needs of it. ``said`` grows as people talk."""

    shop: Shop
    stage: buyers.Stage
    said: list[str] = field(default_factory=list)

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.shop.engine.read(lambda r: r.value(sql, parameters))

    def seller(self, verb: Callable[[Any], Any]) -> Any:
        """The seller does something in the window."""
        return self.shop.engine.call(verb, actor="seller")

    def product(self, sku: str, title: str, price: int, stock: int) -> int:
        fields = ProductFields(sku, sku, title, "", "", price, stock, None)
        return int(self.shop.engine.call(lambda tx: catalogue.add(tx, fields), actor="demo"))

    def visitor(self, name: str, phone: str, language: str = "fr") -> Person:
        return Person(self, name, phone, language)

    async def quiet(self) -> None:
        """Wait until nothing comes in or goes out any more."""
        await settle(self.shop)


class Person(buyers.Buyer):
    """A buyer whose conversation is written down."""

    def __init__(self, counter: Counter, name: str, phone: str, language: str) -> None:
        super().__init__(counter.stage, name, phone, language)
        self._counter = counter

    def _note(self, who: str, text: str, shown: Sequence[str] = ()) -> None:
        first = " ".join(text.split())
        cut = first if len(first) <= LONGEST else first[: LONGEST - 1] + "…"
        choices = "".join(f" [{one}]" for one in shown)
        self._counter.said.append(f"    {who:>10} {cut}{choices}")

    async def say(self, text: str) -> dict[str, Any]:
        self._note(f"{self.name.split()[0]} ›", text)
        return self._heard_line(await super().say(text))

    async def press(self, title: str) -> dict[str, Any]:
        self._note(f"{self.name.split()[0]} ›", f"[{title}]")
        return self._heard_line(await super().press(title))

    async def choose(self, row: str) -> dict[str, Any]:
        """Take a line of the latest list."""
        self._note(f"{self.name.split()[0]} ›", f"[{row}]")
        await self._mark()
        await self._act("choose", row=row)
        return self._heard_line(await self.hear())

    async def whisper(self, text: str) -> None:
        """Write, and expect no answer of the bot."""
        self._note(f"{self.name.split()[0]} ›", text)
        await self._mark()
        await self._act("say", text=text)
        await self._counter.quiet()

    async def told(self, containing: str = "") -> dict[str, Any]:
        """Hear what the shop says by itself."""
        return self._heard_line(await self.hear(containing=containing))

    def _heard_line(self, entry: dict[str, Any]) -> dict[str, Any]:
        self._note("‹", entry["text"], entry["buttons"] or entry["rows"][:4])
        return entry

    async def pay(self, choices: dict[str, Any]) -> None:
        """Take Wave, open the page and approve: from the choice of means, or from the link itself."""
        answer = choices
        if not answer["link"]:
            means = (answer["buttons"] or answer["rows"])[0]
            answer = await (self.press(means) if answer["buttons"] else self.choose(means))
        await self.approve(await self.open_checkout(str(answer["link"])))


Scene = Callable[[Counter], Awaitable[list[Check]]]


class Play(Struct, frozen=True):
    """One shop and what happens there. ``about`` in English, a message id."""

    segment: str
    name: str
    about: str
    scene: Scene


class Talks:
    """Opens the shops, plays all scenes at once, closes everything. ``say(line)`` prints."""

    def __init__(self, plays: Sequence[Play], say: Callable[[str], None]) -> None:
        self._plays = plays
        self._say = say

    def play(self) -> tuple[list[Check], list[str]]:
        """→ what was compared, and what went wrong. Blocks until it is over, some half a minute."""
        room = Path(tempfile.mkdtemp(prefix="livepay-talks-"))
        try:
            with ExitStack() as stack:
                return asyncio.run(self._all([self._open(stack, Home(room), play) for play in self._plays]))
        finally:
            shutil.rmtree(room, ignore_errors=True)

    @staticmethod
    def _open(stack: ExitStack, home: Home, play: Play) -> tuple[Shop, Stage]:
        card = create_store(home, play.name, "SN", segment=play.segment)
        shop = open_shop(home, card.slug, ScaledClock(SPEED))
        stack.callback(shop.close)
        stage = Stage(shop)
        stage.start()
        stack.callback(stage.stop)
        server = ServerThread([shop])  # one each: the simulated WhatsApp gives all of them the same number
        stack.callback(server.stop)
        stage.connect_and_wait(server.start())
        return shop, stage

    async def _all(self, stages: Sequence[tuple[Shop, Stage]]) -> tuple[list[Check], list[str]]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
            counters = [
                Counter(shop, buyers.Stage(stage.graph_url, stage.provider_urls["sandbox"], shop.clock, http, SPEED))
                for shop, stage in stages
            ]
            scenes = [play.scene(counter) for play, counter in zip(self._plays, counters, strict=True)]
            found = await asyncio.gather(*scenes, return_exceptions=True)
        checks: list[Check] = []
        troubles: list[str] = []
        for play, counter, result in zip(self._plays, counters, found, strict=True):
            self._say("")
            self._say(f"  {play.name} · {_(play.about)}")
            for line in counter.said:
                self._say(line)
            if isinstance(result, buyers.Gone | LookupError | aiohttp.ClientError | TimeoutError):
                troubles.append(f"{play.name}: {result}")
            elif isinstance(result, BaseException):
                raise result
            else:
                checks += result
        return checks, troubles
