"""Erasing a person: who was merged into whom, what was erased when, files still to be removed; the risk of an order."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
ALTER TABLE customer ADD COLUMN merged_into INTEGER;
ALTER TABLE customer ADD COLUMN erased_at INTEGER;
CREATE INDEX customer_merged ON customer(merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE erasure (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, report TEXT NOT NULL
);
CREATE TABLE risk (
  order_id INTEGER PRIMARY KEY REFERENCES orders(id), score INTEGER NOT NULL DEFAULT 0,
  signals TEXT NOT NULL DEFAULT '[]', talk INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE payer (payment_id INTEGER PRIMARY KEY REFERENCES payment(id), mark BLOB NOT NULL);
CREATE INDEX payer_mark ON payer(mark);
CREATE TABLE doomed_file (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""

# What the journal knows of merges made before there was a column for it; their names had stayed behind.
MERGED: Final = """
UPDATE customer SET merged_into = merge.kept FROM (
  SELECT subject AS kept, json_extract(data, '$.absorbed_id') AS absorbed FROM journal WHERE kind = 'CustomersMerged'
) AS merge WHERE customer.id = merge.absorbed;
UPDATE customer SET name = '', notes = '' WHERE merged_into IS NOT NULL;
"""


def apply(connection: apsw.Connection) -> None:
    """Add the tables, and learn from the journal."""
    connection.execute(SCHEMA)
    connection.execute(MERGED)
