"""Pay pages that follow their order: server-sent events, woken by commits, with few and bounded streams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from core.bootstrap import Shop
from core.kernel.clock import rfc3339
from core.kernel.events import Event
from core.kernel.waiting import woken
from core.paylinks.queries import LinkView, read_link
from core.paylinks.rules import settled, standing

PER_ORDER: Final = 4
IN_ALL: Final = 600
HEARTBEAT: Final = 15.0  # s: proxies and phones drop a silent connection after 30 to 60
LIFE: Final = 40 * 60.0  # s: longer than the longest hold; the browser opens a new one
RETRY: Final = 3000  # ms


@dataclass(eq=False, slots=True)
class Stream:
    """One open page. ``wake`` is set when its order may have changed, ``over`` when a newer page took its place."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False


class Streams:
    """The open streams of this server's loop. The engine's writer thread hands over order numbers, nothing else."""

    def __init__(self, *, heartbeat: float = HEARTBEAT, per_order: int = PER_ORDER, in_all: int = IN_ALL) -> None:
        self._heartbeat = heartbeat
        self._per_order = per_order
        self._in_all = in_all
        self._open: dict[tuple[str, int], list[Stream]] = {}
        self._unsubscribe: dict[str, Callable[[], None]] = {}
        self._count = 0
        self._stopping = False

    def __len__(self) -> int:
        return self._count

    @property
    def subscriptions(self) -> int:
        """Stores whose commits are listened to: none when no page is open."""
        return len(self._unsubscribe)

    def open(self, shop: Shop, order_id: int) -> Stream | None:
        """A new stream, None when the server has enough of them.

        A fifth page of one order ends the oldest: that is a phone which lost its network and came back.
        """
        if self._count >= self._in_all or self._stopping:
            return None
        if shop.slug not in self._unsubscribe:
            self._unsubscribe[shop.slug] = shop.engine.subscribe(self._listener(shop.slug))
        streams = self._open.setdefault((shop.slug, order_id), [])
        current = [stream for stream in streams if not stream.over]
        if len(current) >= self._per_order:
            current[0].over = True
            current[0].wake.set()
        stream = Stream()
        streams.append(stream)
        self._count += 1
        return stream

    def close(self, shop: Shop, order_id: int, stream: Stream) -> None:
        """The page went away; the last one of a store stops listening to it."""
        streams = self._open[(shop.slug, order_id)]
        streams.remove(stream)
        self._count -= 1
        if not streams:
            del self._open[(shop.slug, order_id)]
        if not any(slug == shop.slug for slug, _ in self._open):
            self._unsubscribe.pop(shop.slug)()

    def _listener(self, slug: str) -> Callable[[Sequence[Event]], None]:
        loop = asyncio.get_running_loop()

        def on_commit(events: Sequence[Event]) -> None:
            """On the writer thread: only look up and hand over."""
            numbers = {getattr(event, "order_id", None) for event in events}
            watched = [number for number in numbers if number is not None and (slug, number) in self._open]
            if watched:
                with suppress(RuntimeError):  # the loop closed meanwhile: no page is left
                    loop.call_soon_threadsafe(self._wake, slug, watched)

        return on_commit

    def nudge(self, shop: Shop, order_id: int) -> None:
        """Something changed that no commit announced."""
        self._wake(shop.slug, [order_id])

    def _wake(self, slug: str, numbers: Sequence[int]) -> None:
        for number in numbers:
            for stream in self._open.get((slug, number), ()):
                stream.wake.set()

    def stop(self) -> None:
        """The server stops: every stream ends now."""
        self._stopping = True
        for streams in self._open.values():
            for stream in streams:
                stream.wake.set()

    async def serve(self, request: web.Request, shop: Shop, view: LinkView) -> web.StreamResponse:
        """Tell the page when to look again, until nothing more will happen or the page is gone."""
        stream = self.open(shop, view.order_id)
        if stream is None:
            return web.Response(status=503, headers={"Retry-After": "30"})
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        try:
            await response.prepare(request)
            await response.write(b"retry: %d\n\n" % RETRY)
            await self._tell(response, shop, view.order_id, stream)
            await response.write_eof()
        except ConnectionResetError:
            pass  # the phone left; the answer has nobody to go to
        finally:
            self.close(shop, view.order_id, stream)
        return response

    async def _tell(self, response: web.StreamResponse, shop: Shop, order_id: int, stream: Stream) -> None:
        loop = asyncio.get_running_loop()
        until, told = loop.time() + LIFE, ""
        while not self._stopping and loop.time() < until:
            stream.wake.clear()
            view = shop.engine.read(lambda reader: read_link(reader, order_id))
            if view is None:
                return
            now = shop.clock.now()
            if view.fingerprint(now) != told:
                told = view.fingerprint(now)
                await response.write(b"data: " + json.dumps(status(view, now, shop.card.currency)).encode() + b"\n\n")
            else:
                await response.write(b": \n\n")
            if stream.over or settled(view.facts, now):
                await response.write(b"event: end\ndata: {}\n\n")  # the page shall not come back
                return
            await woken(stream.wake, self._heartbeat)


def status(view: LinkView, now: int, currency: str) -> dict[str, object]:
    """The order's state for programs. The page's script needs ``version`` (does the page say something else now?),
    ``left`` (true time left, ms) and ``final`` (nothing more will happen by itself)."""
    return {
        "reference": view.reference,
        "state": standing(view.facts, now).value,
        "total": {"amount": view.facts.total, "currency": currency},
        "received": {"amount": view.facts.received, "currency": currency},
        "expires_at": rfc3339(view.facts.expires_at),
        "paid_at": None if view.paid_at is None else rfc3339(view.paid_at),
        "left": max(0, view.facts.expires_at - now),
        "final": settled(view.facts, now),
        "version": view.fingerprint(now),
    }
