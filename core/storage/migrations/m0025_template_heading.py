"""The line above a WhatsApp template's words."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = "ALTER TABLE wa_template ADD COLUMN heading TEXT NOT NULL DEFAULT '';"


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
