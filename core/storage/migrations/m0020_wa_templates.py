"""WhatsApp's own message templates, as the store keeps them."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
-- ``code``: WhatsApp's word for the language; ``language``: what people read. ``fields`` and ``samples``: JSON lists,
-- one entry for each variable; ``buttons``: of {title, url}. ``wa_id`` empty: WhatsApp does not have it.
CREATE TABLE wa_template (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, code TEXT NOT NULL, language TEXT NOT NULL, category TEXT NOT NULL,
  body TEXT NOT NULL, use TEXT NOT NULL DEFAULT '', fields TEXT NOT NULL DEFAULT '[]',
  samples TEXT NOT NULL DEFAULT '[]', footer TEXT NOT NULL DEFAULT '', buttons TEXT NOT NULL DEFAULT '[]',
  state TEXT NOT NULL DEFAULT 'draft', reason TEXT NOT NULL DEFAULT '', wa_id TEXT NOT NULL DEFAULT '',
  changed_at INTEGER NOT NULL, handed_in_at INTEGER, UNIQUE (name, code)
);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
