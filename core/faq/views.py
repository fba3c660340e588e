"""Plain values of frequent questions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Faq:
    """``language``: of question and answer. ``updated_at``: ms UTC."""

    id: int
    language: str
    question: str
    answer: str
    updated_at: int
