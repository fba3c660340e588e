"""Where customers live, as far as they told it: the town or quarter in an address to deliver to, or in the seller's
notes. Nobody is asked for it, so somebody of whom nothing is known is nowhere."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from typing import Final

from core.kernel.patterns import late
from core.kernel.text import fold
from core.kernel.towns import TOWNS
from core.storage.connection import Reader

LATEST: Final = 20_000  # texts that are looked through for the towns there are
_WORD: Final = late(r"[^\W_]+")
_ACCENTED: Final = late(r"[aceinouy]")  # SQL compares letters as they are: these may stand there with an accent
_TEXTS: Final = (
    "SELECT o.customer_id, d.address AS said FROM delivery d JOIN orders o ON o.id = d.order_id WHERE d.address <> ''"
    " UNION ALL SELECT id, notes FROM customer WHERE notes <> ''"
)


def within(reader: Reader, place: str) -> list[int]:
    """The customers who are there; a town by its whole name, anything else by how its words begin."""
    words = _words(place)
    if not words:
        return []
    likes = " AND ".join("said LIKE ?" for _ in words)
    patterns = [f"%{_ACCENTED.sub('_', word)}%" for word in words]
    rows = reader.all(f"SELECT customer_id, said FROM ({_TEXTS}) WHERE {likes}", patterns)  # noqa: S608 - fixed words
    needle = " ".join(words)
    wanted = f" {needle} " if needle in _KNOWN else f" {needle}"
    return sorted({customer_id for customer_id, said in rows if wanted in _plain(said)})


def towns(reader: Reader) -> list[tuple[str, int]]:
    """The towns that are named, each with how many customers are there; most first."""
    return _counted(reader.all(f"SELECT customer_id, said FROM ({_TEXTS}) LIMIT ?", (LATEST,)))  # noqa: S608 - fixed


def _counted(rows: Iterable[tuple[int, str]]) -> list[tuple[str, int]]:
    found = {(customer_id, name) for customer_id, said in rows for name in _named(said)}
    counts = Counter(name for _, name in found)
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _named(said: str) -> set[str]:
    """The towns of a text."""
    words = _words(said)
    ones = (*words, *(" ".join(pair) for pair in itertools.pairwise(words)))
    return {_KNOWN[one] for one in ones if one in _KNOWN}


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _plain(text: str) -> str:
    return f" {' '.join(_words(text))} "


_KNOWN: Final = {" ".join(_words(name)): town for name, town in TOWNS.items()}
