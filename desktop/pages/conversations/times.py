"""Times in the least room, in every language the same. No Qt."""

from __future__ import annotations

from core.kernel.clock import MINUTE


def shortly(ms: int) -> str:
    """``12 min``, ``3 h``: a wait in the least room."""
    minutes = max(0, ms) // MINUTE
    return f"{minutes}\u00a0min" if minutes < 60 else f"{minutes // 60}\u00a0h"


def in_hours(ms: int) -> str:
    """``23 h 51`` or ``51 min``, rounded down so that it never promises too much."""
    minutes = ms // MINUTE
    if minutes < 60:
        return f"{minutes}\u00a0min"
    return f"{minutes // 60}\u00a0h\u00a0{minutes % 60:02d}"
