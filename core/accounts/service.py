"""Accounts, logins and access tokens. Passwords are hashed with argon2id; tokens are stored only as hashes."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from core.accounts.events import AccountSaved, LoggedIn, LoginFailed
from core.accounts.rules import LOCK_AFTER, LOCK_MS, MIN_PASSWORD, ROLES, TOKEN_MS
from core.kernel.errors import Forbidden, Refused
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_REFUSAL: Final = "Wrong e-mail or password, or too many tries: wait a few minutes, then try again."
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


@dataclass(frozen=True, slots=True)
class Session:
    """Who is asking. ``expires_at`` in ms UTC."""

    account_id: int
    email: str
    role: str
    expires_at: int


def save(engine: Engine, email: str, password: str, role: str, actor: str = "system") -> int:
    """Create an account or reset its password and role; open sessions of it end. → id. Raises Refused."""
    email = email.strip()
    if not _EMAIL.fullmatch(email):
        raise Refused("“{email}” is not an e-mail address.", email=email)
    if role not in ROLES:
        raise Refused("Unknown role {role}. Use one of {known}.", role=role, known=", ".join(ROLES))
    if not MIN_PASSWORD <= len(password) <= 256:
        raise Refused("The password needs at least {least} characters.", least=MIN_PASSWORD)
    digest = _hasher().hash(password)  # a tenth of a second of work: outside the transaction

    def write(tx: Tx) -> int:
        tx.run(
            "INSERT INTO account(email, hash, role, created_at) VALUES(?,?,?,?) ON CONFLICT(email) DO UPDATE SET"
            " hash = excluded.hash, role = excluded.role, failures = 0, locked_until = 0",
            (email, digest, role, tx.now),
        )
        account_id: int = tx.value("SELECT id FROM account WHERE email = ?", (email,))
        tx.run("DELETE FROM access_token WHERE account_id = ?", (account_id,))
        tx.emit(AccountSaved(account_id, role))
        return account_id

    return engine.call(write, actor=actor)


def login(engine: Engine, email: str, password: str) -> tuple[str, Session]:
    """A fresh access token. Raises Forbidden with one sentence whatever was wrong, also while locked."""
    row = engine.read(
        lambda r: r.one("SELECT id, hash, role, locked_until, email FROM account WHERE email = ?", (email,))
    )
    now = engine.clock.now()
    valid = _verify(row[1] if row else _dummy(), password[:1024])
    if row is None or not valid or row[3] > now:
        engine.call(lambda tx: _failed(tx, row[0] if row else 0), actor="api")
        raise Forbidden(_REFUSAL)
    token = secrets.token_urlsafe(32)
    session = Session(row[0], row[4], row[2], now + TOKEN_MS)

    def write(tx: Tx) -> bool:
        unchanged = "UPDATE account SET failures = 0 WHERE id = ? AND hash = ? AND locked_until <= ?"
        if not tx.run(unchanged, (session.account_id, row[1], tx.now)):  # reset or locked while it was checked
            return False
        tx.run("DELETE FROM access_token WHERE expires_at < ?", (tx.now,))
        tx.run(
            "INSERT INTO access_token(hash, account_id, created_at, expires_at) VALUES(?,?,?,?)",
            (_digest(token), session.account_id, tx.now, session.expires_at),
        )
        tx.emit(LoggedIn(session.account_id))
        return True

    if not engine.call(write, actor=f"account:{session.account_id}"):
        raise Forbidden(_REFUSAL)
    return token, session


def session_of(reader: Reader, token: str, now: int) -> Session | None:
    """Who a token belongs to; None when unknown or over."""
    row = reader.one(
        "SELECT a.id, a.email, a.role, t.expires_at FROM access_token t JOIN account a ON a.id = t.account_id"
        " WHERE t.hash = ? AND t.expires_at > ?",
        (_digest(token), now),
    )
    return Session(*row) if row else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _dummy() -> str:
    """Verified when the account is unknown, so that the answer takes as long as for a known one."""
    hasher = _hasher()
    parameters = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${parameters}${'A' * 22}${'A' * 43}"  # 16 and 32 bytes in base64: no password has this hash


def _verify(digest: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(digest, password)
    except (VerificationError, InvalidHashError):
        return False


def _failed(tx: Tx, account_id: int) -> None:
    """Count a wrong password. What is tried while locked does not prolong the lock: it would keep the owner out."""
    tx.run(
        "UPDATE account SET locked_until = iif(failures + 1 >= ?1, ?2, locked_until),"
        " failures = iif(failures + 1 >= ?1, 0, failures + 1) WHERE id = ?3 AND locked_until <= ?4",
        (LOCK_AFTER, tx.now + LOCK_MS, account_id, tx.now),
    )
    tx.emit(LoginFailed(account_id))
