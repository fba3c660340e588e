"""``nlu``: understanding messages that the classifier has not seen, how fast and how often rightly.

The raw reference of speed is one pass of a single pattern over the same texts, folded: the least that reading words in
them costs. The messages are the test part of the labelled ones, which is never trained on.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.catalogue.lexicon import Lexicon
from core.kernel.text import fold
from core.understanding.engine import understand
from core.understanding.examples import Example, read_examples, shop
from core.understanding.rules import Intent, Understanding
from tests.bench.figures import Figure, Measured, median, percentile

DATA: Final = Path(__file__).resolve().parents[1] / "core" / "understanding" / "data"
# Looked at while the engine was made; what is LATER is not.
TESTED: Final = (
    "test",
    "persons",
    "voices",
    "heldout",
    "five",
    "fresh",
    "four",
    "sixty",
    "ten",
    "twelve",
    "inbox",
    "market",
)
LATER: Final = ("plain", "last")
LIMIT_MS: Final = 5.0
ROUNDS: Final = 5
_WORD = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Score:
    """How a part of the messages was read. ``claimed``: as claims, ``right_claims``: with the right products and
    numbers. ``acted``: read surely enough to be answered."""

    messages: int = 0
    right: int = 0
    language: int = 0
    claims: int = 0
    claimed: int = 0
    right_claims: int = 0
    acted: int = 0
    acted_right: int = 0
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def accuracy(self) -> float:
        return self.right / self.messages

    @property
    def precision(self) -> float:
        return self.right_claims / self.claimed if self.claimed else 1.0

    @property
    def recall(self) -> float:
        return self.right_claims / self.claims


def lexicon() -> Lexicon:
    """The shop that the messages were written for; product ids count from 1, in its order."""
    found = Lexicon()
    for number, (keyword, title) in enumerate(shop().items(), 1):
        found.add(number, keyword, keyword, title)
    found.warm()
    return found


def part(name: str) -> list[Example]:
    """One of TESTED or LATER: messages that are never trained on."""
    return list(read_examples([DATA / f"{name}.txt"]))


def score(examples: Iterable[Example], products: Lexicon) -> Score:
    keywords = dict(enumerate(shop(), 1))
    made = Score()
    for example in examples:
        _count(made, example, understand(example.text, products), keywords)
    return made


def _count(made: Score, example: Example, got: Understanding, keywords: dict[int, str]) -> None:
    meant, items = example.intents[0], {keywords[item.product_id]: item.quantity for item in got.items}
    made.messages += 1
    made.right += got.intent == meant
    made.language += (got.language or "-") == example.language
    made.confused[meant, str(got.intent)] += 1
    made.claims += "claim" in example.intents
    if got.intent is Intent.CLAIM:
        made.claimed += 1
        made.right_claims += "claim" in example.intents and items == example.items
    if got.sure and got.intent is not Intent.UNKNOWN:
        made.acted += 1
        made.acted_right += got.intent in example.intents


def measure(folder: Path) -> list[Measured]:
    examples, products = [message for name in TESTED for message in part(name)], lexicon()
    understand("je prends ROBE1", products)  # the model and the words are read with the first message
    texts = [example.text for example in examples]
    rounds = [_timed(texts, products) for _ in range(ROUNDS)]
    rate = median(len(texts) / sum(each) for each in rounds)
    took = [median(each) for each in zip(*rounds, strict=True)]  # of a message, not of what else the machine did
    p99 = percentile(took, 0.99) * 1000
    raw = median(_raw(texts) for _ in range(ROUNDS))
    made, later = score(examples, products), score([one for name in LATER for one in part(name)], products)
    speed: dict[str, Figure] = {
        "limit_ms": LIMIT_MS,
        "p50_ms": median(took) * 1000,
        "p99_ms": p99,
        "messages_s": rate,
        "raw_words_s": raw,
        "of_raw": rate / raw,
    }
    seen: dict[str, Figure] = {"messages": made.messages, "language": made.language / made.messages}
    sure: dict[str, Figure] = {"acted": made.acted / made.messages, "right": made.acted_right / made.acted}
    claims: dict[str, Figure] = {"claims": made.claims, "claimed": made.claimed, "recall": made.recall}
    return [
        Measured("nlu", p99 / LIMIT_MS, "at most", 1.0, speed),
        Measured("nlu.intent", made.accuracy, "at least", 0.95, seen | sure | _table(made)),
        Measured("nlu.later", later.accuracy, "at least", 0.95, _later(later)),
        Measured("nlu.claims", made.precision, "at least", 0.98, claims),
        Measured("nlu.claims_found", made.recall, "at least", 0.98, {"claims": made.claims}),
    ]


def _later(made: Score) -> dict[str, Figure]:
    """Of messages that were written after the engine was finished, and only measured."""
    return {
        "messages": made.messages,
        "claims_right": made.precision,
        "claims_found": made.recall,
        "acted": made.acted / made.messages,
        "right": made.acted_right / made.acted,
    }


def _table(made: Score) -> dict[str, Figure]:
    """The confusion table, a row for each intent: how many were read as what, the right ones first."""
    rows: dict[str, list[str]] = {}
    ordered = sorted(made.confused.items(), key=lambda one: (one[0][0], one[0][0] != one[0][1], -one[1]))
    for (meant, got), count in ordered:
        rows.setdefault(meant, []).append(f"{count}" if meant == got else f"{got} {count}")
    return {meant: ", ".join(cells) for meant, cells in rows.items()}


def _timed(texts: Sequence[str], products: Lexicon) -> list[float]:
    """Seconds of every message."""
    found = []
    for text in texts:
        start = time.perf_counter()
        understand(text, products)
        found.append(time.perf_counter() - start)
    return found


def _raw(texts: Sequence[str]) -> float:
    """Texts a second that are folded and taken apart into words."""
    start = time.perf_counter()
    for text in texts:
        _WORD.findall(fold(text))
    return len(texts) / (time.perf_counter() - start)
