"""Keeps a store's tunnel open: opens it, asks it by way of outside, has what depends on the address follow, and begins
again after every end, with a pause that grows. A store's tunnel is its own and leads to the server that serves it."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from core.bootstrap import Shop
from core.bootstrap.connecting import answers_at
from core.bootstrap.following import ACTOR, lead_here, ready
from core.bootstrap.hooking import follow
from core.kernel.errors import LivePayError, OutsideWorld
from core.kernel.reasons import TIMED_OUT
from core.payments.provider import Finding
from core.tunnels.rules import ADDRESS, APART, KIND, LED, OFF, STUCK, TunnelState, pause
from localserver.tunnels.contract import Asks, Kind, Lost, Stuck, Tunnel
from localserver.tunnels.registry import REGISTRY

log = logging.getLogger(__name__)


class Rhythm(Struct, frozen=True):
    """Seconds. ``look``: between two looks at the network and at the clock on the wall; ``asleep``: by so much later
    than it should be, a look means that the computer slept. ``proved``, ``unproved``: between two questions to the
    address while it answers, and until it does. ``patience``: questions without an answer, in a row, until the tunnel
    is opened anew; ``trusting``: of a tunnel that watches itself. ``settled``: open for so long, an end is no failure
    of the opening."""

    start: float = 45.0
    look: float = 5.0
    asleep: float = 20.0
    proved: float = 60.0
    unproved: float = 5.0
    slowest: float = 900.0
    patience: int = 4
    trusting: int = 20
    settled: float = 60.0


def addresses() -> frozenset[tuple[str, str]]:
    """Which networks this computer is on."""
    import psutil  # only who has a tunnel pays for it

    return frozenset(
        (name, one.address) for name, found in psutil.net_if_addrs().items() for one in found if one.family > 0
    )


class Supervisor:
    """A part of the server that never ends by itself. All times by ``monotonic`` and ``wall``, seconds.

    ``leads``: whether WhatsApp follows; not for a tunnel that is only tried.
    """

    def __init__(
        self,
        shop: Shop,
        port: int,
        *,
        kinds: Sequence[Kind] = REGISTRY,
        rhythm: Rhythm | None = None,
        leads: bool = True,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        network: Callable[[], frozenset[Any]] = addresses,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shop, self._port = shop, port
        self._kinds = {kind.name: kind for kind in kinds}
        self._rhythm, self._leads = rhythm or Rhythm(), leads
        self._sleep, self._chance, self._network = sleep, chance, network
        self._wall, self._monotonic = wall, monotonic
        self._again = asyncio.Event()
        self._look = asyncio.Event()
        self._failures = 0
        self._wishes: tuple[str, ...] = ()
        self._pause = 0.0
        self._on: frozenset[Any] | None = None

    async def run(self) -> None:
        """Until cancelled; the tunnel is closed then."""
        loop = asyncio.get_running_loop()
        end = self._shop.tunnel.keep(lambda now: _call(loop, self._wake, now))
        try:
            while True:
                await self._round()
        finally:
            end()
            self._shop.tunnel.report(TunnelState())

    def _wake(self, now: bool) -> None:
        """A person asks, or a setting changed: begin anew if it is one of ours."""
        if now or self._read_wishes() != self._wishes:
            self._failures = 0
            self._again.set()

    def _read_wishes(self) -> tuple[str, ...]:
        settings = self._shop.settings
        keys = [key for key in settings.declared if key.startswith("tunnel.") and key not in APART]
        secret = {key for key in keys if settings.declared[key].kind == "secret"}
        return tuple(settings.secret(key) if key in secret else settings.get(key) for key in keys)

    async def _round(self) -> None:
        """One try from its beginning to its end, and the pause behind it."""
        self._again.clear()
        self._wishes = await asyncio.to_thread(self._read_wishes)
        name = self._shop.settings.get(KIND)
        kind = self._kinds.get(name)
        if name == OFF or kind is None:
            self._report(TunnelState())
            await self._off()
            await self._again.wait()
            return
        began = self._monotonic()
        try:
            await self._one(kind)
            return
        except Asks as error:
            self._told(kind, "asks", error, STUCK)
        except Stuck as error:
            self._told(kind, "stuck", error, STUCK)
        except LivePayError as error:
            self._broke(kind, error, began)
        except Exception:  # boundary: worker
            log.exception("The tunnel %s was ended by a mistake and begins again", kind.name)
            self._broke(kind, OutsideWorld("Something went wrong in LivePay; the details are in the log."), began)
        await self._rest()

    def _broke(self, kind: Kind, error: LivePayError, began: float) -> None:
        if self._monotonic() - began >= self._rhythm.settled:
            self._failures = 0
        self._failures += 1
        self._told(kind, "waiting", error, pause(self._failures, self._chance()))

    def _told(self, kind: Kind, phase: str, error: LivePayError, seconds: float) -> None:
        now = self._shop.clock.now()
        state = TunnelState(
            kind.name,
            phase,  # type: ignore[arg-type]
            self._shop.address(),
            problem=error,
            again_at=now + round(seconds * 1000),
            fingerprint=error.fingerprint if isinstance(error, Asks) else "",
        )
        self._pause = seconds
        self._report(state)

    def _report(self, state: TunnelState) -> None:
        """``since`` is when it became so: it stays through tries that change nothing else."""
        before = self._shop.tunnel.state
        same = (before.kind, before.phase, before.url) == (state.kind, state.phase, state.url)
        since = before.since if same else self._shop.clock.now()
        if not same:
            log.info("The tunnel %s is %s%s", state.kind, state.phase, f": {state.problem}" if state.problem else "")
        self._shop.tunnel.report(replace(state, since=since, waiting=self._shop.line.waiting))

    async def _rest(self) -> None:
        """The pause, shorter when somebody asks or the network is another."""
        self._look.clear()
        await _first(self._sleep(self._pause), self._again.wait(), self._look.wait(), self._watch())

    # -- one tunnel

    async def _one(self, kind: Kind) -> None:
        """Open it and stay until a person wants another. Raises what ended it otherwise."""
        tunnel: Tunnel | None = None
        try:
            if not kind.keeps(self._shop):
                await self._keep("")  # what an earlier tunnel was called leads nowhere now
            self._report(TunnelState(kind.name, "opening", self._shop.address()))
            await asyncio.to_thread(ready, self._shop)
            await self._moved()
            tunnel = kind.make(self._shop)
            try:
                async with asyncio.timeout(self._rhythm.start):
                    url = await tunnel.start(self._port)
            except TimeoutError:
                raise Lost("The tunnel was not open after {seconds} s.", seconds=round(self._rhythm.start)) from None
            while url:
                url = await self._while_open(kind, tunnel, url)
        finally:
            if tunnel is not None:
                await tunnel.stop()
            if not kind.keeps(self._shop):
                await self._keep("")

    async def _while_open(self, kind: Kind, tunnel: Tunnel, url: str) -> str:
        """→ the next address; empty when a person wants it begun anew."""
        await self._keep(url)
        self._look.clear()
        changed = asyncio.ensure_future(tunnel.changed())
        await _first(changed, self._again.wait(), self._prove(kind, url), self._watch(kind))
        return changed.result() if not changed.cancelled() and changed.done() else ""

    async def _keep(self, url: str) -> None:
        """Note the tunnel's address: from now on every link and callback is made with it."""
        if self._shop.settings.get(ADDRESS) != url:
            await asyncio.to_thread(self._shop.settings.set, ADDRESS, url, ACTOR)

    async def _prove(self, kind: Kind, url: str) -> None:
        """Ask the address itself, again and again, and have WhatsApp follow once it answers. Raises Lost."""
        rhythm, missed, proved = self._rhythm, 0, False
        patience = rhythm.trusting if kind.watched else rhythm.patience
        self._report(TunnelState(kind.name, "opening", url))
        leading = _Leading(self._shop, rhythm, self._monotonic)
        while True:
            found = await answers_at(self._shop, url)
            if found.ok:
                missed, proved = 0, True
                self._report(TunnelState(kind.name, "open", url, trailing=await leading.go() if self._leads else None))
                wait = rhythm.proved
            else:
                missed += 1
                wait = rhythm.unproved * min(missed, 6)
                self._missed(kind, url, found, missed, proved=proved, patience=patience)
            self._look.clear()
            await _first(self._sleep(wait), self._look.wait())

    def _missed(self, kind: Kind, url: str, found: Finding, missed: int, *, proved: bool, patience: int) -> None:
        """Say that nobody answered there. Raises Lost when that was often enough."""
        problem = _unreached(url, self._port, found)
        if proved and missed >= patience:
            raise problem
        if proved and kind.watched and found.params.get("why") == TIMED_OUT:
            self._report(replace(self._shop.tunnel.state, slow=True))
        elif not proved or missed > 1:  # one question lost on a bad network says nothing yet
            self._report(TunnelState(kind.name, "unreached", url, problem=problem))

    async def _watch(self, kind: Kind | None = None) -> None:
        """Another network, or a computer that slept: look now. Ends when what was open from here is none any more, for
        its address is gone or its other end has long given up, and nothing is lost by beginning anew."""
        rhythm = self._rhythm
        await self._moved()
        while True:
            began = self._wall()
            await self._sleep(rhythm.look)
            gone, other = await self._moved()
            slept = self._wall() - began > rhythm.look + rhythm.asleep
            if slept and not gone:
                await self._shop.http.renew()
            if (slept or gone) and kind is not None and kind.watched:
                return
            if slept or other:
                self._look.set()

    async def _moved(self) -> tuple[bool, bool]:
        """Since this was asked last: whether an address is gone, and whether anything is another. What the store had
        open from such an address is dead, and nobody says so: it is not used again."""
        now = await asyncio.to_thread(self._network)
        before, self._on = self._on if self._on is not None else now, now
        if before - now:
            await self._shop.http.renew()
        return bool(before - now), before != now

    async def _off(self) -> None:
        """The tunnel is no more: its address is forgotten, and WhatsApp is led to the one that was typed, if any."""
        try:
            await self._keep("")
            url = self._shop.address()
            if url and self._leads and self._shop.settings.get(LED) and (await answers_at(self._shop, url)).ok:
                await lead_here(self._shop)
        except LivePayError as error:
            log.info("WhatsApp was not led to the typed address: %s", error)


