"""What happens to the people who work with the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class AccountEvent(Event):
    area: ClassVar[str] = "accounts"
    account_id: int

    @property
    def subject(self) -> int:
        return self.account_id


@dataclass(frozen=True, slots=True)
class AccountSaved(AccountEvent):
    role: str


@dataclass(frozen=True, slots=True)
class LoggedIn(AccountEvent):
    pass


@dataclass(frozen=True, slots=True)
class LoginFailed(AccountEvent):
    """``account_id`` 0: no such account."""
