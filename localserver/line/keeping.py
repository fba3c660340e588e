"""A shop's line as long as its server runs: nothing is loaded for a shop that has no relay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from core.bootstrap import Shop
from core.kernel.events import Event
from core.kernel.waiting import woken
from core.relay.place import Place, place_of
from core.relay.state import LineState

if TYPE_CHECKING:
    from localserver.line.line import Line
    from localserver.pay.page import Pages


class LineKeeper:
    """A part of the server (:func:`core.durable.workers.always`)."""

    def __init__(self, shop: Shop, pages: Callable[[], Pages]) -> None:
        self._shop = shop
        self._pages = pages
        self._wake = asyncio.Event()
        self._line: Line | None = None

    async def run(self) -> None:
        """Keep the line up until cancelled."""
        loop = asyncio.get_running_loop()
        unsubscribe = self._shop.engine.subscribe(self._listener(loop))
        try:
            while self._place() is None:
                await woken(self._wake, None)
                self._wake.clear()
            self._line = self._made()
            await self._line.run()
        finally:
            self._line = None
            unsubscribe()
            self._shop.line = LineState()

    def retry(self) -> None:
        """Try now; on the server's loop."""
        if self._line is not None:
            self._line.retry()

    def _place(self) -> Place | None:
        return self._shop.engine.read(place_of)

    def _listener(self, loop: asyncio.AbstractEventLoop) -> Callable[[Sequence[Event]], None]:
        def on_commit(events: Sequence[Event]) -> None:
            """On the writer thread: only hand over."""
            if any(event.area == "relay" for event in events):
                with suppress(RuntimeError):  # the loop closed meanwhile
                    loop.call_soon_threadsafe(self._changed)

        return on_commit

    def _changed(self) -> None:
        self._wake.set()
        if self._line is not None:
            self._line.renew()

    def _made(self) -> Line:
        from core.relay.home import home_id
        from core.relay.keys import StoreKeys
        from localserver.line.line import Line, Registration
        from localserver.line.publishing import PagePublisher
        from localserver.line.replay import Loopback

        shop, home = self._shop, home_id(self._shop.folder.parent.parent)

        def registration() -> Registration | None:
            place = self._place()
            return Registration(place.url, place.handle, home, place.epoch) if place else None

        def changed(state: LineState) -> None:
            shop.line = state

        return Line(
            StoreKeys(shop.relay_seed),
            registration,
            Loopback(lambda: shop.local_url),
            PagePublisher(shop, self._pages),
            shop.clock,
            changed,
        )
