"""An order may have several times of one product: a party of three where each time has one place."""

from __future__ import annotations

from typing import Final

import apsw

SQL: Final = """
CREATE TABLE booking_new (
  order_id INTEGER NOT NULL REFERENCES orders(id), product_id INTEGER NOT NULL REFERENCES product(id),
  slot_id INTEGER NOT NULL REFERENCES slot(id), places INTEGER NOT NULL CHECK (places > 0), at INTEGER NOT NULL,
  confirmed_at INTEGER, PRIMARY KEY (order_id, product_id, slot_id)
) WITHOUT ROWID;
INSERT INTO booking_new SELECT order_id, product_id, slot_id, places, at, confirmed_at FROM booking;
DROP TABLE booking;
ALTER TABLE booking_new RENAME TO booking;
CREATE INDEX booking_slot ON booking(slot_id);
CREATE INDEX booking_to_call ON booking(order_id) WHERE confirmed_at IS NULL;

-- What takes place on a day is found when somebody asks when it is.
CREATE INDEX product_event ON product(event_at) WHERE event_at IS NOT NULL AND active;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SQL)
