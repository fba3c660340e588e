"""What the classifier looks at: words, their neighbours and their pieces, and what the rules found. Pure.

The same function serves training and use. A feature is a number below ``SIZE``: the CRC-32 of its name, so that no
dictionary has to be shipped; what falls together is told apart by its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, pairwise
from math import sqrt
from typing import Final
from zlib import crc32

from core.understanding.rules import Understanding
from core.understanding.sentence import Sentence
from core.understanding.words import concepts, vocabulary

SIZE: Final = 1 << 15
MARKS: Final = frozenset("§#~$?")
LONGEST_WORD: Final = 24
_SHORTEST_PIECE, _LONGEST_PIECE = 3, 5
_LOOKED_FOR: Final = (
    "bargained taking"
    " ordering handing refusing past undecided interested asking price available sold_out beyond elsewhere paid"
    " not_paid pay cancel not_cancel my_orders catalogue human sized".split()
)
_TOLD: Final = 24
_TOLD_LOUDER: Final = 4  # what a word speaks of weighs more than its spelling
_TONGUES: Final = ("malagasy_words", "french_words", "english_words")


def hashed(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) % SIZE


@lru_cache(maxsize=4096)
def of_word(word: str) -> tuple[int, ...]:
    """The word and its pieces, with its ends marked."""
    if word in MARKS:
        return (hashed(f"w:{word}"),)
    whole = f"<{word[:LONGEST_WORD]}>"
    pieces = (
        whole[at : at + size]
        for size in range(_SHORTEST_PIECE, _LONGEST_PIECE + 1)
        for at in range(len(whole) - size + 1)
    )
    told = [hashed(f"k:{name}") for name in concepts().of(word)] * _TOLD_LOUDER
    return (hashed(f"w:{word}"), *told, *(hashed(piece) for piece in pieces))


def of_message(sentence: Sentence, first: Understanding) -> tuple[list[str], list[int]]:
    """(the words, whose features :func:`of_word` gives; the features of the whole). ``first``: what the rules say."""
    words = sentence.form.split()
    return words, [hashed(name) for name in _whole(sentence, first, words)]


def weight(words: list[str]) -> float:
    """What every feature counts for: a long message is not surer than a short one."""
    return 1.0 / sqrt(len(words) + 2)


def _whole(sentence: Sentence, first: Understanding, words: list[str]) -> Iterator[str]:
    known = vocabulary()
    for one, other in pairwise(["^", *words, "$$"]):
        yield f"b:{one} {other}"
    for one, other in zip(words, words[2:], strict=False):
        yield f"s:{one} {other}"
    spoken = [concepts().of(word) for word in words[:_TOLD]]
    for left, right in pairwise(spoken):
        for name in left:
            for second in right:
                yield f"kb:{name} {second}"
    told = dict.fromkeys(name for names in spoken for name in names)
    for name, second in combinations(sorted(told)[:_TOLD], 2):
        yield f"kk:{name} {second}"
    for name in spoken[0] if spoken else ():
        yield f"k^:{name}"
    yield f"rules:{first.intent}"
    yield f"rules:{first.intent}:{first.sure}"
    for name in _LOOKED_FOR:
        if getattr(known, name).search(sentence.form):
            yield f"p:{name}"
            yield f"p:{name}:{first.intent}"
    yield f"products:{min(3, len(first.items))}"
    yield f"words:{min(6, len(words))}"
    for name in ("§", "#", "~", "$", "?"):
        if name in words:
            yield f"has:{name}"
    if sentence.greets:
        yield "greets"
    if sentence.codes:
        yield "codes"
    if sentence.emoji:
        yield "emoji"
    for name in _TONGUES:
        tongue = getattr(known, name)
        yield f"{name}:{min(4, sum(word in tongue for word in words))}"
