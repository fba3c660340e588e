"""How a simulated provider notifies a shop: signed at each try, retried, and as badly as a script asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec
from msgspec import Struct

from core.adapters.http import Http, NoAnswer
from core.kernel.clock import Clock

Sleep = Callable[[float], Awaitable[None]]
Sign = Callable[[bytes, int, bool], dict[str, str]]
"""Headers of one try, from the body, the time in ms UTC, and whether to spoil the proof of origin."""

LOG_LENGTH: Final = 1000


class Delivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one notification is sent. ``delay`` and ``skew`` are seconds; a ``skew`` of -600 makes it look old."""

    send: bool = True
    hold: bool = False
    """Kept back until released, so that several can leave in another order."""
    delay: float = 0.0
    copies: int = 1
    bad_signature: bool = False
    skew: float = 0.0


class Notification(Struct, frozen=True):
    """One event, ready to be sent (again)."""

    url: str
    reference: str
    what: str
    body: bytes


@dataclass(slots=True)
class Try:
    """One line of the delivery log. ``status`` is None when nobody answered."""

    reference: str
    what: str
    attempt: int
    status: int | None
    at: int


@dataclass(slots=True)
class Courier:
    """Sends notifications from background tasks. ``retries`` are the seconds between tries after a non-2xx answer."""

    clock: Clock
    sign: Sign
    sleep: Sleep
    retries: tuple[float, ...]
    user_agent: str
    method: str = "POST"
    spoil: Callable[[bytes], bytes] = bytes
    """What a wrong proof makes of a body that carries the proof itself; nothing where headers do."""
    refusal_is_final: bool = False
    """A 4xx answer ends the tries, as some providers do."""
    log: list[Try] = field(default_factory=list)
    held: list[tuple[Notification, Delivery]] = field(default_factory=list)
    sent: list[Notification] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _http: Http = field(init=False)

    def __post_init__(self) -> None:
        self._http = Http(self.clock, user_agent=self.user_agent, total_timeout=10.0)

    def post(self, notification: Notification, how: Delivery) -> asyncio.Task[None] | None:
        """Send in the background; nothing at all if so scripted or if the shop has no webhook address."""
        if not how.send or not notification.url:
            return None
        self.sent.append(notification)
        del self.sent[:-LOG_LENGTH]
        if how.hold:
            self.held.append((notification, how))
            return None
        return self._start(notification, how)

    def release(self, order: Literal["sent", "reversed"]) -> int:
        """Let the held notifications go, one after another in that order; returns how many."""
        held, self.held = self.held, []
        if order == "reversed":
            held.reverse()

        async def one_by_one() -> None:
            for notification, how in held:
                await self._deliver(notification, how)

        if held:
            self._keep(asyncio.create_task(one_by_one()))
        return len(held)

    async def settle(self) -> None:
        """Return when nothing is on its way any more."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()

    def _start(self, notification: Notification, how: Delivery) -> asyncio.Task[None]:
        return self._keep(asyncio.create_task(self._deliver(notification, how)))

    def _keep(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _deliver(self, notification: Notification, how: Delivery) -> None:
        if how.delay > 0:
            await self.sleep(how.delay)
        await asyncio.gather(*(self._until_taken(notification, how) for _ in range(how.copies)))

    async def _until_taken(self, notification: Notification, how: Delivery) -> None:
        for attempt, pause in enumerate((*self.retries, None), start=1):
            status = await self._try(notification, how)
            self.log.append(Try(notification.reference, notification.what, attempt, status, self.clock.now()))
            del self.log[:-LOG_LENGTH]
            if pause is None or (status is not None and self._final(status)):
                return
            await self.sleep(pause)

    def _final(self, status: int) -> bool:
        return 200 <= status < 300 or (self.refusal_is_final and 400 <= status < 500)

    async def _try(self, notification: Notification, how: Delivery) -> int | None:
        at = self.clock.now() + round(how.skew * 1000)
        body = self.spoil(notification.body) if how.bad_signature else notification.body
        headers = {"Content-Type": "application/json", **self.sign(body, at, how.bad_signature)}
        try:
            reply = await self._http.request(self.method, notification.url, headers=headers, data=body)
        except NoAnswer:
            return None
        return reply.status
