"""What is being typed into a quote, kept until it is a draft."""

from __future__ import annotations

import apsw

SCHEMA = """
CREATE TABLE quote_unsaved (
  quote_id INTEGER PRIMARY KEY, customer_id INTEGER, at INTEGER NOT NULL, content TEXT NOT NULL
);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
