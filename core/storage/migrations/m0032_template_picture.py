"""The picture above a WhatsApp template's words: a file of the media folder, « ? » where none was chosen yet."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = "ALTER TABLE wa_template ADD COLUMN picture TEXT NOT NULL DEFAULT '';"


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
