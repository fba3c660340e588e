"""Names below ``localhost`` are this computer (RFC 6761 §6.3): browsers know that, many systems' resolvers do not."""

from __future__ import annotations

import socket
from typing import Any

from core.adapters.tls import aiohttp

# Not imported from aiohttp.abc: it would be imported before core.adapters.tls, and read the system's certificates.
ResolveResult = aiohttp.abc.ResolveResult


class Names(aiohttp.abc.AbstractResolver):
    """The system's resolver, but for those names."""

    def __init__(self) -> None:
        self._system: aiohttp.ThreadedResolver | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host.endswith(".localhost"):
            flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
            return [
                ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=flags)
            ]
        if self._system is None:
            self._system = aiohttp.ThreadedResolver()
        return await self._system.resolve(host, port, family)

    async def close(self) -> None:
        """Nothing is held."""


def connector(**how: Any) -> aiohttp.TCPConnector:
    """A pool of connections that finds such names."""
    return aiohttp.TCPConnector(resolver=Names(), **how)
