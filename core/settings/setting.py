"""What a setting is, and what its value may be."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from msgspec import Struct, field

from core.kernel.errors import Refused


class Setting(Struct, frozen=True):
    """``kind``: text, number, switch, choice, names (some of ``choices``), url, secret. ``unlimited``: 0 is no limit,
    and may be said as null.

    ``label``, ``hint``: message ids (domain ``errors``). ``shape``: what a text that is not empty must look like, a
    regular expression, and ``example`` one that does. ``parse`` raises Refused for what it cannot read.
    ``by_segment``: the default of each segment where they differ.
    """

    key: str
    kind: str
    label: str
    default: str = ""
    hint: str = ""
    section: str = ""
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 2**31
    shape: str = ""
    example: str = ""
    unlimited: bool = False
    tags: frozenset[str] = field(default_factory=frozenset)
    parse: Callable[[str], object] | None = None
    by_segment: tuple[tuple[str, str], ...] = ()

    def default_in(self, segment: str) -> str:
        """What holds in such a shop while nobody set anything."""
        return next((value for name, value in self.by_segment if name == segment), self.default)

    def check(self, text: str) -> str:
        """The value as stored. Raises Refused with one sentence when it is not valid."""
        text = text.strip()
        if self.unlimited and text.lower() in ("", "null", "none"):
            text = "0"
        if self.kind == "number":
            if not text.removeprefix("-").isdecimal() or not self.low <= int(text) <= self.high:
                raise Refused(
                    "“{text}” is not a valid value for {key}: use a whole number from {low} to {high}.",
                    text=text,
                    key=self.key,
                    low=self.low,
                    high=self.high,
                )
            return str(int(text))
        if self.kind == "switch":
            lowered = text.lower()
            if lowered in ("true", "1", "yes", "oui", "on"):
                return "true"
            if lowered in ("false", "0", "no", "non", "off"):
                return "false"
            raise Refused("“{text}” is not a valid value for {key}: use true or false.", text=text, key=self.key)
        if self.kind == "choice" and text not in self.choices:
            raise Refused(
                "“{text}” is not a valid value for {key}: use one of {choices}.",
                text=text,
                key=self.key,
                choices=", ".join(self.choices),
            )
        if self.kind == "names":
            return self._names(text)
        if self.kind == "url" and text:
            return _url(text, self.key)
        if self.shape and text and re.fullmatch(self.shape, text, re.ASCII) is None:
            raise Refused(
                "“{text}” is not a valid value for {key}: write it like {example}.",
                text=text,
                key=self.key,
                example=self.example,
            )
        if self.parse is not None and text:
            self.parse(text)
        if len(text) > 2000 or any(ord(c) < 32 and c not in "\n\t" for c in text):
            raise Refused("The value of {key} is too long or contains control characters.", key=self.key)
        return text

    def _names(self, text: str) -> str:
        """``wave, mvola``: each known, none twice. Raises Refused."""
        names = [name.strip().lower() for name in text.split(",") if name.strip()]
        if len(set(names)) < len(names) or not set(names) <= set(self.choices):
            raise Refused(
                "“{text}” is not a valid value for {key}: name each once, separated by commas: {choices}.",
                text=text,
                key=self.key,
                choices=", ".join(self.choices),
            )
        return ", ".join(names)


def names_in(value: str) -> list[str]:
    """The names of a stored list, in order."""
    return [name for name in value.split(", ") if name]


def _url(text: str, key: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or any(c.isspace() for c in text):
        raise Refused("“{text}” is not a valid address for {key}: it must start with https://.", text=text, key=key)
    return text.rstrip("/")
