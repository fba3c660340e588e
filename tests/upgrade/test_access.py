"""A store whose accounts were of before: everybody still logs in, what was lent stays lent, no lock is carried over."""

from __future__ import annotations

from pathlib import Path

from core.storage.connection import Reader, open_connection
from core.storage.migrations import STEPS, migrate
from tests.support.stores import KEY


def test_accounts_sessions_and_loans_are_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    before = STEPS[:7]
    migrate(path, KEY, steps=before)
    old = open_connection(path, KEY, write=True)
    old.execute(
        "INSERT INTO account(id, email, hash, role, created_at, failures, locked_until)"
        " VALUES(1, 'awa@teranga.sn', 'x', 'owner', 5, 3, 99), (2, 'aide@teranga.sn', 'y', 'support', 6, 0, 0)"
    )
    old.execute("INSERT INTO access_token(hash, account_id, created_at, expires_at, number) VALUES(x'01', 1, 7, 99, 1)")
    old.execute("INSERT INTO access_grant(account_id, until) VALUES(2, 88)")
    old.close()
    assert migrate(path, KEY) == len(STEPS) - len(before)
    new = open_connection(path, KEY, write=False)
    reader = Reader(new)
    people = reader.all("SELECT id, email, hash, role, name, disabled_at, last_login FROM account ORDER BY id")
    assert people == [
        (1, "awa@teranga.sn", "x", "owner", "", None, None),
        (2, "aide@teranga.sn", "y", "support", "", None, None),
    ]
    assert reader.one("SELECT used_at, door, address FROM access_token") == (7, "", "")
    assert reader.one("SELECT until, scopes FROM access_grant") == (88, "amounts messages customers")
    assert reader.value("SELECT count(*) FROM login_failure") == 0
    new.close()
