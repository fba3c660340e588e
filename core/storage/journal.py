"""The journal: every event in order, each chained to the one before by SHA-256 (F119, F120).

hash = SHA-256(previous hash ‖ canonical JSON of {seq, at, actor, kind, subject, data}); canonical means UTF-8, keys
sorted, no spaces. The first entry's previous hash is 32 zero bytes. A failed journal write fails the act itself.

``actor`` is who acted: ``seller`` (the window), ``console``, ``account:N`` (the API), ``buyer`` (the pay page), ``bot``
(the answer to a message), ``phone`` (the seller's own), ``provider:NAME``, or a part of the program that acts by itself
(``system``, ``scheduler``, ``sender``, ``start``…).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

import apsw
import msgspec
from msgspec import Struct

from core.kernel.errors import StorageFailed
from core.kernel.events import Event
from core.storage.connection import DAMAGE, Reader

GENESIS: Final = bytes(32)
TOLD: Final = 5000
"""Entries between two words of how far a check or an export is."""

_INSERT: Final = "INSERT INTO journal(seq, at, actor, kind, subject, data, hash) VALUES(?,?,?,?,?,?,?)"
_PAGE: Final = "SELECT seq, at, actor, kind, subject, data, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
_encode = msgspec.json.Encoder(order="sorted").encode


class Entry(Struct, frozen=True):
    """One line of the journal; ``data`` is the canonical JSON text of the event's fields."""

    seq: int
    at: int
    actor: str
    kind: str
    subject: int
    data: str
    hash: bytes


class Verdict(Struct, frozen=True):
    """``broken_at``: the first sequence number that is not as it was written, None when the whole chain holds.

    ``fault``: changed, missing or unreadable there; rewritten: the chain holds, but a head that was kept elsewhere is
    not in it. ``kept_at``: the entry whose hash that head is.
    """

    entries: int
    head: bytes
    broken_at: int | None
    fault: str = ""
    kept_at: int | None = None

    @property
    def intact(self) -> bool:
        return not self.fault


def body(entry: Entry) -> bytes:
    """The canonical JSON that the hash covers."""
    return _body(entry.seq, entry.at, entry.actor, entry.kind, entry.subject, entry.data)


def _body(seq: int, at: int, actor: str, kind: str, subject: int, data: str) -> bytes:
    return _encode(
        {"seq": seq, "at": at, "actor": actor, "kind": kind, "subject": subject, "data": msgspec.Raw(data.encode())}
    )


def link(previous: bytes, seq: int, at: int, actor: str, kind: str, subject: int, data: str) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(previous + _body(seq, at, actor, kind, subject, data)).digest()


class Chain:
    """The end of the chain, kept by the writer thread; ``head`` is (last sequence number, last hash)."""

    def __init__(self, head: tuple[int, bytes]) -> None:
        self.head = head

    @classmethod
    def resume(cls, connection: apsw.Connection) -> Chain:
        """Continue where the file stops (an empty or not yet migrated file starts at the genesis)."""
        try:
            row = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        except apsw.SQLError:
            row = None
        return cls((row[0], row[1]) if row else (0, GENESIS))

    def append(self, connection: apsw.Connection, at: int, actor: str, event: Event) -> None:
        seq, previous = self.head
        seq += 1
        kind, data = type(event).__name__, _encode(event).decode()
        digest = link(previous, seq, at, actor, kind, event.subject, data)
        try:
            connection.execute(_INSERT, (seq, at, actor, kind, event.subject, data, digest))
        except apsw.ConstraintError as error:  # what is wrong with the disk is told by who commits
            raise StorageFailed("The journal refuses this entry ({detail}): nothing was done.", detail=error) from error
        self.head = (seq, digest)


def entries(reader: Reader, after: int = 0, page: int = 2000) -> Iterator[Entry]:
    """Every entry after a sequence number, read in pages, so that no long look keeps the log from being folded in."""
    while True:
        count = 0
        # Row by row, not a page at once: what stands before a damaged place is still read.
        for row in reader.connection.execute(_PAGE, (after, page)):
            yield Entry(*row)
            after, count = row[0], count + 1
        if count < page:
            return


def verify(reader: Reader, kept: bytes | None = None, watch: Callable[[int], object] | None = None) -> Verdict:
    """Recompute the whole chain, as a stream. ``kept``: a head of some former day, kept where nobody of here can write:
    a chain made anew as a whole links up, but does not hold it. ``watch``: called with how many are done; what it
    raises ends the check."""
    previous, count, kept_at = GENESIS, 0, 0 if kept == GENESIS else None
    try:
        for entry in entries(reader):
            if entry.seq != count + 1:
                return Verdict(count, previous, count + 1, "missing", kept_at)
            if entry.hash != hashlib.sha256(previous + body(entry)).digest():
                return Verdict(count, previous, entry.seq, "changed", kept_at)
            count, previous = entry.seq, entry.hash
            if watch is not None and not count % TOLD:
                watch(count)
            if previous == kept:
                kept_at = count
    except (*DAMAGE, msgspec.MsgspecError, TypeError, ValueError, AttributeError):
        return Verdict(count, previous, count + 1, "unreadable", kept_at)  # damaged pages, or values of another kind
    if kept is not None and kept_at is None:
        return Verdict(count, previous, None, "rewritten")
    return Verdict(count, previous, None, "", kept_at)
