"""Who works with the store: added, given a role, a password or a look for a time, switched off and on.

There is always an owner who can act: the last one is neither demoted nor switched off. What is done is told before it
is written: the guard must see who acts as they are, not as they make themselves.
"""

from __future__ import annotations

from typing import Final

from core.accounts import lockout, passwords
from core.accounts.events import (
    AccessLent,
    AccountDisabled,
    AccountEnabled,
    AccountSaved,
    AccountUnlocked,
    PasswordSet,
)
from core.accounts.rules import MAX_LOAN_MS, MAX_NAME, OWNER, ROLES, SCOPES, SECOND_GRACE_MS
from core.kernel.errors import NotFound, Refused
from core.kernel.patterns import late
from core.kernel.text import one_line
from core.storage.engine import Engine, Tx

_EMAIL: Final = late(r"[^@\s]{1,64}@[^@\s]{1,190}")
_LAST_OWNER: Final = "This is the last owner: make somebody else an owner first."
_FIRST_OWNER: Final = "The first account must be an owner's: only an owner can add the others."


def save(engine: Engine, email: str, password: str, role: str, actor: str = "system", *, name: str = "") -> int:
    """Create an account or reset its password and role; open sessions of it end. → id. Raises Refused."""
    return _put(engine, email, password, role, actor, name=name, new=False)


def add(engine: Engine, email: str, password: str, role: str, actor: str, *, name: str = "") -> int:
    """Create an account. → id. Raises Refused, also when somebody has this address already."""
    return _put(engine, email, password, role, actor, name=name, new=True)


def _put(engine: Engine, email: str, password: str, role: str, actor: str, *, name: str, new: bool) -> int:
    email = email.strip()
    if not _EMAIL.fullmatch(email):
        raise Refused("“{email}” is not an e-mail address.", email=email)
    _known_role(role)
    passwords.checked(password, email)
    digest = passwords.hashed(password)

    def write(tx: Tx) -> int:
        first = not tx.value("SELECT EXISTS (SELECT 1 FROM account)")
        known = tx.value("SELECT id FROM account WHERE email = ?", (email,))
        if known is not None:
            if new:
                raise Refused("Somebody has an account with the address {email} already.", email=email)
            tx.emit(AccountSaved(known, role))
        tx.run(
            "INSERT INTO account(email, name, hash, role, created_at, second_by) VALUES(?,?,?,?,?,?)"
            " ON CONFLICT(email) DO UPDATE SET hash = excluded.hash, role = excluded.role, disabled_at = NULL,"
            " name = iif(excluded.name = '', name, excluded.name),"
            " second_by = iif(excluded.second_by IS NULL, NULL, coalesce(second_by, excluded.second_by))",
            (email, one_line(name, MAX_NAME), digest, role, tx.now, _due(role, tx.now)),
        )
        account_id: int = tx.value("SELECT id FROM account WHERE email = ?", (email,))
        _keep_an_owner(tx, _FIRST_OWNER if first else _LAST_OWNER)
        _begin_anew(tx, account_id)
        if known is None:
            tx.emit(AccountSaved(account_id, role))
        return account_id

    return engine.call(write, actor=actor)


def set_role(tx: Tx, account_id: int, role: str) -> None:
    """Another role; open sessions end, what was lent too. Raises NotFound, Refused."""
    _known_role(role)
    if _exists(tx, account_id) == role:
        return
    tx.emit(AccountSaved(account_id, role))
    tx.run(
        "UPDATE account SET role = ?1, second_by = iif(?2 IS NULL, NULL, coalesce(second_by, ?2)) WHERE id = ?3",
        (role, _due(role, tx.now), account_id),
    )
    _keep_an_owner(tx)
    tx.run("DELETE FROM access_token WHERE account_id = ?", (account_id,))
    tx.run("DELETE FROM access_grant WHERE account_id = ?", (account_id,))


def rename(tx: Tx, account_id: int, name: str) -> None:
    """Raises NotFound."""
    role = _exists(tx, account_id)
    tx.emit(AccountSaved(account_id, role))
    tx.run("UPDATE account SET name = ? WHERE id = ?", (one_line(name, MAX_NAME), account_id))


