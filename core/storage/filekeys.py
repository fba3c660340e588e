"""The key of a store's file as a person writes it down: the recovery key of a computer, or the code of one move.

A code is 24 characters of Crockford's base 32 (no I, L, O, U), made here, 120 random bits: enough that the key need not
be stretched. It is read back whatever the case, the gaps and what looks alike (O as 0, I and L as 1).
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from core.kernel.errors import Refused
from core.storage.vault import KEY_SIZE, derive

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 24
_GROUP: Final = 4
_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GAPS: Final = re.compile(r"[\s\u2010-\u2015\-]+")


def new_code() -> str:
    """« K7QM-2XHD-… »."""
    return grouped("".join(secrets.choice(LETTERS) for _ in range(LENGTH)))


def grouped(code: str) -> str:
    """In groups of four, as it is shown."""
    plain = plain_code(code)
    return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))


def plain_code(typed: str) -> str:
    """What was typed without gaps, with what looks alike made one."""
    return _GAPS.sub("", typed).upper().translate(_ALIKE)


def key_of(typed: str) -> bytes:
    """The 32 bytes that a file is sealed with. Raises Refused for what is neither a key nor a code."""
    plain = _GAPS.sub("", typed)
    if re.fullmatch(r"[0-9A-Fa-f]{64}", plain):
        return bytes.fromhex(plain)
    code = plain_code(typed)
    if len(code) == LENGTH and set(code) <= set(LETTERS):
        return derive(code.encode(), "move", KEY_SIZE)
    raise Refused(
        "This is neither the code of a move (24 letters and digits) nor a recovery key (64 characters of 0-9 and a-f)."
    )
