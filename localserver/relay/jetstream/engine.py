"""The engine over NATS: what it is made of."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from core.kernel.clock import Clock, SystemClock
from localserver.relay.engine import Backlog, Invite, KeptPage, Presence, Quota, Store
from localserver.relay.jetstream.between import Between
from localserver.relay.jetstream.cable import Cable
from localserver.relay.jetstream.events import Events
from localserver.relay.jetstream.records import Records
from localserver.relay.jetstream.streams import prepare


class JetStreamEngine:
    """Implements :class:`localserver.relay.engine.Engine` for one node; any number of nodes share the same NATS.

    ``urls``: its servers; ``replicas``: on how many of them everything is, 3 but for a trial.
    """

    name = "nats"

    def __init__(self, urls: Sequence[str], replicas: int = 3, clock: Clock | None = None) -> None:
        self._replicas = replicas
        self._cable = Cable(urls)
        self._events = Events(self._cable)
        self._records = Records(self._cable, clock or SystemClock())
        self._between = Between(self._cable, self._events.heard, self._events.newest)

    async def open(self) -> None:
        """Raises EnvironmentProblem too: too few replicas, too small messages, too old a server."""
        await self._cable.open()
        try:
            await prepare(self._cable, self._replicas)
        except BaseException:
            await self._cable.close()
            raise

    async def close(self) -> None:
        await self._between.close()
        await self._cable.close()

    # -- stores ------------------------------------------------------------------------------------------------

    async def store(self, handle: str) -> Store | None:
        return await self._records.store(handle)

    async def stores(self) -> Sequence[Store]:
        return await self._records.stores()

    async def create(self, store: Store) -> bool:
        await self._events.make_room(store.quota)
        return await self._records.create(store)

    async def update(self, store: Store) -> Store:
        await self._events.make_room(store.quota)
        return await self._records.update(store)

    async def remove(self, handle: str) -> None:
        """The record first: nothing is accepted for it from then on."""
        await self._records.forget(handle)
        await self._events.forget(handle)

    async def save_invite(self, invite: Invite) -> None:
        await self._records.save_invite(invite)

    async def take_invite(self, mark: str, handle: str, now: int) -> Invite | None:
        return await self._records.take_invite(mark, handle, now)

    async def invites(self) -> Sequence[Invite]:
        return await self._records.invites()

    # -- events ------------------------------------------------------------------------------------------------

    async def append(self, handle: str, event_id: bytes, sealed: bytes, quota: Quota) -> int:
        return await self._events.append(handle, event_id, sealed, quota)

    async def read(self, handle: str, after: int, limit: int) -> Sequence[tuple[int, bytes]]:
        return await self._events.read(handle, after, limit)

    async def ack(self, handle: str, seq: int) -> None:
        await self._events.ack(handle, seq)

    async def waiting(self, handle: str) -> int:
        return await self._events.waiting(handle)

    async def waiting_in_all(self) -> int:
        return await self._events.waiting_in_all()

    async def backlog(self, handle: str) -> Backlog:
        return await self._events.backlog(handle)

    # -- pages -------------------------------------------------------------------------------------------------

    async def publish(self, handle: str, pages: Sequence[KeptPage], gone: Sequence[bytes], quota: Quota) -> None:
        await self._records.publish(handle, pages, gone, quota)

    async def page(self, handle: str, page_id: bytes) -> KeptPage | None:
        return await self._records.page(handle, page_id)

    async def expire(self, now: int) -> int:
        return await self._records.expire(now)

    # -- between nodes -----------------------------------------------------------------------------------------

    async def present(self, handle: str, presence: Presence) -> Callable[[], Awaitable[None]]:
        return await self._between.present(handle, presence)

    async def nudge(self, handle: str) -> None:
        await self._between.nudge(handle)

    async def is_present(self, handle: str) -> bool:
        return await self._between.is_present(handle)

    def ask(self, handle: str, request: bytes) -> AsyncGenerator[bytes, None]:
        return self._between.ask(handle, request)
