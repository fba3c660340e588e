"""The keys of one store at a relay: one to be written to, one to prove who it is.

Both are derived from the store's own key, so that a backup brings them back. What is sealed is libsodium's crypto_box
(X25519, XSalsa20-Poly1305, PyNaCl ``Box``) from an ephemeral key of the relay, whose public half stands in front; the
private half is forgotten within a second, and with it whoever takes the relay's memory or disk loses what came before.
(A sealed box is the same with a key for each message, which cost more than storing it.) Signatures are Ed25519.
"""

from __future__ import annotations

import hashlib
from time import monotonic
from typing import Final

from nacl.bindings import crypto_box_easy_afternm
from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import Box, PrivateKey, PublicKey
from nacl.secret import SecretBox
from nacl.signing import SigningKey, VerifyKey

from core.kernel.errors import Refused
from core.storage.vault import derive

KEY_SIZE: Final = 32
RENEWED: Final = 1.0
"""Seconds for which the relay seals with one ephemeral key."""
_CLAIM: Final = b"livepay relay claim 1\0"
_JOIN: Final = b"livepay relay join 1\0"


class Unreadable(Refused):
    """Sealed for somebody else, or changed on the way."""


class StoreKeys:
    """Both private keys of a store. ``seed``: 32 bytes that never leave it."""

    def __init__(self, seed: bytes) -> None:
        self._private = PrivateKey(derive(seed, "relay seal"))
        self._signing = SigningKey(derive(seed, "relay identity"))

    @property
    def seal_key(self) -> bytes:
        """The public key that the relay seals to."""
        return bytes(self._private.public_key)

    @property
    def sign_key(self) -> bytes:
        """The public key that proves this store's claims."""
        return bytes(self._signing.verify_key)

    def open(self, sealed: bytes) -> bytes:
        """Raises Unreadable."""
        try:
            return Box(self._private, PublicKey(sealed[:KEY_SIZE])).decrypt(sealed[KEY_SIZE:])
        except (CryptoError, ValueError, TypeError):
            raise Unreadable("What the relay sent cannot be read with this store's key.") from None

    def sign_claim(self, domain: str, nonce: bytes, handle: str, home: bytes, epoch: int) -> bytes:
        """Proof for one connection: it names the relay and its nonce, so it serves nowhere else and never again."""
        return self._signing.sign(_claim(domain, nonce, handle, home, epoch)).signature

    def sign_join(self, domain: str, invite: str) -> bytes:
        """Proof that whoever joins with this invitation holds the keys it names."""
        return self._signing.sign(_join(domain, invite, self.seal_key)).signature


class Sealer:
    """The relay's half: seals what only the store can open."""

    def __init__(self, seal_key: bytes) -> None:
        self._to = PublicKey(seal_key)
        self._made_at = -RENEWED
        self._front = b""
        self._number = 0
        self._shared = b""

    def seal(self, plain: bytes) -> bytes:
        now = monotonic()
        if now - self._made_at >= RENEWED:
            ephemeral = PrivateKey.generate()
            self._front, self._shared = bytes(ephemeral.public_key), Box(ephemeral, self._to).shared_key()
            self._made_at, self._number = now, 0
        self._number += 1  # unique under this key, as a nonce must be
        nonce = self._number.to_bytes(Box.NONCE_SIZE, "big")
        return self._front + nonce + crypto_box_easy_afternm(plain, nonce, self._shared)


def claim_holds(
    sign_key: bytes, signature: bytes, domain: str, nonce: bytes, handle: str, home: bytes, epoch: int
) -> bool:
    """Whether the holder of ``sign_key`` made this claim."""
    return _verified(sign_key, signature, _claim(domain, nonce, handle, home, epoch))


def join_holds(sign_key: bytes, signature: bytes, domain: str, invite: str, seal_key: bytes) -> bool:
    """Whether the holder of ``sign_key`` asks to join with these keys."""
    return _seals(seal_key) and _verified(sign_key, signature, _join(domain, invite, seal_key))


def _seals(key: bytes) -> bool:
    """Whether anything can be sealed to this key: with some (points of small order) X25519 gives no secret."""
    try:
        Sealer(key).seal(b"")
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def _verified(sign_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        VerifyKey(sign_key).verify(message, signature)
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


def _claim(domain: str, nonce: bytes, handle: str, home: bytes, epoch: int) -> bytes:
    return b"\0".join(
        (_CLAIM, domain.encode(), nonce.hex().encode(), handle.encode(), home.hex().encode(), b"%d" % epoch)
    )


def _join(domain: str, invite: str, seal_key: bytes) -> bytes:
    return _JOIN + "\0".join((domain, invite, seal_key.hex())).encode()


# -- published pages ---------------------------------------------------------------------------------------------------


def page_id(path: str) -> bytes:
    """Under what name a page is kept: the relay learns the link's address only from a buyer who opens it."""
    return hashlib.blake2b(path.encode(), digest_size=16, person=b"livepay page id").digest()


def seal_page(path: str, page: bytes) -> bytes:
    """A page that only its own address (with the link's random token in it) opens."""
    return bytes(SecretBox(_page_key(path)).encrypt(page))


def open_page(path: str, sealed: bytes) -> bytes:
    """Raises Unreadable."""
    try:
        return SecretBox(_page_key(path)).decrypt(sealed)
    except (CryptoError, ValueError):
        raise Unreadable("What the relay sent cannot be read with this store's key.") from None


def _page_key(path: str) -> bytes:
    return hashlib.blake2b(path.encode(), digest_size=KEY_SIZE, person=b"livepay page key").digest()


def challenge_mark(verify_token: str) -> bytes:
    """What the relay keeps of WhatsApp's verify token: enough to recognise it, not to know it."""
    return hashlib.blake2b(verify_token.encode(), digest_size=KEY_SIZE, person=b"livepay verify").digest()
