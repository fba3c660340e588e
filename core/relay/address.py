"""Which addresses of a store the relay serves, and how."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Final

from core.kernel.patterns import late

LONGEST: Final = 32
HANDLE: Final = late(r"[a-z0-9](?:[a-z0-9-]{1,30}[a-z0-9])")
"""A store's name at a relay: one label of a host name, so that each store is an origin of its own to browsers."""

_KEPT: Final = ("/webhooks/", "/n/")
_SHOWN: Final = ("/p/", "/q/", "/v/", "/privacy/", "/overlay/")


_LARGE: Final = "/webhooks/whatsapp"
LARGE: Final = 256 * 1024
"""Bytes of a body that only WhatsApp sends, which gathers what it could not deliver (reference whatsapp §2.2)."""


class Way(StrEnum):
    """KEPT: a webhook, made durable and answered by the relay. SHOWN: a page, forwarded. NONE: the store's own business
    (its API, its health), never reached from the internet."""

    KEPT = "kept"
    SHOWN = "shown"
    NONE = "none"


def way_of(path: str) -> Way:
    """What the relay does with a path. Anything that could mean another path to the store is NONE."""
    if "//" in path or "\\" in path or ("/." in path and any(part in (".", "..") for part in path.split("/"))):
        return Way.NONE
    if path.startswith(_KEPT):
        return Way.KEPT
    return Way.SHOWN if path.startswith(_SHOWN) else Way.NONE


def may_be_large(path: str) -> bool:
    """Whether a webhook there may have more than ``LARGE`` bytes."""
    return path.startswith(_LARGE)


@lru_cache(maxsize=4096)
def handle_of(host: str, domain: str) -> str | None:
    """``awa`` for ``awa.relay.example``; "" for the relay's own name; None for any other host. Ports do not matter."""
    name = host.rsplit(":", 1)[0].lower().rstrip(".") if not host.endswith("]") else host.lower()
    if name == domain:
        return ""
    if name.endswith("." + domain):
        handle = name[: -len(domain) - 1]
        return handle if HANDLE.fullmatch(handle) else None
    return None
