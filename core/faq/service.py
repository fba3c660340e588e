"""The seller's own questions and answers (F42): what buyers are told word for word, never made up."""

from __future__ import annotations

import hashlib
from typing import Final

from core.faq.events import FaqRemoved, FaqSaved
from core.faq.views import Faq
from core.kernel.errors import NotFound, Refused
from core.kernel.i18n import LANGUAGES
from core.storage.connection import Reader
from core.storage.engine import Tx

MOST: Final = 300
LONGEST_QUESTION: Final = 300
LONGEST_ANSWER: Final = 900  # beside what else is said, within a message of 1 024 characters
_COLUMNS: Final = "SELECT id, language, question, answer, updated_at FROM faq"


def every(reader: Reader) -> list[Faq]:
    """All of them, in the order they were written."""
    return [Faq(*row) for row in reader.all(f"{_COLUMNS} ORDER BY id")]


def one(reader: Reader, faq_id: int) -> Faq:
    """Raises NotFound."""
    row = reader.one(f"{_COLUMNS} WHERE id = ?", (faq_id,))
    if row is None:
        raise NotFound("There is no question number {number}.", number=faq_id)
    return Faq(*row)


def add(tx: Tx, language: str, question: str, answer: str) -> int:
    """→ its number. Raises Refused."""
    language, question, answer = _checked(language, question, answer)
    if tx.value("SELECT count(*) FROM faq") >= MOST:
        raise Refused("There are {most} questions already: remove one first.", most=MOST)
    _unknown(tx, language, question, 0)
    faq_id = tx.insert(
        "INSERT INTO faq(language, question, answer, created_at, updated_at) VALUES(?,?,?,?,?)",
        (language, question, answer, tx.now, tx.now),
    )
    tx.emit(FaqSaved(faq_id, language, _digest(question, answer)))
    return faq_id


def change(
    tx: Tx, faq_id: int, *, language: str | None = None, question: str | None = None, answer: str | None = None
) -> None:
    """What is None stays as it is. Raises NotFound, Refused."""
    old = one(tx, faq_id)
    language, question, answer = _checked(language or old.language, question or old.question, answer or old.answer)
    if (language, question, answer) == (old.language, old.question, old.answer):
        return
    _unknown(tx, language, question, faq_id)
    tx.run(
        "UPDATE faq SET language = ?, question = ?, answer = ?, updated_at = ? WHERE id = ?",
        (language, question, answer, max(tx.now, old.updated_at + 1), faq_id),
    )
    tx.emit(FaqSaved(faq_id, language, _digest(question, answer)))


def remove(tx: Tx, faq_id: int) -> None:
    """Raises NotFound."""
    old = one(tx, faq_id)
    tx.run("DELETE FROM faq WHERE id = ?", (faq_id,))
    tx.emit(FaqRemoved(faq_id, old.language))


def _checked(language: str, question: str, answer: str) -> tuple[str, str, str]:
    if language not in LANGUAGES:
        raise Refused("“{language}” is not a language of the chat.", language=language)
    question, answer = " ".join(question.split()), answer.strip()
    for text, longest in ((question, LONGEST_QUESTION), (answer, LONGEST_ANSWER)):
        if not text or len(text) > longest or any(ord(c) < 32 and c != "\n" for c in text):
            raise Refused(
                "A question has 1 to {question} characters, its answer 1 to {answer}.",
                question=LONGEST_QUESTION,
                answer=LONGEST_ANSWER,
            )
    return language, question, answer


def _unknown(tx: Tx, language: str, question: str, but: int) -> None:
    same = "SELECT 1 FROM faq WHERE language = ? AND question = ? AND id <> ?"
    if tx.value(same, (language, question, but)) is not None:
        raise Refused("This question is there already.")


def _digest(question: str, answer: str) -> str:
    return hashlib.sha256(f"{question}\n{answer}".encode()).hexdigest()[:16]
