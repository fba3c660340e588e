"""Where a store is registered at a relay, and how often it has moved."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
CREATE TABLE relay_place (
  id INTEGER PRIMARY KEY CHECK (id = 1), url TEXT NOT NULL, handle TEXT NOT NULL, address TEXT NOT NULL,
  epoch INTEGER NOT NULL, joined_at INTEGER NOT NULL
);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
