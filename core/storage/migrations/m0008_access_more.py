"""Accounts with a name, switched off and on; where a session comes from; one-time codes for who lost the phone.

Wrong passwords are counted for each account and address from now on: counted for the account alone, anybody who knew an
address could keep its owner out. What was lent before was everything.
"""

from __future__ import annotations

import apsw

SCHEMA = """
ALTER TABLE account ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN disabled_at INTEGER;
ALTER TABLE account ADD COLUMN last_login INTEGER;
ALTER TABLE account DROP COLUMN failures;
ALTER TABLE account DROP COLUMN locked_until;
ALTER TABLE access_token ADD COLUMN door TEXT NOT NULL DEFAULT '';
ALTER TABLE access_token ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE access_token ADD COLUMN used_at INTEGER NOT NULL DEFAULT 0;
UPDATE access_token SET used_at = created_at;
ALTER TABLE access_grant ADD COLUMN scopes TEXT NOT NULL DEFAULT 'amounts messages customers';
CREATE TABLE login_failure (
  account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE, address TEXT NOT NULL,
  failures INTEGER NOT NULL, locked_until INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (account_id, address)
) WITHOUT ROWID;
CREATE TABLE recovery_code (
  account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE, hash BLOB NOT NULL, used_at INTEGER,
  PRIMARY KEY (account_id, hash)
) WITHOUT ROWID;
"""


def apply(connection: apsw.Connection) -> None:
    connection.execute(SCHEMA)
