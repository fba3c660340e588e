"""TLS for calls outside: the certificates are read with the first call, not with every start.

aiohttp reads the system's certificates twice while it is imported, 33 ms that the server's start waits for. Here it is
imported with contexts that know no certificate, so that whoever used them would be refused, never let through; every
call of ours brings :func:`trust`.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

__all__ = ("aiohttp", "trust")

_READING: Final = ("load_default_certs", "set_default_verify_paths")


@contextmanager
def _no_certificates() -> Iterator[None]:
    def nothing(*_: Any) -> None:
        pass

    own = {name: vars(ssl.SSLContext)[name] for name in _READING if name in vars(ssl.SSLContext)}
    for name in _READING:
        setattr(ssl.SSLContext, name, nothing)
    try:
        yield
    finally:
        for name in _READING:
            delattr(ssl.SSLContext, name)
        for name, method in own.items():
            setattr(ssl.SSLContext, name, method)


with _no_certificates():
    import aiohttp


@cache
def trust() -> ssl.SSLContext:
    """The system's certificates; hosts must prove their name."""
    return ssl.create_default_context()
