"""Webhooks that the store's own door failed on: kept as they came, to be asked again."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
CREATE TABLE aside (
  id INTEGER PRIMARY KEY, event BLOB NOT NULL UNIQUE, at INTEGER NOT NULL, target TEXT NOT NULL,
  packed BLOB NOT NULL, tries INTEGER NOT NULL DEFAULT 0, put_at INTEGER NOT NULL
);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
