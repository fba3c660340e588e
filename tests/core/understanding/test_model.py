"""The classifier: made of its messages and of nothing else, small, without a library, right on what it never saw."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.kernel.paths import resource
from core.understanding.examples import Example, training
from core.understanding.features import SIZE
from core.understanding.model import from_bytes, model
from core.understanding.rules import Intent
from tests.arch.sources import ROOT
from tests.bench.nlu import LATER, TESTED, Score, lexicon, part, score

PARTS = (*TESTED, *LATER)
MADE = ROOT / "packaging" / "train_understanding.py"


@pytest.fixture(scope="module")
def scored() -> Score:
    return score([message for name in PARTS for message in part(name)], lexicon())


def share_of_malagasy(examples: list[Example]) -> float:
    return sum(example.language in ("mg", "mixed") for example in examples) / len(examples)


def test_the_messages_are_many_and_half_of_them_malagasy_or_mixed() -> None:
    train, test = training(), [message for name in PARTS for message in part(name)]
    assert len(train) > 6000
    assert len(test) > 750
    assert share_of_malagasy(train) > 0.45
    assert share_of_malagasy(test) > 0.4
    assert {intent for example in train for intent in example.intents} <= set(Intent)


def test_no_message_is_in_two_parts_or_twice_in_one() -> None:
    texts = [example.text for name in PARTS for example in part(name)]
    texts += [example.text for example in training()]
    assert len(texts) == len(set(texts))


def test_the_model_is_small_and_needs_no_library() -> None:
    assert resource("understanding", "model.bin").stat().st_size < 1_000_000
    code = (
        "import sys; from core.catalogue.lexicon import Lexicon; from core.understanding.engine import understand;"
        "understand('je prends ROBE1', Lexicon()); print(sorted({'numpy', 'scipy', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.timeout(400)  # half a minute of one processor, on a machine that does nothing else less
def test_training_again_gives_the_same_bytes() -> None:
    done = subprocess.run([sys.executable, str(MADE), "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_damaged_model_is_not_used() -> None:
    whole = resource("understanding", "model.bin").read_bytes()
    with pytest.raises(ValueError, match="not whole"):
        from_bytes(whole[:-1])
    assert len(model().rows) == SIZE * len(model().labels)


def test_unseen_messages_are_understood(scored: Score) -> None:
    assert scored.accuracy > 0.9, scored.confused
    assert scored.language / scored.messages > 0.9


def test_a_claim_is_made_of_what_is_one(scored: Score) -> None:
    assert scored.precision >= 0.98
    assert scored.recall > 0.95


def test_what_is_acted_on_was_meant(scored: Score) -> None:
    assert scored.acted_right / scored.acted > 0.95
    assert scored.acted / scored.messages > 0.8
