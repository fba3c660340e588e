"""Pay links: ``/p/{token}``, signed with HMAC-SHA256 (F14), opaque, for one order of one store.

token = base64url(nonce[12] ‖ tag[16]), 38 characters, tag = HMAC-SHA256(store's link key, "livepay pay link v1" ‖ store
id ‖ nonce)[:16]. The nonce is random and unique in the store; nothing about the order can be read from it. A link pays
as long as its order is reserved (ruling R1); after that it only shows what became of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

NONCE: Final = 12
TAG: Final = 16
LENGTH: Final = 38


class Links:
    """Makes and checks the tokens of one store. ``purpose``: what the tokens are for; one for a pay link opens nothing
    else."""

    def __init__(self, key: bytes, store_id: str, purpose: str = "pay link") -> None:
        self._key = key
        self._scope = f"livepay {purpose} v1\x00{store_id}\x00".encode()

    def _tag(self, nonce: bytes) -> bytes:
        return hmac.new(self._key, self._scope + nonce, hashlib.sha256).digest()[:TAG]

    def token(self, nonce: bytes) -> str:
        """The token of an order's nonce."""
        return base64.urlsafe_b64encode(nonce + self._tag(nonce)).rstrip(b"=").decode()

    def nonce(self, token: str) -> bytes | None:
        """The nonce of a genuine token; None for anything else, in constant time once the length fits."""
        if len(token) != LENGTH or not token.isascii():
            return None
        try:
            raw = base64.b64decode(token.encode() + b"==", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        nonce, tag = raw[:NONCE], raw[NONCE:]
        if not hmac.compare_digest(tag, self._tag(nonce)) or self.token(nonce) != token:
            return None  # the second test refuses other spellings of the same bytes: any changed byte is another link
        return nonce
