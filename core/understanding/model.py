"""The linear classifier: a file of small whole numbers, summed. No library is needed to use it.

``resources/understanding/model.bin`` is one line of JSON and, for every feature, one signed byte a label. It is made by
``packaging/train_understanding.py`` from the labelled messages beside it, the same bytes every time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache, lru_cache
from math import exp
from operator import add
from typing import Final

from msgspec import Struct

from core.kernel.paths import resource
from core.understanding.features import SIZE, of_word, weight

LANGUAGES: Final = ("fr", "mg", "en")


class Model(Struct, frozen=True):
    """``labels``: intents, then languages. ``act``: for each intent, from which probability it is acted on."""

    labels: tuple[str, ...]
    scale: tuple[float, ...]
    bias: tuple[float, ...]
    act: dict[str, float]
    sharpness: float
    made_of: str
    rows: memoryview

    def row(self, feature: int) -> memoryview:
        width = len(self.labels)
        return self.rows[feature * width : feature * width + width]


@cache
def model() -> Model:
    """The model, read once (about 1 ms)."""
    return from_bytes(resource("understanding", "model.bin").read_bytes())


def from_bytes(data: bytes) -> Model:
    """Raises ValueError or KeyError: the installation is damaged."""
    head, _, body = data.partition(b"\n")
    said = json.loads(head)
    labels = tuple(said["labels"])
    if len(body) != SIZE * len(labels):
        raise ValueError("model.bin is not whole")
    rows = memoryview(body).cast("b")
    floats = (tuple(said["scale"]), tuple(said["bias"]))
    return Model(labels, *floats, said["act"], said["sharpness"], said["made_of"], rows)


@lru_cache(maxsize=4096)
def _word_sum(word: str) -> list[int]:
    return _sum(of_word(word))


def _sum(features: Iterable[int]) -> list[int]:
    one = model()
    total = [0] * len(one.labels)
    for feature in features:
        total = list(map(add, total, one.row(feature)))
    return total


def probabilities(words: list[str], features: list[int]) -> dict[str, float]:
    """How likely each label is, by itself (several may be): of the words of a message and its own features."""
    one = model()
    total = _sum(features)
    for word in words:
        total = list(map(add, total, _word_sum(word)))
    by = weight(words)
    return {
        label: _logistic(one.sharpness * (bias + scale * by * value))
        for label, scale, bias, value in zip(one.labels, one.scale, one.bias, total, strict=True)
    }


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > -60 else 0.0
