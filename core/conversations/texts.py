"""What the bot says: the default texts of ``resources/chat/<language>.toml``, found by key; a store's own come first.

A text is a string with ``{variables}``, or a table of variants: ``by`` names the variable that decides, the other keys
are its exact values, ``other`` the rest. ``key@segment`` is what stores of one segment say instead. ``{remaining}`` is
filled when the message leaves, not before (ruling R3), so it stays in the text unless given. WhatsApp's ``*bold*`` is
allowed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Protocol

from core.conversations.adapting import Switches
from core.kernel.i18n import DEFAULT_LANGUAGE, LANGUAGES
from core.kernel.paths import resource
from core.storage.connection import Reader

LATE: Final = ("remaining",)
LATE_VALUES: Final = {name: "{" + name + "}" for name in LATE}

Text = str | dict[str, str]


class Manner(Protocol):
    """How one store speaks."""

    def say(self, key: str, tongue: Tongue, values: Mapping[str, Any]) -> str: ...

    def switches(self) -> Switches: ...


class Tongue(str):
    """A language as one store speaks it, to one person, or to its seller (``listener`` None).

    It is the language's code as well, for whoever wants no more than that.
    """

    __slots__ = ("listener", "manner", "reader")
    manner: Manner
    reader: Reader | None
    listener: int | None

    def __new__(
        cls, language: str, manner: Manner, reader: Reader | None = None, listener: int | None = None
    ) -> Tongue:
        made = super().__new__(cls, language)
        made.manner, made.reader, made.listener = manner, reader, listener
        return made


def spoken_to(house: str, reader: Reader, customer_id: int, language: str) -> str:
    """The language in which the store, that speaks ``house`` to its seller, speaks to this person."""
    return Tongue(language, house.manner, reader, customer_id) if isinstance(house, Tongue) else language


def switches(language: str) -> Switches:
    """What the store lets its texts add."""
    return language.manner.switches() if isinstance(language, Tongue) else Switches()


@lru_cache(maxsize=8)
def texts(language: str) -> dict[str, Text]:
    """Every text of one language, as written. Raises OSError or TOMLDecodeError: the installation is damaged."""
    with resource("chat", f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


def built_in(key: str, language: str, segment: str = "") -> Text:
    """The text of ``key`` that came with the program; French where that language has none. Raises KeyError."""
    for tried in (language if language in LANGUAGES else DEFAULT_LANGUAGE, DEFAULT_LANGUAGE):
        known = texts(tried)
        text = known.get(f"{key}@{segment}", known.get(key)) if segment else known.get(key)
        if text is not None:
            return text
    raise KeyError(key)


def pick(text: Text, values: Mapping[str, Any]) -> tuple[str, str]:
    """(the variant's name, its words) for these values; the name of an only wording is empty.

    Raises KeyError when the variable that decides was not given.
    """
    if isinstance(text, str):
        return "", text
    value = str(values[text["by"]])
    name = value if value in text and value != "by" else "other"
    return name, text[name]


def filled(words: str, values: Mapping[str, Any]) -> str:
    """The words with their variables. Raises KeyError for one that was not given."""
    return words.format(**(LATE_VALUES | dict(values)))


def say(key: str, language: str, **values: Any) -> str:
    """The text of ``key`` for a person who reads ``language``, a :class:`Tongue` where a store speaks.

    Raises KeyError for a key no language has, or a variable that was not given: both are bugs.
    """
    if isinstance(language, Tongue):
        return language.manner.say(key, language, values)
    return filled(pick(built_in(key, language), values)[1], values)
