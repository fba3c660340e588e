"""Wrong passwords: counted for each account and where they come from, so that nobody locks an owner out from afar.

The store's own window is a place of its own. Wrong codes after the right password count for the account, wherever they
come from over the network: only who knows the password can bring them about, and six digits must not be guessed by many
addresses together.
"""

from __future__ import annotations

from core.accounts.events import LoginFailed
from core.accounts.rules import EVERYWHERE, LOCK_AFTER, LOCK_MS, WINDOW
from core.storage.connection import Reader
from core.storage.engine import Tx


def is_locked(reader: Reader, account_id: int, place: str, now: int) -> bool:
    """Whether the account opens to nobody at this place for now."""
    return bool(
        reader.value(
            "SELECT EXISTS (SELECT 1 FROM login_failure WHERE account_id = ? AND address IN (?, ?)"
            " AND locked_until > ?)",
            (account_id, *_places(place), now),
        )
    )


def failed(tx: Tx, account_id: int, place: str, *, code: bool = False) -> None:
    """Count a wrong password or ``code``; ``account_id`` 0: no such account.

    What is tried while locked does not prolong the lock; what is older than a lock lasts is forgotten.
    """
    tx.run("DELETE FROM login_failure WHERE at <= ? AND locked_until <= ?", (tx.now - LOCK_MS, tx.now))
    if account_id:
        tx.run(
            "INSERT INTO login_failure(account_id, address, failures, locked_until, at) VALUES(?1, ?2, 1, 0, ?3)"
            " ON CONFLICT DO UPDATE SET locked_until = iif(failures + 1 >= ?4, ?5, 0),"
            " failures = iif(failures + 1 >= ?4, 0, failures + 1), at = ?3 WHERE locked_until <= ?3",
            (account_id, EVERYWHERE if code and place != WINDOW else place, tx.now, LOCK_AFTER, tx.now + LOCK_MS),
        )
    tx.emit(LoginFailed(account_id))


def forget(tx: Tx, account_id: int, place: str | None = None) -> int:
    """What was counted is settled: at one place after a good login, everywhere when somebody unlocks."""
    if place is None:
        return tx.run("DELETE FROM login_failure WHERE account_id = ?", (account_id,))
    return tx.run("DELETE FROM login_failure WHERE account_id = ? AND address IN (?, ?)", (account_id, *_places(place)))


def _places(place: str) -> tuple[str, str]:
    """What is counted that keeps out at this place."""
    return place, place if place == WINDOW else EVERYWHERE
