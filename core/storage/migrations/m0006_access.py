"""A second factor for accounts, rights lent for a time, and a number by which a session can be named.

Owners of before have a week from now to set their second factor.
"""

from __future__ import annotations

import apsw

SCHEMA = """
ALTER TABLE account ADD COLUMN second_since INTEGER;
ALTER TABLE account ADD COLUMN second_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN second_by INTEGER;
UPDATE account SET second_by = (unixepoch() + 7 * 86400) * 1000 WHERE role = 'owner';
ALTER TABLE access_token ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
CREATE TABLE access_grant (
  account_id INTEGER PRIMARY KEY REFERENCES account(id) ON DELETE CASCADE, until INTEGER NOT NULL
);
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
