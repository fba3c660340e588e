"""Overlays that follow their live: the whole scene again whenever it changed, woken by commits."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from core.bootstrap import Shop
from core.kernel.events import Event
from core.kernel.waiting import woken

AREAS: Final = frozenset({"live", "catalogue", "orders"})
MOST: Final = 32  # open pages of a store, on its computer and from elsewhere each
HEARTBEAT: Final = 15.0  # s: the page takes 40 s of silence for a lost connection
PACE: Final = 0.15  # s between two scenes: the first change of a quiet moment goes at once
RETRY: Final = 2000  # ms


class Scenes:
    """The open overlays of this server's loop. The writer thread only wakes them."""

    def __init__(self, *, heartbeat: float = HEARTBEAT, most: int = MOST) -> None:
        self._heartbeat, self._most = heartbeat, most
        self._open: dict[str, set[asyncio.Event]] = {}
        self._unsubscribe: dict[str, Callable[[], None]] = {}
        self._count: Counter[tuple[str, bool]] = Counter()
        self._stopping = False

    def __len__(self) -> int:
        return self._count.total()

    def stop(self) -> None:
        """The server stops: every stream ends now."""
        self._stopping = True
        for wakes in self._open.values():
            for wake in wakes:
                wake.set()

    async def serve(
        self, request: web.Request, shop: Shop, scene: Callable[[], dict[str, Any]], *, local: bool
    ) -> web.StreamResponse:
        """Send ``scene()`` now and after each change of it, until the page is gone."""
        if self._count[shop.slug, local] >= self._most or self._stopping:
            return web.Response(status=503, headers={"Retry-After": "5"})
        wake = self._begin(shop, local)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        try:
            await response.prepare(request)
            await response.write(b"retry: %d\n\n" % RETRY)
            await self._tell(response, scene, wake)
        except ConnectionResetError:
            pass  # the page left
        finally:
            self._end(shop, local, wake)
        return response

    def _begin(self, shop: Shop, local: bool) -> asyncio.Event:
        if shop.slug not in self._unsubscribe:
            self._unsubscribe[shop.slug] = shop.engine.subscribe(self._listener(shop.slug))
        wake = asyncio.Event()
        self._open.setdefault(shop.slug, set()).add(wake)
        self._count[shop.slug, local] += 1
        return wake

    def _end(self, shop: Shop, local: bool, wake: asyncio.Event) -> None:
        """The last page of a store stops listening to it."""
        self._count[shop.slug, local] -= 1
        self._open[shop.slug].discard(wake)
        if not self._open[shop.slug]:
            self._unsubscribe.pop(shop.slug)()

    def _listener(self, slug: str) -> Callable[[Sequence[Event]], None]:
        loop = asyncio.get_running_loop()

        def on_commit(events: Sequence[Event]) -> None:
            """On the writer thread."""
            areas = {event.area for event in events}
            with suppress(RuntimeError):  # the loop closed meanwhile: no page is left
                if areas & AREAS:
                    loop.call_soon_threadsafe(self._wake, slug)
                if "settings" in areas:  # what is read of them changes a moment after their commit
                    loop.call_soon_threadsafe(loop.call_later, PACE, self._wake, slug)

        return on_commit

    def _wake(self, slug: str) -> None:
        for wake in self._open.get(slug, ()):
            wake.set()

    async def _tell(
        self, response: web.StreamResponse, scene: Callable[[], dict[str, Any]], wake: asyncio.Event
    ) -> None:
        told = b""
        while not self._stopping:
            wake.clear()
            now = json.dumps(scene(), ensure_ascii=False, separators=(",", ":")).encode()
            if now != told:
                told = now
                await response.write(b"data: " + now + b"\n\n")
            else:
                await response.write(b"event: beat\ndata: 1\n\n")
            await asyncio.sleep(PACE)
            await woken(wake, self._heartbeat)
