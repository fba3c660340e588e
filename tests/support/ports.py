"""Ports that are free now, and will be in a moment."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

_FIRST: Final = 20_000
_SHARE: Final = 1000
"""Ports of one test process: those that run side by side have each their own."""
_SHARES: Final = 12  # all below what the system itself gives away: such a one may be gone a moment later


def _turns() -> Iterator[int]:
    """One after the other, so that none comes again soon: who had it may want to come back there."""
    first = _FIRST + _SHARE * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % _SHARES)
    at = os.getpid() * 37  # other runs on this computer begin elsewhere
    while True:
        at += 1
        yield first + at % _SHARE


_NEXT: Final = _turns()


def free_ports(number: int) -> list[int]:
    found: list[int] = []
    while len(found) < number:
        port = next(_NEXT)
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            found.append(port)
    return found
