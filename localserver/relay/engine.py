"""What a relay stands on: something that keeps events, pages and stores, and carries words between its nodes.

Two exist, :mod:`localserver.relay.sqlite` and :mod:`localserver.relay.jetstream`; one suite of tests holds for both.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Final, Protocol

import msgspec

from core.kernel.errors import LivePayError, OutsideWorld

DEFAULT_EVENTS: Final = 20_000
DEFAULT_BYTES: Final = 64 * 1024 * 1024
DEFAULT_PAGES: Final = 2_000
LARGEST_PAGE: Final = 256 * 1024
"""Bytes of one page; with the number of pages it bounds what they take."""


class Full(LivePayError):
    """This store's share is used up: the sender is asked to come again later; nobody else notices."""

    def __init__(self) -> None:
        super().__init__("This store's share of the relay is used up.")


class Unavailable(OutsideWorld):
    """The engine cannot keep anything now: nothing was accepted."""


class Conflict(LivePayError):
    """Somebody changed the record meanwhile."""

    def __init__(self) -> None:
        super().__init__("The record was changed meanwhile.")


class Quota(msgspec.Struct, frozen=True):
    """What one store may leave here: events waiting, their bytes, pages; ``rate``: requests a second from outside."""

    events: int = DEFAULT_EVENTS
    bytes: int = DEFAULT_BYTES
    pages: int = DEFAULT_PAGES
    rate: float = 200.0


class Store(msgspec.Struct, frozen=True):
    """One registered store. ``home`` and ``epoch``: the installation that answers; ``revision`` is the engine's.

    ``challenges``: marks of the verify tokens it recognises.
    """

    handle: str
    name: str
    seal_key: bytes
    sign_key: bytes
    joined_at: int
    home: bytes = b""
    epoch: int = 0
    suspended: bool = False
    quota: Quota = Quota()
    challenges: tuple[bytes, ...] = ()
    seen_at: int = 0
    revision: int = 0


class Invite(msgspec.Struct, frozen=True):
    """The right to join once, until a moment (ms UTC); kept under the hash of its token."""

    mark: str
    note: str
    until: int
    handle: str = ""
    used_by: str = ""


class Backlog(msgspec.Struct, frozen=True):
    """What waits for one store."""

    events: int
    bytes: int


class KeptPage(msgspec.Struct, frozen=True):
    """A sealed page; ``until`` in ms UTC."""

    id: bytes
    sealed: bytes
    until: int


class Presence(Protocol):
    """A store's connection, as its node tells the engine of it. Every one of these may be called on the loop at any
    time, and must only hand over."""

    def nudged(self) -> None:
        """Something was kept for the store."""

    def replaced(self) -> None:
        """The store connected anew, here or at another node."""

    def visit(self, request: bytes) -> AsyncGenerator[bytes, None]:
        """Carry a request to the store; its answer in parts. Closed when nobody waits any more."""
        ...


class Engine(Protocol):
    """Durable means: survives a kill of every process; what it costs to survive a power cut is each engine's to say."""

    name: str

    async def open(self) -> None:
        """Raises Unavailable."""

    async def close(self) -> None: ...

    # -- stores
    async def store(self, handle: str) -> Store | None: ...

    async def stores(self) -> Sequence[Store]: ...

    async def create(self, store: Store) -> bool:
        """→ False when the name is taken."""
        ...

    async def update(self, store: Store) -> Store:
        """Replace the record that has ``store.revision``. Raises Conflict. → as it is kept now."""
        ...

    async def remove(self, handle: str) -> None:
        """The store, what waits for it, its pages, and the invitation it came with: that does not bring it back."""

    async def save_invite(self, invite: Invite) -> None: ...

    async def take_invite(self, mark: str, handle: str, now: int) -> Invite | None:
        """Use an invitation up: once, atomically. None: unknown, used (by another), over."""
        ...

    async def invites(self) -> Sequence[Invite]: ...

    # -- events
    async def append(self, handle: str, event_id: bytes, sealed: bytes, quota: Quota) -> int:
        """Keep one event durably, once for each id (no id is given to two events, ever). → its sequence number.
        Raises Full, Unavailable."""
        ...

    async def read(self, handle: str, after: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """The next events after a sequence number, in the order they were accepted in; fewer if they are large."""
        ...

    async def ack(self, handle: str, seq: int) -> None:
        """Forget everything up to ``seq``."""

    async def waiting(self, handle: str) -> int:
        """How many events wait: cheap."""
        ...

    async def waiting_in_all(self) -> int:
        """Of all stores together: for a host's figures."""
        ...

    async def backlog(self, handle: str) -> Backlog:
        """How many, and how large they are together: for a person who asks."""
        ...

    # -- pages
    async def publish(self, handle: str, pages: Sequence[KeptPage], gone: Sequence[bytes], quota: Quota) -> None:
        """Raises Full: nothing was published then."""

    async def page(self, handle: str, page_id: bytes) -> KeptPage | None:
        """None also when its time is over."""
        ...

    async def expire(self, now: int) -> int:
        """Forget pages and invitations whose time is over, and events older than a week. → how many."""
        ...

    # -- between nodes
    async def present(self, handle: str, presence: Presence) -> Callable[[], Awaitable[None]]:
        """This node holds the store's connection; another that held it is told it was replaced. → leave."""
        ...

    async def nudge(self, handle: str) -> None: ...

    async def is_present(self, handle: str) -> bool: ...

    def ask(self, handle: str, request: bytes) -> AsyncGenerator[bytes, None]:
        """Ask the store behind whichever node. Raises Away (before the first part, or in the middle)."""
        ...


class Away(OutsideWorld):
    """No node holds a connection of this store, or it broke off."""

    def __init__(self) -> None:
        super().__init__("The store is not connected.")
