"""Stores, invitations and pages: buckets of key and value, changed only from the revision that was read."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from functools import partial
from typing import Final, TypeVar

import msgspec
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, NotFoundError

from core.kernel.clock import SECOND, Clock
from localserver.relay.engine import LARGEST_PAGE, Conflict, Full, Invite, KeptPage, Quota, Store, Unavailable
from localserver.relay.jetstream.cable import WRONG_SEQUENCE, Cable, said
from localserver.relay.jetstream.events import count
from localserver.relay.jetstream.streams import INVITES, PAGES, STORES, stream_of

T = TypeVar("T")

_AT_ONCE: Final = 16
_LISTED: Final = 256
_ATTEMPTS: Final = 5


class Bucket:
    """One of NATS' key-value buckets. Values are read from the leader: a replica may not have the last one yet."""

    def __init__(self, cable: Cable, name: str) -> None:
        self._cable = cable
        self._stream = stream_of(name)
        self._base = f"$KV.{name}."

    async def get(self, key: str) -> tuple[bytes, int] | None:
        """→ value and revision."""
        found = await self._last(key)
        return None if found is None else (found.data or b"", found.seq or 0)

    async def _last(self, key: str) -> RawStreamMsg | None:
        subject = self._base + key
        try:
            return await self._cable.told(lambda: self._cable.js.get_msg(self._stream, subject=subject))
        except NotFoundError:
            return None

    async def put(self, key: str, value: bytes, *, before: int | None = None, seconds: int = 0) -> int:
        """Keep a value, for so many seconds (0: for ever). → its revision.

        ``before``: the revision that it replaces, 0 for none; Raises Conflict when another one is there.
        """
        mark = secrets.token_hex(8)
        headers = {"Nats-Msg-Id": mark}
        if seconds:
            headers["Nats-TTL"] = str(seconds)
        if before is not None:
            headers["Nats-Expected-Last-Subject-Sequence"] = str(before)
        try:
            return await self._cable.keep(self._base + key, value, headers)
        except APIError as error:
            if error.err_code not in WRONG_SEQUENCE:
                raise Unavailable("NATS does not answer ({detail}).", detail=said(error)) from None
        # A try that was not answered may have been carried out: then what is there has our mark.
        found = await self._last(key)
        if found is not None and (found.headers or {}).get("Nats-Msg-Id") == mark:
            return found.seq or 0
        raise Conflict

    async def drop(self, key: str) -> None:
        """``key`` may end with ``>``: everything below."""
        await self._cable.purge(self._stream, self._base + key)

    async def count(self, below: str) -> int:
        return await count(self._cable, self._stream, self._base + below)

    async def keys(self, below: str) -> set[str]:
        async def names() -> set[str]:
            info = await self._cable.js.stream_info(self._stream, subjects_filter=self._base + below)
            return {subject[len(self._base) :] for subject in info.state.subjects or ()}

        return await self._cable.patiently(names)

    async def values(self) -> list[tuple[bytes, int]]:
        """All of them, from any replica."""
        found: list[tuple[bytes, int]] = []
        direct = f"$JS.API.DIRECT.GET.{self._stream}"
        while True:
            asked = {"seq": found[-1][1] + 1 if found else 1, "next_by_subj": self._base + ">", "batch": _LISTED}
            page = await self._cable.patiently(partial(self._cable.gather, direct, asked))
            found += [(msg.data, int((msg.headers or {})["Nats-Sequence"])) for msg in page]
            if len(page) < _LISTED:
                return found


