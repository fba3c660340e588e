"""Payment sessions opened ahead of time, for the page that a relay shows while the store is away.

``attempt.ahead``: no buyer has chosen it. ``prepare``: orders whose link left the shop, the means it was asked for
("" for any), and how many sessions were opened ahead for it.
"""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
ALTER TABLE attempt ADD COLUMN ahead INTEGER NOT NULL DEFAULT 0;
CREATE TABLE prepare (
  order_id INTEGER PRIMARY KEY REFERENCES orders(id), means TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0
);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
