"""Payments that a buyer approves on the phone or makes by a code, and those that the seller confirms."""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
ALTER TABLE attempt ADD COLUMN payer TEXT;
ALTER TABLE attempt ADD COLUMN qr_text TEXT;
ALTER TABLE attempt ADD COLUMN alias TEXT;
ALTER TABLE attempt ADD COLUMN by_seller INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN claimed_at INTEGER;
CREATE INDEX attempt_claimed ON attempt(claimed_at) WHERE claimed_at IS NOT NULL;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
