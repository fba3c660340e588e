"""The seller's own answers to frequent questions; thoughts that come in pieces; what a buyer was told once."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
CREATE TABLE faq (
  id INTEGER PRIMARY KEY, language TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
);

-- ``pieces_from``: the first message of a thought that is not finished yet. ``greeted_on``: the last day, counted from
-- 1970 in the store's own zone, on which a greeting was returned. ``closed_until``: the opening of which a buyer who
-- wrote before it was told (ms UTC).
ALTER TABLE conversation ADD COLUMN pieces_from INTEGER;
ALTER TABLE conversation ADD COLUMN greeted_on INTEGER;
ALTER TABLE conversation ADD COLUMN closed_until INTEGER;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
