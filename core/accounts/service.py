"""Logging in and out. Passwords are hashed with argon2id; tokens are stored only as hashes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from core.accounts import lockout, recovery
from core.accounts.events import LoggedIn, LoggedOut
from core.accounts.guard import actor_of
from core.accounts.passwords import verify
from core.accounts.queries import Session, token_digest
from core.accounts.rules import TOKEN_MS, WINDOW, source_of
from core.accounts.second import SecondFactors, step_of
from core.accounts.staff import lend, save
from core.kernel.errors import Forbidden
from core.kernel.text import one_line
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx

__all__ = ["confirm_password", "end_others", "identify", "lend", "log_out", "login", "save", "used"]
_REFUSAL: Final = "Wrong e-mail or password, or too many tries: wait a few minutes, then try again."
_NOT_YOURS: Final = "That is not your password, or there were too many tries: wait a few minutes, then try again."
_CODE_WANTED: Final = "Enter the code of your authenticator app as well."
_SECOND_WANTED: Final = (
    "An owner needs a second factor: set it up in the window's settings, under Access, then log in with its code."
)
_LONGEST_DOOR: Final = 120


class _Attempt(Struct, frozen=True):
    email: str
    password: str
    code: str
    place: str


class _Known(Struct, frozen=True):
    """The account as it was when it was checked."""

    id: int
    email: str
    role: str
    hash: str
    second_since: int | None
    second_step: int
    second_by: int | None


def identify(engine: Engine, factors: SecondFactors, email: str, password: str, code: str = "") -> Session:
    """Who sits at the store's own computer, by the right password and, where one is set, the second factor's code.

    An owner whose second factor is due is let in here all the same: nobody is shut out of their own window in a live.
    Nor does it matter here what is tried over the network.

    Raises Forbidden with one sentence whatever was wrong, also while locked. That a code is wanted is said only to who
    knows the password, and a wrong code counts as a wrong password does.
    """
    return _admit(engine, factors, _Attempt(email, password, code, WINDOW), lambda tx, session: None)


def login(
    engine: Engine,
    factors: SecondFactors,
    email: str,
    password: str,
    code: str = "",
    *,
    address: str = "",
    door: str = "",
) -> tuple[str, Session]:
    """A fresh access token. ``address``: of the socket; ``door``: what the program calls itself.

    ``code`` may be a recovery code instead, each of which opens once. Raises as :func:`identify` does.
    """
    token = secrets.token_urlsafe(32)

    def keep(tx: Tx, session: Session) -> None:
        tx.run("DELETE FROM access_token WHERE expires_at < ?", (tx.now,))
        tx.run(
            "INSERT INTO access_token(hash, account_id, created_at, expires_at, used_at, door, address, number)"
            " VALUES(?1,?2,?3,?4,?3,?5,?6,(SELECT coalesce(max(number), 0) + 1 FROM access_token))",
            (
                *(token_digest(token), session.account_id, tx.now, session.expires_at),
                *(one_line(door, _LONGEST_DOOR), address),
            ),
        )

    return token, _admit(engine, factors, _Attempt(email, password, code, source_of(address)), keep)


def _admit(engine: Engine, factors: SecondFactors, given: _Attempt, then: Callable[[Tx, Session], None]) -> Session:
    """Check what was given, then act in the transaction that finds the account as it was checked."""
    now = engine.clock.now()
    known, locked = engine.read(lambda r: _look_up(r, given, now))
    valid = verify(known.hash if known else None, given.password)
    if known is None or not valid or locked:
        engine.call(lambda tx: lockout.failed(tx, known.id if known else 0, given.place), actor="api")
        raise Forbidden(_REFUSAL)
    spare = known.second_since is not None and recovery.looks_like(given.code)
    step = known.second_step
    if known.second_since is not None and not spare:
        if not given.code.strip():
            raise Forbidden(_CODE_WANTED)
        step = step_of(factors.secret(known.id), given.code, now) or 0
    if known.second_since is not None and not _opens(engine, known, given.code, step, spare=spare):
        engine.call(lambda tx: lockout.failed(tx, known.id, given.place, code=True), actor="api")
        raise Forbidden(_REFUSAL)
    due = known.second_by if known.second_since is None else None
    if due is not None and due <= now and given.place != WINDOW:
        raise Forbidden(_SECOND_WANTED)
    session = Session(known.id, known.email, known.role, now + TOKEN_MS, second_due=due)

    def write(tx: Tx) -> bool:
        # Changed or locked while it was checked, or the same code used twice at once: nothing opens.
        unchanged = (
            "UPDATE account SET second_step = ?1, last_login = ?2 WHERE id = ?3 AND hash = ?4 AND disabled_at IS NULL"
            " AND second_since IS ?5 AND (?5 IS NULL OR ?6 OR second_step < ?1)"
        )
        values = (step, tx.now, known.id, known.hash, known.second_since, spare)
        if lockout.is_locked(tx, known.id, given.place, tx.now) or not tx.run(unchanged, values):
            return False
        if spare and not recovery.use(tx, known.id, given.code):
            return False
        lockout.forget(tx, known.id, given.place)
        then(tx, session)
        tx.emit(LoggedIn(known.id))
        return True

    if not engine.call(write, actor=actor_of(known.id)):
        raise Forbidden(_REFUSAL)
    return session


def _look_up(reader: Reader, given: _Attempt, now: int) -> tuple[_Known | None, bool]:
    row = reader.one(
        "SELECT id, email, role, hash, second_since, second_step, second_by FROM account"
        " WHERE email = ? AND disabled_at IS NULL",
        (given.email.strip(),),
    )
    known = None if row is None else _Known(*row)
    return known, known is not None and lockout.is_locked(reader, known.id, given.place, now)


def _opens(engine: Engine, known: _Known, code: str, step: int, *, spare: bool) -> bool:
    if spare:
        return engine.read(lambda r: recovery.is_good(r, known.id, code))
    return step > known.second_step


def confirm_password(engine: Engine, account_id: int, password: str, address: str = WINDOW) -> None:
    """Ask once more who is there, before what a thief of a session must not do. Raises Forbidden.

    Wrong ones count as at the login, by where they come from (``address``: of the socket, or the window).
    """
    now, place = engine.clock.now(), address if address == WINDOW else source_of(address)

    def question(reader: Reader) -> tuple[Any, bool]:
        digest = reader.value("SELECT hash FROM account WHERE id = ? AND disabled_at IS NULL", (account_id,))
        return digest, lockout.is_locked(reader, account_id, place, now)

    digest, locked = engine.read(question)
    if not verify(digest, password) or locked:
        engine.call(lambda tx: lockout.failed(tx, account_id if digest else 0, place), actor="api")
        raise Forbidden(_NOT_YOURS)


def log_out(tx: Tx, account_id: int, *, token: str | None = None, number: int | None = None) -> int:
    """End one session, or all of the account. → how many ended."""
    ended = tx.run(
        "DELETE FROM access_token WHERE account_id = ?1 AND coalesce(hash = ?2, 1) AND coalesce(number = ?3, 1)",
        (account_id, None if token is None else token_digest(token), number),
    )
    if ended:
        tx.emit(LoggedOut(account_id, ended))
    return ended


def end_others(tx: Tx, account_id: int, token: str) -> int:
    """End all sessions of the account but the one of this token. → how many ended."""
    ended = tx.run("DELETE FROM access_token WHERE account_id = ? AND hash <> ?", (account_id, token_digest(token)))
    if ended:
        tx.emit(LoggedOut(account_id, ended))
    return ended


def used(tx: Tx, token: str, address: str) -> None:
    """The session is in use, from there."""
    tx.run("UPDATE access_token SET used_at = ?, address = ? WHERE hash = ?", (tx.now, address, token_digest(token)))
