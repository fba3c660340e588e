"""Entries of the journal as they are listed: by time, by who did what, and by what was searched, the newest first.

Nothing is passed over to be left out: every kind of entry by every actor is a row of numbers in the index, newest
first, and a page is merged from the ends of those that fit. So it costs the same in a journal of a million.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from itertools import islice
from typing import Final

from msgspec import Struct

from core.storage.connection import Reader
from core.storage.journal import Entry

_ENTRY: Final = "SELECT seq, at, actor, kind, subject, data, hash FROM journal"
NEXT_ACTOR: Final = "SELECT kind, actor FROM journal WHERE kind = ? AND actor > ? ORDER BY actor LIMIT 1"
NEXT_KIND: Final = "SELECT kind, actor FROM journal WHERE kind > ? ORDER BY kind, actor LIMIT 1"
ALL: Final = f"{_ENTRY} WHERE seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?"
OF_PAIR: Final = "SELECT seq FROM journal WHERE kind = ? AND actor = ? AND seq < ? AND seq >= ? ORDER BY seq DESC"
OF_SUBJECT: Final = "SELECT seq, kind, actor FROM journal WHERE subject = ? AND seq < ? AND seq >= ? ORDER BY seq DESC"
ENDS: Final = "SELECT min(seq), max(seq) FROM journal WHERE at >= ? AND at < ?"
_SETTING: Final = "SettingChanged"
_LAST: Final = 2**62


class Found(Struct, frozen=True):
    """What a search has come to; an entry fits that is any of it. ``subjects``: (kinds of entries, id of what they are
    about). ``keys``: settings. ``seq``: an entry by its number."""

    kinds: frozenset[str] = frozenset()
    actors: frozenset[str] = frozenset()
    subjects: tuple[tuple[frozenset[str], int], ...] = ()
    keys: frozenset[str] = frozenset()
    seq: int | None = None


class Sought(Struct, frozen=True):
    """Which entries. None: whatever it is. ``since`` ≤ time < ``until``, ms UTC."""

    kinds: frozenset[str] | None = None
    actors: frozenset[str] | None = None
    since: int | None = None
    until: int | None = None
    found: Found | None = None

    def fits(self, kind: str, actor: str) -> bool:
        """Whether these are asked for, apart from time and search."""
        return (self.kinds is None or kind in self.kinds) and (self.actors is None or actor in self.actors)


def pairs(reader: Reader) -> list[tuple[str, str]]:
    """Every kind of entry that there is, with each who did it: (kind, actor)."""
    found: list[tuple[str, str]] = []
    last: tuple[str, str] = ("", "")
    # Two questions: of « the pair behind this one » the database seeks the kind alone.
    while row := reader.one(NEXT_ACTOR, last) or reader.one(NEXT_KIND, last[:1]):
        last = (row[0], row[1])
        found.append(last)
    return found


def page(reader: Reader, sought: Sought, before: int | None, limit: int) -> list[Entry]:
    """The newest entries below a number."""
    high, low = _LAST if before is None else before, 0
    since, until = sought.since, sought.until
    if since is not None or until is not None:
        # A clock can be set back: the time of each entry is looked at once more below.
        first, last = reader.one(ENDS, (since or 0, _LAST if until is None else until)) or (None, None)
        if first is None:
            return []
        high, low = min(high, last + 1), first
    if sought.kinds is None and sought.actors is None and sought.found is None:
        entries: Iterator[Entry] = (Entry(*row) for row in reader.connection.execute(ALL, (high, low, _LAST)))
    else:
        entries = _read(reader, _numbers(reader, sought, high, low))
    timed = (entry for entry in entries if (since is None or entry.at >= since) and (until is None or entry.at < until))
    return list(islice(timed, limit))


def _numbers(reader: Reader, sought: Sought, high: int, low: int) -> Iterator[int]:
    """The numbers of what is sought from below ``high`` down to ``low``, each once."""
    rows = [
        _of_pair(reader, kind, actor, high, low)
        for kind, actor in pairs(reader)
        if sought.fits(kind, actor) and _by_kind(sought.found, kind, actor)
    ]
    if sought.found is not None:
        rows += [_of_subject(reader, sought, kinds, number, high, low) for kinds, number in sought.found.subjects]
        if sought.found.keys and (sought.kinds is None or _SETTING in sought.kinds):
            rows += [
                _of_keys(reader, sought.found.keys, actor, high, low)
                for kind, actor in pairs(reader)
                if kind == _SETTING and sought.fits(kind, actor)
            ]
        if sought.found.seq is not None:
            rows.append(_itself(reader, sought, sought.found.seq, high, low))
    last = None
    for number in heapq.merge(*rows, reverse=True):
        if number != last:
            yield number
        last = number


def _by_kind(found: Found | None, kind: str, actor: str) -> bool:
    return found is None or kind in found.kinds or actor in found.actors


def _of_pair(reader: Reader, kind: str, actor: str, high: int, low: int) -> Iterator[int]:
    for (number,) in reader.connection.execute(OF_PAIR, (kind, actor, high, low)):
        yield number


def _of_subject(
    reader: Reader, sought: Sought, kinds: frozenset[str], subject: int, high: int, low: int
) -> Iterator[int]:
    for number, kind, actor in reader.connection.execute(OF_SUBJECT, (subject, high, low)):
        if kind in kinds and sought.fits(kind, actor):
            yield number


def _of_keys(reader: Reader, keys: frozenset[str], actor: str, high: int, low: int) -> Iterator[int]:
    for number in _of_pair(reader, _SETTING, actor, high, low):
        if json.loads(reader.value("SELECT data FROM journal WHERE seq = ?", (number,)))["key"] in keys:
            yield number


def _itself(reader: Reader, sought: Sought, number: int, high: int, low: int) -> Iterator[int]:
    row = reader.one("SELECT kind, actor FROM journal WHERE seq = ?", (number,))
    if row is not None and low <= number < high and sought.fits(row[0], row[1]):
        yield number


def _read(reader: Reader, numbers: Iterator[int]) -> Iterator[Entry]:
    for number in numbers:
        for row in reader.connection.execute(f"{_ENTRY} WHERE seq = ?", (number,)):
            yield Entry(*row)
