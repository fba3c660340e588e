"""Quotes that are sent, answered and become orders; orders at agreed prices, with a deposit and lines of no product.

A quote of before could not be changed once made, and its paper carries a mark: it counts as sent the day it was made.
"""

from __future__ import annotations

import apsw

SCHEMA = """
ALTER TABLE quote ADD COLUMN link BLOB;
ALTER TABLE quote ADD COLUMN sent_at INTEGER;
ALTER TABLE quote ADD COLUMN seen_at INTEGER;
ALTER TABLE quote ADD COLUMN answered_at INTEGER;
ALTER TABLE quote ADD COLUMN reminded_at INTEGER;
ALTER TABLE quote ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE quote ADD COLUMN replaces INTEGER REFERENCES quote(id);
ALTER TABLE quote ADD COLUMN order_id INTEGER REFERENCES orders(id);
CREATE UNIQUE INDEX quote_link ON quote(link) WHERE link IS NOT NULL;
CREATE UNIQUE INDEX quote_order ON quote(order_id) WHERE order_id IS NOT NULL;
CREATE INDEX quote_state ON quote(state, id);
CREATE INDEX quote_customer ON quote(customer_id, id);
CREATE INDEX quote_replaces ON quote(replaces) WHERE replaces IS NOT NULL;
UPDATE quote SET sent_at = created_at, link = randomblob(12),
  state = CASE WHEN valid_until <= unixepoch() * 1000 THEN 'expired' ELSE 'sent' END WHERE state = 'draft';
INSERT INTO deadline(kind, subject, due_at) SELECT 'quote_end', id, valid_until FROM quote WHERE state = 'sent';

-- ``agreed``: prices and content are agreed in a quote, so nothing is added by a claim. ``deposit``: the first part
-- that is asked for, 0 for the whole; ``balance_by``: when the rest is due after it.
ALTER TABLE orders ADD COLUMN agreed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN deposit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN balance_by INTEGER;

-- ``discount``: what the line costs less than quantity × unit price; ``vat``: the rate agreed, NULL for the product's.
ALTER TABLE order_line ADD COLUMN discount INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN vat INTEGER;

-- What is sold beside the catalogue: there is no stock of it to hold or to take.
CREATE TABLE order_extra (
  id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders(id), title TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0), unit_price INTEGER NOT NULL, discount INTEGER NOT NULL DEFAULT 0,
  vat INTEGER
);
CREATE INDEX order_extra_order ON order_extra(order_id);

-- All of an order; ``brief``: what a line is called where there is little room.
CREATE VIEW order_content AS
  SELECT order_id, 0 AS extra, id, product_id, sku, title, sku AS brief, quantity, unit_price, discount, vat
    FROM order_line
  UNION ALL SELECT order_id, 1, id, NULL, '', title, title, quantity, unit_price, discount, vat FROM order_extra;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
