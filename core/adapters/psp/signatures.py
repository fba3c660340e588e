"""HMAC-SHA256 over raw bytes in the four layouts that providers use (reference payments §1 points 1 and 10).

The key is the UTF-8 of the whole secret, prefix included; nothing is base64-decoded. The MAC is checked first, the time
window second, and only then may the caller read the JSON.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from enum import Enum, StrEnum
from typing import Final

WINDOW_MS: Final = 300_000


class Layout(Enum):
    """What stands between the timestamp and the body in the signed bytes."""

    DOT = b"."  # Stripe, FedaPay, Bictorys
    JOINED = b""  # Wave: no separator
    COMMA = b","  # Orange Sonatel
    BODY = None  # PI-SPI: the body alone, no time


class Check(StrEnum):
    GOOD = "good"
    STALE = "stale"
    BAD = "bad"


def sign(layout: Layout, secret: str, timestamp: str, body: bytes) -> str:
    """Lower-case hex of the MAC. Raises ValueError for an empty secret: it would sign for everybody."""
    if not secret:
        raise ValueError("an empty secret signs for everybody")
    signed = body if layout.value is None else to_bytes(timestamp) + layout.value + body
    return hmac.new(to_bytes(secret), signed, hashlib.sha256).hexdigest()


def verify(
    layout: Layout, secret: str, timestamp: str, signatures: Sequence[str], body: bytes, now: int, *, unit: int = 1000
) -> Check:
    """Is one of ``signatures`` ours, and its time within ±300 s of ``now`` (ms)? Never raises.

    ``unit`` is the milliseconds in one step of ``timestamp``: 1000 for seconds, 1 for milliseconds.
    """
    timed = layout is not Layout.BODY
    if not secret or not signatures or (timed and not _is_time(timestamp)):
        return Check.BAD
    wanted = sign(layout, secret, timestamp, body).encode()
    if not any(hmac.compare_digest(wanted, to_bytes(candidate)) for candidate in signatures):
        return Check.BAD
    if timed and abs(now - int(timestamp) * unit) > WINDOW_MS:
        return Check.STALE
    return Check.GOOD


def split(header: str, scheme: str = "v1") -> tuple[str, tuple[str, ...]]:
    """Timestamp and signatures of ``t=…,v1=…[,v1=…]``; other schemes (``v0``) are ignored.

    A header with no time, or with more than one, gives an empty time, which :func:`verify` refuses.
    """
    times: list[str] = []
    signatures: list[str] = []
    for part in header.split(","):
        key, _, value = part.strip().partition("=")
        if key == "t":
            times.append(value)
        elif key == scheme:
            signatures.append(value)
    return times[0] if len(times) == 1 else "", tuple(signatures)


def same_secret(given: str, expected: str) -> bool:
    """Constant-time comparison; an empty expected secret equals nothing, not even an empty header."""
    return bool(expected) and hmac.compare_digest(to_bytes(given), to_bytes(expected))


def to_bytes(text: str) -> bytes:
    """UTF-8; header bytes that were none (kept by servers as lone surrogates) encode too, to something no secret is."""
    return text.encode("utf-8", "surrogatepass")


def _is_time(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 16