class _Leading:
    """Leads WhatsApp to the address once it is proved; what is refused is tried again, each time later."""

    def __init__(self, shop: Shop, rhythm: Rhythm, monotonic: Callable[[], float]) -> None:
        self._shop, self._monotonic = shop, monotonic
        self._wait, self._slowest = rhythm.proved, rhythm.slowest
        self._not_before = 0.0
        self._problem: LivePayError | None = None

    async def go(self) -> LivePayError | None:
        """→ why WhatsApp does not follow; None when it does."""
        if self._problem is not None and self._monotonic() < self._not_before:
            return self._problem
        try:
            await lead_here(self._shop)
            await follow(self._shop, ACTOR)
            self._problem = None
        except LivePayError as error:
            self._problem = error
            self._not_before = self._monotonic() + self._wait
            self._wait = min(2 * self._wait, self._slowest)
        return self._problem


def _unreached(url: str, port: int, found: Finding) -> Lost:
    """Why this store does not answer at its address, though the tunnel says that it is open."""
    host, why = urlsplit(url).netloc, found.params.get("why")
    if why is not None:
        return Lost("The tunnel is open, but nobody answers at {host} ({why}).", host=host, why=why)
    return Lost(
        "The tunnel is open, but something else answers at {host}: it must lead to port {port} of this computer.",
        host=host,
        port=port,
    )


async def _first(*awaited: Awaitable[object]) -> None:
    """Until one of them ends; the others are ended too. Raises what the first one raised."""
    tasks = [asyncio.ensure_future(one) for one in awaited]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _call(loop: asyncio.AbstractEventLoop, wake: Callable[[bool], None], now: bool) -> None:
    with suppress(RuntimeError):  # the server has just ended
        loop.call_soon_threadsafe(wake, now)
