"""What the five segments need: products that take place somewhere, free times, confirmed orders, payment after a time,
and addresses for deliveries."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
-- ``event_at``: when it takes place, for what is sold for one day (ms UTC).
ALTER TABLE product ADD COLUMN event_at INTEGER;
ALTER TABLE product ADD COLUMN place TEXT NOT NULL DEFAULT '';

-- ``counted``: a number was said, so none is asked for. ``terms_days``: NULL while nobody chose, 0 to pay now, else so
-- many days after the invoice, ``balance_by`` being the day it is due.
ALTER TABLE orders ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN confirmed_at INTEGER;
ALTER TABLE orders ADD COLUMN terms_days INTEGER;
CREATE INDEX orders_on_terms ON orders(balance_by) WHERE terms_days > 0;
ALTER TABLE customer ADD COLUMN terms_days INTEGER NOT NULL DEFAULT 0;

CREATE TABLE slot (
  id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL REFERENCES product(id), starts_at INTEGER NOT NULL,
  minutes INTEGER NOT NULL CHECK (minutes > 0), capacity INTEGER NOT NULL CHECK (capacity > 0),
  taken INTEGER NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND capacity), UNIQUE (product_id, starts_at)
);
-- One time for what an order holds of a product. ``confirmed_at``: the seller called.
CREATE TABLE booking (
  order_id INTEGER NOT NULL REFERENCES orders(id), product_id INTEGER NOT NULL REFERENCES product(id),
  slot_id INTEGER NOT NULL REFERENCES slot(id), places INTEGER NOT NULL CHECK (places > 0), at INTEGER NOT NULL,
  confirmed_at INTEGER, PRIMARY KEY (order_id, product_id)
) WITHOUT ROWID;
CREATE INDEX booking_slot ON booking(slot_id);
CREATE INDEX booking_to_call ON booking(order_id) WHERE confirmed_at IS NULL;

-- ``asked_at``: when the buyer was asked; the rest is empty until they answer.
CREATE TABLE delivery (
  order_id INTEGER PRIMARY KEY REFERENCES orders(id), asked_at INTEGER, address TEXT NOT NULL DEFAULT '',
  latitude REAL, longitude REAL, at INTEGER
);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
