"""Questions are written, changed and removed with a note in the journal, and checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.faq import service
from core.kernel.errors import NotFound, Refused
from core.storage.engine import Engine
from tests.support.stores import bare_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with bare_engine(tmp_path) as made:
        yield made


def test_a_life_of_a_question_is_noted(engine: Engine) -> None:
    number = engine.call(lambda tx: service.add(tx, "fr", "  Vous   livrez ? ", "Oui.\nPartout."))
    assert engine.read(lambda r: service.one(r, number)).question == "Vous livrez ?"
    engine.call(lambda tx: service.change(tx, number, answer="Non."))
    engine.call(lambda tx: service.change(tx, number, answer="Non."))
    engine.call(lambda tx: service.remove(tx, number))
    assert engine.read(service.every) == []
    noted = engine.read(lambda r: r.all("SELECT kind FROM journal ORDER BY seq"))
    assert [name for (name,) in noted] == ["FaqSaved", "FaqSaved", "FaqRemoved"], "the same again is no change"
    with pytest.raises(NotFound):
        engine.call(lambda tx: service.remove(tx, number))


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("de", "Q", "A"),
        ("fr", " ", "A"),
        ("fr", "Q", ""),
        ("fr", "Q" * 301, "A"),
        ("fr", "Q", "A" * 901),
        ("fr", "Q\0", "A"),
    ],
)
def test_what_is_no_question_is_refused(engine: Engine, language: str, question: str, answer: str) -> None:
    with pytest.raises(Refused):
        engine.call(lambda tx: service.add(tx, language, question, answer))


def test_the_same_question_is_written_once_in_a_language(engine: Engine) -> None:
    engine.call(lambda tx: service.add(tx, "fr", "Vous livrez ?", "Oui."))
    with pytest.raises(Refused):
        engine.call(lambda tx: service.add(tx, "fr", "Vous livrez ?", "Non."))
    engine.call(lambda tx: service.add(tx, "mg", "Vous livrez ?", "Eny."))
