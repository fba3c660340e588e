"""Least privilege where it counts: an act of an account is refused in its own transaction, whatever door it came by."""

from __future__ import annotations

from typing import Final

from core.accounts.events import AccountEvent
from core.accounts.rules import ACTS, OWN, may, rights_of
from core.kernel.errors import Forbidden
from core.kernel.events import Event
from core.storage.connection import Reader
from core.storage.engine import Tx

PREFIX: Final = "account:"
UNNAMED: Final = "seller"  # the window while nobody has said who they are
FORBIDDEN: Final = "Your role does not allow this."
_WHO: Final = "Say first who you are: lock the window, then unlock it with your account."


def actor_of(account_id: int) -> str:
    """How the journal names an account: by its number, never its address (ruling R17)."""
    return f"{PREFIX}{account_id}"


def account_of(actor: str) -> int | None:
    """The account's number; None for the program's own parts and for who has no account."""
    return int(actor.removeprefix(PREFIX)) if actor.startswith(PREFIX) else None


def check(tx: Tx, event: Event) -> None:
    """Raises Forbidden when an account acts beyond its role. The program's own parts and buyers are no accounts.

    A window that nobody has unlocked may make the first account, and touch no other: who sits before it is not known.
    """
    right = ACTS.get(type(event).__name__)
    if right is None:
        return
    actor = account_of(tx.actor)
    if actor is None:
        if tx.actor == UNNAMED and isinstance(event, AccountEvent) and _has_others(tx, event.account_id):
            raise Forbidden(_WHO)
        return
    if right == OWN and isinstance(event, AccountEvent) and event.account_id != actor:
        right = "accounts.write"
    role = role_of(tx, actor)
    if role is None or not may(role, right):
        raise Forbidden(FORBIDDEN)


def _has_others(tx: Tx, account_id: int) -> bool:
    return bool(tx.value("SELECT EXISTS (SELECT 1 FROM account WHERE id <> ?)", (account_id,)))


def role_of(reader: Reader, account_id: int) -> str | None:
    """The role as it is now; None when the account is gone or switched off."""
    role: str | None = reader.value("SELECT role FROM account WHERE id = ? AND disabled_at IS NULL", (account_id,))
    return role


def lent_to(reader: Reader, account_id: int, now: int) -> frozenset[str]:
    """The rights an owner lends this account for now."""
    scopes: str | None = reader.value(
        "SELECT scopes FROM access_grant WHERE account_id = ? AND until > ?", (account_id, now)
    )
    return rights_of((scopes or "").split())
