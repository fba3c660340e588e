"""Prospects with their stage, the seller's word that somebody may order, products that go together, letters by e-mail.

Who has written or bought before is a prospect too: their stage is what their orders and quotes say.
"""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
-- Until when the seller lets this person order beyond the store's limits, ms UTC.
ALTER TABLE customer ADD COLUMN allowed_until INTEGER NOT NULL DEFAULT 0;
-- Said STOP: nothing is proposed to them any more.
ALTER TABLE customer ADD COLUMN no_offers INTEGER NOT NULL DEFAULT 0;

CREATE INDEX orders_next ON orders(next_customer) WHERE next_customer IS NOT NULL;

-- One opportunity: a person who was won or lost may come again as another.
CREATE TABLE lead (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer(id),
  stage TEXT NOT NULL CHECK (stage IN ('new', 'interested', 'quote', 'order', 'won', 'lost')),
  asked INTEGER NOT NULL DEFAULT 0, amount INTEGER, next_at INTEGER, next_what TEXT NOT NULL DEFAULT '',
  opened_at INTEGER NOT NULL, moved_at INTEGER NOT NULL, qualified_at INTEGER, qualified_by TEXT
);
CREATE UNIQUE INDEX lead_open ON lead(customer_id) WHERE stage NOT IN ('won', 'lost');
CREATE INDEX lead_customer ON lead(customer_id, id);
CREATE INDEX lead_stage ON lead(stage, moved_at);
CREATE INDEX lead_opened ON lead(opened_at);
CREATE INDEX lead_next ON lead(next_at) WHERE next_at IS NOT NULL;

-- What the seller says goes together: with the first in the order, the second costs so many percent less.
CREATE TABLE pair (
  product_id INTEGER NOT NULL REFERENCES product(id), with_id INTEGER NOT NULL REFERENCES product(id),
  percent INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 90), made_at INTEGER NOT NULL,
  PRIMARY KEY (product_id, with_id), CHECK (product_id <> with_id)
) WITHOUT ROWID;
CREATE INDEX pair_with ON pair(with_id);

-- What was proposed after a payment, once for an order; ``taken_by``: the order in which it was bought.
CREATE TABLE suggestion (
  order_id INTEGER PRIMARY KEY REFERENCES orders(id), customer_id INTEGER NOT NULL REFERENCES customer(id),
  product_id INTEGER NOT NULL REFERENCES product(id), why TEXT NOT NULL CHECK (why IN ('pair', 'bought', 'category')),
  percent INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL, taken_by INTEGER
);
CREATE INDEX suggestion_customer ON suggestion(customer_id, at);

-- How often two products were bought together, and each at all; of nobody in particular. Kept as sales become firm.
CREATE TABLE bought_together (
  product_id INTEGER NOT NULL REFERENCES product(id), with_id INTEGER NOT NULL REFERENCES product(id),
  times INTEGER NOT NULL, PRIMARY KEY (product_id, with_id)
) WITHOUT ROWID;
CREATE TABLE bought (product_id INTEGER PRIMARY KEY REFERENCES product(id), times INTEGER NOT NULL);
CREATE TABLE bought_total (orders INTEGER NOT NULL);
INSERT INTO bought_total SELECT count(*) FROM orders WHERE state = 'paid';
CREATE INDEX product_beside ON product(category, price) WHERE active;
INSERT INTO bought SELECT l.product_id, count(*) FROM order_line l JOIN orders o ON o.id = l.order_id
  WHERE o.state = 'paid' GROUP BY l.product_id;
INSERT INTO bought_together SELECT a.product_id, b.product_id, count(*) FROM order_line a
  JOIN order_line b ON b.order_id = a.order_id AND b.product_id <> a.product_id JOIN orders o ON o.id = a.order_id
  WHERE o.state = 'paid' GROUP BY a.product_id, b.product_id;

-- E-mails on their way; what they say is written when they leave.
CREATE TABLE letter (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, subject_id INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
  attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, error TEXT,
  created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL
);
CREATE INDEX letter_queued ON letter(not_before) WHERE state = 'queued';

INSERT INTO lead(customer_id, stage, opened_at, moved_at)
SELECT id, CASE
    WHEN EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.state = 'reserved') THEN 'order'
    WHEN EXISTS (SELECT 1 FROM quote q WHERE q.customer_id = c.id AND q.state IN ('sent', 'seen', 'accepted'))
      THEN 'quote'
    WHEN EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.state = 'paid') THEN 'won'
    WHEN EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) THEN 'order'
    ELSE 'new' END, created_at, coalesce(last_order_at, created_at)
  FROM customer c WHERE merged_into IS NULL AND erased_at IS NULL;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
