"""One node of a relay: what its handlers share, and nothing that another node would miss."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from msgspec import Struct

from core.kernel.clock import SECOND, Clock, SystemClock
from core.kernel.errors import Refused
from core.relay.keys import Sealer
from localserver.pay.guards import Bucket
from localserver.relay.answers import Room
from localserver.relay.engine import Engine, Store, Unavailable
from localserver.relay.figures import Figures

FRESH: Final = 2.0
"""Seconds for which a node believes what it read of a store: a suspension, another quota, a move take as long."""
QUICK: Final = 0.5
"""Seconds in which the engine says how a known store stands, or what is known holds for as long again."""
STORE_ROOM: Final = 32 * 1024 * 1024
NODE_ROOM: Final = 256 * 1024 * 1024
"""Bytes of webhooks on their way in, for one store and for all of them."""
_KNOWN: Final = 20_000  # stores remembered


class Address(Struct, frozen=True):
    """The relay's own address, ``https://relay.example`` (a port only where it is not the usual one). Each store is a
    host of its own below it, and so an origin of its own to browsers."""

    scheme: str
    domain: str
    port: int | None

    @classmethod
    def parse(cls, url: str) -> Address:
        """Raises Refused."""
        parts = urlsplit(url.strip())
        # Another script's letters come in a Host header as xn--…: the host writes them so, too.
        host = parts.hostname if url.isascii() else None
        if parts.scheme not in ("http", "https") or not host or parts.path.strip("/") or parts.query:
            raise Refused("The relay's address is like https://relay.example, without a path.")
        try:
            return cls(parts.scheme, host, parts.port)
        except ValueError:
            raise Refused("The relay's address is like https://relay.example, without a path.") from None

    def of(self, handle: str) -> str:
        return f"{self.scheme}://{handle}.{self.domain}" + (f":{self.port}" if self.port else "")


@dataclass(slots=True)
class Known:
    """A store as last read, and what is expensive to make for it."""

    store: Store
    sealer: Sealer
    read_at: float
    room: Room = field(default_factory=lambda: Room(STORE_ROOM))


@dataclass
class Node:
    """``proxies``: addresses whose X-Forwarded-For is believed."""

    engine: Engine
    address: Address
    clock: Clock = field(default_factory=SystemClock)
    proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})
    figures: Figures = field(default_factory=Figures)
    room: Room = field(default_factory=lambda: Room(NODE_ROOM))
    _known: dict[str, Known] = field(default_factory=dict)
    _own: bytes = field(default_factory=lambda: os.urandom(8))
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _limits: dict[tuple[str, float], Bucket] = field(default_factory=dict)

    def event_id(self) -> bytes:
        """16 bytes that name one event: this run of this node, and a number."""
        return self._own + next(self._numbers).to_bytes(8, "big")

    async def known(self, handle: str, *, fresh: bool = False) -> Known | None:
        """A registered store, as it was at most ``FRESH`` seconds ago (when the engine answers). Raises Unavailable."""
        found = self._known.get(handle)
        if found is not None and not fresh and monotonic() - found.read_at < FRESH:
            return found
        try:
            async with asyncio.timeout(None if found is None or fresh else QUICK):
                store = await self.engine.store(handle)
        except (Unavailable, TimeoutError):
            if found is None or fresh:
                raise
            # Who is known goes on being served while the engine has no word on stores: it may still keep events.
            found.read_at = monotonic()
            return found
        if store is None:
            self._known.pop(handle, None)
            return None
        sealer = found.sealer if found and found.store.seal_key == store.seal_key else Sealer(store.seal_key)
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[handle] = known = Known(store, sealer, monotonic(), found.room if found else Room(STORE_ROOM))
        return known

    def admits(self, store: Store) -> bool:
        """Whether this store's share of requests allows one more."""
        return self._limit("store", store.quota.rate, 4).take((store.handle,))

    def admits_visitor(self, store: Store, peer: str) -> bool:
        """As :meth:`admits`, and whether this visitor has not asked too much of it. (Webhooks of a whole evening may
        come from one address.)"""
        return self._limit("peer", max(5.0, store.quota.rate / 10), 6).take(
            (store.handle, network(peer))
        ) and self.admits(store)

    def admits_joining(self, peer: str) -> bool:
        """Guessing an invitation is hopeless; trying costs the others nothing either."""
        return self._limit("join", 0.2, 25).take((network(peer),))

    def _limit(self, kind: str, rate: float, seconds: int) -> Bucket:
        key = (kind, rate)
        if key not in self._limits:
            self._limits[key] = Bucket(self.clock, burst=max(1, int(rate * seconds)), pace=max(1, int(SECOND / rate)))
        return self._limits[key]

    def peer(self, request: web.BaseRequest) -> str:
        """Who asks: as the proxy before us says, or the socket."""
        remote = request.remote or ""
        if remote in self.proxies:
            told = request.headers.getall("X-Forwarded-For", [])
            if told:
                return told[-1].rsplit(",", 1)[-1].strip()[:64]
        return remote


def network(peer: str) -> str:
    """Who is counted as one: an address, of IPv6 the network that a household has (RFC 6177)."""
    with suppress(ValueError):
        address = ip_address(peer)
        if isinstance(address, IPv6Address):
            return str(address.ipv4_mapped or address.exploded[:19])
    return peer


NODE: Final = web.AppKey("node", Node)
