"""Makes ``resources/understanding/model.bin`` of the labelled messages: ``python packaging/train_understanding.py``.

``--check`` writes nothing and fails where the file is not what the messages make. Needs scikit-learn (a development
dependency; the program itself does without). The same messages give the same bytes.
Everything is set from the training part alone, the probabilities from which the program acts by cross-validation.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.catalogue.lexicon import Lexicon  # noqa: E402
from core.kernel.paths import resource  # noqa: E402
from core.understanding.cascade import first_reading  # noqa: E402
from core.understanding.claims import likely_items, told_items  # noqa: E402
from core.understanding.examples import Example, shop, training  # noqa: E402
from core.understanding.features import SIZE, of_message, of_word, weight  # noqa: E402
from core.understanding.model import LANGUAGES  # noqa: E402
from core.understanding.rules import NOTHING_KNOWN, Intent  # noqa: E402
from core.understanding.sentence import read  # noqa: E402

FOLDS = 4
LOOSENESS = 5.0  # of the fit (scikit-learn's C)
RIGHT = {Intent.CLAIM: 0.98, Intent.CANCEL: 0.97}  # how often what is acted on must have been right, else:
RULED, ALONE = 0.985, 0.92  # of claims: where rules and classifier see one, and where the classifier is alone
MOSTLY_RIGHT = 0.9
CLAIM_STEPS = [round(0.1 + 0.05 * step, 2) for step in range(17)]
STEPS = [round(0.3 + 0.05 * step, 2) for step in range(13)]
LABELS = [*(str(i) for i in Intent), *LANGUAGES]


def lexicon() -> Lexicon:
    found = Lexicon()
    for number, (keyword, title) in enumerate(shop().items(), 1):
        found.add(number, keyword, keyword, title)
    return found


def vectors(examples: list[Example]) -> csr_matrix:
    products = lexicon()
    values: list[float] = []
    columns: list[int] = []
    starts = [0]
    for example in examples:
        sentence = read(example.text, products)
        words, features = of_message(sentence, first_reading(sentence, products, NOTHING_KNOWN))
        everything = [*features, *(piece for word in words for piece in of_word(word))]
        columns += everything
        values += [weight(words)] * len(everything)
        starts.append(len(columns))
    made = csr_matrix((values, columns, starts), shape=(len(examples), SIZE))
    made.sum_duplicates()
    return made


def answers(examples: list[Example]) -> np.ndarray[Any, Any]:
    tongues = {"mixed": {"fr", "mg"}}
    said = [set(e.intents) | tongues.get(e.language, {e.language}) for e in examples]
    return np.array([[label in one for label in LABELS] for one in said])


def fit(x: csr_matrix, y: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """→ (weights: feature by label, bias), rounded as they are shipped."""
    weights, bias = np.zeros((SIZE, len(LABELS))), np.full(len(LABELS), -20.0)
    for place in range(len(LABELS)):
        if y[:, place].any():
            one = LogisticRegression(
                C=LOOSENESS, solver="liblinear", dual=True, tol=1e-3, max_iter=1000, random_state=0
            )
            one.fit(x, y[:, place])
            weights[:, place], bias[place] = one.coef_[0], one.intercept_[0]
    return weights, bias


def cross_validated(x: csr_matrix, y: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """For every message, what a model says that has not seen it."""
    scores = np.zeros(y.shape)
    fold = np.arange(len(y)) % FOLDS
    for number in range(FOLDS):
        weights, bias = fit(x[fold != number], y[fold != number])
        scores[fold == number] = x[fold == number] @ weights + bias
    return scores


def sharpness(scores: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> float:
    """By what the scores are multiplied so that the probabilities are true (least log loss)."""
    intents = len(Intent)
    signed = np.where(y, scores, -scores)[:, :intents]
    tried = [round(0.4 + 0.05 * step, 2) for step in range(40)]
    return min(tried, key=lambda by: float(np.logaddexp(0, -by * signed).sum()))


def claims_act(examples: list[Example], likely: np.ndarray[Any, Any]) -> dict[str, float]:
    """From which probability a claim is made: where the rules see one too (``ruled``), where they do not (``alone``),
    where they do not but every product has its number (``counted``), and where a story is told besides (``told``)."""
    products = lexicon()
    seen: dict[str, list[tuple[float, bool]]] = {"ruled": [], "alone": [], "counted": [], "told": []}
    for example, chance in zip(examples, likely, strict=True):
        sentence = read(example.text, products)
        first = first_reading(sentence, products, NOTHING_KNOWN)
        items = likely_items(sentence)
        alone = "counted" if all(item.counted for item in items) else "alone"
        told = "told" if told_items(sentence) else ""
        kind = "ruled" if first.intent is Intent.CLAIM else alone if items else told
        if kind:
            seen[kind].append((float(chance), "claim" in example.intents))
    found = {}
    for kind, cases in seen.items():
        found[kind] = 0.95
        for least in CLAIM_STEPS if kind == "counted" else STEPS:
            above = [right for chance, right in cases if chance >= least]
            if above and sum(above) / len(above) >= (RULED if kind == "ruled" else ALONE):
                found[kind] = least
                break
    return found


def thresholds(scores: np.ndarray[Any, Any], y: np.ndarray[Any, Any], by: float) -> dict[str, float]:
    """From which probability an intent is acted on: the least at which those above were right often enough."""
    chosen = scores[:, : len(Intent)].argmax(1)
    likely = 1 / (1 + np.exp(-by * scores))
    found = {}
    for place, intent in enumerate(Intent):
        mine = chosen == place
        right = y[mine, place]
        found[str(intent)] = 0.9
        for least in STEPS:
            above = right[likely[mine, place] >= least]
            if len(above) and above.mean() >= RIGHT.get(intent, MOSTLY_RIGHT):
                found[str(intent)] = least
                break
    return found


def made_of() -> str:
    """A mark of the data the model is made of."""
    digest = hashlib.sha256()
    folder = resource("understanding")
    sources = [
        *sorted(folder.glob("train/*.txt")),
        folder / "shop.txt",
        folder / "words.toml",
        folder / "concepts.toml",
        Path(__file__),
    ]
    for path in sources:
        digest.update(path.read_text("utf-8").encode())
    return digest.hexdigest()


def build(report: bool = False) -> bytes:
    """The file."""
    examples = training()
    x, y = vectors(examples), answers(examples)
    scores = cross_validated(x, y)
    by = sharpness(scores, y)
    act = thresholds(scores, y, by) | claims_act(examples, 1 / (1 + np.exp(-by * scores[:, 0])))
    if report:
        chosen = scores[:, : len(Intent)].argmax(1)
        right = y[np.arange(len(y)), chosen].mean()
        print(f"{len(examples)} messages, cross-validated {right:.1%}, sharpness {by}", file=sys.stderr)
        print(act, file=sys.stderr)
    weights, bias = fit(x, y)
    scale = np.maximum(np.abs(weights).max(0), 1e-6) / 127
    whole = np.rint(weights / scale).astype(np.int8)
    head = {
        "labels": LABELS,
        "scale": [round(float(one), 7) for one in scale],
        "bias": [round(float(one), 5) for one in bias],
        "act": act,
        "sharpness": by,
        "made_of": made_of(),
    }
    body: bytes = whole.tobytes()
    return json.dumps(head).encode() + b"\n" + body


if __name__ == "__main__":
    made = resource("understanding", "model.bin")
    if sys.argv[1:] == ["--check"]:
        sys.exit(None if build() == made.read_bytes() else "model.bin is not what the messages make")
    made.write_bytes(build(report=True))
