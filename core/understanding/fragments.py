"""Thoughts sent in pieces: « je prends » … « ROBE1 » … « 2 » within seconds are one message. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.kernel.clock import SECOND

PAUSE: Final = 3 * SECOND
MOST: Final = 5


def joined(said: Sequence[tuple[int, str]]) -> str:
    """The last message with those right before it. ``said``: (time in ms by the phone's clock, text), oldest first.

    A piece belongs to the next one when no more than PAUSE lies between them; at most MOST pieces are taken.
    """
    pieces: list[str] = []
    last = None
    for at, text in reversed(said):
        if len(pieces) == MOST or (last is not None and last - at > PAUSE):
            break
        if text.strip():
            pieces.append(text.strip())
        last = at
    return "\n".join(reversed(pieces))
