"""Which of the seller's questions a buyer means, by meaning rather than by the same words.

A text becomes what it speaks of (the words of :mod:`core.understanding`, French and Malagasy alike), its own words and
their beginnings, and what the classifier makes of it. What all questions of the shop share says little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import log, sqrt
from typing import Final

from msgspec import Struct

from core.faq.views import Faq
from core.kernel.patterns import late
from core.kernel.text import fold
from core.kernel.towns import TOWNS
from core.understanding.cascade import first_reading
from core.understanding.features import of_message
from core.understanding.model import LANGUAGES, probabilities
from core.understanding.naming import NO_PRODUCTS
from core.understanding.rules import NOTHING_KNOWN
from core.understanding.sentence import read
from core.understanding.words import concepts, vocabulary

SURE: Final = 0.54
MAYBE: Final = 0.34
LEAST_WORDS: Final = 2  # one word alone names a thing, and asks nothing about it
CLEAR: Final = 0.06  # by how much the best must lead
MOST_ASKED_BACK: Final = 3
_BEGINNING: Final = 5
_WORD, _BEGUN, _SPOKEN, _MEANT = 1.0, 0.7, 1.0, 1.6
_LEAST_MEANT: Final = 0.25
_OWN_LANGUAGE: Final = 0.03
_LITTLE_SAID: Final = frozenset(
    {"question", "forme", "my_word", "want", "have", "greet_word", "to_place", "thanks_word"}
)

_APART: Final = late(r"\b(?:hors|dehors|sauf|excepte|a part|ailleurs|autres?|outside|except|ivelan|ankoatra)\b")
_NAMED: Final = late(r"[a-z]+(?:-[a-z]+)*")
Vector = dict[str, float]


class Found(Struct, frozen=True):
    """``sure``: the answer may be given. Else ``likely`` are asked back, the best first; none when nothing fits."""

    sure: Faq | None = None
    likely: tuple[Faq, ...] = ()


NOTHING: Final = Found()


class Matcher:
    """Remembers what the shop's questions were made into; give it all of them each time."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, int], Vector] = {}

    def find(self, text: str, language: str, every: Sequence[Faq]) -> Found:
        """The question that ``text`` asks. ``language``: of the buyer; a question in it wins over its translation.

        What is said of one town is no answer for another, nor for who names none: it is asked back at most.
        """
        if not every:
            return NOTHING
        made = {faq.id: self._of(faq) for faq in every}
        rare = _rarity([made[faq.id] for faq in every])
        asked = _weighed(_vector(text), rare)
        enough = len(_content(read(text, NO_PRODUCTS).form.split())) >= LEAST_WORDS
        scores = sorted(
            (
                (_alike(asked, _weighed(made[f.id], rare)) + _OWN_LANGUAGE * (f.language == language), f.id, f)
                for f in every
            ),
            key=lambda one: (-one[0], one[1]),
        )
        best, _, faq = scores[0]
        of = frozenset() if _APART.search(fold(faq.question)) else _towns(faq.question)
        elsewhere = bool(of) and not of & _towns(text)
        # The same answer in two languages is no doubt about which is meant.
        others = [score for score, _, other in scores[1:] if other.language == faq.language]
        if enough and best >= SURE and not elsewhere and (not others or best - others[0] >= CLEAR):
            return Found(faq)
        return Found(None, tuple(f for score, _, f in scores[:MOST_ASKED_BACK] if score >= MAYBE))

    def _of(self, faq: Faq) -> Vector:
        key = (faq.id, faq.updated_at)
        if key not in self._made:
            self._made = {k: v for k, v in self._made.items() if k[0] != faq.id}
            self._made[key] = _vector(faq.question)
        return self._made[key]


def _towns(text: str) -> frozenset[str]:
    """The towns that a text names, as they are written."""
    words = [word for word in _NAMED.findall(fold(text)) if word]
    joined = [f"{one}-{other}" for one, other in pairwise(words)]
    return frozenset(TOWNS[word] for word in (*words, *joined) if word in TOWNS)


def _vector(text: str) -> Vector:
    sentence = read(text, NO_PRODUCTS)
    words = [word for word in sentence.form.split() if word.isalpha()]
    found: Vector = {}
    for word in words:
        spoken = [name for name in concepts().of(word) if name not in _LITTLE_SAID]
        for name in spoken:
            found[f"k:{name}"] = _SPOKEN
        if len(word) > 2 and not _empty(word):
            found[f"w:{word}"] = _WORD * (0.5 if spoken else 1.0)
            found[f"b:{word[:_BEGINNING]}"] = _BEGUN * (0.5 if spoken else 1.0)
    said, features = of_message(sentence, first_reading(sentence, NO_PRODUCTS, NOTHING_KNOWN)) if words else ([], [])
    if said:
        for name, likely in probabilities(said, features).items():
            if name not in LANGUAGES and likely >= _LEAST_MEANT:
                found[f"i:{name}"] = _MEANT * likely
    return found


def _content(words: Sequence[str]) -> list[str]:
    return [word for word in words if len(word) > 2 and not _empty(word)]


def _empty(word: str) -> bool:
    known = vocabulary()
    return word in known.manners or word in known.pieces or word in _SMALL


_SMALL: Final = frozenset(
    "est ce que qui quoi vous nous tu il elle on en au aux dans avec sans sur par plus faire fait peut peux pouvez"
    " avoir ny ve aho ianareo ianao amin dia fa sy raha azo atao misy no mba izany inona ahoana the you your can"
    " how".split()
)


def _rarity(vectors: Sequence[Vector]) -> Vector:
    counts = Counter(name for vector in vectors for name in vector)
    return {name: 0.3 + log(1 + len(vectors) / count) for name, count in counts.items()}


def _weighed(vector: Vector, rare: Vector) -> Vector:
    usual = 0.3 + log(2)
    return {
        name: value * rare.get(name, usual * (0.6 if name.startswith(("w:", "b:")) else 1.0))
        for name, value in vector.items()
    }


def _alike(one: Vector, other: Vector) -> float:
    common = one.keys() & other.keys()
    if all(name.startswith("i:") for name in common):
        return 0.0  # of the same kind is not yet the same
    shared = sum(one[name] * other[name] for name in common)
    sizes = sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
    return shared / sizes if sizes else 0.0
