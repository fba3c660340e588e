"""Bearer tokens as simulated providers lend them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from aiohttp import web

from core.kernel.clock import SECOND, Clock


@dataclass(slots=True)
class Tokens:
    """``life`` in seconds. Several live at once; ``lent`` counts them all."""

    clock: Clock
    life: int
    lent: int = 0
    _ends: dict[str, int] = field(default_factory=dict)

    def lend(self) -> str:
        token = uuid.uuid4().hex
        self._ends[token] = self.clock.now() + self.life * SECOND
        self.lent += 1
        return token

    def good(self, request: web.Request) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme == "Bearer" and self.clock.now() < self._ends.get(token, 0)

    def revoke(self) -> None:
        """All that were lent, before their time."""
        self._ends.clear()
