"""What the API answers and takes about logging in, sessions, the second factor and who works here."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from localserver.api.answers import Role, Shown, Time
from localserver.api.requests import PLAIN, Request

Scope = Literal["amounts", "messages", "customers"]
Email = Annotated[str, Meta(min_length=3, max_length=255, pattern=PLAIN)]
Name = Annotated[str, Meta(max_length=60, pattern=PLAIN)]
NewPassword = Annotated[str, Meta(min_length=10, max_length=256)]
OldPassword = Annotated[str, Meta(min_length=1, max_length=1024)]


class LoggedIn(Shown, frozen=True):
    """Send the token as ``Authorization: Bearer …`` until ``expires_at``.

    ``second_factor_due``: from then on this account logs in only with a second factor, which it has not yet.
    """

    token: str
    expires_at: Time
    role: Role
    second_factor_due: Time | None = None


class SecondFactor(Shown, frozen=True):
    """What an authenticator app reads: ``uri`` as a QR code, or ``secret`` typed in. A first code puts it in use."""

    secret: str
    uri: str


class SecondFactorState(Shown, frozen=True):
    """``due_at``: from then on an owner logs in only with a second factor; null when that is settled or not asked.

    ``recovery_codes``: how many of them are still good.
    """

    active: bool
    due_at: Time | None
    recovery_codes: int


class RecoveryCodes(Shown, frozen=True):
    """Shown this once. Each logs in once, in the place of a code of the authenticator app (``otp``)."""

    codes: list[str]


class OpenSession(Shown, frozen=True):
    """``current``: the one that asks. ``door``: what its program calls itself. ``address``: where it was last used."""

    id: int
    created_at: Time
    expires_at: Time
    used_at: Time
    door: str
    address: str
    current: bool


class SessionList(Shown, frozen=True):
    items: list[OpenSession]


class User(Shown, frozen=True):
    """``looks_until``: until when an owner lets them see what ``scopes`` name. ``locked_until``: after wrong passwords.

    ``active`` false: switched off, and nobody logs in as them.
    """

    id: int
    name: str
    email: str
    role: Role
    active: bool
    second_factor: bool
    second_factor_due: Time | None
    recovery_codes: int
    locked_until: Time | None
    last_login: Time | None
    looks_until: Time | None
    scopes: list[Scope]


class UserList(Shown, frozen=True):
    items: list[User]


class Login(Request, frozen=True):
    """``otp`` is the code of the authenticator app, or a recovery code, for accounts with a second factor."""

    email: Annotated[str, Meta(min_length=3, max_length=320)]
    password: OldPassword
    otp: Annotated[str, Meta(max_length=32)] | UnsetType = UNSET


class Code(Request, frozen=True):
    """``code``: six digits of the authenticator app that was given the secret."""

    code: Annotated[str, Meta(min_length=6, max_length=16)]


class Password(Request, frozen=True):
    """``password``: that of the account that asks, once more."""

    password: OldPassword


class NewUser(Request, frozen=True):
    """``password``: at least 10 characters, 5 of them different, without the name of the address."""

    email: Email
    password: NewPassword
    role: Role
    name: Name = ""


class UserChange(Request, frozen=True):
    """Only what is named changes. A new ``role`` or ``password``, or ``active`` false, ends the account's sessions.

    The last active owner is neither demoted nor switched off.
    """

    name: Name | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class Loan(Request, frozen=True):
    """For how long somebody may look, and at what: up to a day, 0 takes it back."""

    minutes: Annotated[int, Meta(ge=0, le=1440)]
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=3)] | UnsetType = UNSET
