"""Papers that cannot change: VAT rates by product, credit notes, receipts, marks for checking, certification."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Final

import apsw

SCHEMA: Final = """
-- NULL: the store's rate. In percent.
ALTER TABLE product ADD COLUMN vat INTEGER CHECK (vat BETWEEN 0 AND 30);

-- ``net`` + ``tax`` = ``total``; ``decision_id``: the refund it answers, NULL when the seller credited by hand.
CREATE TABLE credit_note (
  id INTEGER PRIMARY KEY, series TEXT NOT NULL, year INTEGER NOT NULL, number INTEGER NOT NULL,
  invoice_id INTEGER NOT NULL REFERENCES invoice(id), decision_id INTEGER UNIQUE, issued_at INTEGER NOT NULL,
  total INTEGER NOT NULL CHECK (total > 0), content TEXT NOT NULL, UNIQUE (series, year, number)
);
CREATE INDEX credit_note_invoice ON credit_note(invoice_id);

CREATE TABLE receipt (
  id INTEGER PRIMARY KEY, series TEXT NOT NULL, year INTEGER NOT NULL, number INTEGER NOT NULL,
  order_id INTEGER NOT NULL REFERENCES orders(id), payment_id INTEGER NOT NULL UNIQUE REFERENCES payment(id),
  issued_at INTEGER NOT NULL, total INTEGER NOT NULL CHECK (total > 0), content TEXT NOT NULL,
  UNIQUE (series, year, number)
);
CREATE INDEX receipt_order ON receipt(order_id);

-- The nonce in a paper's QR code, and the SHA-256 of what was issued.
CREATE TABLE paper_mark (
  nonce BLOB PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit_note', 'receipt', 'quote')),
  paper_id INTEGER NOT NULL, digest BLOB NOT NULL, UNIQUE (kind, paper_id)
) WITHOUT ROWID;

-- ``uid``: the platform's name for it, kept before it is confirmed, so that a repeated call confirms the same one.
CREATE TABLE certification (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit_note')), paper_id INTEGER NOT NULL,
  regime TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'prepared'
    CHECK (state IN ('prepared', 'queued', 'sent', 'accepted', 'refused')),
  prepared_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, not_before INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0, uid TEXT, answer TEXT, error TEXT, UNIQUE (kind, paper_id)
);
CREATE INDEX certification_queued ON certification(not_before) WHERE state IN ('queued', 'sent');
"""

FROZEN: Final = ("invoice", "credit_note", "receipt", "paper_mark")


def apply(connection: apsw.Connection) -> None:
    """Add the tables, give papers issued before this a mark, then let none of them change any more."""
    connection.execute(SCHEMA)
    invoices = connection.execute(
        "SELECT id, printf('%s-%d-%05d', series, year, number), issued_at, total, content FROM invoice"
    )
    for row in invoices.fetchall():
        _mark(connection, "invoice", *row)
    for row in connection.execute("SELECT id, reference, created_at, total, content FROM quote").fetchall():
        _mark(connection, "quote", *row)
    for table in FROZEN:
        for act in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, 'an issued paper never changes'); END"
            )


def _mark(connection: apsw.Connection, kind: str, paper_id: Any, *facts: Any) -> None:
    digest = hashlib.sha256("\n".join(map(str, (kind, *facts))).encode()).digest()
    connection.execute(
        "INSERT INTO paper_mark(nonce, kind, paper_id, digest) VALUES(?,?,?,?)",
        (secrets.token_bytes(12), kind, paper_id, digest),
    )
