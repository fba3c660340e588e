"""Identifiers that leave the program: order references, attempt references, nonces."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, tzinfo

from core.kernel.clock import to_datetime
from core.kernel.patterns import late

REFERENCE = late(r"LP-\d{4}-\d{4}-[0-9A-F]{4}")
_ATTEMPT_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U


def new_reference(now_ms: int, zone: tzinfo = UTC) -> str:
    """``LP-2026-0215-A3F2`` (F25): the store's local day and four hex digits. Unique only once the database says so."""
    day = to_datetime(now_ms, zone)
    return f"LP-{day:%Y}-{day:%m%d}-{secrets.token_hex(2).upper()}"


def new_attempt_ref() -> str:
    """``LP`` and 14 characters: upper-case letters and digits only, within every provider's limit of 25."""
    return "LP" + "".join(secrets.choice(_ATTEMPT_ALPHABET) for _ in range(14))


def new_uuid() -> str:
    return str(uuid.uuid4())


def new_nonce(size: int = 12) -> bytes:
    """Random bytes that name a pay link; never derived from an order number."""
    return secrets.token_bytes(size)
