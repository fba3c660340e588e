"""What makes a paper checkable: a random mark in its QR code, and the digest of what was issued."""

from __future__ import annotations

import hashlib

from msgspec import Struct

from core.kernel.ids import new_nonce
from core.storage.connection import Reader
from core.storage.engine import Tx


class Issued(Struct, frozen=True):
    """The facts a paper was issued with. ``kind``: invoice, credit_note, receipt or quote; ``content``: its JSON."""

    kind: str
    number: str
    at: int
    total: int
    content: str

    @property
    def digest(self) -> bytes:
        """SHA-256 over all of it; the migration that introduced marks computes the same."""
        parts = (self.kind, self.number, str(self.at), str(self.total), self.content)
        return hashlib.sha256("\n".join(parts).encode()).digest()


def place(tx: Tx, paper_id: int, issued: Issued) -> str:
    """Mark a paper that is being issued. → its digest in hex, for the journal."""
    tx.run(
        "INSERT INTO paper_mark(nonce, kind, paper_id, digest) VALUES(?,?,?,?)",
        (new_nonce(), issued.kind, paper_id, issued.digest),
    )
    return issued.digest.hex()


def nonce_of(reader: Reader, kind: str, paper_id: int) -> bytes:
    """What the QR code of a paper is made from."""
    found: bytes = reader.value("SELECT nonce FROM paper_mark WHERE kind = ? AND paper_id = ?", (kind, paper_id))
    return found
