"""Events in JetStream: a subject for each store in one stream, read by cursor without a consumer for each.

Shares are kept twice. The stream refuses a subject that has as many events as any store may have, exactly and whoever
publishes. A store's own share, and its bytes, each node watches: it knows what it has added itself, and looks at what
truly waits before the sum reaches the share, and after every eighth of it. So a share of bytes may be exceeded by an
eighth for each node that accepts for this store at the same moment, and never by more.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic
from typing import Final

from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError

from localserver.relay.engine import DEFAULT_EVENTS, Backlog, Full, Quota, Unavailable
from localserver.relay.jetstream.cable import TRY, Cable, said
from localserver.relay.jetstream.streams import EVENTS, allow, subject_of

_STEP: Final = 8
_PAGE: Final = 4 * 1024 * 1024
"""Bytes of one reading; an event that is larger comes alone."""
_LOOK: Final = 1.0  # s between two looks at a share that is used up, unless this node has seen it freed
_STALE: Final = 5
_BEHIND: Final = 0.03  # s for a replica to have what the leader has
_SHARES: Final = 20_000  # stores remembered
_DIRECT: Final = f"$JS.API.DIRECT.GET.{EVENTS}"


@dataclass(slots=True)
class Amount:
    """Of events, and of their bytes."""

    events: int = 0
    bytes: int = 0

    def add(self, events: int, size: int) -> None:
        self.events += events
        self.bytes += size


@dataclass(slots=True)
class Share:
    """What this node knows of one store's share: what waited when it last looked, what it has added since, and what is
    on its way. ``freed``: it has seen events go."""

    waiting: Amount = field(default_factory=Amount)
    added: Amount = field(default_factory=Amount)
    flying: Amount = field(default_factory=Amount)
    freed: bool = True
    looked_at: float = 0.0
    newest: int = 0
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def fits(self, size: int, quota: Quota) -> bool:
        waiting, added, flying = self.waiting, self.added, self.flying
        return (
            waiting.events + added.events + flying.events < quota.events
            and waiting.bytes + added.bytes + flying.bytes + size <= quota.bytes
        )

    def blind(self, size: int, quota: Quota) -> bool:
        """Whether too much was added since the last look to go on without one."""
        return self.added.events >= quota.events // _STEP or self.added.bytes + size > quota.bytes // _STEP


class Events:
    """The part of the engine that keeps events."""

    def __init__(self, cable: Cable) -> None:
        self._cable = cable
        self._shares: dict[str, Share] = {}
        self._room = DEFAULT_EVENTS

    def _share(self, handle: str) -> Share:
        share = self._shares.get(handle)
        if share is None:
            if len(self._shares) >= _SHARES:
                self._shares.clear()
            share = self._shares[handle] = Share()
        return share

    async def make_room(self, quota: Quota) -> None:
        """Nobody's subject is full before this share is used up."""
        if quota.events > self._room:
            await allow(self._cable, quota.events)
            self._room = quota.events

    # -- in ----------------------------------------------------------------------------------------------------

    async def append(self, handle: str, event_id: bytes, sealed: bytes, quota: Quota) -> int:
        """Raises Full, Unavailable."""
        share, size = self._share(handle), len(sealed)
        if share.blind(size, quota) or not share.fits(size, quota):
            await self._make_sure(handle, share, size, quota)
        share.flying.add(1, size)
        try:
            # The id is the store's: two stores may be sent events of one id.
            headers = {"Nats-Msg-Id": f"{handle}:{event_id.hex()}"}
            seq = await self._cable.keep(subject_of(handle), sealed, headers)
            share.added.add(1, size)
        except APIError as error:
            if "per subject" in (error.description or ""):
                raise Full from None
            raise Unavailable("NATS does not answer ({detail}).", detail=said(error)) from None
        finally:
            share.flying.add(-1, -size)
        self.heard(handle, seq)
        return seq

    async def _make_sure(self, handle: str, share: Share, size: int, quota: Quota) -> None:
        async with share.looking:
            if share.blind(size, quota) or (
                not share.fits(size, quota) and (share.freed or monotonic() - share.looked_at > _LOOK)
            ):
                await self._look(handle, share, quota)
            if not share.fits(size, quota):
                raise Full

    async def _look(self, handle: str, share: Share, quota: Quota) -> None:
        """See what waits. Its bytes are counted (a line of headers for each event) only when they may matter: after an
        eighth of the share, or when there are fewer events than before."""
        added = replace(share.added)
        events = await self.waiting(handle)
        counted = (
            share.freed or events < share.waiting.events or added.bytes + share.waiting.bytes > quota.bytes // _STEP
        )
        share.freed, share.looked_at = False, monotonic()
        if events and counted:
            found = await self.backlog(handle)
            share.waiting = Amount(found.events, found.bytes)
            share.added.add(-added.events, -added.bytes)
        else:  # of the bytes, the sum stays what is known to have been added
            share.waiting = Amount(events, share.waiting.bytes + added.bytes if events else 0)
            share.added.add(-added.events, -added.bytes)

    # -- out ---------------------------------------------------------------------------------------------------

    def heard(self, handle: str, seq: int) -> None:
        """An event of this number exists: reading up to a smaller one has met a replica that is behind."""
        share = self._share(handle)
        share.newest = max(share.newest, seq)

    def newest(self, handle: str) -> int:
        return self._share(handle).newest

    async def read(self, handle: str, after: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """Any replica answers. A reader that has heard of a newer event asks again, for that one may be behind."""
        found: list[tuple[int, bytes]] = []
        share = self._share(handle)
        for _ in range(_STALE):
            last, wanted = found[-1][0] if found else after, limit - len(found)
            more = await self._cable.patiently(partial(self._read, handle, last, wanted))
            found += more
            newest, last = share.newest, found[-1][0] if found else after
            if len(found) >= limit or newest <= last or sum(len(sealed) for _, sealed in more) > _PAGE // 2:
                return found
            if not more:
                await asyncio.sleep(_BEHIND)
        if share.newest == newest:  # no replica has it: it was taken over at another node
            share.newest = 0
        return found

    async def _read(self, handle: str, after: int, limit: int) -> Sequence[tuple[int, bytes]]:
        asked = {"seq": after + 1, "next_by_subj": subject_of(handle), "batch": limit, "max_bytes": _PAGE}
        found: list[tuple[int, bytes]] = []
        before = 0
        for msg in await self._cable.gather(_DIRECT, asked):
            if _number(msg, "Nats-Last-Sequence") != before:
                break  # one before it was lost on the way: what follows is read again, never passed over
            before = _number(msg, "Nats-Sequence")
            found.append((before, msg.data))
        return found

    async def ack(self, handle: str, seq: int) -> None:
        await self._cable.purge(EVENTS, subject_of(handle), seq + 1)
        share = self._share(handle)
        share.freed = True
        if share.newest <= seq:
            share.newest = 0

    async def forget(self, handle: str) -> None:
        """All of it."""
        await self._cable.purge(EVENTS, subject_of(handle))
        self._shares.pop(handle, None)

    # -- how much ----------------------------------------------------------------------------------------------

    async def waiting(self, handle: str) -> int:
        return await count(self._cable, EVENTS, subject_of(handle))

    async def waiting_in_all(self) -> int:
        return (await self._cable.patiently(lambda: self._cable.js.stream_info(EVENTS))).state.messages

    async def backlog(self, handle: str) -> Backlog:
        if not await self.waiting(handle):
            return Backlog(0, 0)
        sizes = await self._cable.patiently(lambda: self._sizes(handle))
        return Backlog(len(sizes), sum(sizes))

    async def _sizes(self, handle: str) -> list[int]:
        """By a consumer that lives for this and sends headers only."""
        name = secrets.token_hex(8)
        made = await self._cable.js.add_consumer(
            EVENTS,
            ConsumerConfig(
                name=name,
                filter_subject=subject_of(handle),
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.NONE,
                headers_only=True,
                mem_storage=True,
                num_replicas=1,
                inactive_threshold=30,
            ),
        )
        try:
            reading = await self._cable.js.pull_subscribe_bind(name, EVENTS)
            try:
                found = await reading.fetch(made.num_pending, TRY) if made.num_pending else []
            finally:
                await reading.unsubscribe()
            return [_number(msg, "Nats-Msg-Size") for msg in found]
        finally:
            await self._cable.js.delete_consumer(EVENTS, name)


async def count(cable: Cable, stream: str, subject: str) -> int:
    """How many messages a stream has below a subject."""
    asked = {"seq": 1, "next_by_subj": subject, "batch": 1}
    found = await cable.patiently(lambda: cable.gather(f"$JS.API.DIRECT.GET.{stream}", asked))
    return 1 + _number(found[0], "Nats-Num-Pending") if found else 0


def _number(msg: Msg, header: str) -> int:
    return int((msg.headers or {}).get(header, "0"))
