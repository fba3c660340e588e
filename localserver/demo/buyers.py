"""The demo's buyers: people with a phone who write to the shop, open its page and pay, over HTTP and nothing else."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any
from urllib.parse import quote, urljoin

import aiohttp
from msgspec import Struct, field

from core.kernel.clock import SECOND, Clock

_WAY = re.compile(r'<a class="button gold" href="([^"]+)"')
PATIENCE = 200
"""Seconds of the live that a buyer waits for a shop which reconnects."""


class Gone(Exception):
    """What the buyer waited for did not come."""


class Stage(Struct, frozen=True):
    """Where the simulated services answer. ``look_every``: seconds between two looks at one's phone.

    ``meanwhile``: pages of the provider that a relay's page led to while the shop was away; ``paid_so``: those paid.
    """

    graph: str
    provider: str
    clock: Clock
    http: aiohttp.ClientSession
    speed: float = 1.0
    look_every: float = 0.04
    meanwhile: set[str] = field(default_factory=set)
    paid_so: list[str] = field(default_factory=list)

    async def until(self, moment: int) -> None:
        """Wait for a moment of the live's own time, ms UTC."""
        await asyncio.sleep(max(0, moment - self.clock.now()) / SECOND / self.speed)


class Buyer:
    """One person: their thread at the simulated WhatsApp, their browser, their wallet."""

    def __init__(self, stage: Stage, name: str, phone: str, language: str = "fr", shows_phone: bool = True) -> None:
        self.stage = stage
        self.name = name
        self._phone = phone
        self._language = language
        self._shows_phone = shows_phone
        self._heard = 0

    async def _control(self, method: str, path: str, body: Any = None) -> Any:
        async with self.stage.http.request(method, f"{self.stage.graph}/_control{path}", json=body) as reply:
            answer = await reply.json()
            if reply.status >= 400:
                raise Gone(f"{self.name}: {path}: {answer}")
            return answer

    async def _act(self, act: str, **arguments: Any) -> None:
        await self._control("POST", f"/buyers/{quote(self.name)}/{act}", arguments)

    async def arrive(self) -> None:
        body = {
            "name": self.name,
            "phone": self._phone,
            "language": self._language,
            "shows_phone": self._shows_phone,
        }
        await self._control("POST", "/buyers", body)

    async def pause(self, seconds: float) -> None:
        """Wait so many seconds of the live's own time."""
        await self.stage.until(self.stage.clock.now() + int(seconds * SECOND))

    # -- WhatsApp ----------------------------------------------------------------------------------------------

    async def say(self, text: str) -> dict[str, Any]:
        """Write, and wait for the shop's answer."""
        await self._mark()
        await self._act("say", text=text)
        return await self.hear()

    async def tell(self, text: str) -> None:
        """Write, and wait for nothing."""
        await self._act("say", text=text)

    async def press(self, title: str) -> dict[str, Any]:
        await self._mark()
        await self._act("press", button=title)
        return await self.hear()

    async def photo(self, caption: str = "") -> dict[str, Any]:
        await self._mark()
        await self._act("photo", caption=caption)
        return await self.hear()

    async def entries(self) -> list[dict[str, Any]]:
        """All that stands on the phone, both ways."""
        answer = await self._control("GET", f"/buyers/{quote(self.name)}/thread")
        return list(answer["items"])

    async def thread(self) -> list[dict[str, Any]]:
        return [entry for entry in await self.entries() if entry["direction"] == "out"]

    async def _mark(self) -> None:
        self._heard = len(await self.thread())

    async def hear(self, seconds: float = 400, containing: str = "") -> dict[str, Any]:
        """The next message of the shop (with some words in it), within so much of the live's time."""
        until = self.stage.clock.now() + seconds * SECOND
        while self.stage.clock.now() < until:
            for entry in (await self.thread())[self._heard :]:
                self._heard += 1
                if containing in entry["text"]:
                    await self._act("read")
                    return entry
            await asyncio.sleep(self.stage.look_every)
        raise Gone(f"{self.name} heard nothing")

    # -- paying ------------------------------------------------------------------------------------------------

    async def ask_link(self, offer: dict[str, Any], means: int) -> str:
        """The first button (PAYER, in the buyer's language), the means by its place, and the link that comes."""
        choices = await self.press(offer["buttons"][0])
        answer = choices if choices["link"] else await self.press(choices["buttons"][means])
        if not answer["link"]:
            raise Gone(f"{self.name} got no link")
        return str(answer["link"])

    async def open_checkout(self, link: str) -> str:
        """Open the shop's page as a browser would, choose, and arrive at the provider: from the page that a relay shows
        meanwhile, where it leads there. → the checkout's address."""
        until = self.stage.clock.now() + PATIENCE * SECOND
        while True:
            async with self.stage.http.get(link) as page:
                html = await page.text()
                page_url = page.url
            match = re.search(r'name="method"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="method"', html)
            if match or self.stage.clock.now() > until:
                break
            if (way := _WAY.search(html)) is not None:
                self.stage.meanwhile.add(unescape(way[1]))
                return unescape(way[1])
            await self.pause(5)  # the shop is reconnecting, says the page, and opens by itself
        method = page_url.query.get("m") or (match and (match[1] or match[2])) or ""
        target = f"{page_url.origin()}{page_url.path.rstrip('/')}/pay"
        headers = {"Origin": str(page_url.origin())}
        body = {"method": method}
        async with self.stage.http.post(target, data=body, headers=headers, allow_redirects=False) as reply:
            if reply.status != 303:
                raise Gone(f"{self.name} could not pay: {reply.status}")
            return urljoin(link, reply.headers["Location"])

    async def approve(self, checkout: str, action: str = "pay") -> None:
        """Confirm (or decline) on the provider's page."""
        async with self.stage.http.post(checkout, data={"action": action}, allow_redirects=False) as reply:
            if reply.status >= 400:
                raise Gone(f"{self.name}: the provider answered {reply.status}")
        if checkout in self.stage.meanwhile and action == "pay":
            self.stage.paid_so.append(checkout)

    async def provider_act(self, checkout: str, act: str, **arguments: Any) -> None:
        """Something the buyer cannot do alone: a payment that arrives late, or twice."""
        session = checkout.rstrip("/").rsplit("/", 1)[-1]
        url = f"{self.stage.provider}/_control/sessions/{quote(session)}/{act}"
        async with self.stage.http.post(url, json=arguments) as reply:
            if reply.status >= 400:
                raise Gone(f"{self.name}: {act}: {await reply.text()}")
