"""Words one slip of the thumb away, among a vocabulary that grows. Pure Python over rapidfuzz.

A single typo leaves one half of a word as it was, so every word is filed under its first half and under its last half;
what a query shares a half with is then measured. Nothing is compared with the whole vocabulary but long words that
have no near neighbour at all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import Final

SHORTEST: Final = 3  # shorter words have too many neighbours to mean anything
LONGEST: Final = 40
FAR_FROM: Final = 6  # from this length on, two typos are tried when there is no closer word


class Spelling:
    """The vocabulary: add words, ask for neighbours. A swap of two letters counts as one typo (OSA)."""

    def __init__(self) -> None:
        self._heads: dict[tuple[int, str], list[str]] = {}
        self._tails: dict[tuple[int, str], list[str]] = {}
        self._initials: dict[str, list[str]] = {}
        self._words: set[str] = set()
        self._ordered: list[str] = []
        self._fresh: list[str] = []

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def add(self, word: str) -> None:
        """Take a word into the vocabulary; one already there changes nothing."""
        if word in self._words:
            return
        self._words.add(word)
        self._fresh.append(word)
        length = len(word)
        if SHORTEST <= length <= LONGEST:
            half = length // 2
            self._heads.setdefault((length, word[:half]), []).append(word)
            self._tails.setdefault((length, word[half:]), []).append(word)
            if length >= FAR_FROM - 1:
                self._initials.setdefault(word[0], []).append(word)

    def near(self, word: str) -> list[str]:
        """Every other word of the vocabulary that one insertion, omission, wrong letter or swap leads to."""
        size = len(word)
        if not SHORTEST <= size <= LONGEST:
            return []
        found: set[str] = set()
        for length in (size - 1, size, size + 1):
            half = length // 2
            found.update(self._heads.get((length, word[:half]), ()))
            found.update(self._tails.get((length, word[size - (length - half) :]), ()))
        half = size // 2  # a swap across the middle damages both halves
        swapped = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
        if swapped in self._words:
            found.add(swapped)
        found.discard(word)
        return _within(1, word, found)

    def far(self, word: str) -> list[str]:
        """Words of at least FAR_FROM letters, two typos away, with the same first letter."""
        if not FAR_FROM <= len(word) <= LONGEST:
            return []
        choices = self._initials.get(word[0], ())
        return _within(2, word, choices)

    def settle(self) -> None:
        """Put new words in order; done by itself when needed, worth doing beforehand after many."""
        if self._fresh:
            self._ordered += self._fresh
            self._ordered.sort()  # merges two runs, one of them already in order
            self._fresh = []

    def completions(self, start: str) -> Iterator[str]:
        """Words that begin like this, in alphabetical order."""
        self.settle()
        for index in range(bisect_left(self._ordered, start), len(self._ordered)):
            if not self._ordered[index].startswith(start):
                return
            yield self._ordered[index]


def _within(typos: int, word: str, choices: Collection[str]) -> list[str]:
    from rapidfuzz import process  # with the first word to correct: a start does without
    from rapidfuzz.distance import OSA

    return [hit for hit, _, _ in process.extract(word, choices, scorer=OSA.distance, score_cutoff=typos, limit=None)]
