"""Signals that tell people apart without naming them, each with its time, and what people said about being scored.

Marks of payers of before had no key, so that a number could be tried: they go.
"""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
DELETE FROM payer;
ALTER TABLE payer ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payer ADD COLUMN exact INTEGER NOT NULL DEFAULT 1;
ALTER TABLE payer ADD COLUMN abroad INTEGER NOT NULL DEFAULT 0;
CREATE INDEX payer_at ON payer(at);

-- Who pays, told before the money was proved.
CREATE TABLE payer_told (
  attempt_id INTEGER PRIMARY KEY REFERENCES attempt(id), mark BLOB NOT NULL, at INTEGER NOT NULL,
  exact INTEGER NOT NULL, abroad INTEGER NOT NULL
);
CREATE INDEX payer_told_at ON payer_told(at);

-- Where a pay page was opened: keyed hashes of a random cookie and of the address's network.
CREATE TABLE visit (
  order_id INTEGER NOT NULL REFERENCES orders(id), kind TEXT NOT NULL CHECK (kind IN ('device', 'address')),
  mark BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (order_id, kind, mark)
) WITHOUT ROWID;
CREATE INDEX visit_mark ON visit(mark, at);
CREATE INDEX visit_at ON visit(kind, at);

ALTER TABLE customer ADD COLUMN scored INTEGER NOT NULL DEFAULT 1;
-- The last row of a purpose counts; those before it prove what was said when.
CREATE TABLE consent (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer(id),
  purpose TEXT NOT NULL CHECK (purpose IN ('scoring')), given INTEGER NOT NULL,
  how TEXT NOT NULL CHECK (how IN ('conversation', 'seller')), text_version TEXT NOT NULL, at INTEGER NOT NULL,
  actor TEXT NOT NULL
);
CREATE INDEX consent_customer ON consent(customer_id, purpose, id);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
