"""Accounts, logins and access tokens. Passwords are hashed with argon2id; tokens are stored only as hashes."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from core.accounts.events import AccessLent, AccountSaved, LoggedIn, LoggedOut, LoginFailed
from core.accounts.guard import actor_of, role_of
from core.accounts.rules import (
    LOCK_AFTER,
    LOCK_MS,
    MAX_LOAN_MS,
    MIN_PASSWORD,
    OWNER,
    ROLES,
    SECOND_GRACE_MS,
    TOKEN_MS,
    may,
)
from core.accounts.second import SecondFactors, step_of
from core.kernel.errors import Forbidden, NotFound, Refused
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_REFUSAL: Final = "Wrong e-mail or password, or too many tries: wait a few minutes, then try again."
_CODE_WANTED: Final = "Enter the code of your authenticator app as well."
_SECOND_WANTED: Final = (
    "An owner needs a second factor: set it up on the store's computer with “store otp”, then log in with its code."
)
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


@dataclass(frozen=True, slots=True)
class Session:
    """Who is asking. ``expires_at`` in ms UTC. ``lent``: an owner lets this account look for now.

    ``second_due``: from when on the account needs a second factor (ms UTC), None when that is settled.
    """

    account_id: int
    email: str
    role: str
    expires_at: int
    lent: bool = False
    second_due: int | None = None

    def may(self, right: str) -> bool:
        return may(self.role, right, lent=self.lent)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """An access token that is good. Times in ms UTC."""

    number: int
    created_at: int
    expires_at: int
    current: bool


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
            "INSERT INTO account(email, hash, role, created_at, second_by) VALUES(?,?,?,?,?) ON CONFLICT(email)"
            " DO UPDATE SET hash = excluded.hash, role = excluded.role, failures = 0, locked_until = 0,"
            " second_by = iif(excluded.second_by IS NULL, NULL, coalesce(second_by, excluded.second_by))",
            (email, digest, role, tx.now, tx.now + SECOND_GRACE_MS if role == OWNER else None),
        )
        account_id: int = tx.value("SELECT id FROM account WHERE email = ?", (email,))
        tx.run("DELETE FROM access_token WHERE account_id = ?", (account_id,))
        tx.emit(AccountSaved(account_id, role))
        return account_id

    return engine.call(write, actor=actor)


def identify(engine: Engine, factors: SecondFactors, email: str, password: str, code: str = "") -> Session:
    """Who sits at the store's own computer, by the right password and, where one is set, the second factor's code.

    An owner whose second factor is due is let in here all the same: nobody is shut out of their own window in a live.

    Raises Forbidden with one sentence whatever was wrong, also while locked. That a code is wanted is said only to who
    knows the password, and a wrong code counts as a wrong password does.
    """
    return _admit(engine, factors, (email, password, code), lambda tx, session: None, here=True)


def login(engine: Engine, factors: SecondFactors, email: str, password: str, code: str = "") -> tuple[str, Session]:
    """A fresh access token. Raises as :func:`identify` does."""
    token = secrets.token_urlsafe(32)

    def keep(tx: Tx, session: Session) -> None:
        tx.run("DELETE FROM access_token WHERE expires_at < ?", (tx.now,))
        tx.run(
            "INSERT INTO access_token(hash, account_id, created_at, expires_at, number)"
            " VALUES(?,?,?,?,(SELECT coalesce(max(number), 0) + 1 FROM access_token))",
            (_digest(token), session.account_id, tx.now, session.expires_at),
        )

    return token, _admit(engine, factors, (email, password, code), keep)


def _admit(
    engine: Engine,
    factors: SecondFactors,
    given: tuple[str, str, str],
    then: Callable[[Tx, Session], None],
    *,
    here: bool = False,
) -> Session:
    """Check what was given, then act in the transaction that finds the account as it was checked."""
    email, password, code = given
    row = engine.read(
        lambda r: r.one(
            "SELECT id, email, role, hash, locked_until, second_since, second_step, second_by FROM account"
            " WHERE email = ?",
            (email,),
        )
    )
    now = engine.clock.now()
    valid = _verify(row[3] if row else _dummy(), password[:1024])
    if row is None or not valid or row[4] > now:
        engine.call(lambda tx: _failed(tx, row[0] if row else 0), actor="api")
        raise Forbidden(_REFUSAL)
    account_id, address, role, digest, _, since, last, due = row
    step = last
    if since is not None:
        if not code.strip():
            raise Forbidden(_CODE_WANTED)
        step = step_of(factors.secret(account_id), code, now) or 0
        if step <= last:
            engine.call(lambda tx: _failed(tx, account_id), actor="api")
            raise Forbidden(_REFUSAL)
    elif due is not None and due <= now and not here:
        raise Forbidden(_SECOND_WANTED)
    session = Session(account_id, address, role, now + TOKEN_MS, second_due=due if since is None else None)

    def write(tx: Tx) -> bool:
        # Reset or locked while it was checked, or the same code used twice at once: nothing opens.
        unchanged = (
            "UPDATE account SET failures = 0, second_step = ? WHERE id = ? AND hash = ? AND locked_until <= ?"
            " AND (second_since IS NULL OR second_step < ?)"
        )
        if not tx.run(unchanged, (step, account_id, digest, tx.now, step)):
            return False
        then(tx, session)
        tx.emit(LoggedIn(account_id))
        return True

    if not engine.call(write, actor=actor_of(account_id)):
        raise Forbidden(_REFUSAL)
    return session


def session_of(reader: Reader, token: str, now: int) -> Session | None:
    """Who a token belongs to; None when unknown or over."""
    row = reader.one(
        "SELECT a.id, a.email, a.role, t.expires_at, coalesce(g.until, 0) > ? FROM access_token t"
        " JOIN account a ON a.id = t.account_id LEFT JOIN access_grant g ON g.account_id = a.id"
        " WHERE t.hash = ? AND t.expires_at > ?",
        (now, _digest(token), now),
    )
    return Session(row[0], row[1], row[2], row[3], lent=bool(row[4])) if row else None


def sessions(reader: Reader, account_id: int, token: str, now: int) -> list[OpenSession]:
    """The account's open sessions, the newest first; ``token`` tells which is the asking one."""
    rows = reader.all(
        "SELECT number, created_at, expires_at, hash = ? FROM access_token WHERE account_id = ? AND expires_at > ?"
        " ORDER BY number DESC",
        (_digest(token), account_id, now),
    )
    return [OpenSession(number, made, ends, bool(current)) for number, made, ends, current in rows]