class Records:
    """The part of the engine that keeps what is not an event."""

    def __init__(self, cable: Cable, clock: Clock) -> None:
        self._clock = clock
        self._stores = Bucket(cable, STORES)
        self._invites = Bucket(cable, INVITES)
        self._pages = Bucket(cable, PAGES)

    def _left(self, until: int) -> int:
        """Whole seconds that something is kept yet. NATS counts them from here on, by its own clock."""
        return max(1, -(-(until - self._clock.now()) // SECOND))

    # -- stores ------------------------------------------------------------------------------------------------

    async def store(self, handle: str) -> Store | None:
        found = await self._stores.get(handle)
        return None if found is None else _store(*found)

    async def stores(self) -> Sequence[Store]:
        return sorted((_store(*found) for found in await self._stores.values()), key=lambda store: store.handle)

    async def create(self, store: Store) -> bool:
        try:
            await self._stores.put(store.handle, msgspec.msgpack.encode(store), before=0)
        except Conflict:
            return False
        return True

    async def update(self, store: Store) -> Store:
        revision = await self._stores.put(store.handle, msgspec.msgpack.encode(store), before=store.revision)
        return msgspec.structs.replace(store, revision=revision)

    async def forget(self, handle: str) -> None:
        await self._stores.drop(handle)
        await self._pages.drop(f"{handle}.>")
        for invite in await self.invites():
            if invite.used_by == handle:
                await self._invites.drop(invite.mark)

    # -- invitations -------------------------------------------------------------------------------------------

    async def save_invite(self, invite: Invite) -> None:
        await self._keep_invite(invite, 0)

    async def _keep_invite(self, invite: Invite, before: int) -> None:
        kept = msgspec.msgpack.encode(invite)
        await self._invites.put(invite.mark, kept, before=before, seconds=self._left(invite.until))

    async def take_invite(self, mark: str, handle: str, now: int) -> Invite | None:
        for _ in range(_ATTEMPTS):
            found = await self._invites.get(mark)
            if found is None:
                return None
            invite = msgspec.msgpack.decode(found[0], type=Invite)
            if invite.until <= now or invite.used_by not in ("", handle):
                return None
            used = msgspec.structs.replace(invite, used_by=handle)
            try:
                await self._keep_invite(used, found[1])
            except Conflict:
                continue
            return used
        return None

    async def invites(self) -> Sequence[Invite]:
        found = [msgspec.msgpack.decode(value, type=Invite) for value, _ in await self._invites.values()]
        return sorted(found, key=lambda invite: invite.until)

    # -- pages -------------------------------------------------------------------------------------------------

    async def publish(self, handle: str, pages: Sequence[KeptPage], gone: Sequence[bytes], quota: Quota) -> None:
        """Looked at before, then kept one by one: what breaks off in the middle is published again by its store, which
        has one connection, and so nobody who publishes beside it."""
        now = self._clock.now()
        over = {page.id for page in pages if page.until <= now}
        kept = [page for page in pages if page.id not in over]
        dropped = (set(gone) - {page.id for page in kept}) | over
        if any(len(page.sealed) > LARGEST_PAGE for page in kept):
            raise Full
        if kept:
            await self._admit(handle, kept, dropped, quota)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def keep(page: KeptPage) -> None:
            async with gate:
                sealed = msgspec.msgpack.encode(page)
                await self._pages.put(_key(handle, page.id), sealed, seconds=self._left(page.until))

        async def drop(page_id: bytes) -> None:
            async with gate:
                await self._pages.drop(_key(handle, page_id))

        done = await asyncio.gather(*map(drop, dropped), *map(keep, kept), return_exceptions=True)
        for failed in done:
            if failed is not None:
                raise failed

    async def _admit(self, handle: str, pages: Sequence[KeptPage], gone: set[bytes], quota: Quota) -> None:
        if await self._pages.count(f"{handle}.>") + len(pages) <= quota.pages:
            return
        known = await self._pages.keys(f"{handle}.>")
        known -= {_key(handle, one) for one in gone}
        known |= {_key(handle, page.id) for page in pages}
        if len(known) > quota.pages:
            raise Full

    async def page(self, handle: str, page_id: bytes) -> KeptPage | None:
        found = await self._pages.get(_key(handle, page_id))
        page = None if found is None else msgspec.msgpack.decode(found[0], type=KeptPage)
        return page if page is not None and page.until > self._clock.now() else None

    async def expire(self, now: int) -> int:
        """NATS forgets by itself what is over; what a store's own clock said is over, is over here too."""
        gone = [invite for invite in await self.invites() if invite.until <= now]
        for invite in gone:
            await self._invites.drop(invite.mark)
        return len(gone)


def _store(value: bytes, revision: int) -> Store:
    return msgspec.structs.replace(msgspec.msgpack.decode(value, type=Store), revision=revision)


def _key(handle: str, page_id: bytes) -> str:
    return f"{handle}.{page_id.hex()}"
