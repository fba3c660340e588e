"""A store that is served, time that is moved by hand, and a kind of tunnel that does what a test says."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Final

from core.bootstrap import Shop
from core.tunnels.rules import TunnelState
from localserver.tunnels.contract import Kind

ACTING: Final = 2.0
"""Seconds that whoever has been woken may take, on a busy machine, until it sleeps again."""


class Timeline:
    """Sleeps end when :meth:`advance` passes them. ``slept``: how long each was to be. ``suspended``: how long the
    computer slept itself, which only the clock on the wall knows."""

    def __init__(self) -> None:
        self.now = self.suspended = 0.0
        self.slept: list[float] = []
        self._order = count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self.now + seconds, next(self._order), future))
        await future

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now + self.suspended

    async def advance(self, seconds: float) -> None:
        """In small steps, each of which lets those act who wake: time stands until as many sleep as before."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 2.5)
            sleepers, woke = len(self.asleep()), False
            while self._waiting and self._waiting[0][0] <= self.now:
                future = heapq.heappop(self._waiting)[2]
                if not future.done():
                    future.set_result(None)
                    woke = True
            await asyncio.sleep(0.004)
            if woke:
                await self._acted(sleepers)

    async def _acted(self, sleepers: int) -> None:
        """Or a while later, where fewer have reason to sleep now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ACTING):
                while True:
                    for _ in range(10):  # whoever is just being sent away sleeps no more after these
                        await asyncio.sleep(0)
                    if len(self.asleep()) >= sleepers:
                        return
                    await asyncio.sleep(0.002)

    def asleep(self) -> list[float]:
        """For how long each that sleeps still will."""
        return sorted(due - self.now for due, _, future in self._waiting if not future.done())


class Play:
    """The tunnels that are made, in order. ``plan``: what each start does: an address, or what it raises."""

    def __init__(self, plan: list[str | Exception], *, keeps: bool = False, watched: bool = False) -> None:
        self.plan, self.keeps = plan, keeps
        self.started = 0
        self.open: list[PlayedTunnel] = []
        self.kind = Kind("ssh", lambda shop: PlayedTunnel(self), lambda shop: self.keeps, watched)

    @property
    def last(self) -> PlayedTunnel:
        return self.open[-1]


class PlayedTunnel:
    def __init__(self, play: Play) -> None:
        self._play = play
        self.news: asyncio.Queue[str | Exception] = asyncio.Queue()

    async def start(self, port: int) -> str:
        self._play.started += 1
        self._play.open.append(self)
        said = self._play.plan.pop(0) if len(self._play.plan) > 1 else self._play.plan[0]
        if isinstance(said, Exception):
            raise said
        return said

    async def changed(self) -> str:
        said = await self.news.get()
        if isinstance(said, Exception):
            raise said
        return said

    async def stop(self) -> None:
        if self in self._play.open:
            self._play.open.remove(self)


async def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for what other threads and sockets bring about."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def shown(shop: Shop, phase: str) -> TunnelState:
    """Wait until the tunnel is said to be so. → what is said"""
    try:
        await until(lambda: shop.tunnel.state.phase == phase)
    except TimeoutError:
        raise AssertionError(f"not {phase}: {shop.tunnel.state}") from None
    return shop.tunnel.state
