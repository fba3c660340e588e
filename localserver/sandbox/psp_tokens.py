"""Tokens that a simulated provider lends and takes back, for those that want one on every call."""

from __future__ import annotations

import secrets

from core.kernel.clock import SECOND, Clock
from localserver.sandbox.psp_base import Refusal, wire_json


class Tokens:
    """``life`` in seconds."""

    def __init__(self, clock: Clock, life: int) -> None:
        self._clock = clock
        self.life = life
        self._until: dict[str, int] = {}

    def lend(self) -> str:
        token = secrets.token_urlsafe(24)
        self._until[token] = self._clock.now() + self.life * SECOND
        return token

    def knows(self, authorization: str) -> bool:
        """``Bearer …`` of a token still alive."""
        scheme, _, token = authorization.partition(" ")
        return scheme == "Bearer" and self._until.get(token, 0) > self._clock.now()

    def take_back(self) -> None:
        """Every token lent so far ends now."""
        self._until.clear()


def invalid_client(why: str) -> Refusal:
    """OAuth's refusal of a key and its secret (RFC 6749 §5.2)."""
    return Refusal(wire_json({"error": "invalid_client", "error_description": why}, 401))
