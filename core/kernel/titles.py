"""Which column of a table is which: its titles as people spell them, against the names a field may have. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.patterns import late
from core.kernel.text import fold

_UNITS = frozenset(
    {"f", "cfa", "fcfa", "xof", "xaf", "ar", "ariary", "mga", "eur", "euro", "euros", "ttc", "en", "de", "du"}
)
_BRACKETS = late(r"\([^)]*\)|\[[^\]]*\]")
_WORD = late(r"[a-z0-9]+")


class Columns(Struct, frozen=True):
    """``of``: field → index of its column; ``unknown``: titles nothing is known about."""

    of: dict[str, int]
    unknown: tuple[str, ...]


def match(titles: Sequence[str], names: Mapping[str, Sequence[str]]) -> Columns:
    """Find the field of each column; ``names``: field → its titles, folded, the best one first.

    Raises nothing: two titles that read the same leave the first in charge.
    """
    indexes: dict[str, int] = {}
    for index, title in enumerate(titles):
        for key in _keys(title):
            indexes.setdefault(key, index)
    of: dict[str, int] = {}
    taken: set[int] = set()
    for field, known in names.items():
        for name in known:
            if indexes.get(name, -1) >= 0 and indexes[name] not in taken:
                of[field] = indexes[name]
                taken.add(indexes[name])
                break
    unknown = tuple(title.strip() for index, title in enumerate(titles) if index not in taken and title.strip())
    return Columns(of, unknown)


def check_unambiguous(titles: Sequence[str], columns: Columns) -> None:
    """Raises Refused when two columns have the same title and it is one that matters: which price is the price?"""
    written = [_keys(title)[-1:] for title in titles]
    for field, index in columns.of.items():
        if written.count(written[index]) > 1:
            raise Refused("Two columns are called “{title}”: keep one.", title=titles[index].strip(), field=field)


def _keys(title: str) -> list[str]:
    """``Prix (F CFA)`` → ``prix``; the plain form first, then the one without units."""
    words = _WORD.findall(fold(_BRACKETS.sub(" ", title)))
    bare = [word for word in words if word not in _UNITS]
    return [" ".join(words), " ".join(bare)] if bare else []
