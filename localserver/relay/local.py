"""Nodes of a relay that is one process: presence and questions without leaving it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from localserver.relay.engine import Away, Presence


class Here:
    """The connections this process holds, one for each store: the last to come is the store's."""

    def __init__(self) -> None:
        self._held: dict[str, Presence] = {}

    def enter(self, handle: str, presence: Presence) -> Callable[[], Awaitable[None]]:
        """→ leave, which does nothing once somebody else has entered."""
        before = self._held.get(handle)
        self._held[handle] = presence
        if before is not None:
            before.replaced()

        async def leave() -> None:
            if self._held.get(handle) is presence:
                del self._held[handle]

        return leave

    def nudge(self, handle: str) -> None:
        if (held := self._held.get(handle)) is not None:
            held.nudged()

    def holds(self, handle: str) -> bool:
        return handle in self._held

    async def ask(self, handle: str, request: bytes) -> AsyncGenerator[bytes, None]:
        """Raises Away."""
        held = self._held.get(handle)
        if held is None:
            raise Away
        async with aclosing(held.visit(request)) as parts:
            async for part in parts:
                yield part
