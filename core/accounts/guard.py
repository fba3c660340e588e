"""Least privilege where it counts: an act of an account is refused in its own transaction, whatever door it came by."""

from __future__ import annotations

from typing import Final

from core.accounts.rules import ACTS, may
from core.kernel.errors import Forbidden
from core.kernel.events import Event
from core.storage.connection import Reader
from core.storage.engine import Tx

PREFIX: Final = "account:"
FORBIDDEN: Final = "Your role does not allow this."


def actor_of(account_id: int) -> str:
    """How the journal names an account: by its number, never its address (ruling R17)."""
    return f"{PREFIX}{account_id}"


def check(tx: Tx, event: Event) -> None:
    """Raises Forbidden when an account acts beyond its role. The program's own parts and buyers are no accounts."""
    right = ACTS.get(type(event).__name__)
    if right is None or not tx.actor.startswith(PREFIX):
        return
    role = role_of(tx, int(tx.actor.removeprefix(PREFIX)))
    if role is None or not may(role, right):
        raise Forbidden(FORBIDDEN)


def role_of(reader: Reader, account_id: int) -> str | None:
    """The role as it is now; None when the account is gone."""
    role: str | None = reader.value("SELECT role FROM account WHERE id = ?", (account_id,))
    return role


def is_lent(reader: Reader, account_id: int, now: int) -> bool:
    """Whether an owner lets this account look for now."""
    until: int | None = reader.value("SELECT until FROM access_grant WHERE account_id = ?", (account_id,))
    return until is not None and until > now
