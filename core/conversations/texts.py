"""What the bot says: the default texts of ``resources/chat/<language>.toml``, found by key.

A text is a string with ``{variables}``, or a table of variants: ``by`` names the variable that decides, the other keys
are its exact values, ``other`` the rest. ``{remaining}`` is filled when the message leaves, not before (ruling R3), so
it stays in the text unless given. WhatsApp's ``*bold*`` is allowed.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Any, Final

from core.kernel.i18n import DEFAULT_LANGUAGE, LANGUAGES
from core.kernel.paths import resource

LATE: Final = ("remaining",)
_LATE_VALUES: Final = {name: "{" + name + "}" for name in LATE}

Text = str | dict[str, str]


@lru_cache(maxsize=8)
def texts(language: str) -> dict[str, Text]:
    """Every text of one language, as written. Raises OSError or TOMLDecodeError: the installation is damaged."""
    with resource("chat", f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


def say(key: str, language: str, **values: Any) -> str:
    """The text of ``key`` for a person who reads ``language``; French where that language has none.

    Raises KeyError for a key no language has, or a variable that was not given: both are bugs.
    """
    text = texts(language if language in LANGUAGES else DEFAULT_LANGUAGE).get(key)
    if text is None:
        text = texts(DEFAULT_LANGUAGE)[key]
    if isinstance(text, dict):
        text = text.get(str(values[text["by"]]), text["other"])
    return text.format(**(_LATE_VALUES | values))
