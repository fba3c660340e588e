"""One long secret in one file: sealed in chunks, written and read as a stream, and a harm is named with its place.

The STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015), laid out as in age-encryption.org/v1:
chunks of 64 KiB, each AES-256-GCM with the nonce ``11-byte big-endian number of the chunk ‖ 1 for the last, else 0``.
The key is made for this file alone, by HKDF from the recovery key and 32 random bytes of the header, so a nonce is
never used twice under one key; the header up to the random bytes is authenticated with every chunk. A chunk opens only
in its own place of its own file, and the last one only at the end: nothing can be moved, left out, cut or added.

Layout: magic ‖ 32 random bytes ‖ 8-byte mark of the recovery key ‖ chunks. The mark tells a wrong key from a harm.

cryptography is imported where it is used: only a backup pays for it.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any, BinaryIO, Final

from core.storage.vault import derive

CHUNK: Final = 64 * 1024
TAG: Final = 16
_SALT: Final = 32
MARK: Final = 8


class Harmed(Exception):
    """Bytes ``first`` up to but not ``end`` of the file are not as they were written.

    ``how``: changed, cut (it ends at ``first``), added (it goes on after its end), moved (chunk ``other`` stands
    there), unreadable (the disk refuses). ``plain``: where the content of that place begins.
    """

    def __init__(self, how: str, first: int, end: int, plain: int = 0, other: int = 0) -> None:
        super().__init__(how)
        self.how, self.first, self.end, self.plain, self.other = how, first, end, plain, other


class OtherKey(Exception):
    """It was sealed with another recovery key."""


class NotSealed(Exception):
    """It is no file of this kind."""


def header_size(magic: bytes) -> int:
    return len(magic) + _SALT + MARK


def sealed_size(magic: bytes, plain: int) -> int:
    """The size of the file that holds so many bytes."""
    return header_size(magic) + plain + TAG * max(1, -(-plain // CHUNK))


def mark_of(recovery: bytes) -> bytes:
    """Tells one recovery key from another, and nothing about either."""
    return derive(recovery, "recovery key mark", MARK)


def _cipher(recovery: bytes, salt: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(derive(recovery, f"backup file {salt.hex()}"))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Writer:
    """Seals what is written to it; nothing is whole before :meth:`finish`."""

    def __init__(self, file: BinaryIO, magic: bytes, recovery: bytes) -> None:
        salt = secrets.token_bytes(_SALT)
        self._file = file
        self._bound = magic + salt
        self._aead = _cipher(recovery, salt)
        self._number = 0
        self._waiting = bytearray()
        file.write(self._bound + mark_of(recovery))

    def write(self, content: bytes) -> None:
        self._waiting += content
        while len(self._waiting) > CHUNK:  # one is always kept back: the last must be known as such
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def finish(self) -> None:
        self._put(bytes(self._waiting), last=True)

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._aead.encrypt(_nonce(self._number, last=last), plain, self._bound))
        self._number += 1


class Reader:
    """The content of a sealed file, from its beginning; every byte that is returned was authenticated.

    Raises NotSealed and OtherKey when made, Harmed then and from :meth:`read` and :meth:`finish`.
    """

    def __init__(self, file: BinaryIO, size: int, magic: bytes, recovery: bytes) -> None:
        head = file.read(header_size(magic))
        strange = [at for at, (found, right) in enumerate(zip(head, magic, strict=False)) if found != right]
        if len(strange) > len(magic) // 2 or len(head) <= len(magic):
            raise NotSealed
        self._file = file
        self._start = header_size(magic)
        self._chunks = max(1, -(-(size - self._start) // (CHUNK + TAG)))
        self._size = size
        self._number = 0
        self._ready = b""
        self.whole_size = 0
        """What the file's size should be, once that is known: it tells cut and added bytes from changed ones."""
        if len(head) < self._start:
            raise Harmed("cut", size, size)
        salt = head[len(magic) : len(magic) + _SALT]
        self._bound = magic + salt
        self._aead = _cipher(recovery, salt)
        marked = hmac.compare_digest(head[-MARK:], mark_of(recovery))
        try:
            self._next()
        except Harmed as harm:
            if not marked and harm.how == "changed":
                raise OtherKey from None
            harm.first = 0  # the header is a part of what its first chunk proves
            raise
        if strange:
            raise Harmed("changed", strange[0], strange[0] + 1)
        if not marked:
            raise Harmed("changed", self._start - MARK, self._start)

    def read(self, size: int) -> bytes:
        """Exactly so many bytes."""
        found = bytearray()
        while True:
            part = self._ready[: size - len(found)]
            self._ready = self._ready[len(part) :]
            found += part
            if len(found) == size:
                return bytes(found)
            if self._number == self._chunks:
                raise Harmed("cut", self._size, self._size, self.plain)
            self._next()

    @property
    def plain(self) -> int:
        """How much of the content was opened so far."""
        return self._number * CHUNK

    def finish(self) -> None:
        """Nothing may follow."""
        if self._ready or self._number < self._chunks:
            at = self._start + self._number * (CHUNK + TAG)
            raise Harmed("added", min(at, self._size), self._size, self.plain)

    def _next(self) -> None:
        number, first = self._number, self._start + self._number * (CHUNK + TAG)
        try:
            sealed = self._file.read(CHUNK + TAG)
        except OSError:
            raise Harmed("unreadable", first, self._size, self.plain) from None
        last = number == self._chunks - 1
        plain = self._opened(sealed, number, last=last)
        if plain is None:
            raise self._why(sealed, number, first, last=last)
        self._ready, self._number = plain, number + 1

    def _why(self, sealed: bytes, number: int, first: int, *, last: bool) -> Harmed:
        """What is wrong with a chunk that does not open in its place."""
        plain, end = number * CHUNK, first + len(sealed)
        if self.whole_size > self._size and last:
            return Harmed("cut", self._size, self._size, plain)
        if self._size > self.whole_size > first and self.whole_size - first <= CHUNK + TAG:
            return Harmed("added", self.whole_size, self._size, plain)
        if last and self._opened(sealed, number, last=False) is not None:
            return Harmed("cut", end, end, plain + CHUNK)
        if not last and self._opened(sealed, number, last=True) is not None:
            return Harmed("added", end, self._size, plain)
        for other in range(self._chunks + 1):
            if other != number and any(self._opened(sealed, other, last=end_) is not None for end_ in (False, True)):
                return Harmed("moved", first, end, plain, other)
        return Harmed("changed", first, end, plain)

    def _opened(self, sealed: bytes, number: int, *, last: bool) -> bytes | None:
        from cryptography.exceptions import InvalidTag

        if len(sealed) < TAG:
            return None
        try:
            found: bytes = self._aead.decrypt(_nonce(number, last=last), sealed, self._bound)
        except InvalidTag:
            return None
        return found
