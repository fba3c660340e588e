"""The labelled messages: what buyers wrote, with what they meant. ``resources/understanding/train`` and the tests' own.

``@claim+price mg`` starts a part of one meaning and language (fr, mg, en, mixed, - for none); then a message a line,
with its products and their numbers behind ``|``: ``alaiko ROBE1 roa | ROBE1x2``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from core.kernel.paths import resource
from core.kernel.patterns import late

_ITEM: Final = late(r"(?P<code>[A-Z0-9]+?)(?:x(?P<count>\d+))?")


class Example(Struct, frozen=True):
    """``intents``: the main one first. ``items``: keyword → number, 1 where none was said."""

    text: str
    intents: tuple[str, ...]
    language: str
    items: dict[str, int]


def read_examples(paths: Iterable[Path]) -> Iterator[Example]:
    """Every message of these files, in order. Raises ValueError for a line that says nothing."""
    for path in paths:
        intents: tuple[str, ...] = ()
        language = ""
        for line in path.read_text("utf-8").splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("@"):
                meant, language = line[1:].split()
                intents = tuple("unknown" if one == "other" else one for one in meant.split("+"))
                continue
            if not intents:
                raise ValueError(f"{path.name}: {line}")
            text, _, products = line.rpartition(" | ") if " | " in line else (line, "", "")
            yield Example(text, intents, language, dict(_items(products)))


def training() -> list[Example]:
    """The part the classifier is made of, in the order of its files."""
    return list(read_examples(sorted(resource("understanding", "train").glob("*.txt"))))


def shop() -> dict[str, str]:
    """Keyword → title of the products that the messages name."""
    lines = resource("understanding", "shop.txt").read_text("utf-8").splitlines()
    parts = (line.split(" | ") for line in lines if line and not line.startswith("#"))
    return {one[0]: one[1] for one in parts}


def _items(text: str) -> Iterator[tuple[str, int]]:
    for part in text.split():
        found = _ITEM.fullmatch(part)
        if found is None:
            raise ValueError(part)
        yield found["code"], int(found["count"] or 1)
