"""A seller's test payment to themselves that is still open, so that it is found again after LivePay was closed.

One at most for each provider; it stands in no book. ``opening``: the provider was being asked for it. It goes when its
end was told, or the seller keeps the money.
"""

from __future__ import annotations

from typing import Final

import apsw

SCHEMA: Final = """
CREATE TABLE trial_payment (
  provider TEXT PRIMARY KEY, ref TEXT NOT NULL, uuid TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
  provider_ref TEXT, secrets TEXT NOT NULL DEFAULT '{}', link TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '',
  gives_back INTEGER NOT NULL, by_seller INTEGER NOT NULL, until INTEGER NOT NULL, opening INTEGER NOT NULL,
  began_at INTEGER NOT NULL
);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