def password_hash(engine: Engine, account_id: int, password: str) -> str:
    """What :func:`put_password` keeps: work for outside of a transaction. Raises NotFound, Refused."""
    email = engine.read(lambda r: r.value("SELECT email FROM account WHERE id = ?", (account_id,)))
    if email is None:
        raise NotFound("There is no such account.")
    passwords.checked(password, email)
    return passwords.hashed(password)


def put_password(tx: Tx, account_id: int, digest: str) -> None:
    """A new password; open sessions end, wrong tries are forgotten. Raises NotFound."""
    _exists(tx, account_id)
    tx.emit(PasswordSet(account_id))
    tx.run("UPDATE account SET hash = ? WHERE id = ?", (digest, account_id))
    _begin_anew(tx, account_id)


def disable(tx: Tx, account_id: int) -> None:
    """Nobody logs in as this account any more; its sessions end. Raises NotFound, Refused for the last owner."""
    _exists(tx, account_id)
    if _is_off(tx, account_id):
        return
    tx.emit(AccountDisabled(account_id))
    tx.run("UPDATE account SET disabled_at = ? WHERE id = ?", (tx.now, account_id))
    _keep_an_owner(tx)
    tx.run("DELETE FROM access_token WHERE account_id = ?", (account_id,))
    tx.run("DELETE FROM access_grant WHERE account_id = ?", (account_id,))


def enable(tx: Tx, account_id: int) -> None:
    """It logs in again, with the password of before. Raises NotFound."""
    _exists(tx, account_id)
    if _is_off(tx, account_id):
        tx.emit(AccountEnabled(account_id))
        tx.run("UPDATE account SET disabled_at = NULL WHERE id = ?", (account_id,))


def unlock(tx: Tx, account_id: int) -> None:
    """Forget wrong passwords before their time. Raises NotFound."""
    _exists(tx, account_id)
    if lockout.forget(tx, account_id):
        tx.emit(AccountUnlocked(account_id))


def lend(tx: Tx, account_id: int, until: int, scopes: tuple[str, ...] = tuple(SCOPES)) -> None:
    """Let an account look at these until then (ms UTC); 0 takes it back.

    Raises NotFound, Refused when that is longer than a day, or nothing is lent.
    """
    _exists(tx, account_id)
    if until - tx.now > MAX_LOAN_MS:
        raise Refused("Access is lent for a day at most.")
    known = tuple(scope for scope in SCOPES if scope in scopes)
    if until > tx.now and (not known or len(known) != len(set(scopes))):
        raise Refused("Say what may be looked at: {known}.", known=", ".join(SCOPES))
    tx.run("DELETE FROM access_grant WHERE account_id = ? OR until <= ?", (account_id, tx.now))
    if until > tx.now:
        tx.run(
            "INSERT INTO access_grant(account_id, until, scopes) VALUES(?,?,?)", (account_id, until, " ".join(known))
        )
    tx.emit(AccessLent(account_id, until if until > tx.now else 0, known if until > tx.now else ()))


def _begin_anew(tx: Tx, account_id: int) -> None:
    """Under a new password: who was logged in by the old one is not any more."""
    tx.run("DELETE FROM access_token WHERE account_id = ?", (account_id,))
    lockout.forget(tx, account_id)


def _exists(tx: Tx, account_id: int) -> str:
    role: str | None = tx.value("SELECT role FROM account WHERE id = ?", (account_id,))
    if role is None:
        raise NotFound("There is no such account.")
    return role


def _is_off(tx: Tx, account_id: int) -> bool:
    return bool(tx.value("SELECT disabled_at IS NOT NULL FROM account WHERE id = ?", (account_id,)))


def _known_role(role: str) -> None:
    if role not in ROLES:
        raise Refused("Unknown role {role}. Use one of {known}.", role=role, known=", ".join(ROLES))


def _due(role: str, now: int) -> int | None:
    return now + SECOND_GRACE_MS if role == OWNER else None


def _keep_an_owner(tx: Tx, sentence: str = _LAST_OWNER) -> None:
    """Raises Refused when the change would leave nobody who can change accounts."""
    if not tx.value("SELECT EXISTS (SELECT 1 FROM account WHERE role = ? AND disabled_at IS NULL)", (OWNER,)):
        raise Refused(sentence)
