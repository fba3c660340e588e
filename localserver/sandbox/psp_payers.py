"""Whose number pays at a simulated provider, and how providers tell it."""

from __future__ import annotations

import hashlib

from localserver.sandbox.psp_base import Session


def payer_of(session: Session) -> str:
    """E.164: the number a script names, the buyer's as the shop told it, else one of this session's own."""
    told = str(session.extra.get("buyer") or "")
    return told or f"+22177{int(hashlib.sha256(session.reference.encode()).hexdigest(), 16) % 10**7:07d}"


def masked(phone: str) -> str:
    """``22177***4567`` of ``+221771234567``."""
    digits = phone.removeprefix("+")
    return f"{digits[:5]}***{digits[-4:]}"
