"""Buyers who pay first because the seller says so, and who was let pass in a line."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
ALTER TABLE customer ADD COLUMN restricted_at INTEGER;
ALTER TABLE waiting ADD COLUMN skipped_at INTEGER;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