@dataclass(frozen=True, slots=True)
class Person:
    """Who works with the store. ``looks_until`` (ms UTC): support's look at amounts and messages, None: no look."""

    id: int
    email: str
    role: str
    second_factor: bool
    looks_until: int | None


def people(reader: Reader, now: int) -> list[Person]:
    """Everybody, by growing id."""
    rows = reader.all(
        "SELECT a.id, a.email, a.role, a.second_since IS NOT NULL, g.until FROM account a"
        " LEFT JOIN access_grant g ON g.account_id = a.id AND g.until > ? ORDER BY a.id",
        (now,),
    )
    return [Person(number, email, role, bool(second), until) for number, email, role, second, until in rows]


def log_out(tx: Tx, account_id: int, *, token: str | None = None, number: int | None = None) -> int:
    """End one session, or all of the account. → how many ended."""
    ended = tx.run(
        "DELETE FROM access_token WHERE account_id = ?1 AND coalesce(hash = ?2, 1) AND coalesce(number = ?3, 1)",
        (account_id, None if token is None else _digest(token), number),
    )
    if ended:
        tx.emit(LoggedOut(account_id, ended))
    return ended


def lend(tx: Tx, account_id: int, until: int) -> None:
    """Let an account look at amounts, customers and messages until then (ms UTC); 0 takes it back.

    Raises NotFound, Refused when that is longer than a day.
    """
    if role_of(tx, account_id) is None:
        raise NotFound("There is no such account.")
    if until - tx.now > MAX_LOAN_MS:
        raise Refused("Access is lent for a day at most.")
    tx.run("DELETE FROM access_grant WHERE account_id = ? OR until <= ?", (account_id, tx.now))
    if until > tx.now:
        tx.run("INSERT INTO access_grant(account_id, until) VALUES(?,?)", (account_id, until))
    tx.emit(AccessLent(account_id, until if until > tx.now else 0))


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
