"""Who works with the store, and where they are logged in."""

from __future__ import annotations

import hashlib

from msgspec import Struct

from core.accounts.rules import EVERYWHERE, may, rights_of
from core.storage.connection import Reader


class Session(Struct, frozen=True):
    """Who is asking. ``expires_at`` in ms UTC. ``lent``: the rights an owner lends this account for now.

    ``second_due``: from when on the account needs a second factor (ms UTC), None when that is settled.
    """

    account_id: int
    email: str
    role: str
    expires_at: int
    lent: frozenset[str] = frozenset()
    second_due: int | None = None
    used_at: int = 0

    def may(self, right: str) -> bool:
        return may(self.role, right, self.lent)


class OpenSession(Struct, frozen=True):
    """An access token that is good. Times in ms UTC. ``door``: what the program that logged in calls itself.

    ``address``: where it was last used from, as the socket told it; a tunnel hides the address behind its own.
    """

    number: int
    created_at: int
    expires_at: int
    used_at: int
    door: str
    address: str
    current: bool


class Person(Struct, frozen=True):
    """Who works with the store. Times in ms UTC.

    ``looks_until``: support's look at what ``scopes`` name, None: no look. ``locked_until``: after wrong passwords, for
    the place they came from, or for ``everywhere``. ``second_due`` as in :class:`Session`. ``codes``: recovery codes
    that are still good.
    """

    id: int
    name: str
    email: str
    role: str
    second_factor: bool
    second_due: int | None
    codes: int
    looks_until: int | None
    scopes: tuple[str, ...]
    disabled: bool
    locked_until: int | None
    everywhere: bool
    last_login: int | None


_PEOPLE = (
    "SELECT a.id, a.name, a.email, a.role, a.second_since IS NOT NULL, iif(a.second_since IS NULL, a.second_by, NULL),"
    " (SELECT count(*) FROM recovery_code c WHERE c.account_id = a.id AND c.used_at IS NULL), g.until,"
    " coalesce(g.scopes, ''), a.disabled_at IS NOT NULL,"
    " (SELECT max(f.locked_until) FROM login_failure f WHERE f.account_id = a.id AND f.locked_until > ?1),"
    " EXISTS (SELECT 1 FROM login_failure f WHERE f.account_id = a.id AND f.address = ?2 AND f.locked_until > ?1),"
    " a.last_login FROM account a LEFT JOIN access_grant g ON g.account_id = a.id AND g.until > ?1"
)


def people(reader: Reader, now: int) -> list[Person]:
    """Everybody, by growing id."""
    return [_person(row) for row in reader.all(f"{_PEOPLE} ORDER BY a.id", (now, EVERYWHERE))]


def person(reader: Reader, account_id: int, now: int) -> Person | None:
    row = reader.one(f"{_PEOPLE} WHERE a.id = ?3", (now, EVERYWHERE, account_id))
    return None if row is None else _person(row)


def _person(row: tuple[object, ...]) -> Person:
    number, name, email, role, second, due, codes, until, scopes, disabled, locked, everywhere, last = row
    return Person(
        *(number, name, email, role, bool(second), due, codes, until),  # type: ignore[arg-type] # columns of any type
        tuple(str(scopes).split()),
        bool(disabled),
        *(locked, bool(everywhere), last),  # type: ignore[arg-type]
    )


def lent_until(reader: Reader, now: int) -> int | None:
    """Until when somebody is let look on (ms UTC), None when nobody is."""
    until: int | None = reader.value("SELECT max(until) FROM access_grant WHERE until > ?", (now,))
    return until


def standing(reader: Reader, account_id: int) -> tuple[object, ...] | None:
    """What a login rests on: when it is another than it was, whoever is logged in has to log in again."""
    return reader.one("SELECT role, hash, disabled_at FROM account WHERE id = ?", (account_id,))


def session_of(reader: Reader, token: str, now: int) -> Session | None:
    """Who a token belongs to; None when unknown or over."""
    row = reader.one(
        "SELECT a.id, a.email, a.role, t.expires_at, coalesce(g.scopes, ''), t.used_at FROM access_token t"
        " JOIN account a ON a.id = t.account_id AND a.disabled_at IS NULL"
        " LEFT JOIN access_grant g ON g.account_id = a.id AND g.until > ? WHERE t.hash = ? AND t.expires_at > ?",
        (now, token_digest(token), now),
    )
    if row is None:
        return None
    account_id, email, role, ends, scopes, used_at = row
    return Session(account_id, email, role, ends, lent=rights_of(scopes.split()), used_at=used_at)


def sessions(reader: Reader, account_id: int, token: str, now: int) -> list[OpenSession]:
    """The account's open sessions, the newest first; ``token`` tells which is the asking one."""
    rows = reader.all(
        "SELECT number, created_at, expires_at, used_at, door, address, hash = ? FROM access_token"
        " WHERE account_id = ? AND expires_at > ? ORDER BY number DESC",
        (token_digest(token), account_id, now),
    )
    return [OpenSession(*told, bool(current)) for *told, current in rows]  # type: ignore[call-arg] # six columns


def token_digest(token: str) -> bytes:
    """How a token is kept: whoever reads the database cannot log in by it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
