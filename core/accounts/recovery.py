"""One-time codes for who lost the phone: random, kept only as hashes, shown once, each good for one login.

Sixty bits each, hashed together with the account: no table of guesses serves, and the hashes themselves lie in the
encrypted database.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from core.accounts.events import RecoveryCodesMade, RecoveryCodeUsed
from core.storage.connection import Reader
from core.storage.engine import Tx

CODES: Final = 10
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read as something else
_LENGTH: Final = 12
_GROUP: Final = 4


def make(tx: Tx, account_id: int) -> tuple[str, ...]:
    """New codes, grouped for reading; those of before are good no longer."""
    plain = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(CODES)]
    forget(tx, account_id)
    for code in plain:
        tx.run("INSERT INTO recovery_code(account_id, hash) VALUES(?,?)", (account_id, digest(account_id, code)))
    tx.emit(RecoveryCodesMade(account_id, CODES))
    return tuple("-".join(code[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP)) for code in plain)


def forget(tx: Tx, account_id: int) -> None:
    """No code is good any more."""
    tx.run("DELETE FROM recovery_code WHERE account_id = ?", (account_id,))


def looks_like(text: str) -> bool:
    """Whether this is meant as one of these codes, and not as an authenticator app's."""
    return len(_plain(text)) == _LENGTH


def is_good(reader: Reader, account_id: int, text: str) -> bool:
    """Whether this code still opens."""
    found = "SELECT EXISTS (SELECT 1 FROM recovery_code WHERE account_id = ? AND hash = ? AND used_at IS NULL)"
    return bool(reader.value(found, (account_id, digest(account_id, text))))


def use(tx: Tx, account_id: int, text: str) -> bool:
    """Take the code; False when it is not good any more."""
    taken = "UPDATE recovery_code SET used_at = ? WHERE account_id = ? AND hash = ? AND used_at IS NULL"
    if not tx.run(taken, (tx.now, account_id, digest(account_id, text))):
        return False
    tx.emit(RecoveryCodeUsed(account_id, left(tx, account_id)))
    return True


def left(reader: Reader, account_id: int) -> int:
    """How many codes are still good."""
    return int(
        reader.value("SELECT count(*) FROM recovery_code WHERE account_id = ? AND used_at IS NULL", (account_id,))
    )


def digest(account_id: int, text: str) -> bytes:
    return hashlib.sha256(f"recovery {account_id} {_plain(text)}".encode("utf-8", "surrogatepass")).digest()


def _plain(text: str) -> str:
    return "".join(text.split()).replace("-", "").casefold()
