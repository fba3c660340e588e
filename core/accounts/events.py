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


class LoggedOut(AccountEvent, frozen=True):
    """``sessions``: how many access tokens ended."""

    sessions: int


class SecondFactorSet(AccountEvent, frozen=True):
    pass


class SecondFactorRemoved(AccountEvent, frozen=True):
    pass


class AccessLent(AccountEvent, frozen=True):
    """``until`` in ms UTC; 0: taken back."""

    until: int


class LoggedIn(AccountEvent, frozen=True):
    pass


class LoginFailed(AccountEvent, frozen=True):
    """``account_id`` 0: no such account."""
