"""Finding products by what people type: keywords, titles, categories, with typos. In memory, no database, no network.

Each word of a query is corrected against the vocabulary (see ``spelling``), products are gathered from the posting
lists of the corrected words, scored by how telling the words are, and the best are ranked again by how alike the whole
title looks. Aim (measured by ``tests/core/catalogue/measure_lexicon.py``): 50 000 products, p99 under 15 ms.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from heapq import nsmallest
from itertools import islice, pairwise
from math import log
from threading import RLock
from typing import Final, NamedTuple

from core.catalogue.codes import Codes
from core.catalogue.spelling import Spelling
from core.kernel.patterns import late
from core.kernel.text import fold

_WORD = late(r"[^\W_]+")
_SMALL_TALK = """
    a ai as au aux avec avez ca ce ces cette c d dans de des du elle en est et eu il ils j je l la le les leur ma mes
    moi mon n ne nous on ou par pas plus pour qu que qui s sa se si son sur svp stp t te tu un une vos votre vous y
    bonjour bonsoir salut veux voudrais cherche avoir avez auriez prends prend
    ny ve aho ho amin amiko misy mbola azafady i the of for with and is are you have do
"""
_IGNORED: Final = frozenset(_SMALL_TALK.split())

_QUERY_WORDS: Final = 16
_NEIGHBOURS: Final = 40  # corrections kept of one word, the most used first
_COUNTED: Final = 20_000  # postings looked at for one query
_ENOUGH: Final = 60  # products with the most words in common, before those with fewer are looked at
_SCORED: Final = 1_500
_RANKED: Final = 100
_TITLED: Final = 500  # products with a word in common, beyond which it does not name one
_LONG_ENOUGH: Final = 4  # letters from which a slip is forgiven where a title is named
_NEAR, _NEAR_BESIDE_EXACT, _FAR, _COMPLETED, _ASIDE = 0.7, 0.45, 0.4, 0.5, 0.6


class _Meant(NamedTuple):
    """One query word: the words of the vocabulary it may stand for with their likelihood, and how telling it is."""

    words: dict[str, float]
    weight: float
    size: int


class Lexicon:
    """Products to search. Adding is cheap; the words of a title are filed at the next search, or by :meth:`warm`.

    Safe to use from several threads (one lock). ``remove`` leaves holes that are closed when they become many.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._codes = Codes()
        self._pending: dict[int, tuple[str, str]] = {}
        self._reset()

    def _reset(self) -> None:
        self._spelling = Spelling()
        self._slot: dict[int, int] = {}
        self._product: list[int] = []
        self._alive: list[bool] = []
        self._title: list[tuple[str, ...]] = []
        self._aside: list[tuple[str, ...]] = []
        self._in_title: dict[str, array[int]] = {}
        self._in_aside: dict[str, array[int]] = {}
        self._used: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._codes)

    # ------------------------------------------------------------------------------------------------------- contents

    def add(
        self, product_id: int, sku: str, keyword: str, title: str, category: str = "", description: str = ""
    ) -> None:
        """Take a product in; one already there is replaced."""
        with self._lock:
            self.remove(product_id)
            self._codes.add(product_id, keyword, sku)
            self._pending[product_id] = (title, f"{category} {description}")

    def replace(
        self, product_id: int, sku: str, keyword: str, title: str, category: str = "", description: str = ""
    ) -> None:
        """The product's texts changed."""
        self.add(product_id, sku, keyword, title, category, description)

    def remove(self, product_id: int) -> None:
        """Forget a product; one that is not there changes nothing."""
        with self._lock:
            self._codes.remove(product_id)
            self._pending.pop(product_id, None)
            slot = self._slot.pop(product_id, None)
            if slot is None:
                return
            self._alive[slot] = False
            for word in (*self._title[slot], *self._aside[slot]):
                self._used[word] -= 1
            self._title[slot] = self._aside[slot] = ()
            if len(self._product) > 1000 and len(self._slot) * 4 < len(self._product) * 3:
                self._close_holes()

    def warm(self) -> None:
        """File what was added since the last search: about a second for 50 000 products. Call it off the loop."""
        with self._lock:
            pending, self._pending = self._pending, {}
            for product_id, (title, aside) in pending.items():
                words = _words(title)
                self._file(product_id, words, tuple(sorted(set(_words(aside)).difference(words))))
            self._spelling.settle()

    def _file(self, product_id: int, title: tuple[str, ...], aside: tuple[str, ...]) -> None:
        slot = len(self._product)
        self._slot[product_id] = slot
        self._product.append(product_id)
        self._alive.append(True)
        self._title.append(title)
        self._aside.append(aside)
        for words, postings in ((dict.fromkeys(title), self._in_title), (aside, self._in_aside)):
            for word in words:
                if word in postings:
                    postings[word].append(slot)
                else:
                    postings[word] = array("I", (slot,))
        for word in (*title, *aside):
            if word in self._used:
                self._used[word] += 1
            else:
                self._used[word] = 1
                self._spelling.add(word)

    def _close_holes(self) -> None:
        kept = [(p, self._title[s], self._aside[s]) for p, s in self._slot.items()]
        self._reset()
        for entry in kept:
            self._file(*entry)

    # --------------------------------------------------------------------------------------------------------- asking

    def closest_keyword(self, word: str) -> tuple[int, int] | None:
        """(product id, distance): 0 for a keyword or SKU as it is, 1 for one clear slip; None rather than a guess."""
        with self._lock:
            return self._codes.closest(word)

    def search(self, query: str, limit: int = 5) -> list[int]:
        """Product ids, best first, for words, parts of words, keywords or SKUs, in any order and with typos."""
        with self._lock:
            self.warm()
            words = _words(query)[: 4 * _QUERY_WORDS]
            asked = [word for word in dict.fromkeys(words) if word not in _IGNORED] or list(dict.fromkeys(words))
            scores = self._by_words(asked[:_QUERY_WORDS], " ".join(words))
            for product_id, score in self._by_codes(words).items():
                scores[product_id] = max(score, scores.get(product_id, 0.0))
            return nsmallest(limit, scores, key=lambda product_id: (-scores[product_id], product_id))

    def titled(
        self, words: Sequence[str], called: Callable[[str], Iterable[str]] = lambda word: ()
    ) -> tuple[int, frozenset[str]] | None:
        """The only product whose title has all these words (folded, plural and gender aside), with its title.

        ``called(word)``: what else the same thing is called. One slip is forgiven a word that others stand beside:
        « Korité » alone is not « karité ».
        """
        with self._lock:
            self.warm()
            meant = [self._as_in_titles(word, len(words) > 1, called) for word in words]
            slots = self._with_all(meant)
            if not slots and len(words) > 1:  # « fehiloha landy » is a scarf of silk, beside a « Lamba landy »
                wide = [(*one, *self._named(called(word))) for one, word in zip(meant, words, strict=True)]
                slots = self._with_all(wide)
            return (self._product[slots[0]], frozenset(self._title[slots[0]])) if len(slots) == 1 else None

    def _with_all(self, meant: Sequence[Sequence[str]]) -> list[int]:
        """The slots whose title has one word of each; none where that could be said of too many."""
        if not meant or not all(meant):
            return []
        found = {slot for word in meant[0] for slot in self._in_title[word] if self._alive[slot]}
        if len(found) > _TITLED:
            return []
        return [slot for slot in found if all(any(w in self._title[slot] for w in one) for one in meant)]

    def _named(self, names: Iterable[str]) -> list[str]:
        return [one for name in names for one in _forms(name) if one in self._in_title]

    def _as_in_titles(self, word: str, slips: bool, called: Callable[[str], Iterable[str]]) -> list[str]:
        exact = self._named((word,)) or self._named(called(word))
        if exact or not slips or len(word) < _LONG_ENOUGH:
            return exact
        return [one for one in self._spelling.near(word) if one in self._in_title][:_NEIGHBOURS]

    def _by_codes(self, words: tuple[str, ...]) -> dict[int, float]:
        """Products named by keyword or SKU: sure when it is the whole query, else below a title that fits whole."""
        found: dict[int, float] = {}
        parts = [*words, *(a + b for a, b in pairwise(words))] if len(words) <= _QUERY_WORDS else words
        for part, score in (("".join(words), 2.0), *((part, 0.8) for part in parts)) if words else ():
            hit = self._codes.closest(part)
            if hit is not None:
                found[hit[0]] = max(found.get(hit[0], 0.0), score * (0.75 if hit[1] else 1))
        return found

    def _by_words(self, asked: list[str], query: str) -> dict[int, float]:
        """Product id → 0…1 for the products that have the words asked for."""
        from rapidfuzz import fuzz, process

        groups = [
            group for index, word in enumerate(asked) if (group := self._meant(word, index == len(asked) - 1)).size
        ]
        slots = self._gather(groups)
        if not slots:
            return {}
        whole = sum(group.weight for group in groups) + log(2) * (len(asked) - len(groups))
        scored = {slot: self._score(slot, groups) / whole for slot in slots}
        best = nsmallest(_RANKED, scored, key=lambda slot: (-scored[slot], self._product[slot]))
        lowest = scored[best[-1]]
        best = best if len(best) < _RANKED else [slot for slot in slots if scored[slot] >= lowest]
        titles = {slot: " ".join(self._title[slot]) for slot in best}
        looks = process.extract(query, titles, scorer=fuzz.ratio, limit=None)
        return {self._product[slot]: 0.7 * scored[slot] + 0.003 * alike for _, alike, slot in looks}

    def _meant(self, word: str, last: bool) -> _Meant:
        used = self._used
        exact = bool(used.get(word))
        meant = dict.fromkeys(self._most_used(self._spelling.near(word)), _NEAR_BESIDE_EXACT if exact else _NEAR)
        if exact:
            meant[word] = 1.0
        elif last and len(word) > 1:
            begun = islice((w for w in self._spelling.completions(word) if used[w]), _NEIGHBOURS)
            meant = dict.fromkeys(begun, _COMPLETED) | meant
        if not meant:
            meant = dict.fromkeys(self._most_used(self._spelling.far(word)), _FAR)
        size = sum(used[other] for other in meant)
        return _Meant(meant, log(1 + len(self._slot) / size) if size else 0.0, size)

    def _most_used(self, words: Iterable[str]) -> list[str]:
        return nsmallest(_NEIGHBOURS, (w for w in words if self._used[w]), key=lambda w: (-self._used[w], w))

    def _gather(self, groups: list[_Meant]) -> list[int]:
        """The slots that have the most of the words; the commonest words are left out when there is enough to count."""
        counted: Counter[int] = Counter()
        budget = _COUNTED
        for group in sorted(groups, key=lambda group: group.size):
            if group.size > budget and counted:
                break
            budget -= group.size
            postings = [p[word] for p in (self._in_title, self._in_aside) for word in group.words if word in p]
            counted.update(postings[0] if len(postings) == 1 else set().union(*postings))
        chosen: list[int] = []
        for times in sorted(set(counted.values()), reverse=True):
            level = [slot for slot, count in counted.items() if count == times and self._alive[slot]]
            if len(chosen) + len(level) > _SCORED:
                level = nsmallest(_SCORED - len(chosen), level, key=self._product.__getitem__)
            chosen += level
            if len(chosen) >= _ENOUGH:
                break
        return chosen

    def _score(self, slot: int, groups: list[_Meant]) -> float:
        title, aside = self._title[slot], self._aside[slot]
        total = 0.0
        for group in groups:
            likely = group.words
            best = 0.0
            for word in title:
                if word in likely and likely[word] > best:
                    best = likely[word]
            if best < _ASIDE:
                for word in aside:
                    if word in likely and likely[word] * _ASIDE > best:
                        best = likely[word] * _ASIDE
            total += best * group.weight
        return total


def _forms(word: str) -> tuple[str, ...]:
    """« doré », « dorés », « dorée »: the word, its plural and its other gender."""
    singular = word[:-1] if len(word) > 3 and word[-1] in "sx" else word
    other = singular[:-1] if len(singular) > 3 and singular[-1] == "e" else singular + "e"
    return tuple(dict.fromkeys((word, singular, singular + "s", other, other + "s")))


def _words(text: str) -> tuple[str, ...]:
    return tuple(part for word in text.split() for part in _parts(word))


@lru_cache(maxsize=65_536)
def _parts(word: str) -> tuple[str, ...]:
    """``L’Été-indien`` → l, ete, indien; remembered, because titles repeat the same words."""
    return tuple(_WORD.findall(word.lower() if word.isascii() else fold(word)))
