"""The journal: every event in order, each chained to the one before by SHA-256 (F119, F120).

hash = SHA-256(previous hash ‖ canonical JSON of {seq, at, actor, kind, subject, data}); canonical means UTF-8, keys
sorted, no spaces. The first entry's previous hash is 32 zero bytes. A failed journal write fails the act itself.

``actor`` is who acted: ``seller`` (the window), ``console``, ``account:N`` (the API), ``buyer`` (the pay page), ``bot``
(the answer to a message), ``phone`` (the seller's own), ``provider:NAME``, or a part of the program that acts by itself
(``system``, ``scheduler``, ``sender``, ``start``…).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import apsw
import msgspec

from core.kernel.errors import StorageFailed
from core.kernel.events import Event
from core.storage.connection import Reader

GENESIS: Final = bytes(32)
_INSERT: Final = "INSERT INTO journal(seq, at, actor, kind, subject, data, hash) VALUES(?,?,?,?,?,?,?)"
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal; ``data`` is the canonical JSON text of the event's fields."""

    seq: int
    at: int
    actor: str
    kind: str
    subject: int
    data: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """``broken_at``: the first sequence number whose hash or place is wrong, None when the whole chain holds."""

    entries: int
    head: bytes
    broken_at: int | None

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def link(previous: bytes, seq: int, at: int, actor: str, kind: str, subject: int, data: str) -> bytes:
    """The hash of one entry."""
    body = _encode(
        {"seq": seq, "at": at, "actor": actor, "kind": kind, "subject": subject, "data": msgspec.Raw(data.encode())}
    )
    return hashlib.sha256(previous + body).digest()


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
    """Every entry after a sequence number, read in pages."""
    while True:
        rows = reader.all(
            "SELECT seq, at, actor, kind, subject, data, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?",
            (after, page),
        )
        for row in rows:
            yield Entry(*row)
        if len(rows) < page:
            return
        after = rows[-1][0]


def verify(reader: Reader) -> Verdict:
    """Recompute the whole chain."""
    previous, count = GENESIS, 0
    for entry in entries(reader):
        count += 1
        expected = link(previous, entry.seq, entry.at, entry.actor, entry.kind, entry.subject, entry.data)
        if entry.seq != count or entry.hash != expected:
            return Verdict(count - 1, previous, entry.seq)
        previous = entry.hash
    return Verdict(count, previous, None)
