"""Plain values of frequent questions."""

from __future__ import annotations

from msgspec import Struct


class Faq(Struct, frozen=True):
    """``language``: of question and answer. ``updated_at``: ms UTC."""

    id: int
    language: str
    question: str
    answer: str
    updated_at: int
