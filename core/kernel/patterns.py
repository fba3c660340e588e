"""Patterns that are compiled when they are first asked: 140 of them cost 10 ms of every start."""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    """Becomes the pattern's methods, one by one, as they are used; after that it costs an attribute's look-up."""

    def __init__(self, source: str, flags: int) -> None:
        self._asked = (source, flags)
        self.pattern = source

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copying and the like: nothing that a pattern is asked
            raise AttributeError(name)
        found = getattr(re.compile(*self._asked), name)  # kept by re itself
        setattr(self, name, found)
        return found


def late(source: str, flags: int = 0) -> re.Pattern[str]:
    """``re.compile`` at the first use. It is asked by its methods; ``re``'s functions do not know it for a pattern."""
    return cast("re.Pattern[str]", _Late(source, int(flags)))
