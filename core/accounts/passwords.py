"""Passwords: what one must be, and its argon2id hash."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from core.accounts.rules import MAX_PASSWORD, MIN_PASSWORD, password_flaws
from core.kernel.errors import Refused

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# Longer ones are not looked at: hashing them would be work for whoever asks.
_LONGEST: Final = 1024


def checked(password: str, email: str) -> None:
    """Raises Refused with what the password lacks."""
    flaws = password_flaws(password, email)
    if "length" in flaws:
        raise Refused(
            "The password needs at least {least} characters, and at most {most}.", least=MIN_PASSWORD, most=MAX_PASSWORD
        )
    if "variety" in flaws:
        raise Refused("The password repeats too few characters: mix different ones.")
    if "address" in flaws:
        raise Refused("The password must not hold the name of the e-mail address.")


def hashed(password: str) -> str:
    """A tenth of a second of work: never inside a transaction."""
    return _hasher().hash(password)


def verify(digest: str | None, password: str) -> bool:
    """Whether this is the password; without a ``digest``, for an unknown account, the same work and False."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(digest or _dummy(), password[:_LONGEST])
    except (VerificationError, InvalidHashError):
        return False


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
