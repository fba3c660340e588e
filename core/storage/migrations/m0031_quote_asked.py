"""When the buyer asked for a quote of what an open order holds: letting that hold go is not letting the shop down."""

from __future__ import annotations

import apsw


def apply(connection: apsw.Connection) -> None:
    connection.execute("ALTER TABLE orders ADD COLUMN quote_asked_at INTEGER")
