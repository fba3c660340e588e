"""What happens to the people who work with the store."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class AccountEvent(Event, frozen=True):
    area: ClassVar[str] = "accounts"
    account_id: int

    @property
    def subject(self) -> int:
        return self.account_id


class AccountSaved(AccountEvent, frozen=True):
    role: str


class PasswordSet(AccountEvent, frozen=True):
    """By somebody with the right over accounts; the account's sessions have ended."""


class AccountDisabled(AccountEvent, frozen=True):
    pass


class AccountEnabled(AccountEvent, frozen=True):
    pass


class AccountUnlocked(AccountEvent, frozen=True):
    """Its wrong passwords were forgotten before their time."""


class LoggedOut(AccountEvent, frozen=True):
    """``sessions``: how many access tokens ended."""

    sessions: int


class SecondFactorSet(AccountEvent, frozen=True):
    pass


class SecondFactorRemoved(AccountEvent, frozen=True):
    pass


class RecoveryCodesMade(AccountEvent, frozen=True):
    """``codes``: how many; those of before are good no longer."""

    codes: int


class RecoveryCodeUsed(AccountEvent, frozen=True):
    """``left``: how many are still good."""

    left: int


class AccessLent(AccountEvent, frozen=True):
    """``until`` in ms UTC; 0: taken back. ``scopes``: what may be looked at."""

    until: int
    scopes: tuple[str, ...] = ()


class LoggedIn(AccountEvent, frozen=True):
    pass


class LoginFailed(AccountEvent, frozen=True):
    """``account_id`` 0: no such account."""
